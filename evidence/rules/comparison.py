"""Schools beside each other and beside England, fairly: what one page shows of one measure. Values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .arithmetic import (
    Amount,
    Place,
    Pooled,
    difference,
    interval,
    is_small,
    one_pupil,
    places,
    pooled,
    rest_of,
    rounded,
    value_of,
)
from .comparing import Beside, Found, Known, nearest
from .suppression import THRESHOLD, Sum, hide, quantities
from .suppression import is_small as is_few

About = tuple[int, str]
"""Academic year and span."""


@dataclass(frozen=True)
class Line:
    """One school's figure for the year and span that are compared."""

    school: int
    name: str
    known: Known | None
    value: Decimal | None  # None where there is none, or it may not be seen
    hidden: bool = False
    place: Place | None = None
    beside: Beside | None = None
    gap: Decimal | None = None
    points: Decimal | None = None  # what one pupil is
    bounds: tuple[Decimal, Decimal] | None = None
    small: bool = False  # so few pupils that one year alone says little
    three_years: Decimal | None = None


@dataclass(frozen=True)
class Together:
    """The trust as a whole: all its pupils pooled, those of schools with hidden numbers among them."""

    value: Decimal | None
    amount: Amount | None
    schools: int
    left_out: int  # without counts
    hidden: int = 0  # schools whose own number the reader may not see
    withheld: str = ""  # why the reader is told nothing of the whole


def abouts(found: Iterable[Found]) -> list[About]:
    """Years and spans that any school has a number of, the newest first."""
    last = {"autumn": 1, "autumn_spring": 2, "spring": 3, "day": 3, "summer": 4, "year": 6}
    last |= {"to_date_autumn": 1, "to_date_spring": 3, "to_date_summer": 5}
    every = {known.about for each in found for known in each.numbers}
    return sorted(every, key=lambda about: (about[0], last.get(about[1], 0)), reverse=True)


def usual_about(found: Sequence[Found]) -> About | None:
    """The newest year and span that at least half as many schools have as the fullest one."""
    counts = {about: sum(_at(each, about) is not None for each in found) for about in abouts(found)}
    fullest = max(counts.values(), default=0)
    return next((about for about, count in counts.items() if 2 * count >= fullest), None)


def _at(found: Found, about: About) -> Known | None:
    return next((known for known in found.numbers if known.about == about), None)


def lines_of(
    kind: str,
    schools: Mapping[int, str],
    found: Mapping[int, Found],
    about: About,
    *,
    better: str,
    decimals: int,
    sees: frozenset[int],
    per_pupil: int = 1,
) -> list[Line]:
    """The schools' lines, strongest first, those without a figure last, by name.

    `sees` are the schools whose small numbers may be seen; `per_pupil` is how many of what is counted one pupil makes,
    0 where no pupils are counted.
    """
    lines = [
        _line(kind, school, name, found[school], about, school in sees, decimals, per_pupil)
        for school, name in schools.items()
    ]
    shown = {line.school: line.known.amount for line in lines if line.value is not None and line.known}
    place = places(kind, shown, better=better, per_pupil=per_pupil)
    lines = [replace(line, place=place.get(line.school)) for line in lines]
    way = -1 if better == "high" else 1
    return sorted(lines, key=lambda line: (line.value is None, way * (line.value or 0), line.name.casefold()))


def _line(
    kind: str, school: int, name: str, found: Found, about: About, sees: bool, decimals: int, per_pupil: int
) -> Line:
    known = _at(found, about)
    if known is None or (known.hidden and not sees):
        return Line(school, name, known, None, hidden=known is not None)
    value = value_of(kind, known.amount)
    beside = nearest(found.besides.get("national", ()), known)
    gap = rounded(value, decimals) - rounded(beside.value, decimals) if beside and value is not None else None
    told = sees or not any(one.hidden for one in found.earlier(known))
    small = is_small(kind, known.amount)
    return Line(
        school, name, known, value, beside=beside, gap=gap,
        points=one_pupil(kind, known.amount, per_pupil=per_pupil), small=small,
        bounds=interval(kind, known.amount) if per_pupil else None,
        three_years=found.three_years(kind, known) if small and told else None,
    )  # fmt: skip


EARLY = "it is shown once every school’s figure is in, because some schools’ numbers are too small to show alone"
TELLING = "the number of a small school could be worked out from it"


def together(
    kind: str, lines: Sequence[Line], *, adds_up: bool, sees_all: bool, awaited: Collection[int] | None = None
) -> Together:
    """All schools' pupils as one: never only those whose numbers are large enough to show, which would bend it.

    Who may not see every school is told the whole only where each hidden number keeps three possible values beside it,
    and where nobody is missing of the schools that are `awaited` (None: all of them), because the one that comes last
    could be read from the difference.
    """
    known = {line.school: line.known.amount for line in lines if line.known}
    hidden = frozenset(line.school for line in lines if line.hidden and line.known)
    whole: Pooled = pooled(kind, known.values(), adds_up=adds_up)
    left_out = len(lines) - whole.counted
    if hidden and not sees_all:
        expected = {line.school for line in lines} if awaited is None else {*awaited}
        why = EARLY if expected - known.keys() else TELLING
        fit = {school: amount for school, amount in known.items() if pooled(kind, [amount], adds_up=adds_up).counted}
        if why == EARLY or not _keeps_secrets(kind, fit, hidden):
            return Together(None, None, whole.counted, left_out, len(hidden), why)
    value = value_of(kind, whole.amount) if whole.amount else None
    return Together(value, whole.amount, whole.counted, left_out, 0 if sees_all else len(hidden))


WHOLE = -1
"""The sum of all schools, in a table of schools by number."""


def _keeps_secrets(kind: str, known: Mapping[int, Amount], hidden: Collection[int]) -> bool:
    """Whether no hidden school's number can be told from the sum and the schools that are shown."""
    cells = {school: quantities(kind, amount) for school, amount in known.items()}
    if not cells:
        return True
    cells[WHOLE] = tuple(sum(column) for column in zip(*cells.values(), strict=True))
    schools = tuple(school for school in cells if school != WHOLE)
    small = [school for school in hidden if school in cells]
    return hide(cells, [Sum(WHOLE, schools)], small=small) == frozenset(small)


@dataclass(frozen=True)
class GroupGap:
    """A group of a school's pupils beside the others of the same school."""

    value: Decimal | None
    others: Decimal | None
    gap: Decimal | None
    bounds: tuple[Decimal, Decimal] | None

    @property
    def is_clear(self) -> bool:
        """Whether the gap is larger than chance in so few pupils would explain."""
        return self.bounds is not None and (self.bounds[0] > 0 or self.bounds[1] < 0)


def group_gap(
    kind: str, everybody: Known | None, group: Known | None, *, sees: bool, threshold: int = THRESHOLD
) -> GroupGap:
    """The group beside the rest of the school's pupils; nothing where either is small and may not be seen."""
    if group is None or (group.hidden and not sees):
        return GroupGap(None, None, None, None)
    value = value_of(kind, group.amount)
    rest = rest_of(everybody.amount, group.amount) if everybody and (sees or not everybody.hidden) else None
    if rest is None or (not sees and is_few(kind, rest, threshold)):
        return GroupGap(value, None, None, None)
    apart = difference(kind, group.amount, rest)
    bounds = (apart[1], apart[2]) if apart else None
    return GroupGap(value, value_of(kind, rest), apart[0] if apart else None, bounds)
