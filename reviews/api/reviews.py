"""Reviews, with their forms as they were filled in and their findings, as far as this person reads them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reviews.models import Finding, Practice, Review, ReviewShare, ReviewWish
from reviews.queries.register import on_offer
from reviews.queries.reviews import form_for, part_of, readable_reviews, told_actions
from reviews.queries.wishes import readable_wishes
from schools.access import Permission
from schools.api.filters import IdFilter, Moment, Order, RowFilters
from schools.api.view import Rows
from schools.filled import as_record, definition

READ_WORDS = "Null until this person may read it: the school once it is sent, others once it is published."


class ReviewOut(serializers.ModelSerializer):
    """A review: what was agreed and where it stands. What was written is in the whole one."""

    form = serializers.CharField(help_text="The key of its form; empty where the strategy has none for its kind.")

    class Meta:
        model = Review
        fields = [
            "id", "school", "strategy_version", "kind", "form", "level", "depth", "entitlement", "state", "days",
            "dates", "starts_on", "ends_on", "focus", "outcomes", "outside", "sent_at", "reply_due_on",
            "published_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class FindingOut(serializers.ModelSerializer):
    """One thing it found. `actions`: those of the school's plan that answer it."""

    actions = serializers.SerializerMethodField()

    class Meta:
        model = Finding
        fields = ["id", "kind", "text", "criterion", "area", "evidence", "actions"]
        read_only_fields = fields

    def get_actions(self, finding: Finding) -> list[int]:
        return [one.pk for one in told_actions(finding)]


class ShareOut(serializers.ModelSerializer):
    """With whom a published review was shared."""

    class Meta:
        model = ReviewShare
        fields = ["audience", "note", "shared_at"]
        read_only_fields = fields


class ReviewWhole(ReviewOut):
    """A review with its form's definition, its answers, its findings and the school's answer on the facts."""

    definition = serializers.SerializerMethodField(help_text="The form as it was when the review was proposed.")
    filled = serializers.SerializerMethodField(help_text=READ_WORDS)
    findings = serializers.SerializerMethodField(help_text=READ_WORDS)
    reply = serializers.SerializerMethodField(help_text=READ_WORDS)
    reply_text = serializers.SerializerMethodField(help_text=READ_WORDS)
    shares = ShareOut(many=True, read_only=True)

    class Meta(ReviewOut.Meta):
        fields = [
            *ReviewOut.Meta.fields, "begun_early_why", "published_early_why", "definition", "filled", "findings",
            "reply", "reply_text", "became", "became_text", "shares",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, review: Review) -> dict[str, Any]:
        self.reads = part_of(self.context["view"].access, review).reads_words(review)
        return super().to_representation(review)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_definition(self, review: Review) -> dict[str, Any]:
        return definition(review.strategy_version.strategy, form_for(review))

    @extend_schema_field({"type": "object", "nullable": True})
    def get_filled(self, review: Review) -> dict[str, Any] | None:
        return as_record(form_for(review), review.answers) if self.reads else None

    @extend_schema_field({"type": "array", "items": {"type": "object"}, "nullable": True})
    def get_findings(self, review: Review) -> list[Any] | None:
        rows = review.findings.prefetch_related("actions")
        return list(FindingOut(rows, many=True).data) if self.reads else None

    @extend_schema_field({"type": "string", "nullable": True})
    def get_reply(self, review: Review) -> str | None:
        return review.reply if self.reads else None

    @extend_schema_field({"type": "string", "nullable": True})
    def get_reply_text(self, review: Review) -> str | None:
        return review.reply_text if self.reads else None


class ReviewFilters(RowFilters):
    """By school, kind, where it stands, and published since."""

    school = IdFilter(field_name="school_id")
    kind = filters.CharFilter(max_length=60)
    state = filters.ChoiceFilter(choices=Review.State.choices)
    since = Moment(field_name="published_at", lookup_expr="gte", label="Published since")
    ordering = Order(fields=["starts_on", "published_at"])


class Reviews(Rows):
    """The reviews this person may read: those of their side from the start, others once they are published."""

    needs, model, tag = Permission.SEE_REVIEWS, Review, "Reviews"
    serializer_class, filterset_class = ReviewOut, ReviewFilters

    def get_serializer_class(self) -> type[ReviewOut]:
        return ReviewWhole if self.action == "retrieve" else ReviewOut

    def rows(self) -> QuerySet[Review]:
        return readable_reviews(self.access)


class WishOut(serializers.ModelSerializer):
    """A review that a school asked for from the menu, and what the trust decided."""

    item = serializers.CharField(help_text="The key of the entry on the strategy’s menu.")

    class Meta:
        model = ReviewWish
        fields = [
            "id", "school", "strategy_version", "item", "note", "suits", "asked_at", "state", "answer", "answered_at",
            "review",
        ]  # fmt: skip
        read_only_fields = fields


class WishFilters(RowFilters):
    """By school, by where it stands."""

    school = IdFilter(field_name="school_id")
    state = filters.ChoiceFilter(choices=ReviewWish.State.choices)
    ordering = Order(fields=["asked_at"])


class Wishes(Rows):
    """What the schools this person answers for, or plans reviews of, asked for from the menu."""

    needs, model, tag = Permission.SEE_REVIEWS, ReviewWish, "Review wishes"
    serializer_class, filterset_class = WishOut, WishFilters

    def rows(self) -> QuerySet[ReviewWish]:
        return readable_wishes(self.access)


class PracticeOut(serializers.ModelSerializer):
    """Something a school offers others to come and see, with how often it was asked for and visited."""

    asked = serializers.IntegerField(read_only=True)
    visited = serializers.IntegerField(read_only=True)

    class Meta:
        model = Practice
        fields = [
            "id", "school", "kind", "title", "text", "subject", "phase", "evidence", "contact", "offered_at",
            "asked", "visited",
        ]  # fmt: skip
        read_only_fields = fields


class PracticeFilters(RowFilters):
    """By school, subject, phase and kind."""

    school = IdFilter(field_name="school_id")
    subject = filters.CharFilter(max_length=80, lookup_expr="iexact")
    phase = filters.CharFilter(max_length=20)
    kind = filters.ChoiceFilter(choices=Practice.Kind.choices)
    ordering = Order(fields=["offered_at"])


class Practices(Rows):
    """The register of practice: every school's, since it is there to be found."""

    needs, model, tag = Permission.SEE_PRACTICE, Practice, "Practice"
    serializer_class, filterset_class = PracticeOut, PracticeFilters

    def rows(self) -> QuerySet[Practice]:
        return on_offer().order_by("-offered_at", "-pk")
