"""Addresses of what joins several apps, under /t/<trust>/."""

from __future__ import annotations

from django.urls import path

from reporting.views import (
    agenda,
    concerns,
    early,
    home,
    meetings,
    monitoring_term,
    others,
    overview,
    owed,
    plans,
    reports,
    reviews,
    schools,
    sef,
    visits,
    years,
)

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

SEF = "schools/<int:school_id>/self-evaluation/<int:period_id>/"

sef_urls = [
    path(SEF, sef.sef, name="sef"),
    path(SEF + "submit/", sef.submit, name="sef_submit"),
    path(SEF + "return/", sef.send_back, name="sef_return"),
    path(SEF + "agree/", sef.agree, name="sef_agree"),
    path(SEF + "file/", sef.sef_file, name="sef_file"),
]

visit_urls = [
    path("monitoring/term/", monitoring_term.monitoring_term, name="monitoring_term"),
    path("monitoring/term/file/", monitoring_term.monitoring_term_file, name="monitoring_term_file"),
    path("monitoring/<int:pk>/file/", visits.visit_file, name="visit_file"),
    path("monitoring/forms/<slug:form>/file/", visits.visit_form_file, name="visit_form_file"),
]

review_urls = [
    path("plans/<int:pk>/file/", plans.plan_file, name="plan_file"),
    path("plans/<int:pk>/editions/<int:number>/file/", plans.plan_edition_file, name="plan_edition_file"),
    path("reviews/<int:pk>/file/", reviews.review_file, name="review_file"),
    path("reviews/<int:pk>/paper/", reviews.review_paper, name="review_paper"),
    path("programme/<int:pk>/file/", years.year_file, name="year_file"),
    path("programme/<int:pk>/paper/", years.year_paper, name="year_paper"),
]

concern_urls = [
    path("concerns/<int:pk>/file/", concerns.concern_file, name="concern_file"),
    path("concerns/<int:pk>/letters/<int:letter_id>/file/", concerns.letter_file, name="letter_file"),
]

calendar_urls = [
    path("calendar/", owed.calendar_page, name="calendar_page"),
    path("calendar/address/", owed.calendar_address, name="calendar_address"),
    path("calendar/stop/", owed.calendar_stop, name="calendar_stop"),
    path("calendar/<str:secret>.ics", owed.calendar_feed, name="calendar_feed"),
]

page_urls = [
    path("overview/", overview.overview_page, name="overview"),
    path("early-warning/", early.early_warning, name="early_warning"),
    path("other-schools/", others.other_schools, name="other_schools"),
    path("my-school/", home.my_school, name="my_school"),
    path("schools/", schools.school_list, name="schools"),
    path("schools/<int:school_id>/", schools.school_page, name="school"),
]

urlpatterns = [
    *page_urls,
    *calendar_urls,
    *sef_urls,
    *visit_urls,
    *review_urls,
    *concern_urls,
    *meeting_urls,
    *report_urls,
]
