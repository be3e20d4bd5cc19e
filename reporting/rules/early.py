"""Which schools to look at early, and why: signs that are counted, each with its reason. Nothing is forecast.

The method is written down in docs/early-warning.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.rules.arithmetic import in_words
from schools.rules import months_after
from schools.strategy.early_warning import EarlyWarning
from schools.strategy.measures import Measure
from schools.words import amount_words, capital, counted, listed, on, plain, verb

TREND, KNOWN, SUPPORT, LEADERS, FIGURES, OVERDUE = "trend", "known", "support", "leaders", "figures", "overdue"
KINDS = {
    TREND: "Ratings are falling",
    KNOWN: "Little is known",
    SUPPORT: "Support has not come",
    LEADERS: "Leadership has changed",
    FIGURES: "A figure is worse",
    OVERDUE: "Something is overdue",
}
MOST_NAMED = 3


@dataclass(frozen=True)
class Moved:
    """A figure now and a year before, in the measure's unit."""

    measure: Measure
    now: Decimal
    before: Decimal
    about: str  # “autumn term 2025/26”
    worse_by: float  # from which difference it is a sign

    @property
    def worse(self) -> Decimal:
        """By how much it is worse; below nothing where it is better."""
        return self.now - self.before if self.measure.better == "low" else self.before - self.now


@dataclass(frozen=True)
class Owed:
    """Support of this year, in one unit: what has come, and what should have by today."""

    label: str
    unit: str
    due: Decimal
    given: Decimal

    @property
    def missing(self) -> Decimal:
        return max(self.due - self.given, Decimal(0))


@dataclass(frozen=True)
class Seen:
    """What is known of one school on a day."""

    weaker: Sequence[str] = ()  # criteria that became weaker with the latest matrix
    stronger: int = 0
    unknown: int = 0
    old: int = 0  # known from old evidence
    asked: int = 0  # criteria
    has_head: bool = True
    head_left_on: date | None = None
    moved: Sequence[Moved] = ()
    owed: Sequence[Owed] = ()
    overdue: Sequence[str] = ()  # “the risk matrix is 12 days past its day”


@dataclass(frozen=True)
class Sign:
    """One reason to look, of one kind."""

    kind: str
    words: str

    @property
    def label(self) -> str:
        return KINDS[self.kind]


def signs_of(seen: Seen, method: EarlyWarning, *, today: date) -> tuple[Sign, ...]:
    """The signs of one school, each with its reason as a sentence."""
    return tuple(_signs(seen, method, today))


def is_listed(signs: Iterable[Sign], method: EarlyWarning) -> bool:
    """Whether there are signs of enough kinds."""
    return len({one.kind for one in signs}) >= method.least_signs


def _signs(seen: Seen, method: EarlyWarning, today: date) -> Iterator[Sign]:
    yield from _trend(seen, method)
    yield from _known(seen, method)
    yield from _support(seen, method)
    yield from _leaders(seen, method, today)
    for one in seen.moved:
        if one.worse >= Decimal(str(one.worse_by)):
            yield Sign(FIGURES, _moved_words(one))
    if seen.overdue:
        yield Sign(OVERDUE, f"{capital('; '.join(seen.overdue))}.")


def _trend(seen: Seen, method: EarlyWarning) -> Iterator[Sign]:
    if len(seen.weaker) - seen.stronger >= method.weaker_criteria:
        count = len(seen.weaker)
        also = f", {seen.stronger} stronger" if seen.stronger else ""
        said = f"{capital(counted(count, 'criterion', 'criteria'))} became weaker with the latest matrix{also}"
        yield Sign(TREND, f"{said}: {listed(seen.weaker, most=MOST_NAMED)}.")


def _known(seen: Seen, method: EarlyWarning) -> Iterator[Sign]:
    unsure = seen.unknown + seen.old
    if seen.asked and unsure / seen.asked >= method.unsure_share:
        parts = [f"{seen.unknown} {verb(seen.unknown)} unknown"] if seen.unknown else []
        parts += [f"{seen.old} {verb(seen.old, 'rests', 'rest')} on old evidence"] if seen.old else []
        yield Sign(KNOWN, f"Of {counted(seen.asked, 'criterion', 'criteria')} {listed(parts)}.")


def _support(seen: Seen, method: EarlyWarning) -> Iterator[Sign]:
    """Where it has not come: a sign of what the trust owes, before a school is blamed. The furthest behind is named."""
    behind = [one for one in seen.owed if one.due and float(one.missing / one.due) >= method.missed_share]
    if behind:
        first, more = behind[0], len(behind) - 1
        due = amount_words(first.due, first.unit)
        also = f" {capital(counted(more, 'more part'))} of the offer {verb(more)} behind." if more else ""
        came = f"{plain(first.given)} of {due} {verb(int(first.due), 'has', 'have')} come so far this year."
        yield Sign(SUPPORT, f"{first.label}: {came}{also}")


def _leaders(seen: Seen, method: EarlyWarning, today: date) -> Iterator[Sign]:
    left = seen.head_left_on
    if not seen.has_head:
        since = f" since {on(left)}" if left else ""
        yield Sign(LEADERS, f"The school has had no headteacher{since}." if since else "The school has no headteacher.")
    elif left and today < months_after(left, method.leadership_months):
        yield Sign(LEADERS, f"The headteacher changed in {left:%B %Y}.")


def _moved_words(one: Moved) -> str:
    measure = one.measure
    now, before = (in_words(each, measure.decimals, measure.unit_shown) for each in (one.now, one.before))
    return f"{measure.label}: {now} in the {one.about}, {before} a year before." if "term" in one.about else (
        f"{measure.label}: {now} ({one.about}), {before} a year before."
    )  # fmt: skip
