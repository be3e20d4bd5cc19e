"""How near a school's own judgements come to the next judgement from outside (S3-11). Values in, values out.

Grades of one framework only are set beside each other, by their places in its order. A distance above nought says that
the school judged itself stronger than the outside judgement did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

LONGEST_BETWEEN = timedelta(days=731)
"""An outside judgement two years later says little of what was known at the time (ours)."""

FEWEST = 3
"""Pairs without which no tendency is spoken of (ours)."""


@dataclass(frozen=True)
class Judged:
    """One judgement of one area of a school, by the school or from outside. `place` counts from the strongest, 1."""

    area: str
    area_label: str
    framework: str
    place: int
    words: str
    on: date
    by: str  # “Ofsted inspection”, “Peer review”, …
    known_on: date | None = None  # the day it was published; None: the same day


@dataclass(frozen=True)
class Pair:
    """A self-judgement and the next outside judgement of the same area in the same framework."""

    own: Judged
    outside: Judged

    @property
    def distance(self) -> int:
        """In grades; above nought the school was more generous."""
        return self.outside.place - self.own.place


@dataclass(frozen=True)
class Accuracy:
    """What the pairs of one school say together."""

    pairs: tuple[Pair, ...]

    def by_then(self, day: date) -> Accuracy:
        """As it was known on an earlier day."""
        return Accuracy(tuple(pair for pair in self.pairs if (pair.outside.known_on or pair.outside.on) <= day))

    @property
    def agreed(self) -> int:
        return sum(pair.distance == 0 for pair in self.pairs)

    @property
    def generous(self) -> int:
        return sum(pair.distance > 0 for pair in self.pairs)

    @property
    def cautious(self) -> int:
        return sum(pair.distance < 0 for pair in self.pairs)

    @property
    def bias(self) -> float:
        """Mean distance in grades; 0 without pairs."""
        return sum(pair.distance for pair in self.pairs) / len(self.pairs) if self.pairs else 0.0

    @property
    def spread(self) -> float:
        """Standard deviation of the distances in grades: how far single judgements lie from the tendency."""
        if not self.pairs:
            return 0.0
        return sqrt(sum((pair.distance - self.bias) ** 2 for pair in self.pairs) / len(self.pairs))


@dataclass(frozen=True)
class Occasion:
    """What was judged from outside on one day, beside what the school had said."""

    on: date
    by: str
    accuracy: Accuracy


def occasions_of(accuracy: Accuracy) -> tuple[Occasion, ...]:
    """The oldest first: bias and spread of each are those of that day’s pairs alone."""
    by_day: dict[tuple[date, str], list[Pair]] = defaultdict(list)
    for pair in accuracy.pairs:
        by_day[pair.outside.on, pair.outside.by].append(pair)
    return tuple(Occasion(*key, Accuracy(tuple(by_day[key]))) for key in sorted(by_day))


def pairs_of(own: Iterable[Judged], outside: Iterable[Judged]) -> tuple[Pair, ...]:
    """Each outside judgement with the school's latest before it: a self-judgement made afterwards proves nothing.

    One self-judgement meets the next outside judgement and no later one.
    """
    said: Mapping[tuple[str, str], list[Judged]] = defaultdict(list)
    for each in sorted(own, key=lambda one: one.on):
        said[each.framework, each.area].append(each)
    found: list[Pair] = []
    met: set[int] = set()
    for judged in sorted(outside, key=lambda one: one.on):
        before = _latest_before(judged, said[judged.framework, judged.area])
        if before is not None and id(before) not in met:
            met.add(id(before))
            found.append(Pair(before, judged))
    return tuple(found)


def waiting_of(own: Iterable[Judged], outside: Iterable[Judged]) -> int:
    """How many of the school's judgements no judgement from outside of the same area has followed yet."""
    latest: dict[tuple[str, str], date] = {}
    for each in outside:
        key = each.framework, each.area
        latest[key] = max(latest.get(key, each.on), each.on)
    return sum(latest.get((each.framework, each.area), date.min) < each.on for each in own)


def _latest_before(judged: Judged, own: Sequence[Judged]) -> Judged | None:
    fit = [each for each in own if each.on <= judged.on <= each.on + LONGEST_BETWEEN]
    return fit[-1] if fit else None


def sentence(accuracy: Accuracy) -> str:
    """For example “Of 6 judgements set beside the next from outside, 4 agree and 2 were more generous. …”."""
    count = len(accuracy.pairs)
    if not count:
        return "No judgement of the school has been followed yet by one from outside of the same area."
    parts = [
        f"{number} {words}"
        for number, words in (
            (accuracy.agreed, "agree" if accuracy.agreed != 1 else "agrees"),
            (accuracy.generous, "were more generous" if accuracy.generous != 1 else "was more generous"),
            (accuracy.cautious, "were more cautious" if accuracy.cautious != 1 else "was more cautious"),
        )
        if number
    ]
    said = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    if count == 1:
        said = said.removeprefix("1 ")
        return f"The one judgement set beside the next from outside {said}. {_tendency(accuracy)}"
    return (
        f"Of {count} judgements set beside the next from outside, {said}. {_tendency(accuracy)}{_over_time(accuracy)}"
    )


def _tendency(accuracy: Accuracy) -> str:
    if len(accuracy.pairs) < FEWEST:
        return "Too few to speak of a tendency."
    if abs(accuracy.bias) < 0.25:
        return "On the whole the school judges itself as others do." + _scatter(accuracy)
    return f"On average it judges itself {bias_words(accuracy)} than others do.{_scatter(accuracy)}"


def bias_words(accuracy: Accuracy) -> str:
    """“0.6 grades stronger”; “as others do” where nothing is left of it when rounded."""
    if round(abs(accuracy.bias), 1) == 0:
        return "as others do"
    return f"{abs(accuracy.bias):.1f} grades {'stronger' if accuracy.bias > 0 else 'weaker'}"


def _over_time(accuracy: Accuracy) -> str:
    """The first and the last occasion beside each other, where there are enough pairs and more than one occasion."""
    occasions = occasions_of(accuracy)
    if len(accuracy.pairs) < FEWEST or len(occasions) < 2:
        return ""
    first, last = occasions[0], occasions[-1]
    change = abs(last.accuracy.bias) - abs(first.accuracy.bias)
    how = (
        "No nearer and no further than at first"
        if abs(change) < 0.25
        else "Nearer than at first"
        if change < 0
        else "Further away than at first"
    )
    then, now = (f"{bias_words(each.accuracy)} in {each.on:%B %Y}" for each in (first, last))
    return f" {how}: {then}, {now}."


def _scatter(accuracy: Accuracy) -> str:
    return f" Areas differ: most lie within {accuracy.spread:.1f} grades of that." if accuracy.spread >= 0.5 else ""
