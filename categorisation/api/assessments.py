"""Risk matrices, with their version as the ETag, and the one write of the API: a school's ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.http import parse_etags
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from categorisation.access import of_matrices
from categorisation.models import Assessment
from categorisation.queries import entries_of, kpis_of, ratings_of
from categorisation.rules.entry import asked_of
from categorisation.services import save_ratings
from categorisation.services.assessments import Conflict, Saved, entry_of
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, Refused, RowFilters, Rows, TrustView
from schools.api.document import ETAG, IF_MATCH, IF_NONE_MATCH, MEANINGS

from .ratings import RatingOut, RatingsIn, entries_from, spoken


class AssessmentOut(serializers.ModelSerializer):
    """A risk matrix: where it stands and how much of it is rated. `version` grows with every change."""

    asked = serializers.SerializerMethodField(help_text="How many indicators the school is asked for.")
    rated = serializers.SerializerMethodField(help_text="How many of them have a rating, “unknown” included.")
    question = serializers.SerializerMethodField(help_text="Why it was returned, while it is.")

    class Meta:
        model = Assessment
        fields = [
            "id", "school", "period", "strategy_version", "state", "due_on", "submitted_at", "agreed_at", "question",
            "version", "asked", "rated",
        ]  # fmt: skip
        read_only_fields = fields

    def get_asked(self, matrix: Assessment) -> int:
        return len(asked_of(matrix.strategy_version.strategy, matrix.school.phase))

    def get_rated(self, matrix: Assessment) -> int:
        return sum(level is not None for level in matrix.levels)

    def get_question(self, matrix: Assessment) -> str | None:
        return matrix.returned_note if matrix.state == Assessment.State.RETURNED else None


class SourceKindOut(serializers.Serializer):
    """A kind of source that a rating of this matrix may name."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class AssessmentSheet(AssessmentOut):
    """A risk matrix with a rating for every indicator it asks for, by the indicator's key."""

    source_kinds = SourceKindOut(many=True, source="strategy_version.strategy.matrix.sources", read_only=True)
    ratings = serializers.DictField(child=RatingOut(), source="sheet", read_only=True)

    class Meta(AssessmentOut.Meta):
        fields = [*AssessmentOut.Meta.fields, "source_kinds", "ratings"]
        read_only_fields = fields


class AssessmentFilters(RowFilters):
    """By school, period, where it stands, and sent or agreed since."""

    school = IdFilter(field_name="school_id")
    period = IdFilter(field_name="period_id")
    state = filters.ChoiceFilter(choices=Assessment.State.choices)
    since = Moment(method="moved_since", label="Sent or agreed since")
    ordering = Order(
        fields=["due_on", "submitted_at", "agreed_at", ("period__starts_on", "period"), ("school__name", "school")]
    )

    def moved_since(self, rows: QuerySet[Assessment], name: str, moment: datetime) -> QuerySet[Assessment]:
        return rows.filter(Q(submitted_at__gte=moment) | Q(agreed_at__gte=moment))


class HasChanged(APIException):
    """The matrix is no longer at the version the client acts on."""

    status_code = 412
    default_detail = MEANINGS[412]


def etag_of(matrix: Assessment) -> str:
    return f'"{matrix.version}"'


def named(header: str, matrix: Assessment) -> bool:
    """Whether the header names this version. Compressing an answer makes its tag a weak one, so weak ones count."""
    tags = parse_etags(header)
    return "*" in tags or etag_of(matrix) in {tag.removeprefix("W/") for tag in tags}


def require_unchanged(request: Request, matrix: Assessment) -> None:
    """Raise HasChanged when If-Match names other versions."""
    if "If-Match" in request.headers and not named(request.headers["If-Match"], matrix):
        raise HasChanged


def matrices(view: TrustView) -> QuerySet[Assessment]:
    """The matrices this person may read, latest period first."""
    return (
        Assessment.objects.filter(of_matrices(view.access))
        .select_related("school", "strategy_version")
        .defer("strategy_version__text", "strategy_version__document")
        .order_by("-period__starts_on", "school__name", "pk")
    )


class Assessments(Rows):
    """The risk matrices this person may read. A draft is the school's own; an agreed one is open to all who see it."""

    needs, model, tag = Permission.SEE_MATRIX, Assessment, "Assessments"
    serializer_class, filterset_class = AssessmentOut, AssessmentFilters
    headers_told = (ETAG, IF_NONE_MATCH, IF_MATCH)
    also = (304, 412)

    def get_serializer_class(self) -> type[AssessmentOut]:
        return AssessmentSheet if self.action == "retrieve" else AssessmentOut

    def rows(self) -> QuerySet[Assessment]:
        return matrices(self)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One matrix with its ratings; 304 when If-None-Match names its version."""
        matrix = self.get_object()
        require_unchanged(request, matrix)
        if named(request.headers.get("If-None-Match", ""), matrix):
            return Response(status=304, headers={"ETag": etag_of(matrix)})
        matrix.sheet = ratings_of(matrix)
        for rating in matrix.sheet.values():
            rating.assessment = matrix
        return Response(self.get_serializer(matrix).data, headers={"ETag": etag_of(matrix)})


class SavedOut(serializers.Serializer):
    """What is stored now."""

    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField(source="at")


class SideOut(serializers.Serializer):
    """One person's words on an indicator."""

    level = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    evidence_on = serializers.DateField(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField())


class ConflictOut(serializers.Serializer):
    """An indicator somebody wrote about since."""

    kpi = serializers.CharField()
    by = serializers.CharField(help_text="Who wrote.")
    at = serializers.DateTimeField(allow_null=True)
    theirs = SideOut()
    mine = SideOut()


class ConflictsOut(serializers.Serializer):
    """Nothing was saved: what both sides say, and the version to send once it is settled."""

    version = serializers.IntegerField()
    conflicts = ConflictOut(many=True)


class AssessmentRatings(TrustView):
    """Write some ratings of a matrix that is still open."""

    needs, model, tag, operation = Permission.RATE, Assessment, "Assessments", "assessments_rate"
    http_method_names = ["patch"]
    takes = RatingsIn
    answers = {200: SavedOut, 409: OpenApiResponse(ConflictsOut, description=MEANINGS[409])}
    headers_told = (ETAG, IF_MATCH)
    also = (412, 413, 415)

    def rows(self) -> QuerySet[Assessment]:
        return matrices(self).select_for_update(of=("self",))  # so that versions are compared and written as one

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Save what the school says. What others wrote about other indicators since that version stands."""
        matrix = self.get_object()
        self.access.require(Permission.RATE, matrix.school_id)
        require_unchanged(request, matrix)
        sent = self._sent(matrix)
        entries = entries_from(matrix, sent["ratings"], entries_of(matrix))
        by = self.access.membership
        saved = save_ratings(matrix, entries, by=by, version=sent["version"], kpis=kpis_of(matrix))
        answer = told_conflicts(matrix, saved) if saved.conflicts else SavedOut(saved).data
        return Response(answer, status=409 if saved.conflicts else 200, headers={"ETag": etag_of(matrix)})

    def _sent(self, matrix: Assessment) -> dict[str, Any]:
        serializer = RatingsIn(data=self.request.data)
        if not serializer.is_valid():
            raise Refused(serializer.errors)
        if serializer.validated_data["version"] > matrix.version:
            raise Refused({"version": [f"The matrix is at version {matrix.version}; it has had no such version."]})
        return serializer.validated_data


def told_conflicts(matrix: Assessment, saved: Saved) -> dict[str, Any]:
    """Both sides of every conflict, levels by key."""
    told = [_told(matrix, clash) for clash in saved.conflicts]
    return ConflictsOut({"version": saved.version, "conflicts": told}).data


def _told(matrix: Assessment, clash: Conflict) -> dict[str, Any]:
    strategy, author = matrix.strategy_version.strategy, clash.theirs.author
    sides = {"theirs": entry_of(clash.theirs), "mine": clash.mine}
    spoken_sides = {
        side: {**vars(entry), "level": spoken(strategy, clash.kpi.key, entry.level)} for side, entry in sides.items()
    }
    return {
        "kpi": clash.kpi.key,
        "by": author.user.name if author else "",
        "at": clash.theirs.written_at,
        **spoken_sides,
    }
