"""The figures that frame a visit: what the school's last agreed return asked for, as it was known on a day."""

from __future__ import annotations

from datetime import date
from itertools import islice

from evidence.models import Return
from evidence.queries.returns import of_returns
from evidence.queries.returns_sheet import point_of
from evidence.queries.values import known_values
from evidence.rules.arithmetic import in_words, value_of
from evidence.rules.comparing import Known, about_words
from reporting.rules.known import Figure
from schools.access import Access, Permission
from schools.models import School
from schools.strategy.measures import Measure

MOST_FIGURES = 8
ALL = "all"


def figures_of(access: Access, school: School, day: date) -> tuple[Figure, ...]:
    """Of all pupils together; none that is hidden from this person. Three queries."""
    last = _last_return(access, school, day)
    if last is None:
        return ()
    strategy = last.strategy_version.strategy
    asked = [(one.measure, ALL) for one in point_of(last).asks if ALL in one.groups]
    measures = strategy.measure_by_key
    values = known_values([school], asked, on=day, measures=measures, groups=strategy.group_by_key)
    counts = access.may(Permission.SEE_COUNTS, school.pk)
    found = ((measures[key], values.of(school, key, group).numbers) for key, group in dict.fromkeys(asked))
    shown = (_figure(measure, one) for measure, numbers in found for one in numbers[:1] if counts or not one.hidden)
    return tuple(islice(shown, MOST_FIGURES))


def _figure(measure: Measure, known: Known) -> Figure:
    value = value_of(measure.kind, known.amount)
    return measure.label, in_words(value, measure.decimals, measure.unit_shown), about_words(known.year, known.span)


def _last_return(access: Access, school: School, day: date) -> Return | None:
    rows = Return.objects.filter(of_returns(access), school=school, agreed_at__date__lte=day)
    rows = rows.select_related("strategy_version").defer("strategy_version__text", "strategy_version__document")
    return rows.order_by("-period__starts_on", "-due_on", "-pk").first()
