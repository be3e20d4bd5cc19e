"""Reads that several pages of the foundation share. A fixed number of queries each."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from schools.models import Kpi, Period, School, StrategyChoice, StrategyVersion


def strategy_versions_on(day: date) -> dict[int | None, StrategyVersion]:
    """Which published version each school follows on `day`; the key None is the trust's own choice. Two queries.

    Texts and documents are not read: the parsed strategy is kept in the process.
    """
    versions: dict[str, StrategyVersion] = {}
    published = StrategyVersion.objects.filter(starts_on__lte=day).defer("text", "document").order_by("key", "version")
    for version in published:
        versions[version.key] = version
    choices = StrategyChoice.objects.filter(from_on__lte=day).order_by("from_on")
    return {choice.school_id: versions[choice.key] for choice in choices if choice.key in versions}


def strategy_of(school: School, day: date) -> StrategyVersion | None:
    """The version one school follows on `day`."""
    versions = strategy_versions_on(day)
    return versions.get(school.pk) or versions.get(None)


def current_period(day: date) -> Period | None:
    """The term that has begun last by `day`; a holiday belongs to the term before it."""
    return Period.objects.terms().begun(day).first()


def period_of(school: School, day: date, *, half_termly: bool) -> Period | None:
    """The term, or where the school's rhythm is half-termly the half term, that `day` belongs to."""
    if not half_termly:
        return current_period(day)
    halves = Period.objects.halves().filter(Q(school=school) | Q(school=None)).begun(day)
    return halves.order_by("-starts_on", "school").first()


def kpi_numbers() -> dict[str, int]:
    """The trust's register: key to number."""
    return dict(Kpi.objects.values_list("key", "number"))
