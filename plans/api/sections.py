"""The prose of a plan written by another program: it is saved answer by answer, as the page saves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.forms.named import names_in
from plans.api.writing import PlanWriting
from plans.queries.plans import kind_of
from plans.services import save_sections
from schools.api.answers import CONFLICT, SavedAnswersOut, VersionIn, conflict, read_answers, require_had
from schools.filled import Value
from schools.services.filling import SavedAnswers


def words_by(about: str, *, needed: bool = True) -> serializers.DictField:
    """Some answers by their names; the form says how long each may be."""
    kept: dict[str, Any] = {} if needed else {"required": False, "default": dict}
    words = serializers.CharField(allow_blank=True, allow_null=True)
    return serializers.DictField(child=words, help_text=about, **kept)


class SectionsIn(VersionIn):
    """Some sections of prose. What is left out stays as it is."""

    sections = words_by(
        "The words of each section by its key, as the plan’s document has it; blank or null empties one."
    )


class KeptOut(SavedAnswersOut):
    """What is stored now, and what somebody should look at again."""

    named = serializers.DictField(
        child=serializers.CharField(),
        help_text="By answer that seems to name a person: a sentence. It is saved all the same.",
    )


class PlanSections(PlanWriting):
    """Write the prose of a plan."""

    operation, takes = "plans_write_sections", SectionsIn
    answers = {200: KeptOut, **CONFLICT}
    http_method_names = ["patch"]

    def patch(self, request: Request, **kwargs: str) -> Response:
        """The sections that are sent, each whole. What others wrote in other sections since that version stands."""
        plan, sent = self.writable(), self.taken()
        require_had(plan.version, sent)
        kind, version = kind_of(plan), plan.strategy_version
        assert kind is not None and version is not None  # `writable` has seen to it  # noqa: PT018
        typed = read_answers(version.strategy, kind.form, sent["sections"], "sections")
        saved = save_sections(plan, typed, by=self.access.membership, version=sent["version"])
        return kept(saved, typed, plan.school_id)


def kept(saved: SavedAnswers, typed: Mapping[str, Value | None], school_id: int | None) -> Response:
    """Where it stands now, or both sides where two people meet. `typed` are words alone."""
    if saved.conflicts:
        return conflict(saved)
    named = names_in(words_in(typed), school_id)
    return Response(KeptOut({"version": saved.version, "saved_at": saved.at, "named": named}).data)


def words_in(typed: Mapping[str, Any]) -> dict[str, str]:
    """What is written, without what is blank."""
    return {name: str(words) for name, words in typed.items() if words}
