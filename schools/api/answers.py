"""The answers of a form of the strategy as another program writes them, and what it is told of a save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.response import Response

from schools.filled import UnreadableError, Value, field_of, read
from schools.services.filling import SavedAnswers
from schools.strategy import Strategy
from schools.strategy.forms import Form

from .document import MEANINGS
from .input import Refused, StrictSerializer, speakable

LARGEST_VERSION = 2**31 - 1


class VersionIn(StrictSerializer):
    """What is written on a version of a form that several people may write in."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION, help_text="The one this was written on.")


class SavedAnswersOut(serializers.Serializer):
    """What is stored now."""

    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


class ClashOut(serializers.Serializer):
    """One answer that two people wrote differently."""

    field = serializers.CharField(help_text="Its name: a key, or r0-key for the first row.")
    by = serializers.CharField(help_text="Who wrote.")
    at = serializers.DateTimeField(allow_null=True)
    theirs = serializers.JSONField(allow_null=True)
    mine = serializers.JSONField(allow_null=True)


class AnswersConflictOut(serializers.Serializer):
    """Nothing was saved: somebody changed these answers since. Both sides, and the version to send once settled."""

    version = serializers.IntegerField()
    conflicts = ClashOut(many=True)


CONFLICT = {409: OpenApiResponse(AnswersConflictOut, description=MEANINGS[409])}
"""What a view that writes answers may answer beside the usual."""


def require_had(version: int, sent: Mapping[str, Any]) -> None:
    """Raise Refused for a version the form has not come to."""
    if sent["version"] > version:
        raise Refused({"version": [f"It is at version {version}; it has had no such version."]})


def read_answers(strategy: Strategy, form: Form, named: Mapping[str, Any], at: str = "") -> dict[str, Value | None]:
    """What can be kept, by name, None for a blank one. Raises Refused by name, under `at` where that is given."""
    kept: dict[str, Value | None] = {}
    wrong: dict[str, list[str]] = {}
    for name, typed in named.items():
        if field_of(form, name) is None:
            wrong[name] = [f"This form has no answer called “{speakable(name)}”"]
            continue
        try:
            kept[name] = read(strategy, form, name, typed)
        except UnreadableError as refusal:
            wrong[name] = [str(refusal)]
    if wrong:
        raise Refused({at: wrong} if at else wrong)
    return kept


def conflict(saved: SavedAnswers) -> Response:
    """Both sides of what two people wrote differently."""
    clashes = [
        {
            "field": one.clash.name,
            "by": one.by.user.name if one.by else "",
            "at": one.at,
            "theirs": one.clash.theirs,
            "mine": one.clash.mine,
        }
        for one in saved.conflicts
    ]
    return Response(AnswersConflictOut({"version": saved.version, "conflicts": clashes}).data, status=409)
