"""What a school owes and is owed, and when, for other programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from reporting.queries.owed import Span, owed, schools_of
from reporting.rules.owed import KINDS, Owed
from schools.access import Permission
from schools.api import TrustView
from schools.models import School

A_YEAR = timedelta(days=366)


class OwedOut(serializers.Serializer):
    """One thing with a day."""

    kind = serializers.ChoiceField(choices=list(KINDS), help_text="What it is part of.")
    title = serializers.CharField()
    on = serializers.DateField(help_text="The day by which it is due, or on which it takes place.")
    takes_place = serializers.BooleanField(source="held", help_text="Takes place on its day; otherwise due by it.")
    starts_at = serializers.DateTimeField(source="at", allow_null=True, help_text="Of a meeting.")
    school = serializers.IntegerField(allow_null=True, help_text="Null: it concerns the whole trust.")
    page = serializers.SerializerMethodField(help_text="Its page; blank without one.")

    def get_page(self, one: Owed) -> str:
        if not one.page:
            return ""
        path = reverse(one.page, kwargs={"trust": self.context["request"]._request.trust.slug, **one.place})
        return f"{settings.SITE_URL.rstrip('/')}{path}"


class SchoolOwedOut(serializers.Serializer):
    """The calendar of a school, as far as this person may know it."""

    owed = OwedOut(many=True)


class SchoolOwed(TrustView):
    """What a school owes and is owed in the year ahead, and what is past its day and still open."""

    needs, model, tag, operation = Permission.BELONG, School, "Schools", "schools_owed"
    http_method_names = ["get", "head"]
    answers = {200: SchoolOwedOut}

    def rows(self) -> QuerySet[School]:
        return schools_of(self.access, timezone.localdate())

    def get(self, request: Any, **kwargs: str) -> Response:
        """The earliest first, with what concerns the whole trust."""
        today, school = timezone.localdate(), self.get_object()
        found = owed(self.access, [school], Span(today, today + A_YEAR), request.followed)
        lines = sorted((one for one in found if one.concerns(school.pk)), key=lambda one: (one.on, one.kind, one.title))
        return Response(SchoolOwedOut({"owed": lines}, context={"request": request}).data)
