"""A document that is made while a person waits for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from reporting.pdf import NotRendered
from reporting.pdf import render as typeset
from schools.access import TrustRequest

LONGEST = 60
"""Most seconds a person waits for the document."""


def pdf(request: TrustRequest, template: str, context: dict[str, Any], name: str) -> HttpResponse | None:
    """The tagged PDF as a file of that name; None, with a sentence for the next page, where it could not be made."""
    context |= {"trust": request.trust, "printed_at": timezone.now()}
    try:
        made = typeset(render_to_string(template, context), seconds=LONGEST)
    except NotRendered:
        messages.warning(request, "The document could not be made just now. Try it again in a minute.")
        return None
    response = HttpResponse(made.content, "application/pdf")
    file = f"{slugify(name)[:100]}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(True, file) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
