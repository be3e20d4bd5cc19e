"""The product with one page more: a signed-in person's one line, behind the same middleware. Only for measuring."""

from __future__ import annotations

import os

from django.http import HttpResponse
from django.urls import include, path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from schools.access import Permission, TrustRequest, trust_view  # noqa: E402 - models need the application

settings.ROOT_URLCONF = "bench.hello"


@trust_view(needs=Permission.BELONG)
def hello(request: TrustRequest) -> HttpResponse:
    """One line, for one person."""
    return HttpResponse(f"Hello, {request.user.name}, of {request.trust.name}.")


urlpatterns = [path("t/<slug:trust>/hello/", hello, name="hello"), path("", include("trust_si.urls"))]
