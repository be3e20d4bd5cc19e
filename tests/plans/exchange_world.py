"""Givers and needs for the rules of the exchange, and problems of any shape."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

from hypothesis import strategies as some

from plans.rules.exchange import Giver, Match, Need, Problem, refusal, worth_of

AREAS = {"phonics": "Phonics", "attendance": "Attendance", "maths": "Mathematics"}
HERE = (400_000, 300_000)


def giver(n: int = 1, **more: Any) -> Giver:
    """A school with four days left, that offers phonics."""
    told: dict[str, Any] = {"school": 100 + n, "areas": {"phonics": "Phonics"}, "limit": 4, "given": 0, "place": HERE}
    return Giver(f"offer-{n}", f"Giver {n}", **{**told, **more})


def need(n: int = 1, **more: Any) -> Need:
    """A school that needs two days with phonics."""
    told: dict[str, Any] = {"school": n, "days": 2, "area": "phonics", "area_label": "Phonics", "place": HERE}
    return Need(f"request-{n}", name=f"School {n}", what="Phonics", **{**told, **more})


def _areas(labels: dict[str, str]) -> some.SearchStrategy[dict[str, str]]:
    return some.sets(some.sampled_from(sorted(labels))).map(lambda keys: {key: labels[key] for key in sorted(keys)})


PLACES = some.none() | some.tuples(some.integers(0, 60_000), some.integers(0, 60_000))


@some.composite
def givers(draw: some.DrawFn, n: int) -> Giver:
    """Any giver; some are schools that need something themselves."""
    return giver(
        n, school=draw(some.none() | some.integers(1, 6)), areas=draw(_areas(AREAS)), limit=draw(some.integers(0, 5)),
        given=draw(some.integers(0, 3)), most_minutes=draw(some.none() | some.integers(5, 120)), place=draw(PLACES),
        keeps_from=dict.fromkeys(draw(some.sets(some.integers(1, 6), max_size=2)), "is not to go there"),
        held=draw(_areas({**AREAS, "": "anything"})), strong=draw(_areas(AREAS)), practice=draw(_areas(AREAS)),
        away=draw(some.sampled_from(["", "", "", "offers nothing before 1 May 2027"])),
    )  # fmt: skip


@some.composite
def needs(draw: some.DrawFn, n: int) -> Need:
    """Any need of one of six schools."""
    area = draw(some.sampled_from(["", *AREAS]))
    return need(
        n, days=draw(some.integers(0, 4)), area=area, area_label=AREAS.get(area, ""), place=draw(PLACES),
        weight=draw(some.integers(20, 60)), most_givers=draw(some.integers(1, 3)), school=draw(some.integers(1, 6)),
    )  # fmt: skip


@some.composite
def problems(draw: some.DrawFn, most: int = 6, *, pins: bool = True) -> Problem:
    """Any problem, with pins that break whatever they like and pairs that are taken out."""
    problem = Problem(
        tuple(draw(givers(n)) for n in range(draw(some.integers(0, most)))),
        tuple(draw(needs(n)) for n in range(draw(some.integers(0, most)))),
    )
    pairs = [(one.key, two.key) for one in problem.givers for two in problem.needs]
    if not pins or not pairs:
        return problem
    chosen = draw(some.lists(some.sampled_from(pairs), unique=True, max_size=4))
    cut = draw(some.integers(0, len(chosen)))
    pinned = [Match(*pair, draw(some.integers(1, 6))) for pair in chosen[:cut]]
    return problem.with_pins(pinned, chosen[cut:])


def best_by_trying(problem: Problem) -> int:
    """What the best matching is worth, found by going through every one there is."""
    pairs = [
        (one, two)
        for one in problem.givers
        for two in problem.needs
        if not refusal(one, two) and (one.key, two.key) not in problem.removed
    ]
    best = 0
    for days in product(*(range(min(one.left, two.days) + 1) for one, two in pairs)):
        chosen = [Match(one.key, two.key, many) for (one, two), many in zip(pairs, days, strict=True) if many]
        if _fits(problem, chosen):
            best = max(best, worth_of(problem, chosen))
    return best


def _fits(problem: Problem, chosen: list[Match]) -> bool:
    return all(sum(m.days for m in chosen if m.giver == one.key) <= one.left for one in problem.givers) and all(
        sum(m.days for m in chosen if m.need == one.key) <= one.days
        and sum(m.need == one.key for m in chosen) <= one.most_givers
        for one in problem.needs
    )


def large_problem(schools: int, offers: int, *, seed: int = 1, each: int = 1) -> Problem:
    """A trust of this size: every school needs something, so many times over, and some of them can give.

    Givers are schools of the trust, strong in some of what they offer, kept from some schools, and in need themselves.
    """
    chance, areas = Random(seed), [f"area_{n}" for n in range(11)]
    places = [(chance.randint(400_000, 440_000), chance.randint(280_000, 320_000)) for _ in range(schools)]

    def known(most: int) -> dict[str, str]:
        return {area: area for area in chance.sample(areas, chance.randint(0, most))}

    found = [
        giver(n, areas={area: area for area in chance.sample(areas, 3)}, limit=chance.randint(1, 6), place=places[n],
              most_minutes=chance.choice([30, 45, 60, None]), school=n, strong=known(4), practice=known(2),
              held=known(1),
              keeps_from=dict.fromkeys(chance.sample(range(schools), 2), "is not to go there"))
        for n in range(offers)
    ]  # fmt: skip
    wanted = [
        need(n * each + turn, days=chance.randint(1, 3), area=chance.choice(areas), weight=chance.randint(20, 50),
             place=places[n], school=n, most_givers=chance.randint(1, 2))
        for n in range(schools)
        for turn in range(each)
    ]  # fmt: skip
    return Problem(tuple(found), tuple(wanted))
