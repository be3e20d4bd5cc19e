"""What people send: bounded, and with nothing in it that is not asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import JSONParser

LONGEST_BODY = 1024 * 1024
"""Bytes. A whole matrix with the longest notes is a fifth of it."""


class TooLarge(APIException):
    """More was sent than any request needs."""

    status_code = 413
    default_detail = f"Send at most {LONGEST_BODY:,} bytes at once."


class BoundedJson(JSONParser):
    """JSON of a bounded size and depth."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        if int(parser_context["request"].META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            raise TooLarge
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None


class StrictSerializer(serializers.Serializer):
    """Input in which a field nobody asked for is refused, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            known = ", ".join(self.fields)
            raise ValidationError({speakable(name): f"This cannot be set here. What can: {known}." for name in unknown})
        return super().to_internal_value(data)


class Refused(ValidationError):
    """A refusal in one shape whatever the depth: {"ratings.attendance.level": ["…"]}."""

    def __init__(self, errors: Any) -> None:
        super().__init__(dict(_flat(errors)))


def _flat(errors: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    if isinstance(errors, list) and any(isinstance(one, Mapping) for one in errors):
        errors = dict(enumerate(errors))  # of a list of rows: by place, those at fault
    if not isinstance(errors, Mapping):
        yield path, [str(one) for one in (errors if isinstance(errors, list) else [errors])]
        return
    for name, inner in errors.items():
        part = "" if name == "non_field_errors" else speakable(str(name))
        yield from _flat(inner, ".".join(filter(None, (path, part))))


def speakable(name: str) -> str:
    """A name somebody sent, short and fit to be repeated in an answer."""
    return name.encode("utf-8", "replace").decode()[:60]
