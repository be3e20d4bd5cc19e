"""Addresses of what joins several apps, under /t/<trust>/."""

from __future__ import annotations

from django.urls import path

from reporting.views import agenda, home, meetings, others, overview, reports, schools

meeting_urls = [
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/agenda/", agenda.agenda, name="meeting_agenda"),
    path("meetings/<int:meeting_id>/attendance/", meetings.attendance, name="meeting_attendance"),
    path("meetings/<int:meeting_id>/interest/", meetings.interest, name="meeting_interest"),
    path("meetings/<int:meeting_id>/minutes/", meetings.minutes, name="meeting_minutes"),
]

report_urls = [
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/preview/", reports.report_preview, name="report_preview"),
    path("reports/<int:pk>/file/", reports.report_file, name="report_file"),
]

page_urls = [
    path("overview/", overview.overview_page, name="overview"),
    path("other-schools/", others.other_schools, name="other_schools"),
    path("my-school/", home.my_school, name="my_school"),
    path("schools/", schools.school_list, name="schools"),
    path("schools/<int:school_id>/", schools.school_page, name="school"),
]

urlpatterns = [*page_urls, *meeting_urls, *report_urls]
