"""The matching of a half term as programs read it: its lines with their reasons, what is not met, who could come."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from plans.models import MatchLine, MatchRun
from plans.queries.matching import lines_of, matches_of, removed_of, runs
from plans.rules.exchange import Problem, broken_by, problem_of
from plans.rules.exchange_solve import WORDS
from plans.rules.exchange_words import Candidate, candidates, unmet
from schools.access import Access, Permission, where_may
from schools.api import IdFilter, Order, RowFilters, Rows, TrustView

P = Permission
TAG = "Matchings of support"


class MatchOut(serializers.ModelSerializer):
    """Days of one giver for one need of a school, proposed, taken out by hand, or accepted and so booked."""

    period = serializers.IntegerField(source="run.period_id", read_only=True, help_text="The half term.")
    need = serializers.CharField(source="key", read_only=True, help_text="The key of the need in its matching.")
    giver = serializers.CharField(source="offer.name", read_only=True)
    why = serializers.ListField(child=serializers.CharField(), help_text="Why this giver, in sentences.")
    others = serializers.ListField(child=serializers.CharField(), help_text="Who else offers it, and why not.")

    class Meta:
        model = MatchLine
        fields = [
            "id", "period", "offer", "giver", "school", "need", "what", "days", "pinned", "by_hand", "reason", "why",
            "others", "state", "accepted_at",
        ]  # fmt: skip
        read_only_fields = fields


class MatchWhole(MatchOut):
    """The same with the limits that it goes beyond, as only somebody's own hand may, and whether it is still booked."""

    warnings = serializers.SerializerMethodField(help_text="In sentences; `reason` says why it is right all the same.")

    booked = serializers.SerializerMethodField(help_text="Of one that is accepted, in words; else blank.")

    class Meta(MatchOut.Meta):
        fields = [*MatchOut.Meta.fields, "warnings", "booked"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, row: MatchLine) -> list[str]:
        known = self.context.get("warnings")  # of a whole matching they are worked out once
        if known is None:
            known = broken_by(problem_of(row.run.problem), matches_of(lines_of(row.run)))
        return known[f"offer-{row.offer_id}", row.key] if row.state == MatchLine.State.PROPOSED else []

    def get_booked(self, row: MatchLine) -> str:
        return row.booked_words if row.state == MatchLine.State.ACCEPTED else ""


def matched_lines(access: Access) -> QuerySet[MatchLine]:
    """The lines of every matching, for who books support."""
    rows = MatchLine.objects.filter(where_may(access, P.BOOK_SUPPORT))
    rows = rows.select_related("run__period", "offer__school", "offer__person__user", "school").order_by("-pk")
    return rows.prefetch_related("bookings")


class MatchFilters(RowFilters):
    """By school in need, offer, half term, and where it stands."""

    school = IdFilter(field_name="school_id")
    offer = IdFilter(field_name="offer_id")
    period = IdFilter(field_name="run__period_id")
    state = filters.ChoiceFilter(choices=MatchLine.State.choices)
    ordering = Order(fields=["days"])


class Matches(Rows):
    """The lines of the matchings, for who books support."""

    needs, model, tag = P.BOOK_SUPPORT, MatchLine, "Matches of support"
    filterset_class = MatchFilters

    def get_serializer_class(self) -> type[MatchOut]:
        return MatchWhole if self.action == "retrieve" else MatchOut

    def rows(self) -> QuerySet[MatchLine]:
        rows = matched_lines(self.access)
        return rows if self.action == "retrieve" else rows.defer("run__problem")


class NeedOut(serializers.Serializer):
    """Days of support that a school needs for one thing, and what of it nobody is matched with."""

    key = serializers.CharField()
    school = serializers.IntegerField()
    what = serializers.CharField()
    area = serializers.CharField(help_text="The key of a criterion; blank where none is named.")
    days = serializers.IntegerField(help_text="Still to be matched.")
    booked = serializers.IntegerField(help_text="Days booked already, beside those.")
    wanted = serializers.IntegerField(allow_null=True, help_text="Days set by hand, in all.")
    why = serializers.ListField(child=serializers.CharField(), help_text="What it rests on, in sentences.")
    days_open = serializers.IntegerField()
    why_open = serializers.CharField(help_text="Why nobody is matched with these; blank where it is met.")


class MatchingOut(serializers.ModelSerializer):
    """The matching of a half term, from what was known when it was worked out."""

    status_words = serializers.SerializerMethodField()

    class Meta:
        model = MatchRun
        fields = ["id", "period", "status", "status_words", "solved_by", "solved_at"]
        read_only_fields = fields

    def get_status_words(self, run: MatchRun) -> str:
        return WORDS[run.status]


class MatchingWhole(MatchingOut):
    """A matching with its lines and with every need, the greatest of what is not met first."""

    matches = serializers.SerializerMethodField()
    needs = serializers.SerializerMethodField()

    class Meta(MatchingOut.Meta):
        fields = [*MatchingOut.Meta.fields, "matches", "needs"]
        read_only_fields = fields

    def to_representation(self, run: MatchRun) -> dict[str, Any]:
        """Read once for all of it."""
        self.lines = lines_of(run)
        self.problem = problem_of(run.problem).with_pins((), removed_of(self.lines))
        return dict(super().to_representation(run))

    @extend_schema_field(MatchWhole(many=True))
    def get_matches(self, run: MatchRun) -> list[dict[str, Any]]:
        for one in self.lines:
            one.run = run
        context = {"warnings": broken_by(self.problem, matches_of(self.lines))}
        return list(MatchWhole(self.lines, many=True, context=context).data)

    @extend_schema_field(NeedOut(many=True))
    def get_needs(self, run: MatchRun) -> list[dict[str, Any]]:
        return list(NeedOut(_needs(run, self.problem, self.lines), many=True).data)


def _needs(run: MatchRun, problem: Problem, lines: list[MatchLine]) -> list[dict[str, Any]]:
    left = {one.need.key: one for one in unmet(problem, matches_of(lines))}
    met = [one for one in problem.needs if one.key not in left]
    return [
        {
            "key": one.key, "school": one.school, "what": one.what, "area": one.area, "days": one.days,
            "booked": one.booked, "wanted": run.wanted.get(one.key), "why": one.why,
            "days_open": left[one.key].days if one.key in left else 0,
            "why_open": left[one.key].words if one.key in left else "",
        }
        for one in [*(one.need for one in left.values()), *met]
    ]  # fmt: skip


class MatchingFilters(RowFilters):
    """By half term."""

    period = IdFilter(field_name="period_id")
    ordering = Order(fields=["solved_at"])


class Matchings(Rows):
    """The matchings of half terms, for who books support."""

    needs, model, tag = P.BOOK_SUPPORT, MatchRun, TAG
    filterset_class = MatchingFilters

    def get_serializer_class(self) -> type[MatchingOut]:
        return MatchingWhole if self.action == "retrieve" else MatchingOut

    def rows(self) -> QuerySet[MatchRun]:
        return runs() if self.action == "retrieve" else runs().defer("problem")


class CandidateOut(serializers.Serializer):
    """One giver seen from one need."""

    offer = serializers.IntegerField()
    name = serializers.CharField()
    could = serializers.BooleanField(help_text="Whether it could come.")
    strength = serializers.CharField(help_text="What speaks for it; blank where nothing more is known.")
    against = serializers.CharField(help_text="Why it could not; blank where it could.")
    minutes = serializers.IntegerField(allow_null=True, help_text="Of the journey; null where it is not known.")
    days_left = serializers.IntegerField()


class NeedWithGivers(NeedOut):
    """A need with everybody who offers it, those who could come first."""

    candidates = CandidateOut(many=True)


class MatchingNeed(TrustView):
    """Read who could come for one need of a matching."""

    needs, model, tag, operation = P.BOOK_SUPPORT, MatchRun, TAG, "matchings_need"
    http_method_names = ["get", "head"]
    answers = {200: NeedWithGivers}

    def rows(self) -> QuerySet[MatchRun]:
        return runs()

    def get(self, request: Request, need: str, **kwargs: str) -> Response:
        """And why the others could not."""
        run: MatchRun = self.get_object()
        lines = lines_of(run)
        problem = problem_of(run.problem).with_pins((), removed_of(lines))
        told = next((one for one in _needs(run, problem, lines) if one["key"] == need), None)
        if told is None:
            raise NotFound
        found = candidates(problem, problem.need_by_key[need], matches_of(lines))
        return Response(NeedWithGivers(told | {"candidates": [_candidate(one) for one in found]}).data)


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "offer": int(one.giver.key.removeprefix("offer-")), "name": one.giver.name, "could": one.could,
        "strength": one.strength, "against": one.against, "minutes": one.minutes, "days_left": one.left,
    }  # fmt: skip
