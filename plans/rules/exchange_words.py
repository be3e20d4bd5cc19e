"""Why a giver is matched with a need, who else there is, and why a need is not met: all from the problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from plans.rules.exchange import AREA, OWN, Giver, Match, Need, Problem, minutes, refusal, tallied, worth
from plans.rules.travel import journey_words
from schools.words import capital, counted, listed, verb

MOST_NAMED = 3
SPEAKS = -3
"""Among the sentences of `why`, the one that says what speaks for the giver."""


@dataclass(frozen=True)
class Candidate:
    """One giver seen from one need: whether it could come, and what speaks for it or against it."""

    giver: Giver
    need: Need
    minutes: int | None
    worth: int
    left: int  # days not matched yet, beside what this need has of it
    against: str = ""  # blank: nothing stands against it

    @property
    def could(self) -> bool:
        return not self.against

    @property
    def strength(self) -> str:
        """“rated Sustain there”; blank where nothing more is known than that it offers it."""
        return listed(_strength(self.giver, self.need))

    @property
    def reasons(self) -> str:
        """“rated Sustain there, with practice in the register, about 12 minutes away, two days left”."""
        return listed(
            [*_strength(self.giver, self.need), journey_words(self.minutes), f"{counted(self.left, 'day')} left"]
        )


def candidates(problem: Problem, need: Need, matches: Iterable[Match] = ()) -> list[Candidate]:
    """Everybody who offers the area, those who could come first and of these the one that is worth most."""
    matches = list(matches)
    mine = {one.giver: one.days for one in matches if one.need == need.key}
    taken, _, _ = tallied(matches)
    found = []
    for giver in problem.givers:
        refused = refusal(giver, need)
        if refused and refused.kind in (OWN, AREA):
            continue
        left = max(giver.left - taken[giver.key] + mine.get(giver.key, 0), 0)
        against = refused.words if refused else "" if left else _no_days(problem, giver, matches)
        found.append(Candidate(giver, need, minutes(giver, need), worth(giver, need), left, against))
    return sorted(found, key=lambda one: (not one.could, -one.worth, one.giver.name, one.giver.key))


def why(problem: Problem, match: Match) -> tuple[str, ...]:
    """The sentences of one match: what the need rests on, what speaks for the giver, and what it takes of its days."""
    giver, need = problem.giver_by_key[match.giver], problem.need_by_key[match.need]
    strength = _strength(giver, need)
    speaks = f"{giver.name} offers {need.area_label}" if need.area else f"{giver.name} has days to give"
    if strength:
        speaks += f" and is {listed(strength)}"
    they, have, are = ("It", "has", "is") if giver.school else ("They", "have", "are")
    takes = (
        f"{they} {have} {counted(giver.left, 'day')} left in the {giver.per}; this takes {counted(match.days, 'day')}."
    )
    journey = minutes(giver, need)
    comes = (
        f"{they} {are} {journey_words(journey)}." if journey is not None
        else f"How far {they.lower()} {have} to come is not known."
    )  # fmt: skip
    return (*need.why, f"{speaks}.", comes, takes)


def others(problem: Problem, match: Match, matches: Sequence[Match]) -> tuple[str, ...]:
    """A sentence for each of the others who offer it: why they do not come."""
    need = problem.need_by_key[match.need]
    found = candidates(problem, need, matches)
    chosen = next((one for one in found if one.giver.key == match.giver), None)
    coming = {one.giver for one in matches if one.need == need.key}
    told = []
    for one in found:
        if one.giver.key in coming:
            continue
        if (one.giver.key, need.key) in problem.removed:
            told.append(f"{one.giver.name} was taken out by hand.")
        elif one.against:
            told.append(f"{one.giver.name} {one.against}.")
        else:
            told.append(f"{one.giver.name} could come too, but {_less(one, chosen)}.")
    return tuple(told)


def _less(other: Candidate, chosen: Candidate | None) -> str:
    """In what another who could come stands behind the one who is matched."""
    if chosen is None:
        return "the need is met"
    behind = []
    if other.need.area in chosen.giver.strong and other.need.area not in other.giver.strong:
        behind.append("is not known to be strong there")
    if other.need.area in chosen.giver.practice and other.need.area not in other.giver.practice:
        behind.append("has no practice in the register there")
    if other.minutes is None or (chosen.minutes is not None and other.minutes > chosen.minutes):
        travels = "it has" if other.giver.school else "they have"
        further = (
            "" if other.minutes is None or chosen.minutes is None else counted(other.minutes - chosen.minutes, "minute")
        )
        behind.append(f"is {further} further away" if further else f"nobody knows how far {travels} to travel")
    if behind and other.worth < chosen.worth:
        return listed(behind)
    if other.worth == chosen.worth:
        return "is worth no more here"
    return f"{_whose(other.giver)} days are worth more elsewhere, or kept in hand"


def _strength(giver: Giver, need: Need) -> list[str]:
    found = []
    if need.area and need.area in giver.strong:
        found.append(f"rated {giver.strong[need.area]} there")
    if need.area and need.area in giver.practice:
        found.append(f"known for “{giver.practice[need.area]}” in the register")
    return found


def _no_days(problem: Problem, giver: Giver, matches: Iterable[Match]) -> str:
    """Where the giver's days have gone."""
    if giver.away:
        return giver.away
    if not giver.limit:
        return "gives nothing for now"
    if not giver.left:
        who = "it" if giver.school else "they"
        return f"has given the {counted(giver.limit, 'day')} {who} can give in the {giver.per}"
    needs = problem.need_by_key
    to = [f"{needs[one.need].name} ({one.days})" for one in matches if one.giver == giver.key and one.need in needs]
    return (
        f"has no day left: {_whose(giver)} {verb(giver.left, 'day goes', 'days go')} to {listed(to, most=MOST_NAMED)}"
    )


def _whose(giver: Giver) -> str:
    """“its” of a school, “their” of a person."""
    return "its" if giver.school else "their"


@dataclass(frozen=True)
class Unmet:
    """A need, or what is left of it, that nobody is matched with, and why."""

    need: Need
    days: int
    words: str


def unmet(problem: Problem, matches: Iterable[Match]) -> list[Unmet]:
    """What these matches leave open, the greatest need first."""
    matches = list(matches)
    _, met, coming = tallied(matches)
    found = [
        Unmet(need, need.days - met[need.key], _why_unmet(problem, need, matches, coming[need.key]))
        for need in problem.needs
        if met[need.key] < need.days
    ]
    return sorted(found, key=lambda one: (-one.need.weight, one.need.name, one.need.key))


def _why_unmet(problem: Problem, need: Need, matches: Sequence[Match], coming: int) -> str:
    if coming >= need.most_givers:
        many = counted(coming, "giver")
        return f"{capital(many)} {verb(coming, 'comes', 'come')} already, and the strategy has no more for one need."
    about = need.area_label if need.area else "support of this kind"
    mine = {one.giver for one in matches if one.need == need.key}
    known = [one for one in candidates(problem, need, matches) if one.giver.key not in mine]
    if not known:
        return f"Nobody {'else ' if mine else ''}offers {about}."
    return " ".join(_against(problem, need, known))


def _against(problem: Problem, need: Need, known: Sequence[Candidate]) -> Iterator[str]:
    for one in known[:MOST_NAMED]:
        if (one.giver.key, need.key) in problem.removed:
            yield f"{one.giver.name} was taken out by hand."
        elif one.against:
            yield f"{one.giver.name} {one.against}."
        else:
            yield f"{one.giver.name} could come, and is not matched."
    if len(known) > MOST_NAMED:
        more = len(known) - MOST_NAMED
        yield f"{capital(counted(more, 'other'))} {verb(more, 'offers', 'offer')} it, without a day for it."


def who_could(problem: Problem, needs: Iterable[Need], *, most: int = 2) -> tuple[str, ...]:
    """A sentence for the best giver of each need, each giver once; where nobody could come, why not for the first."""
    needs, told, named = list(needs), list[str](), set[str]()
    for need in needs:
        best = next((one for one in candidates(problem, need) if one.could and one.giver.key not in named), None)
        if best and len(told) < most:
            named.add(best.giver.key)
            told.append(f"{best.giver.name}, with {need.area_label}: {best.reasons}.")
    if needs and not told:
        return (f"With {needs[0].area_label}: {_why_unmet(problem, needs[0], (), 0)}",)
    return tuple(told)
