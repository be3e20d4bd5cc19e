"""Addresses of pages that other parts own; empty where a page does not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import NoReverseMatch, reverse

from schools.access import TrustRequest


def link(request: TrustRequest, name: str, **kwargs: Any) -> str:
    """The address of a page of the open trust, or "" when there is none of that name."""
    try:
        return reverse(name, kwargs={"trust": request.trust.slug, **kwargs})
    except NoReverseMatch:
        return ""


def school_links(request: TrustRequest) -> Callable[[int], str]:
    """The address of each school's page. Resolved once: a matrix has three links a school."""
    before, _, after = link(request, "school", school_id=0).rpartition("0")
    return lambda school_id: f"{before}{school_id}{after}" if before else ""


def actions(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Buttons of a page header, those without an address left out."""
    return [{"label": label, "url": url} for label, url in pairs if url]
