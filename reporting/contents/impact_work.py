"""What a year's work came to: plans judged, reviews made, support given, practice shared (S0-62)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from plans.models import CLOSING, Action, Plan, SupportBooking, Validation, Verdict
from plans.queries.plans import kind_of
from plans.queries.support import supported_years
from plans.rules.support import Line
from plans.rules.support_entry import CAME
from plans.rules.support_shares import by_year
from reporting.contents.facts import Table
from reporting.contents.gather import Found
from reporting.contents.given import GIVEN, Given, given_words
from reporting.contents.slices import A_DAY, Year
from reviews.models import Finding, Practice, PracticeRequest, Review
from schools.strategy.basics import SupportUnit
from schools.strategy.provision import ImpactMeasure
from schools.words import listed, on, year_words


def _in_year(rows: QuerySet[Any], year: Year, moment: str) -> QuerySet[Any]:
    """Those whose moment is on a day of the year."""
    return rows.filter(**{f"{moment}__date__range": (year.since, year.until)})


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def plan_verdicts(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """Plans of schools and their actions closed with a verdict, and each plan with its own. Two queries."""
    of_kind = Q(kind__in=measure.of) if measure.of else Q()
    mine = of_kind & Q(school__in=list(found.schools), state=Plan.State.CLOSED)
    closed = _in_year(Plan.objects.filter(mine), year, "closed_at").select_related("school", "strategy_version")
    plans = list(closed.defer("strategy_version__text", "strategy_version__document").prefetch_related("validations"))
    done = Action.objects.filter(plan__school__in=list(found.schools), state=Action.State.DONE)
    if measure.of:
        done = done.filter(plan__kind__in=measure.of)
    actions = list(_in_year(done, year, "closed_at").values_list("verdict", "closed_at"))
    if not plans and not actions:
        yield Table("", "No such plan was closed in this year, and no action of one.")
        return
    yield Table(
        "", "", "Closed with a verdict on what came of it", ("Verdict", *year.labels),
        (*_verdicts("Plans", [(one.verdict, one.closed_at) for one in plans], year),
         *_verdicts("Actions", actions, year)),
        numbers=year.numbers, name="slices",
    )  # fmt: skip
    if plans:
        rows = sorted(plans, key=lambda one: (one.closed_at, one.pk))
        yield Table(
            "", "", "Plans closed in the year", ("School", "Plan", "Closed", "Verdict", "From outside the school"),
            tuple(
                (one.school.known_as, _called(one), on(_day(one.closed_at)), Verdict(one.verdict).label, _seen(one))
                for one in rows
            ),
            name="plans",
        )  # fmt: skip


def _called(plan: Plan) -> str:
    """As its strategy calls its kind; by its own title where that has none."""
    kind = kind_of(plan)
    return kind.label if kind else plan.title


def _verdicts(what: str, closed: Iterable[tuple[str, datetime]], year: Year) -> Iterator[tuple[str, ...]]:
    closed = list(closed)
    yield year.row(f"{what} closed", (_day(at) for _, at in closed))
    for verdict in CLOSING:
        yield year.row(f"{what}: {verdict.label.lower()}", (_day(at) for said, at in closed if said == verdict))


def _seen(plan: Plan) -> str:
    """How somebody from outside the school sees it."""
    said: list[Validation] = list(plan.validations.all())
    return str(said[0]) if said else "Not validated"


def reviews(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """Reviews published, what they found, and what was agreed on it. Three queries."""
    mine = Review.objects.filter(school__in=list(found.schools), state=Review.State.PUBLISHED)
    if measure.of:
        mine = mine.filter(kind__in=measure.of)
    made = list(_in_year(mine, year, "published_at").values_list("pk", "school", "published_at"))
    if not made:
        yield Table("", f"None was published in this year. Schools in the trust: {len(found.schools)}.")
        return
    days = {pk: _day(at) for pk, _, at in made}
    findings = list(Finding.objects.filter(review__in=days).values_list("review", "kind"))
    agreed = Action.objects.filter(finding__review__in=days, is_draft=False)
    actions = [(days[review], verdict) for review, verdict in agreed.values_list("finding__review", "verdict")]
    kinds = (
        year.row(
            f"Findings: {'other' if kind == Finding.Kind.FINDING else kind.label}",
            (days[pk] for pk, of in findings if of == kind),
        )
        for kind in Finding.Kind
    )
    yield Table(
        "", "", "Reviews, by the term in which they were published", ("What came of them", *year.labels),
        (
            year.row("Reviews published", days.values()),
            _schools(year, made),
            *(row for row in kinds if row[-1] != "0"),
            year.row("Actions agreed on what they found", (day for day, _ in actions)),
            year.row("Of these, closed with a verdict by now", (day for day, said in actions if said in CLOSING)),
            year.row("Of these, it worked", (day for day, said in actions if said == Verdict.WORKED)),
        ),
        numbers=year.numbers, name="slices",
    )  # fmt: skip
    reviewed = {school for _, school, _ in made}
    rest = sorted(school.known_as for pk, school in found.schools.items() if pk not in reviewed)
    if rest:
        yield Table("", f"Without one in this year: {listed(rest, most=12)}.")


def _schools(year: Year, made: Iterable[tuple[int, int, datetime]]) -> tuple[str, ...]:
    """Each school once in each column."""
    made = list(made)
    of = [{school for _, school, at in made if span.holds(_day(at))} for span in year.spans]
    return ("Schools reviewed", *(str(len(one)) for one in of))


def support(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """What all schools together were owed by the last day, what came of it, and its cost. Seven queries."""
    told = Given.read(found, year.begins)
    lines: dict[tuple[str, SupportUnit], list[Line]] = defaultdict(list)
    for line in (line for _, of in told.lines for line in of):
        lines[line.label, line.unit].append(line)
    if not lines:
        yield Table("", f"Nothing was owed by now, and nothing came. {told.unknown}".strip())
        return
    yield Table(
        "", "", f"Support of all schools in {year_words(year.begins)}", ("What", *GIVEN),
        tuple((label, *given_words(each)) for (label, _), each in lines.items()),
        note=told.unknown, name="given",
    )  # fmt: skip


def inside_support(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """What came from colleagues of the trust and what from outside, beside the year before (S4-05). Six queries."""
    today = min(timezone.localdate(found.now), year.until + A_DAY)  # a visit on the last day has come
    years = supported_years(found.schools.values(), year.begins, back=1, today=today)
    entries = [entry for one in years for entry in one.entries if entry.on <= year.until]
    yield Table(
        "", "", "Support that came, by who gave it", ("Year", "From inside the trust", "From outside", "Share inside"),
        tuple(
            (one.label, "nothing on record", "nothing on record", "–") if one.share_outside is None else
            (one.label, one.inside.amount_words or "none", one.outside.amount_words or "none",
             f"{100 - one.share_outside:g}%")
            for one in by_year(entries, (year.begins - 1, year.begins))
        ),
        numbers=(3,), name="inside",
        note="The share is of how often it came: days, visits and sessions are not added up.",
    )  # fmt: skip


def givers(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """Schools that gave support to others, and how often. One query."""
    rows = SupportBooking.objects.filter(state__in=CAME, on__range=(year.since, year.until))
    rows = rows.exclude(provider_school=None).exclude(provider_school=F("school"))
    rows = rows.select_related("provider_school").only("on", "provider_school__name", "provider_school__short_name")
    given = [(one.provider_school, one.on) for one in rows.order_by("on", "pk") if one.provider_school]
    if not given:
        yield Table("", "No school has given support to another in this year.")
        return
    givers = [{school for school, day in given if span.holds(day)} for span in year.spans]
    yield Table(
        "", "", "Support from school to school", ("What came", *year.labels),
        (("Schools that gave", *(str(len(one)) for one in givers)),
         year.row("How often it came", (day for _, day in given))),
        numbers=year.numbers, name="slices",
        note=f"Given by {listed(sorted(one.known_as for one in givers[-1]), most=30)}.",
    )  # fmt: skip


def practice(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """Areas of excellence put in the register, and who came to see them. Two queries."""
    kept = Practice.objects.filter(kind=Practice.Kind.EXCELLENCE)
    offered = [_day(at) for at in _in_year(kept, year, "offered_at").values_list("offered_at", flat=True)]
    rows = _in_year(PracticeRequest.objects.filter(practice__kind=Practice.Kind.EXCELLENCE), year, "asked_at")
    asked = list(rows.values_list("state", "asked_at"))
    visited = [_day(at) for state, at in asked if state == PracticeRequest.State.VISITED]
    yield Table(
        "", "", "Areas of excellence, by the term of each", ("What came of them", *year.labels),
        (
            year.row("Put in the register", offered),
            year.row("Asked for by another school", (_day(at) for _, at in asked)),
            year.row("Of these, visited by now", visited),
        ),
        numbers=year.numbers, name="slices",
    )  # fmt: skip
