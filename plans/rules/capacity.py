"""Whether a school gave and took in each half term, by bookings and offers, beside what the trust set by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reviews.rules.owed import half_of
from schools.rules.rhythm import HalfTerm
from schools.words import times

GIVES, TAKES = "gives", "takes"


@dataclass(frozen=True)
class Once:
    """Support on one day that the school `gives` or `takes`: it came, or it is booked."""

    side: str
    on: date
    came: bool


@dataclass(frozen=True)
class Lasting:
    """What holds from a day to another, or until further notice: an offer to give, or what was set by hand."""

    side: str
    since: date
    until: date | None = None

    def holds_in(self, half: HalfTerm) -> bool:
        """On the day `until` it holds no more."""
        return self.since <= half.ends and (self.until is None or self.until > half.starts)


@dataclass(frozen=True)
class Known:
    """What there is to go by. `asked`: the days on which it asked for support that was not declined."""

    once: Sequence[Once] = ()
    offers: Sequence[Lasting] = ()
    set_by_hand: Sequence[Lasting] = ()
    asked: Sequence[date] = ()


@dataclass(frozen=True)
class Side:
    """One half term, from one side. `label` is what the strategy calls it; blank where it sets nothing by hand."""

    side: str
    came: int
    booked: int
    also: str  # what speaks for it beside what is booked
    label: str
    is_set: bool

    @property
    def is_so(self) -> bool:
        """Whether it gave, or took."""
        return bool(self.came or self.booked or self.also)

    @property
    def words(self) -> str:
        """“Gave three times, 1 booked; offers days”."""
        did = "Gave" if self.side == GIVES else "Took"
        told = [f"{did} {times(self.came)}"] if self.came else []
        told += [f"{self.booked} booked"] if self.booked else []
        return "; ".join(filter(None, (", ".join(told), self.also))) or "Nothing"

    @property
    def difference(self) -> str:
        """Where the two do not say the same, in a sentence."""
        if not self.label or self.is_set == self.is_so:
            return ""
        did, nothing = ("gave", "gave and offered") if self.side == GIVES else ("took", "took and asked for")
        if self.is_set:
            return f"On record as {self.label}, but it {nothing} nothing."
        return f"Not on record as {self.label}, but it {did} support or is to."


@dataclass(frozen=True)
class Half:
    """One half term of a school, from both sides."""

    half: HalfTerm
    gives: Side
    takes: Side

    @property
    def differences(self) -> list[str]:
        return list(filter(None, (self.gives.difference, self.takes.difference)))


def by_half(halves: Sequence[HalfTerm], known: Known, labels: Mapping[str, str], *, today: date) -> list[Half]:
    """The half terms that have begun, in order. `labels`: what the strategy calls each side that is set by hand."""
    found = []
    for place, half in enumerate(halves):
        if half.starts > today:
            continue
        here = [one for one in known.once if half_of(one.on, halves) == place]
        asked = sum(half_of(on, halves) == place for on in known.asked)
        also = {
            GIVES: "offers days" if any(one.holds_in(half) for one in known.offers) else "",
            TAKES: f"asked {times(asked)}" if asked else "",
        }
        sides = [_side(side, here, half, known.set_by_hand, also[side], labels) for side in (GIVES, TAKES)]
        found.append(Half(half, *sides))
    return found


def _side(
    side: str, here: Iterable[Once], half: HalfTerm, set_by_hand: Iterable[Lasting], also: str,
    labels: Mapping[str, str],
) -> Side:  # fmt: skip
    mine = [one.came for one in here if one.side == side]
    is_set = any(one.side == side and one.holds_in(half) for one in set_by_hand)
    return Side(side, sum(mine), len(mine) - sum(mine), also, labels.get(side, ""), is_set)
