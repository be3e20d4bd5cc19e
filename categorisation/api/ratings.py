"""Ratings: read with their levels by key, and written as a school says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from categorisation.access import of_matrices, of_moderation, sees_moderation
from categorisation.models import Assessment, Rating
from categorisation.rules.entry import LONGEST_NOTE, UNKNOWN, Entry, asked_of
from categorisation.rules.suggestion import from_record
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, Refused, RowFilters, Rows, StrictSerializer, Truth
from schools.strategy import Kpi, Strategy

UNKNOWN_KEY = "unknown"
LEVEL_WORDS = "The key of a level of the KPI's scale, “unknown” said on purpose, or null: not rated."
SOURCE_WORDS = "Keys of the kinds of source that the matrix's own strategy names: `source_kinds` of the matrix."
SUGGESTED_WORDS = "The key of the level that figures or dates suggested when the rating was written or sent, or null."
MEASURED_WORDS = "What that rested on: figure, comparison, gap, arithmetic, source and age, in words; or null."
NOT_TOLD = "Until the matrix is returned or agreed, those who do not moderate it read null."
LARGEST_VERSION = 2**31 - 1
MOST_SOURCES = 12


def spoken(strategy: Strategy, kpi: str, level: int | None) -> str | None:
    """The key of a stored level."""
    if level is None:
        return None
    return UNKNOWN_KEY if level == UNKNOWN else strategy.levels_of(strategy.kpi_by_key[kpi].scale)[level - 1].key


def stored(strategy: Strategy, kpi: Kpi, level: str | None) -> int | None:
    """The stored level of a key. Raises ValueError, which names the keys there are."""
    if level is None:
        return None
    keys = [UNKNOWN_KEY, *(one.key for one in strategy.levels_of(kpi.scale))]
    if level not in keys:
        raise ValueError(f"There is no such level. Choose one of: {', '.join(keys[1:])}, {UNKNOWN_KEY}; or null.")
    return keys.index(level)


class RatingOut(serializers.ModelSerializer):
    """What the school says of one KPI and, where it differs, what the moderator says."""

    level = serializers.SerializerMethodField(help_text=LEVEL_WORDS)
    moderated_level = serializers.SerializerMethodField(
        help_text=f"The moderator's level, or null where the school's stands. {NOT_TOLD}"
    )
    set_aside_level = serializers.SerializerMethodField(
        help_text="The moderator's level from before the school rated anew after a return. It does not count."
    )
    counts_as = serializers.SerializerMethodField(help_text="The moderated level where there is one.")
    sources = serializers.ListField(child=serializers.CharField(), read_only=True, help_text=SOURCE_WORDS)
    suggested = serializers.SerializerMethodField(help_text=SUGGESTED_WORDS)
    measured = serializers.SerializerMethodField(help_text=MEASURED_WORDS)

    class Meta:
        model = Rating
        fields = [
            "level", "note", "evidence_on", "sources", "carried", "filled", "suggested", "measured", "written_at",
            "submitted_at",
            "moderated_level", "moderated_reason", "moderated_at", "set_aside_level", "counts_as",
        ]  # fmt: skip
        read_only_fields = fields

    def get_level(self, rating: Rating) -> str | None:
        return self._spoken(rating, rating.level)

    def get_moderated_level(self, rating: Rating) -> str | None:
        return self._spoken(rating, rating.moderated_level)

    def get_set_aside_level(self, rating: Rating) -> str | None:
        return self._spoken(rating, rating.set_aside_level)

    def get_counts_as(self, rating: Rating) -> str | None:
        return self._spoken(rating, rating.counts_as)

    def get_suggested(self, rating: Rating) -> str | None:
        return self._spoken(rating, rating.suggested)

    def get_measured(self, rating: Rating) -> dict[str, Any] | None:
        one = from_record(rating.measured)
        if one is None:
            return None
        sees_counts = self.context["request"]._request.access.may(Permission.SEE_COUNTS, rating.school_id)
        return one.as_read(sees_counts=sees_counts).as_record()

    def to_representation(self, rating: Rating) -> dict[str, Any]:
        """The rating; without the moderator's part where this person is not told of it yet."""
        said = super().to_representation(rating)
        if not sees_moderation(self.context["request"]._request.access, rating.assessment):
            said |= {"moderated_level": None, "moderated_reason": "", "moderated_at": None, "set_aside_level": None}
            said["counts_as"] = said["level"]
        return said

    def _spoken(self, rating: Rating, level: int | None) -> str | None:
        return spoken(rating.assessment.strategy_version.strategy, rating.kpi.key, level)


class RatingRow(RatingOut):
    """A rating with the matrix it is part of."""

    kpi = serializers.CharField(source="kpi.key", read_only=True)

    class Meta(RatingOut.Meta):
        fields = ["assessment", "school", "period", "kpi", *RatingOut.Meta.fields]
        read_only_fields = fields


class RatingFilters(RowFilters):
    """By matrix, school, period, KPI, state of the matrix, moderated or not, and written or moderated since."""

    assessment = IdFilter(field_name="assessment_id")
    school = IdFilter(field_name="school_id")
    period = IdFilter(field_name="period_id")
    kpi = filters.CharFilter(field_name="kpi__key", max_length=60)
    state = filters.ChoiceFilter(field_name="assessment__state", choices=Assessment.State.choices)
    moderated = Truth(method="are_moderated", label="Moderated or not")
    since = Moment(method="changed_since", label="Written or moderated since")
    ordering = Order(fields=["written_at", ("period__starts_on", "period"), ("school__name", "school")])

    def changed_since(self, rows: QuerySet[Rating], name: str, moment: datetime) -> QuerySet[Rating]:
        return rows.filter(Q(written_at__gte=moment) | Q(moderated_at__gte=moment) & self._told())

    def are_moderated(self, rows: QuerySet[Rating], name: str, wanted: bool) -> QuerySet[Rating]:
        moderated = Q(moderated_level__isnull=False) & self._told()
        return rows.filter(moderated if wanted else ~moderated)

    def _told(self) -> Q:
        """Only what this person reads of moderation can be asked for."""
        return of_moderation(self.request._request.access, "assessment__")


class Ratings(Rows):
    """Every rating of the matrices this person may read, latest period first."""

    needs, model, tag = Permission.SEE_MATRIX, Rating, "Ratings"
    serializer_class, filterset_class = RatingRow, RatingFilters

    def rows(self) -> QuerySet[Rating]:
        return (
            Rating.objects.filter(of_matrices(self.access, "assessment__"))
            .select_related("assessment__strategy_version", "kpi")
            .defer("assessment__strategy_version__text", "assessment__strategy_version__document")
            .order_by("-period__starts_on", "school_id", "kpi__number", "pk")
        )


class RatingIn(StrictSerializer):
    """What the school says of one KPI. What is left out stays as it is; null takes a level or a date away."""

    level = serializers.CharField(max_length=60, allow_null=True, required=False, help_text=LEVEL_WORDS)
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, required=False)
    evidence_on = serializers.DateField(allow_null=True, required=False)
    sources = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=MOST_SOURCES, required=False, help_text=SOURCE_WORDS
    )


class RatingsIn(StrictSerializer):
    """Some ratings of one matrix, by the key of the KPI, and the version of the matrix they were written on."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)
    ratings = serializers.DictField(child=RatingIn(), allow_empty=False)


def entries_from(
    assessment: Assessment, sent: Mapping[str, Mapping[str, Any]], now: Mapping[str, Entry]
) -> dict[str, Entry]:
    """What is to be stored: what was sent over what is there. Raises Refused for what the matrix does not ask."""
    strategy = assessment.strategy_version.strategy
    asked = {kpi.key: kpi for kpi in asked_of(strategy, assessment.school.phase)}
    found, wrong = {}, {}
    for key, parts in sent.items():
        if key not in asked:
            wrong[key] = ["This matrix does not ask for such an indicator."]
            continue
        sources = _wrong_sources(strategy, parts.get("sources", ()))
        try:
            found[key] = _entry(strategy, asked[key], parts, now.get(key, Entry()))
        except ValueError as refusal:
            wrong[key] = {"level": [str(refusal)]}  # type: ignore[assignment]
        if sources:
            wrong[key] = {"sources": sources}  # type: ignore[assignment]
    if wrong:
        raise Refused({"ratings": wrong})
    return found


def _wrong_sources(strategy: Strategy, sent: Sequence[str]) -> dict[int, list[str]]:
    """A refusal for each kind of source the strategy does not name, or that is named twice, by its place."""
    keys = strategy.matrix.source_labels
    unknown = f"This strategy has no such kind of source. Choose from: {', '.join(keys)}."
    found = {place: ["It is named twice."] for place, key in enumerate(sent) if key in sent[:place]}
    return found | {place: [unknown] for place, key in enumerate(sent) if key not in keys}


def _entry(strategy: Strategy, kpi: Kpi, parts: Mapping[str, Any], now: Entry) -> Entry:
    changed = dict(parts)
    if "level" in changed:
        changed["level"] = stored(strategy, kpi, changed["level"])
    if "note" in changed:
        changed["note"] = changed["note"].replace("\r\n", "\n")
    if "sources" in changed:
        changed["sources"] = tuple(changed["sources"])
    return replace(now, **changed)
