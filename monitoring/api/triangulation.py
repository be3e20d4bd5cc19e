"""Evidence by subject, for other programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from monitoring.queries.triangulation import range_of, seen_of_schools
from schools.access import Permission, where_may
from schools.api import TrustView
from schools.models import School


class KindOut(serializers.Serializer):
    """How often a kind of evidence was used, this school year and the last."""

    key = serializers.CharField()
    now = serializers.IntegerField()
    before = serializers.IntegerField()
    last = serializers.DateField(allow_null=True)


class YearGroupOut(serializers.Serializer):
    """One year group of a subject."""

    year = serializers.CharField(help_text="N, R, 1 to 14; blank where a visit names none.")
    now = serializers.IntegerField(help_text="Looks this school year.")
    before = serializers.IntegerField(help_text="Looks in the school year before.")
    last = serializers.DateField()
    kinds = KindOut(many=True)
    gap = serializers.CharField(help_text="In words; blank where every kind has been used lately.")


class SubjectOut(serializers.Serializer):
    """A subject with its year groups."""

    label = serializers.CharField()  # type: ignore[assignment]
    lines = YearGroupOut(many=True)
    unseen = serializers.ListField(child=serializers.CharField(), help_text="Year groups nobody has looked at.")


class KindLabelOut(serializers.Serializer):
    """A kind of evidence that the strategy's forms can say of a subject."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class TriangulationOut(serializers.Serializer):
    """A school's evidence by subject and year group, of this school year and the last."""

    kinds = KindLabelOut(many=True)
    subjects = SubjectOut(many=True)
    hidden = serializers.IntegerField(help_text="Visits of which this person reads only that they took place.")


class Triangulation(TrustView):
    """Which kinds of evidence final visits brought of each subject and year group of a school."""

    needs, model, tag, operation = Permission.SEE_VISITS, School, "Visits", "schools_triangulation"
    http_method_names = ["get", "head"]
    answers = {200: TriangulationOut}

    def rows(self) -> QuerySet[School]:
        return School.objects.filter(where_may(self.access, Permission.SEE_VISITS, "pk"))

    def get(self, request: Any, **kwargs: str) -> Response:
        """The subjects by name, the gaps in words."""
        asked, school = range_of("", timezone.localdate()), self.get_object()
        (seen,) = seen_of_schools(self.access, asked, [school], followed=request.followed)
        kinds = [{"key": key, "label": label} for key, label in seen.kinds.items()]
        return Response(TriangulationOut({"kinds": kinds, "subjects": seen.subjects, "hidden": seen.hidden}).data)
