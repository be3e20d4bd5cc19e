"""What apps above this one show beside a visit: they put it here as they start, for monitoring knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

Shows = Callable[[Any, Any], SafeString]
"""From the request and the visit to what is shown; empty where there is nothing for this person or form."""

SHOWN: list[Shows] = []


@register.simple_tag(takes_context=True)
def beside(context: dict[str, Any], visit: Any) -> SafeString:
    """`{% beside visit %}`: whatever the apps above have to say of it."""
    return format_html_join("", "{}", ((shows(context["request"], visit),) for shows in SHOWN))
