"""Every address. Pages of a trust are under /t/<slug>/, its API under /api/v1/t/<slug>/."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("healthz", lambda request: HttpResponse("ok"), name="healthz"),
    path("account/", include("allauth.urls")),
    path("api/v1/", include("trust_si.api")),
    path("t/<slug:trust>/", include("evidence.urls")),
    path("t/<slug:trust>/", include("categorisation.urls")),
    path("t/<slug:trust>/", include("reviews.urls")),
    path("t/<slug:trust>/", include("plans.urls")),
    path("t/<slug:trust>/", include("monitoring.urls")),
    path("t/<slug:trust>/", include("reporting.urls")),
    path("", include("schools.urls")),
]

handler404 = "trust_si.api.not_found"
