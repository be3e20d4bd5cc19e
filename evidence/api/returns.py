"""Returns and their figures: read as the pages show them, and the one write, the cells of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.http import parse_etags
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.models import Figure, Return, State, Status
from evidence.queries.returns import hides, of_figures, of_returns
from evidence.queries.returns_sheet import entry_of, sheet_of
from evidence.rules.arithmetic import value_of
from evidence.rules.cells import LONGEST_NOTE, LONGEST_TEXT, Entry, read_cell, texts_of
from evidence.rules.grid import DENOMINATOR, NUMERATOR, VALUE, Place, Table
from evidence.services.returns import Conflict, Saved, save_cells
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, Refused, RowFilters, Rows, StrictSerializer, TrustView
from schools.api.document import IF_MATCH, MEANINGS

LARGEST_VERSION = 2**31 - 1
MOST_FIGURES = 5000
HIDDEN = "hidden"
"""The status of a cell that this person may not see: a small number, or one that would give one away."""

ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, description="The return's version.", response=[200])
PARTS = {"numerator": NUMERATOR, "denominator": DENOMINATOR, "value": VALUE}


class ReturnOut(serializers.ModelSerializer):
    """A return: of which school, for which collection point, and where it stands. `version` grows with every change."""

    question = serializers.SerializerMethodField(help_text="What the trust asks, while it is returned.")

    class Meta:
        model = Return
        fields = [
            "id", "school", "period", "strategy_version", "point", "state", "opens_on", "due_on", "submitted_at",
            "agreed_at", "question", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_question(self, of_return: Return) -> str | None:
        return of_return.returned_note if of_return.state == State.RETURNED else None


class ReturnFilters(RowFilters):
    """By school, period, collection point, where it stands, and sent or agreed since."""

    school = IdFilter(field_name="school_id")
    period = IdFilter(field_name="period_id")
    point = filters.CharFilter(max_length=60)
    state = filters.ChoiceFilter(choices=State.choices)
    since = Moment(method="moved_since", label="Sent or agreed since")
    ordering = Order(fields=["due_on", "submitted_at", ("period__starts_on", "period"), ("school__name", "school")])

    def moved_since(self, rows: QuerySet[Return], name: str, moment: datetime) -> QuerySet[Return]:
        return rows.filter(Q(submitted_at__gte=moment) | Q(agreed_at__gte=moment))


class Returns(Rows):
    """The returns this person may read: a draft is the school's own, an agreed one is open to all who see returns."""

    needs, model, tag = Permission.SEE_RETURNS, Return, "Returns"
    serializer_class, filterset_class = ReturnOut, ReturnFilters

    def rows(self) -> QuerySet[Return]:
        found = Return.objects.filter(of_returns(self.access))
        return found.order_by("-period__starts_on", "school__name", "pk")


class FigureOut(serializers.ModelSerializer):
    """One figure. Counts are null where they are not known; with the status “hidden” so is everything else."""

    status = serializers.SerializerMethodField(help_text=f"One of {', '.join(Status.values)}, {HIDDEN}.")
    numerator = serializers.SerializerMethodField()
    denominator = serializers.SerializerMethodField()
    value = serializers.SerializerMethodField("get_amount", help_text="In the measure's unit, not rounded.")
    note = serializers.SerializerMethodField(help_text="For those who see every figure.")

    class Meta:
        model = Figure
        fields = [
            "id", "part_of", "school", "period", "measure", "group", "year_group", "class_name", "year", "span",
            "status", "numerator", "denominator", "value", "note",
        ]  # fmt: skip
        read_only_fields = fields

    def _hides(self, figure: Figure) -> bool:
        return hides(self.context["request"]._request.access, figure)

    def get_status(self, figure: Figure) -> str:
        return HIDDEN if self._hides(figure) else figure.status

    def get_numerator(self, figure: Figure) -> int | None:
        return None if self._hides(figure) else figure.numerator

    def get_denominator(self, figure: Figure) -> int | None:
        return None if self._hides(figure) else figure.denominator

    @extend_schema_field(serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True))
    def get_amount(self, figure: Figure) -> str | None:
        measure = figure.part_of.strategy_version.strategy.measure_by_key.get(figure.measure)
        if measure is None or self._hides(figure):
            return None
        value = value_of(measure.kind, entry_of(figure).amount)
        return None if value is None else format(round(value, 6), "f")

    def get_note(self, figure: Figure) -> str:
        access = self.context["request"]._request.access
        return figure.note if access.may(Permission.SEE_COUNTS, figure.school_id) else ""


class FigureFilters(RowFilters):
    """By return, school, period, measure, group, and the academic year it is about."""

    part_of = IdFilter(field_name="part_of_id", label="Return")
    school = IdFilter(field_name="school_id")
    period = IdFilter(field_name="period_id")
    measure = filters.CharFilter(max_length=60)
    group = filters.CharFilter(max_length=60)
    year = IdFilter(field_name="year")
    ordering = Order(fields=["measure", "year", ("period__starts_on", "period"), ("school__name", "school")])


class Figures(Rows):
    """The figures of the returns this person may read. Small numbers are hidden as on the pages."""

    needs, model, tag = Permission.SEE_RETURNS, Figure, "Figures"
    serializer_class, filterset_class = FigureOut, FigureFilters

    def rows(self) -> QuerySet[Figure]:
        found = Figure.objects.filter(of_figures(self.access)).select_related("part_of__strategy_version")
        found = found.defer("part_of__strategy_version__text", "part_of__strategy_version__document")
        return found.order_by("-period__starts_on", "school__name", "measure", "pk")


class FigureIn(StrictSerializer):
    """One figure of a draft. What is left out stays; null or "" takes it away. Numbers, or text as people type it."""

    measure = serializers.CharField(max_length=60)
    group = serializers.CharField(max_length=60, default="all")
    year_group = serializers.CharField(max_length=20, allow_blank=True, default="")
    class_name = serializers.CharField(max_length=20, allow_blank=True, default="")
    numerator = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, allow_null=True, required=False)
    denominator = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, allow_null=True, required=False)
    value = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, allow_null=True, required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, required=False)


class CellsIn(StrictSerializer):
    """Some figures of one return, and the version of the return they were written on."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION)
    figures = serializers.ListField(child=FigureIn(), allow_empty=False, max_length=MOST_FIGURES)


class SavedReturnOut(serializers.Serializer):
    """What is stored now."""

    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField(source="at")
    written = serializers.IntegerField(help_text="How many figures changed.")


class CellOut(serializers.Serializer):
    """One side of a conflict."""

    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)
    value = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)
    status = serializers.CharField()
    note = serializers.CharField()


class FigureConflictOut(serializers.Serializer):
    """A figure somebody wrote since."""

    figure = serializers.CharField(help_text="Measure, group, year group and class, joined by “~”.")
    by = serializers.CharField(help_text="Who wrote; empty where it was filled in from an earlier return.")
    theirs = CellOut()
    mine = CellOut()


class FigureConflictsOut(serializers.Serializer):
    """Nothing was saved: what both sides say, and the version to send once it is settled."""

    version = serializers.IntegerField()
    conflicts = FigureConflictOut(many=True)


class ReturnChanged(APIException):
    """The return is no longer at the version the client acts on."""

    status_code = 412
    default_detail = MEANINGS[412]


class ReturnFigures(TrustView):
    """Write figures of a return that is still a draft."""

    needs, model, tag, operation = Permission.ENTER_RETURN, Return, "Returns", "returns_write"
    http_method_names = ["put"]
    takes = CellsIn
    answers = {200: SavedReturnOut, 409: OpenApiResponse(FigureConflictsOut, description=MEANINGS[409])}
    headers_told = (ETAG, IF_MATCH)
    also = (412, 413, 415)

    def rows(self) -> QuerySet[Return]:
        found = Return.objects.filter(of_returns(self.access)).select_related("school", "period", "strategy_version")
        return found.select_for_update(of=("self",))  # so that versions are compared and written as one

    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Save what the school says. What others wrote about other figures since that version stands."""
        of_return = self.get_object()
        self.access.require(Permission.ENTER_RETURN, of_return.school_id)
        _require_unchanged(request, of_return)
        serializer = CellsIn(data=request.data)
        if not serializer.is_valid():
            raise Refused(serializer.errors)
        sent = serializer.validated_data
        if sent["version"] > of_return.version:
            raise Refused({"version": [f"The return is at version {of_return.version}; it has had no such version."]})
        entries = _entries(of_return, sent["figures"])
        saved = save_cells(of_return, entries, by=self.access.membership, version=sent["version"])
        answer = _told(saved) if saved.conflicts else SavedReturnOut(saved).data
        status = 409 if saved.conflicts else 200
        return Response(answer, status=status, headers={"ETag": f'"{saved.version}"'})


def _require_unchanged(request: Request, of_return: Return) -> None:
    tags = parse_etags(request.headers.get("If-Match", "*"))
    if "*" not in tags and f'"{of_return.version}"' not in {tag.removeprefix("W/") for tag in tags}:
        raise ReturnChanged


def _entries(of_return: Return, sent: list[dict[str, Any]]) -> dict[Place, Entry]:
    """The figures as they are to be stored. Raises Refused, by the number of the figure sent."""
    sheet, found, wrong = sheet_of(of_return), dict[Place, Entry](), dict[str, Any]()
    for number, parts in enumerate(sent):
        place = Place(parts["measure"], parts["group"], parts["year_group"], parts["class_name"])
        if not sheet.takes(place):
            wrong[str(number)] = {"measure": ["This return asks for no such figure."]}
        elif place in found:
            wrong[str(number)] = {"measure": ["This figure is named twice."]}
        else:
            table = sheet.table_by_measure[place.measure]
            entry, faults = _entry(table, sheet.entries.get(place, Entry()), parts)
            names = {part: name for name, part in PARTS.items()}
            if faults:
                wrong[str(number)] = {names[part]: [words] for part, words in faults.items()}
            found[place] = entry
    if wrong:
        raise Refused({"figures": wrong})
    return found


def _entry(table: Table, now: Entry, parts: Mapping[str, Any]) -> tuple[Entry, dict[str, str]]:
    """What was sent over what is stored."""
    kind, status = table.measure.kind, parts.get("status", Status.NUMBER)
    texts = dict(texts_of(kind, now)) if now.status == Status.NUMBER or "status" not in parts else {}
    sent = {part: str(parts[name] or "") for name, part in PARTS.items() if name in parts}
    faults = {part: "This measure has no such part." for part in sent if part not in table.parts and sent[part]}
    entry, unread = read_cell(kind, {**texts, **sent}, parts.get("note", now.note))
    if status != Status.NUMBER:
        kept = entry.denominator if sent.get(DENOMINATOR) or not sent else None
        entry = Entry(denominator=kept, status=status, note=entry.note)
        unread = {}
    return entry, {**unread, **faults}


def _told(saved: Saved) -> dict[str, Any]:
    return FigureConflictsOut(
        {"version": saved.version, "conflicts": [_clash(clash) for clash in saved.conflicts]}
    ).data


def _clash(clash: Conflict) -> dict[str, Any]:
    author = clash.theirs.author
    return {
        "figure": clash.place.key,
        "by": author.user.name if author else "",
        "theirs": vars(entry_of(clash.theirs)),
        "mine": vars(clash.mine),
    }
