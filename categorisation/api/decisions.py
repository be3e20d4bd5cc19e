"""Proposals with their explanation, and decisions with the school's reply."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from categorisation.access import learns_at_once, may_see_proposals, of_decisions, of_proposals
from categorisation.models import Decision, Proposal, Reply
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, RowFilters, Rows
from schools.strategy import Strategy

NOT_SHOWN = "Trust-wide roles see proposals, and headteachers where the trust says so."


class ExplanationOut(serializers.Serializer):
    """Why, in sentences, as it was told when the matrix was agreed."""

    headline = serializers.CharField()
    basis = serializers.ListField(child=serializers.CharField())
    held = serializers.ListField(child=serializers.CharField())
    unknown = serializers.ListField(child=serializers.CharField())
    up = serializers.ListField(child=serializers.CharField())
    down = serializers.ListField(child=serializers.CharField())


class ProposalOut(serializers.ModelSerializer):
    """What the rules propose on one axis. `level` is null where the evidence is not enough."""

    school = serializers.IntegerField(source="assessment.school_id", read_only=True)
    period = serializers.IntegerField(source="assessment.period_id", read_only=True)
    level = serializers.SerializerMethodField()
    explanation = ExplanationOut(source="explanation.words", read_only=True)

    class Meta:
        model = Proposal
        fields = [
            "id", "assessment", "school", "period", "axis", "level", "best", "worst", "explanation", "made_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_level(self, proposal: Proposal) -> str | None:
        return proposal.level or None


class ProposalFilters(RowFilters):
    """By school, period, axis, proposed level, and made since."""

    school = IdFilter(field_name="assessment__school_id")
    period = IdFilter(field_name="assessment__period_id")
    assessment = IdFilter(field_name="assessment_id")
    axis = filters.CharFilter(max_length=60)
    level = filters.CharFilter(max_length=60)
    since = Moment(field_name="made_at", lookup_expr="gte", label="Made since")
    ordering = Order(fields=["made_at", ("assessment__period__starts_on", "period"), "axis"])


class Proposals(Rows):
    """What the rules propose, for those who prepare the meeting; for heads where the trust says so."""

    needs, model, tag = Permission.SEE_DECISIONS, Proposal, "Proposals"
    serializer_class, filterset_class = ProposalOut, ProposalFilters

    def rows(self) -> QuerySet[Proposal]:
        trust = self.request._request.trust  # type: ignore[attr-defined]
        if not may_see_proposals(self.access, trust):
            raise PermissionDenied(NOT_SHOWN)
        rows = Proposal.objects.filter(of_proposals(self.access, trust)).select_related("assessment")
        return rows.order_by("-assessment__period__starts_on", "assessment__school__name", "axis", "pk")


class ReplyOut(serializers.ModelSerializer):
    """The school's words, printed beside the decision."""

    by = serializers.CharField(source="by.user.name", read_only=True)

    class Meta:
        model = Reply
        fields = ["text", "by", "at"]
        read_only_fields = fields


class ProposedOut(serializers.Serializer):
    """What the rules had proposed."""

    level = serializers.CharField(allow_null=True)
    explanation = ExplanationOut()


class ConclusionOut(serializers.Serializer):
    """What a re-assessment concludes beside the level."""

    provision = serializers.ChoiceField(choices=Decision.Provision.choices)
    provision_words = serializers.CharField(help_text="What should change.")
    capacity = serializers.ChoiceField(choices=Decision.Capacity.choices)
    capacity_words = serializers.CharField(help_text="From where to where it should move.")


class DecisionOut(serializers.ModelSerializer):
    """The category people decided, beside what the rules proposed, with the reason and the school's reply."""

    axis_label = serializers.SerializerMethodField()
    level_label = serializers.SerializerMethodField()
    was = serializers.SerializerMethodField(help_text="The level before, or null for the first decision.")
    decided_by = serializers.CharField(source="decided_by.user.name", read_only=True)
    proposed = serializers.SerializerMethodField()
    conclusion = serializers.SerializerMethodField(help_text="Null where the strategy asks for none.")
    reply = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        fields = [
            "id", "school", "period", "strategy_version", "meeting", "axis", "axis_label", "level", "level_label",
            "was", "proposed", "reason", "conclusion", "effective_on", "decided_by", "decided_at", "tell_at",
            "reply_due_on", "reply",
        ]  # fmt: skip
        read_only_fields = fields

    def get_axis_label(self, decision: Decision) -> str:
        return _strategy(decision).axis_by_key[decision.axis].label

    def get_level_label(self, decision: Decision) -> str:
        return next(one.label for one in _strategy(decision).axis_levels(decision.axis) if one.key == decision.level)

    def get_was(self, decision: Decision) -> str | None:
        return decision.was or None

    @extend_schema_field(ProposedOut(allow_null=True))
    def get_proposed(self, decision: Decision) -> dict[str, Any] | None:
        proposal = decision.proposal
        if proposal is None:
            return None
        return {"level": proposal.level or None, "explanation": ExplanationOut(proposal.explanation["words"]).data}

    @extend_schema_field(ConclusionOut(allow_null=True))
    def get_conclusion(self, decision: Decision) -> dict[str, Any] | None:
        return ConclusionOut(decision.conclusion).data if decision.provision else None

    @extend_schema_field(ReplyOut(allow_null=True))
    def get_reply(self, decision: Decision) -> dict[str, Any] | None:
        replies = decision.replies.all()
        return ReplyOut(replies[0]).data if replies else None


def _strategy(decision: Decision) -> Strategy:
    return decision.strategy_version.strategy


class DecisionFilters(RowFilters):
    """By school, period, axis, level, in force on or after a day, and learnt of since."""

    school = IdFilter(field_name="school_id")
    period = IdFilter(field_name="period_id")
    axis = filters.CharFilter(max_length=60)
    level = filters.CharFilter(max_length=60)
    since = Moment(method="learnt_since", label="Decided since; for a school, told since")
    ordering = Order(fields=["effective_on", "decided_at", ("period__starts_on", "period"), ("school__name", "school")])

    def learnt_since(self, rows: QuerySet[Decision], name: str, moment: datetime) -> QuerySet[Decision]:
        column = "decided_at" if learns_at_once(self.request._request.access) else "tell_at"
        return rows.filter(**{f"{column}__gte": moment})


class Decisions(Rows):
    """The decisions this person has learnt of: a school from the moment it is told. Latest first."""

    needs, model, tag = Permission.SEE_DECISIONS, Decision, "Decisions"
    serializer_class, filterset_class = DecisionOut, DecisionFilters

    def rows(self) -> QuerySet[Decision]:
        return (
            Decision.objects.filter(of_decisions(self.access, timezone.now()))
            .select_related("strategy_version", "proposal", "decided_by__user")
            .defer("strategy_version__text", "strategy_version__document")
            .prefetch_related(Prefetch("replies", Reply.objects.select_related("by__user")))
            .order_by("-effective_on", "-pk")
        )
