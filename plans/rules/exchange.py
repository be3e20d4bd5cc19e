"""Who can give days of support, who needs them, and what a match must keep to. Values in, values out.

The problem is whole: a matching is worked out, explained and checked from it and nothing else. It is kept beside the
matching as it was, so that its reasons can be read again later.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from plans.rules.travel import Place, minutes_between
from schools.words import counted

MOST_MINUTES = 100
"""From which a journey counts for no less: one that is agreed to is worth making."""

LEAST_MINUTES = 10
"""So many minutes of a journey weigh 1."""

FURTHER_GIVER = 1
"""What each further giver of one need takes away, in the measure of a day's worth: one who stays is better."""


@dataclass(frozen=True)
class Giver:
    """A school, or a person of the trust’s own team, with the days that are left in the half term."""

    key: str
    name: str
    school: int | None  # the school that gives; None for a person of the trust's own team
    areas: Mapping[str, str]  # criterion -> its label, as offered; a need of no named area is open to all
    limit: int  # days in the half term, or in the term where the limit is a term's
    given: int  # of these, given or booked already
    per: str = "half term"
    most_minutes: int | None = None  # None: any journey
    place: Place | None = None
    keeps_from: Mapping[int, str] = field(default_factory=dict)  # school -> why it is not to go there
    strong: Mapping[str, str] = field(default_factory=dict)  # criterion -> its rating there
    practice: Mapping[str, str] = field(default_factory=dict)  # criterion -> the title of its practice
    held: Mapping[str, str] = field(
        default_factory=dict
    )  # criterion, or blank for no area -> why it gives nothing in it
    away: str = ""  # why it gives nothing at all in this half term

    @property
    def left(self) -> int:
        return 0 if self.away else max(self.limit - self.given, 0)


@dataclass(frozen=True)
class Need:
    """Days of support that one school needs for one thing."""

    key: str
    school: int
    name: str
    what: str
    days: int  # still to be matched
    booked: int = 0  # booked already, and counted in none of `days`
    area: str = ""  # a criterion; blank: nothing named
    area_label: str = ""
    weight: int = 20
    why: tuple[str, ...] = ()  # sentences: what it rests on, and how urgent it is
    most_givers: int = 2
    place: Place | None = None
    minutes_per_km: float = 2.0
    setting_out: int = 5
    weigh_strong: int = 4
    weigh_practice: int = 3


@dataclass(frozen=True, order=True)
class Match:
    """So many days of one giver for one need."""

    giver: str
    need: str
    days: int


Pair = tuple[str, str]
"""The keys of a giver and a need."""


@dataclass(frozen=True)
class Refused:
    """Why a giver does not come into question for a need: of which kind, and in words that follow its name."""

    kind: str
    words: str


OWN, AREA, HELD, APART, UNKNOWN, FAR = "own", "area", "held", "apart", "unknown", "far"


@dataclass(frozen=True)
class Problem:
    """Everything a matching of one half term is worked out from.

    `pinned` stands as it is, whatever it breaks; `removed` are pairs that somebody does not want.
    """

    givers: tuple[Giver, ...] = ()
    needs: tuple[Need, ...] = ()
    pinned: tuple[Match, ...] = ()
    removed: frozenset[Pair] = frozenset()

    @cached_property
    def giver_by_key(self) -> dict[str, Giver]:
        return {one.key: one for one in self.givers}

    @cached_property
    def need_by_key(self) -> dict[str, Need]:
        return {one.key: one for one in self.needs}

    def with_pins(self, pinned: Iterable[Match], removed: Iterable[Pair] = ()) -> Problem:
        return replace(self, pinned=tuple(pinned), removed=frozenset(removed))

    def open_pairs(self) -> Iterator[tuple[Giver, Need]]:
        """The pairs that may be matched: nothing stands against them, and both have days left beside what is pinned."""
        taken, met, coming = self.pinned_days()
        pinned = {(one.giver, one.need) for one in self.pinned}
        for need in sorted(self.needs, key=lambda one: one.key):
            if need.days <= met[need.key] or coming[need.key] >= need.most_givers:
                continue
            for giver in sorted(self.givers, key=lambda one: one.key):
                pair = (giver.key, need.key)
                if giver.left > taken[giver.key] and pair not in pinned | self.removed and not refusal(giver, need):
                    yield giver, need

    def pinned_days(self) -> tuple[Counter[str], Counter[str], Counter[str]]:
        """Of what is pinned: the days by giver, the days by need, and how many givers come, by need."""
        return tallied(self.pinned)

    def as_json(self) -> dict[str, Any]:
        """To be kept beside the matching; what is pinned is kept as lines."""
        return {"givers": [asdict(one) for one in self.givers], "needs": [asdict(one) for one in self.needs]}


def tallied(matches: Iterable[Match]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Days by giver, days by need, givers by need."""
    taken, met, coming = Counter[str](), Counter[str](), Counter[str]()
    for one in matches:
        taken[one.giver] += one.days
        met[one.need] += one.days
        coming[one.need] += 1
    return taken, met, coming


def problem_of(kept: Mapping[str, Any]) -> Problem:
    """The problem as it was kept."""

    def place(found: Any) -> Place | None:
        return (int(found[0]), int(found[1])) if found else None

    givers = [
        Giver(
            **{
                **one,
                "place": place(one["place"]),
                "keeps_from": {int(pk): why for pk, why in one["keeps_from"].items()},
            }
        )
        for one in kept.get("givers", ())
    ]
    needs = [Need(**{**one, "place": place(one["place"]), "why": tuple(one["why"])}) for one in kept.get("needs", ())]
    return Problem(tuple(givers), tuple(needs))


def minutes(giver: Giver, need: Need) -> int | None:
    """The journey, reckoned as the strategy of the school in need reckons it."""
    return minutes_between(
        giver.place, need.place, minutes_per_km=need.minutes_per_km, setting_out=need.setting_out
    )  # fmt: skip


def refusal(giver: Giver, need: Need) -> Refused | None:
    """What stands against this giver for this need, whatever days are left; None where nothing does."""
    if giver.school == need.school:
        return Refused(OWN, "is the school itself")
    if need.area and need.area not in giver.areas:
        return Refused(AREA, f"does not offer {need.area_label or need.area}")
    if need.area in giver.held:
        return Refused(HELD, giver.held[need.area])
    if need.school in giver.keeps_from:
        return Refused(APART, giver.keeps_from[need.school])
    journey = minutes(giver, need)
    if giver.most_minutes is not None and journey is None:
        missing = "where it stands is not known" if giver.place is None else f"where {need.name} stands is not known"
        return Refused(UNKNOWN, f"travels at most {giver.most_minutes} minutes, and {missing}")
    if giver.most_minutes is not None and journey is not None and journey > giver.most_minutes:
        return Refused(FAR, f"is about {journey} minutes away and travels at most {giver.most_minutes}")
    return None


def worth(giver: Giver, need: Need) -> int:
    """What one day of this giver is worth to this need."""
    journey = minutes(giver, need)
    strong = need.weigh_strong if need.area and need.area in giver.strong else 0
    shown = need.weigh_practice if need.area and need.area in giver.practice else 0
    return (
        need.weight + strong + shown - min(MOST_MINUTES if journey is None else journey, MOST_MINUTES) // LEAST_MINUTES
    )


def worth_of(problem: Problem, matches: Iterable[Match]) -> int:
    """What a whole matching is worth."""
    return sum(
        worth(problem.giver_by_key[one.giver], problem.need_by_key[one.need]) * one.days - FURTHER_GIVER
        for one in matches
    )


@dataclass(frozen=True)
class Broken:
    """A limit that a matching goes beyond: whose, and in a sentence."""

    giver: str
    need: str
    words: str


def broken(problem: Problem, matches: Iterable[Match]) -> list[Broken]:
    """Every limit that these matches go beyond. Nothing worked out does; somebody's own hand may."""
    matches = list(matches)
    taken, met, coming = tallied(matches)
    found = []
    for one in matches:
        giver, need = problem.giver_by_key.get(one.giver), problem.need_by_key.get(one.need)
        if giver is None or need is None:
            gone = "no longer offers support" if giver is None else ""
            name = giver.name if giver else "The giver"
            found.append(Broken(one.giver, one.need, f"{name} {gone or 'is not needed here any more'}."))
            continue
        if refused := refusal(giver, need):
            found.append(Broken(giver.key, need.key, f"{giver.name} {refused.words}."))
        if taken[giver.key] > giver.left:
            found.append(Broken(giver.key, need.key, _over_limit(giver, taken[giver.key])))
        if met[need.key] > need.days:
            many = f"{counted(met[need.key], 'day')} are matched; {counted(need.days, 'day')} are needed."
            found.append(Broken(giver.key, need.key, f"{need.name}: {many}"))
        if coming[need.key] > need.most_givers:
            many = f"{counted(coming[need.key], 'giver')} come; the strategy has at most {need.most_givers}."
            found.append(Broken(giver.key, need.key, f"{need.name}: {many}"))
    return found


def broken_by(problem: Problem, matches: Iterable[Match]) -> defaultdict[Pair, list[str]]:
    """The same by the match that goes beyond it."""
    told: defaultdict[Pair, list[str]] = defaultdict(list)
    for one in broken(problem, matches):
        told[one.giver, one.need].append(one.words)
    return told


def _over_limit(giver: Giver, taken: int) -> str:
    if giver.away:
        return f"{giver.name} {giver.away}."
    return (
        f"{giver.name} has {counted(giver.left, 'day')} left of {giver.limit} in the {giver.per}; {taken} are matched."
    )
