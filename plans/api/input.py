"""The fields that the writing views share."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

LONGEST_KEY = 60


def text(most: int, about: str = "", *, needed: bool = False) -> serializers.CharField:
    """Words, of so many characters at most; what is left out is blank."""
    kept: dict[str, Any] = {} if needed else {"required": False, "default": ""}
    return serializers.CharField(max_length=most, allow_blank=True, help_text=about, **kept)


def key(about: str, default: str = "") -> serializers.CharField:
    """A key of the strategy, or one of a few words; the service says which there are."""
    return serializers.CharField(
        max_length=LONGEST_KEY, allow_blank=True, required=False, default=default, help_text=about
    )


def day(about: str = "") -> serializers.DateField:
    """A day that may be left out."""
    return serializers.DateField(allow_null=True, required=False, default=None, help_text=about)


def number_of(about: str) -> serializers.IntegerField:
    """The number of a row, which may be left out."""
    return serializers.IntegerField(min_value=1, allow_null=True, required=False, default=None, help_text=about)


def number_once(of: str) -> serializers.UUIDField:
    """The sender's own number of what it sends, which may be left out."""
    about = f"Made by the sender, once for each {of}: sent again under it, it is answered with what was made (200)."
    return serializers.UUIDField(allow_null=True, required=False, default=None, help_text=about)


def pounds(digits: int, about: str = "Pounds.") -> serializers.DecimalField:
    """An amount of money that may be left out."""
    return serializers.DecimalField(
        digits, 2, min_value=0, allow_null=True, required=False, default=None, help_text=about
    )
