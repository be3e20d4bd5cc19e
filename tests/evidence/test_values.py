"""The best known figure of a school, and what it may be set beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from evidence.models import Benchmark, Figure, PublishedFigure, Return, Target
from evidence.queries.besides import ENGLAND
from evidence.queries.values import Values, known_values
from evidence.rules.comparing import Found, last_day, nearest
from schools.models import Establishment, EstablishmentLink, Period, School
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.factories import SchoolFactory

RWM, ATTENDANCE, PAN = "ks2_rwm_expected", "attendance_rate", "entry_roll_to_pan"


def published(urn: str, value: str | None, measure: str = RWM, year: int = 2024, **more: Any) -> PublishedFigure:
    usual = {"place": "school", "code": urn, "source": "Key stage 2 results", "as_at": date(2025, 12, 12), **more}
    return PublishedFigure.objects.create(measure=measure, year=year, value=value, **usual)


def england(value: str, measure: str = RWM, year: int = 2024, **more: Any) -> PublishedFigure:
    return published(ENGLAND, value, measure, year, place="england", **more)


def returned(cast: Cast, school: School, measure: str = RWM, state: str = "agreed", **more: Any) -> Figure:
    autumn = Period.objects.get(year=2026, season="autumn", half=0)
    sent = datetime(2026, 11, 6, 9, 0, tzinfo=UTC)
    made, _ = Return.objects.get_or_create(
        school=school, period=autumn, point="autumn_return",
        defaults={
            "strategy_version": cast.version, "state": state, "opens_on": TODAY, "due_on": TODAY,
            "submitted_at": sent, "agreed_at": sent if state == "agreed" else None,
        },
    )  # fmt: skip
    usual = {"group": "all", "year": 2026, "span": "to_date", **more}
    return Figure.objects.create(part_of=made, school=school, period=autumn, measure=measure, **usual)


def values(cast: Cast, *schools: School, asked: tuple[str, ...] = (RWM,), **more: Any) -> Values:
    strategy = cast.version.strategy
    return known_values(
        schools or (cast.dunmere,), [(one, "all") for one in asked], on=TODAY,
        measures=strategy.measure_by_key, groups=strategy.group_by_key,
        **{"against": {"national", "local", "similar", "pan", "trust", "target", "school"}, **more},
    )  # fmt: skip


def of(cast: Cast, measure: str = RWM, **more: Any) -> Found:
    return values(cast, asked=(measure,), **more).of(cast.dunmere, measure)


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, cast: Cast) -> Any:
    time_machine.move_to("2026-11-20T10:00Z")
    with trust_scope(cast.alder):
        yield


def test_the_newest_wins_and_the_years_before_are_there(cast: Cast) -> None:
    for year, value in ((2022, "60"), (2023, "62"), (2024, "65")):
        published(cast.dunmere.urn, value, year=year, denominator=30, numerator=20)
    found = of(cast)
    assert found.best is not None
    assert (found.best.year, found.best.amount.value, found.best.until) == (2024, Decimal(65), date(2025, 8, 31))
    assert [one.year for one in found.earlier(found.best)] == [2023, 2022]
    assert (found.best.source, found.best.as_at) == ("Key stage 2 results", date(2025, 12, 12))


def test_a_return_of_later_days_wins(cast: Cast) -> None:
    published(cast.dunmere.urn, "94.1", ATTENDANCE)
    returned(cast, cast.dunmere, ATTENDANCE, numerator=9500, denominator=10000)
    best = of(cast, ATTENDANCE).best
    assert best is not None
    assert (best.origin, best.span, best.source) == ("return", "to_date", "Autumn collection, autumn term 2026/27")
    assert best.until == date(2026, 11, 6)


def test_a_number_comes_before_a_newer_code(cast: Cast) -> None:
    published(cast.dunmere.urn, "62", year=2023)
    published(cast.dunmere.urn, None, year=2024, status="suppressed", said="SUPP")
    found = of(cast)
    assert found.best is not None
    assert found.best.year == 2023
    assert [one.amount.status for one in found.others] == ["suppressed"]


def test_submitted_counts_for_the_school_itself_alone(cast: Cast) -> None:
    returned(cast, cast.dunmere, state="submitted", numerator=20, denominator=30, year=2025, span="year")
    assert of(cast).best is None
    own = of(cast, own={cast.dunmere.pk}).best
    assert own is not None
    assert not own.agreed


def test_few_pupils_are_marked(cast: Cast) -> None:
    returned(cast, cast.dunmere, numerator=4, denominator=20, year=2025, span="year")
    best = of(cast).best
    assert best is not None
    assert best.hidden


def test_predecessors_and_the_official_figure_of_the_same_days(cast: Cast) -> None:
    EstablishmentLink.objects.create(
        urn=cast.dunmere.urn, linked_urn="800001", kind="Predecessor", source="Register", as_at=TODAY
    )
    published("800001", "58", year=2023)
    published(cast.dunmere.urn, "65")
    returned(cast, cast.dunmere, numerator=20, denominator=30, year=2024, span="year")
    found = of(cast)
    assert [(one.year, one.origin, one.predecessor) for one in found.numbers] == [
        (2024, "published", ""),
        (2024, "return", ""),
        (2023, "published", "800001"),
    ]


def test_what_comes_after_the_day_is_not_known_yet(cast: Cast) -> None:
    published(cast.dunmere.urn, "65", as_at=date(2026, 12, 1))
    assert of(cast).best is None


def test_england_by_phase_and_the_local_authority(cast: Cast) -> None:
    Establishment.objects.create(
        urn=cast.dunmere.urn, name="Dunmere", la_code="330", la_name="Birmingham", source="Register", as_at=TODAY
    )
    published(cast.dunmere.urn, "94", ATTENDANCE)
    england("93.1", ATTENDANCE)
    england("94.8", ATTENDANCE, phase="primary")
    england("91.4", ATTENDANCE, phase="secondary")
    published("330", "93.9", ATTENDANCE, place="la")
    published("331", "90", ATTENDANCE, place="la")
    found = of(cast, ATTENDANCE)
    assert [(one.label, one.value) for one in found.besides["national"]] == [
        ("England, primary schools", Decimal("94.8")),
        ("England", Decimal("93.1")),
    ]
    assert [one.value for one in found.besides["local"]] == [Decimal("93.9")]


def test_a_benchmark_by_hand_comes_first(cast: Cast) -> None:
    england("61")
    Benchmark.objects.create(measure=RWM, against="national", year=2025, value="63", source="Headlines of July")
    found = of(cast)
    assert [(one.value, one.year, one.source[:9]) for one in found.besides["national"]] == [
        (Decimal(63), 2025, "Headlines"),
        (Decimal(61), 2024, "Key stage"),
    ]


def test_the_trust_pools_pupils(cast: Cast) -> None:
    published(cast.dunmere.urn, "50", numerator=5, denominator=10)
    published(cast.ashmere.urn, "80", numerator=72, denominator=90)
    assert of(cast).besides["trust"] == ()  # each of two could take its own away
    published(SchoolFactory().urn, "40", numerator=4, denominator=10)
    (beside,) = of(cast).besides["trust"]
    assert (beside.value.quantize(Decimal("0.1")), beside.source) == (Decimal("73.6"), "3 schools together")


def test_similar_schools_are_met_in_their_middle(cast: Cast) -> None:
    published(cast.dunmere.urn, "65")
    for which, value in (("20th", "54"), ("50th", "63"), ("80th", "75")):
        published(cast.dunmere.urn, value, place="similar", phase=which, numerator=None, denominator=701)
    (beside,) = of(cast).besides["similar"]
    assert (beside.label, beside.value) == ("Middle of 701 similar schools", Decimal(63))
    Benchmark.objects.create(measure=RWM, against="similar", phase="primary", year=2024, value="61", source="Family")
    assert nearest(of(cast).besides["similar"], of(cast).numbers[0]).value == 61, "the trust’s own comes first"


def test_targets_the_schools_own_first_and_pan_and_the_year_before(cast: Cast) -> None:
    Target.objects.create(measure=PAN, year=2026, value="95")
    Target.objects.create(measure=PAN, year=2026, value="97", school=cast.dunmere)
    returned(cast, cast.dunmere, PAN, numerator=54, denominator=60, span="day")
    found = of(cast, PAN)
    assert [(one.label, one.value) for one in found.besides["target"]] == [("The school’s target", Decimal(97))]
    assert [(one.label, one.value) for one in found.besides["pan"]] == [("60 places", Decimal(100))]
    assert [(one.year, one.value) for one in found.besides["school"]] == [(2027, Decimal(90))]


@pytest.mark.parametrize(
    ("span", "day"),
    [("year", date(2026, 8, 31)), ("autumn", date(2025, 12, 31)), ("autumn_spring", date(2026, 3, 31))],
)
def test_the_last_day_a_figure_is_about(span: str, day: date) -> None:
    assert last_day(2025, span, known_by=TODAY) == day
    assert last_day(2025, span, known_by=date(2025, 10, 1)) == date(2025, 10, 1)


def test_the_same_number_of_questions_for_sixty_schools(cast: Cast, queries: Callable[..., list[str]]) -> None:
    published(cast.dunmere.urn, "65")
    few = queries(lambda: values(cast, cast.dunmere, asked=(RWM,)))
    schools = [SchoolFactory() for _ in range(60)]
    for school in schools:
        published(school.urn, "61", numerator=20, denominator=33)
        returned(cast, school, ATTENDANCE, numerator=9500, denominator=10000)
    many = queries(lambda: values(cast, *schools, asked=(RWM, ATTENDANCE, PAN)))
    assert len(few) == len(many) == 4
