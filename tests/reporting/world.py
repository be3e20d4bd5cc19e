"""A trust full of believable rows, written straight to the tables: thirty schools cost a second, not a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from categorisation.models import Assessment, Decision, Proposal, Reply
from categorisation.rules import axes_for
from schools.models import Kpi, Meeting, Membership, Period, School, StrategyVersion
from tests.factories import SchoolFactory, member

LONDON = ZoneInfo("Europe/London")
NAMES = """
Elderbrook Dunmere Ashmere Kestrel Larkstoke Copsend Greywell Brambling Inglemoor Farthing Millrace Hollin Quarry
Saltmarsh Thornbury Underwood Vale Westgate Yarrow Alderley Birchen Cedar Dell Elmfield Foxley Gorse Hazel Ivy Juniper
""".split()  # noqa: SIM905


def moment(day: date, hour: int = 15) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


@dataclass
class World:
    """What was made."""

    schools: list[School]
    terms: list[Period]
    head: Membership
    chief: Membership


def furnish(version: StrategyVersion, *, schools: int = 12, chief: Membership | None = None, start: int = 0) -> World:
    """Four terms of agreed matrices and decisions for the open trust, the last of them autumn 2026."""
    chief = chief or member("Ruth Ellison", "ceo")
    made = [
        SchoolFactory(name=f"{name} Primary", pupils=88 + 37 * number % 400)
        for number, name in enumerate(NAMES[start : start + schools])
    ]
    head = member("Eve Second" if start > 1 else "Ben Oseije", "head", made[0])
    terms = list(Period.objects.terms().filter(starts_on__lte=date(2026, 9, 1)).order_by("starts_on"))[-4:]
    numbers = dict(Kpi.objects.values_list("key", "number"))
    for place, period in enumerate(terms):
        for number, school in enumerate(made, start):
            _term(version, school, period, number, place, numbers, chief, head)
    met = moment(date(2026, 9, 10))
    Meeting.objects.create(kind="trust_board", title="Board of trustees", period=terms[-1], starts_at=met)
    return World(made, terms, head, chief)


def _term(
    version: StrategyVersion,
    school: School,
    period: Period,
    number: int,
    place: int,
    numbers: dict[str, int],
    chief: Membership,
    head: Membership,
) -> None:
    strategy = version.strategy
    day = period.starts_on + timedelta(days=60)
    size = max(numbers.values()) + 1
    levels: list[int | None] = [None] * size
    days: list[int | None] = [None] * size
    sources: list[int | None] = [None] * size
    for kpi in strategy.kpis():
        spread = (number * 7 + numbers[kpi.key] * 3) % 11
        level = min(len(strategy.levels_of(kpi.scale)), 1 + (number + spread + (place if number % 4 == 0 else 0)) % 4)
        unknown = spread == 10 and number % 2 == 0
        levels[numbers[kpi.key]] = 0 if unknown else level
        days[numbers[kpi.key]] = (day - timedelta(days=430 if spread == 5 and number % 3 == 0 else 20)).toordinal()
        sources[numbers[kpi.key]] = 1 + spread % 3
    assessment = Assessment.objects.create(
        school=school, period=period, strategy_version=version, state="agreed", due_on=day,
        agreed_at=moment(day), levels=levels, evidence_days=days, source_counts=sources,
    )  # fmt: skip
    for axis in axes_for(strategy, school.phase):
        _decide(version, assessment, axis.key, number, place, day, chief, head)


def _decide(
    version: StrategyVersion,
    assessment: Assessment,
    axis: str,
    number: int,
    place: int,
    day: date,
    chief: Membership,
    head: Membership,
) -> None:
    levels = version.strategy.axis_levels(axis)
    at = (number + (place // 3 if number % 5 == 1 else 0) - (place // 3 if number % 5 == 2 else 0)) % len(levels)
    proposed = levels[min(at + (number % 6 == 0), len(levels) - 1)]
    proposal = Proposal.objects.create(
        assessment=assessment, axis=axis, level=proposed.key, best=proposed.key, worst=proposed.key,
        explanation={"words": _words(proposed.label)}, made_at=moment(day), of_version=1,
    )  # fmt: skip
    before = Decision.objects.filter(school=assessment.school, axis=axis).order_by("-effective_on").first()
    decision = Decision.objects.create(
        school=assessment.school, period=assessment.period, axis=axis, level=levels[at].key, strategy_version=version,
        proposal=proposal, was=before.level if before else "", effective_on=day + timedelta(days=9), decided_by=chief,
        reason="Two new leaders have held their posts for three terms." if proposed != levels[at] else "",
        decided_at=moment(day + timedelta(days=9)), tell_at=moment(day + timedelta(days=10), 8),
        reply_due_on=day + timedelta(days=23),
    )  # fmt: skip
    if number == 1 and place == 3:
        Reply.objects.create(
            decision=decision, by=head, at=moment(day + timedelta(days=12)),
            text="We accept this and ask that it is read with the cohort in mind: 21 of 57 pupils joined after Year 4.",
        )  # fmt: skip


def _words(label: str) -> dict:
    return {
        "headline": label,
        "basis": ["Proposed by the rule “Best fit”. People decide."],
        "held": [f"Leadership is at {label}: “Capacity of leaders to improve the school”."],
        "unknown": ["School site: nothing is rated."],
        "up": ["To the next level: “Attendance” moves one level up and “Persistent absence” is rated."],
        "down": ["There is no level below this one."],
    }
