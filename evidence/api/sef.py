"""Self-evaluations: read with the visibility of the pages, and one section written as a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.models import SefEdition, SefSection, SelfEvaluation, State
from evidence.queries.sef import entries_in, entries_now, entry_of, layout_for, readable_sefs, sees_draft
from evidence.rules.sef_entry import LONGEST_LINE, LONGEST_TEXT, MOST_EVIDENCE, EvidenceLine, SectionEntry
from evidence.rules.sef_layouts import SefLayout
from evidence.services.sef_writing import SavedSection, save_section
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, Refused, RowFilters, Rows, StrictSerializer, TrustView
from schools.api.document import MEANINGS

JUDGEMENT_WORDS = (
    "A grade as the framework publishes it, a level of the strategy's scale, “na” (does not apply), or blank."
)
TEXT_WORDS = "Text with a small part of Markdown: headings, lists, bold, italics. Nothing else is rendered."
LARGEST_VERSION = 2**31 - 1


class EvidenceLineOut(serializers.Serializer):
    """One piece of evidence."""

    what = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]


class SectionOut(serializers.Serializer):
    """One section as this person may read it."""

    label = serializers.CharField()  # type: ignore[assignment]
    judgement = serializers.CharField(help_text=JUDGEMENT_WORDS)
    strengths = serializers.CharField(help_text=TEXT_WORDS)
    development = serializers.CharField(help_text=TEXT_WORDS)
    evidence = EvidenceLineOut(many=True)


class SelfEvaluationOut(serializers.ModelSerializer):
    """A self-evaluation: where it stands. `version` grows with every change of the draft or the state."""

    comment = serializers.SerializerMethodField(help_text="Why it was returned, while it is.")

    class Meta:
        model = SelfEvaluation
        fields = [
            "id", "school", "period", "strategy_version", "layout", "state", "due_on", "submitted_at", "agreed_at",
            "comment", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_comment(self, sef: SelfEvaluation) -> str | None:
        return sef.returned_note if sef.state == State.RETURNED else None


class SelfEvaluationWhole(SelfEvaluationOut):
    """A self-evaluation with its sections by key: its writers read the draft, everybody else the last edition."""

    edition = serializers.IntegerField(allow_null=True, read_only=True, help_text="Null: a draft.")
    areas = serializers.DictField(child=SectionOut(), read_only=True)

    class Meta(SelfEvaluationOut.Meta):
        fields = [*SelfEvaluationOut.Meta.fields, "edition", "areas"]
        read_only_fields = fields


class SelfEvaluationFilters(RowFilters):
    """By school, period, where it stands, and sent or agreed since."""

    school = IdFilter(field_name="school_id")
    period = IdFilter(field_name="period_id")
    state = filters.ChoiceFilter(choices=State.choices)
    since = Moment(method="moved_since", label="Sent or agreed since")
    ordering = Order(fields=["due_on", "submitted_at", "agreed_at", ("period__starts_on", "period")])

    def moved_since(self, rows: QuerySet[SelfEvaluation], name: str, moment: datetime) -> QuerySet[SelfEvaluation]:
        return rows.filter(Q(submitted_at__gte=moment) | Q(agreed_at__gte=moment))


class SelfEvaluations(Rows):
    """The self-evaluations this person may read: a school's own, and others from the first time they were sent."""

    needs, model, tag = Permission.SEE_SEF, SelfEvaluation, "Self-evaluations"
    serializer_class, filterset_class = SelfEvaluationOut, SelfEvaluationFilters

    def get_serializer_class(self) -> type[SelfEvaluationOut]:
        return SelfEvaluationWhole if self.action == "retrieve" else SelfEvaluationOut

    def rows(self) -> QuerySet[SelfEvaluation]:
        return readable_sefs(self.access)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of them with its sections."""
        sef = self.get_object()
        drafting = sees_draft(self.access, sef) and sef.is_open
        edition = None if drafting else SefEdition.objects.filter(part_of=sef).order_by("-number").first()
        entries = entries_now(sef) if drafting else entries_in(edition)
        sef.edition, sef.areas = edition.number if edition else None, _told(layout_for(sef), entries)
        return Response(self.get_serializer(sef).data)


def _told(layout: SefLayout, entries: dict[str, SectionEntry]) -> dict[str, dict[str, Any]]:
    said = {area: entries.get(area.key, SectionEntry()).whole for area in layout.areas}
    return {area.key: {"label": area.label, **vars(entry)} for area, entry in said.items()}


class EvidenceLineIn(StrictSerializer):
    """One piece of evidence."""

    what = serializers.CharField(max_length=LONGEST_LINE, allow_blank=True, required=False, default="")
    on = serializers.DateField(allow_null=True, required=False, default=None)
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=LONGEST_LINE, allow_blank=True, required=False, default=""
    )


class SectionIn(StrictSerializer):
    """What the school says in one section. What is left out stays as it is; `evidence` replaces all lines."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION, help_text="The one this was written on.")
    judgement = serializers.CharField(max_length=60, allow_blank=True, required=False, help_text=JUDGEMENT_WORDS)
    strengths = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False, help_text=TEXT_WORDS)
    development = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False, help_text=TEXT_WORDS)
    evidence = EvidenceLineIn(many=True, required=False)

    def validate_evidence(self, lines: list[dict[str, Any]]) -> tuple[EvidenceLine, ...]:
        if len(lines) > MOST_EVIDENCE:
            raise serializers.ValidationError(f"Name at most {MOST_EVIDENCE} pieces of evidence.")
        return tuple(EvidenceLine(**line) for line in lines)


class SavedSectionOut(serializers.Serializer):
    """What is stored now."""

    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField(source="at")


class SectionSideOut(serializers.Serializer):
    """One person's words."""

    judgement = serializers.CharField()
    strengths = serializers.CharField()
    development = serializers.CharField()
    evidence = EvidenceLineOut(many=True)


class SectionConflictOut(serializers.Serializer):
    """Nothing was saved: somebody wrote in this section since. Both sides, and the version to send once settled."""

    version = serializers.IntegerField()
    by = serializers.CharField(help_text="Who wrote.")
    at = serializers.DateTimeField(allow_null=True)
    theirs = SectionSideOut()
    mine = SectionSideOut()


class SelfEvaluationArea(TrustView):
    """Write one section of a self-evaluation that is still open."""

    needs, model, tag, operation = Permission.WRITE_SEF, SelfEvaluation, "Self-evaluations", "self_evaluations_write"
    http_method_names = ["patch"]
    takes = SectionIn
    answers = {200: SavedSectionOut, 409: OpenApiResponse(SectionConflictOut, description=MEANINGS[409])}
    also = (413, 415)

    def rows(self) -> QuerySet[SelfEvaluation]:
        return readable_sefs(self.access)

    def patch(self, request: Request, area: str, **kwargs: str) -> Response:
        """Save what the school says. What others wrote in other sections since that version stands."""
        sef = self.get_object()
        self.access.require(Permission.WRITE_SEF, sef.school_id)
        if layout_for(sef).area(area) is None:
            raise NotFound
        sent = self._sent(sef)
        version = sent.pop("version")
        now = entries_now(sef).get(area, SectionEntry())
        entry = SectionEntry(**{**vars(now), **sent})
        saved = save_section(sef, area, entry, by=self.access.membership, version=version)
        return Response(_answer(saved), status=409 if saved.conflict else 200)

    def _sent(self, sef: SelfEvaluation) -> dict[str, Any]:
        serializer = SectionIn(data=self.request.data)
        if not serializer.is_valid():
            raise Refused(serializer.errors)
        if serializer.validated_data["version"] > sef.version:
            raise Refused({"version": [f"It is at version {sef.version}; it has had no such version."]})
        return {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value
            for name, value in serializer.validated_data.items()
        }


def _answer(saved: SavedSection) -> dict[str, Any]:
    if saved.conflict is None:
        return SavedSectionOut(saved).data
    row: SefSection = saved.conflict.theirs
    sides = {"theirs": vars(entry_of(row).whole), "mine": vars(saved.conflict.mine.whole)}
    told = {"version": saved.version, "by": row.author.user.name if row.author else "", "at": row.written_at, **sides}
    return SectionConflictOut(told).data
