"""Who reads and writes the programme of a school and year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from reviews.models import ProgrammeEdition, YearProgramme
from reviews.queries.reviews import belongs
from schools.access import Access, Permission, where_may
from schools.strategy.forms import Form

TRUST, SCHOOL = "trust", "school"
"""The two sides that agree it."""


def sides_of(access: Access) -> Q:
    """Those of the schools for which this person acts on one side."""
    return where_may(access, Permission.RUN_REVIEWS) | where_may(access, Permission.ANSWER_REVIEWS)


def readable_years(access: Access) -> QuerySet[YearProgramme]:
    """Both sides read it from the start, whoever sees the school's reviews once it has been agreed."""
    agreed = Exists(ProgrammeEdition.objects.filter(programme=OuterRef("pk")))
    rows = YearProgramme.objects.filter(sides_of(access) | (where_may(access, Permission.SEE_REVIEWS) & Q(agreed)))
    rows = rows.select_related("school__trust", "strategy_version", "trust_signed_by__user", "school_signed_by__user")
    editions = ProgrammeEdition.objects.select_related("trust_signed_by__user", "school_signed_by__user")
    rows = rows.prefetch_related(Prefetch("editions", editions.order_by("-number")))
    return rows.defer("strategy_version__text", "strategy_version__document")


def form_for(row: YearProgramme) -> Form:
    """The form as it was when the record was begun."""
    return row.strategy_version.strategy.form_by_key[row.form]


def states_of_year(schools: Iterable[int], year: int) -> dict[int, YearProgramme]:
    """By school, its record of the year. One query."""
    rows = YearProgramme.objects.filter(school__in=list(schools), year=year).defer("answers", "touched")
    return {one.school_id: one for one in rows}


@dataclass(frozen=True)
class Side:
    """For which side of one school's year a person acts; blank for neither."""

    name: str

    @property
    def writes(self) -> bool:
        return bool(self.name)

    def may_sign(self, row: YearProgramme, me: int) -> bool:
        """Whether they sign now: their side has not, and they have not signed for the other."""
        other = row.school_signed_by_id if self.name == TRUST else row.trust_signed_by_id
        return self.writes and getattr(row, f"{self.name}_signed_at") is None and other != me


def side_of(access: Access, school_id: int) -> Side:
    """The school's, where this person answers for it; the trust's, where they plan reviews and do not belong there."""
    if school_id in {school for _, school in access.allowing(Permission.ANSWER_REVIEWS)}:
        return Side(SCHOOL)
    runs = access.may(Permission.RUN_REVIEWS, school_id) and not belongs(access, school_id)
    return Side(TRUST if runs else "")
