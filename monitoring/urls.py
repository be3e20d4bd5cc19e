"""Addresses of monitoring visits, under /t/<trust>/."""

from __future__ import annotations

from django.urls import path

from monitoring.views import board, following, photos, triangulation, visit, writing

VISIT = "monitoring/<int:pk>/"

urlpatterns = [
    path("monitoring/", board.monitoring, name="monitoring"),
    path("monitoring/begin/", board.visit_begin, name="visit_begin"),
    path("monitoring/evidence/", triangulation.triangulation, name="triangulation"),
    path("monitoring/evidence/<int:school_id>/", triangulation.school_triangulation, name="school_triangulation"),
    path(VISIT, visit.visit, name="visit"),
    path(VISIT + "write/", writing.visit_write, name="visit_write"),
    path(VISIT + "save/", writing.visit_save, name="visit_save"),
    path(VISIT + "reply/", visit.visit_reply, name="visit_reply"),
    path(VISIT + "consider/", visit.visit_consider, name="visit_consider"),
    path(VISIT + "follow-up/", following.visit_follow_up, name="visit_follow_up"),
    path(VISIT + "remove/", visit.visit_remove, name="visit_remove"),
    path(VISIT + "photos/", photos.visit_photos, name="visit_photos"),
    path(VISIT + "photos/<int:photo_id>/", photos.visit_photo, name="visit_photo"),
    path(VISIT + "photos/<int:photo_id>/remove/", photos.photo_remove, name="photo_remove"),
]
