"""What lets a form be written without a connection: the worker of the browser, its shell without data, a fresh key."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

NAMED = re.compile(r'(?:href|src)="([^"]+)"')
FONT = re.compile(r'url\("\.\./(vendor/fonts/[^"]+)"\)')
THEME = "css/theme.css"


def shell_html() -> str:
    """The shell, rendered for nobody: without a request there is no person, no trust and no school to name."""
    return render_to_string("offline/shell.html")


def shell_files(html: str) -> list[str]:
    """The addresses of the static files that the shell names, and of the fonts of its style."""
    named = {one for one in NAMED.findall(html) if one.startswith(settings.STATIC_URL)}
    return sorted(named | {static(font) for font in FONT.findall(_source(THEME))})


def _source(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str), f"no static file {name}"
    return Path(found).read_text()


@cache
def _fingerprint() -> str:
    """Changes with every script, style and drawing of ours, also where their addresses do not."""
    made = hashlib.sha256()
    for path in sorted(Path(settings.BASE_DIR, "static").rglob("*")):
        if path.suffix in {".js", ".css", ".svg"}:
            made.update(path.read_bytes())
    return made.hexdigest()


def worker_js() -> str:
    """The worker's script. Its cache is named by all that the shell is made of, so that a release brings a new one."""
    html = shell_html()
    said = {"shell": reverse("offline"), "files": shell_files(html)}
    made = hashlib.sha256((html + json.dumps(said) + _fingerprint()).encode()).hexdigest()[:16]
    context = {"said": json.dumps({**said, "cache": f"shell {made}"})}
    return render_to_string("offline/worker.js", context)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. At the root, so that it may answer for every page; asked for anew on every visit."""
    response = HttpResponse(worker_js(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The page that stands in for every other one while there is no connection. It is the same for everybody."""
    response = HttpResponse(shell_html())
    response["Cache-Control"] = "no-cache"
    return response


@never_cache
@require_safe
def key(request: HttpRequest) -> JsonResponse:
    """Who is signed in here, and the key that a form of theirs is taken with. 401 for nobody.

    A device that was away asks before it sends, so that nothing of one person is sent as another's.
    """
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    return JsonResponse({"person": str(request.user.pk), "key": get_token(request)})
