"""Who can give is matched to who needs: never beyond a limit, never worse than the best, and always explained."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from plans.rules.exchange import Giver, Match, Need, Problem, broken, problem_of, refusal, tallied, worth_of
from plans.rules.exchange_solve import BEST, IN_TIME, NOTHING, begin_with, keeps, solve
from plans.rules.exchange_words import candidates, others, unmet, why
from plans.rules.travel import journey_words, minutes_between
from tests.plans.exchange_world import best_by_trying, giver, large_problem, need, problems

PLENTY = 60.0


def solved(problem: Problem) -> tuple[Match, ...]:
    return solve(problem, seconds=PLENTY).matches


# No limit is ever broken


@settings(max_examples=150)
@given(problems())
def test_nothing_worked_out_breaks_a_limit_whatever_is_pinned(problem: Problem) -> None:
    found = solve(problem, seconds=PLENTY)
    assert found.status in (BEST, NOTHING)
    pinned = {(one.giver, one.need): one.days for one in problem.pinned}
    taken, met, coming = tallied(problem.pinned)
    more, brought, come = tallied(found.matches)
    for one in found.matches:
        one_giver, one_need = problem.giver_by_key[one.giver], problem.need_by_key[one.need]
        assert one.days > 0
        assert refusal(one_giver, one_need) is None
        assert one_giver.school != one_need.school
        assert (one.giver, one.need) not in pinned
        assert (one.giver, one.need) not in problem.removed
        assert taken[one.giver] + more[one.giver] <= one_giver.left
        assert met[one.need] + brought[one.need] <= one_need.days
        assert coming[one.need] + come[one.need] <= one_need.most_givers
    assert keeps(problem, found.matches)
    assert not broken(problem, found.matches)


@settings(max_examples=60)
@given(problems(pins=False))
def test_the_beginning_keeps_every_limit_too_and_is_never_better(problem: Problem) -> None:
    """What is answered when the time is up at once."""
    begun = begin_with(problem, list(problem.open_pairs()))
    assert not broken(problem, begun)
    at_once, best = solve(problem, seconds=0), solve(problem, seconds=PLENTY)
    assert not broken(problem, at_once.matches)
    assert worth_of(problem, begun) <= best.worth


@settings(max_examples=60)
@given(problems(most=3, pins=False))
def test_it_is_the_best_there_is(problem: Problem) -> None:
    assert solve(problem, seconds=PLENTY).worth == best_by_trying(problem)


@settings(max_examples=40)
@given(problems(), some.randoms(use_true_random=False))
def test_the_order_in_which_they_are_named_changes_nothing(problem: Problem, chance: Any) -> None:
    mixed = [list(problem.givers), list(problem.needs)]
    for one in mixed:
        chance.shuffle(one)
    again = replace(problem, givers=tuple(mixed[0]), needs=tuple(mixed[1]))
    assert solve(again, seconds=PLENTY) == solve(problem, seconds=PLENTY)


@settings(max_examples=60)
@given(problems())
def test_every_match_and_everything_unmet_has_its_words(problem: Problem) -> None:
    matches = solved(problem)
    for one in matches:
        told = [*why(problem, one), *others(problem, one, matches)]
        assert all(words.strip().endswith((".", "”")) for words in told)
        assert problem.giver_by_key[one.giver].name in " ".join(told)
    _, met, _ = tallied(matches)
    left = {one.need.key: one for one in unmet(problem, matches)}
    assert left.keys() == {one.key for one in problem.needs if met[one.key] < one.days}
    assert all(one.words for one in left.values())


@settings(max_examples=40)
@given(problems(pins=False))
def test_a_problem_is_kept_and_read_again_as_it_was(problem: Problem) -> None:
    assert problem_of(json.loads(json.dumps(problem.as_json()))) == problem


# The size of a trust


@pytest.mark.parametrize("seed", range(1, 4))
def test_sixty_schools_and_forty_givers_within_the_time_that_is_set(settings: Any, seed: int) -> None:
    problem = large_problem(60, 40, seed=seed, each=3)
    assert len(problem.needs) == 180
    found = solve(problem, seconds=settings.EXCHANGE_SECONDS, gap=settings.EXCHANGE_GAP)
    assert found.status == BEST, "the optimiser itself says that its time was enough"
    assert not broken(problem, found.matches)
    assert len({problem.need_by_key[one.need].school for one in found.matches}) >= 30
    assert all(why(problem, one) for one in found.matches)


def test_with_no_time_at_all_a_sound_matching_comes_back_and_says_so() -> None:
    problem = large_problem(60, 40)
    found = solve(problem, seconds=0)
    assert found.status == IN_TIME
    assert found.matches
    assert not broken(problem, found.matches)


# What stands against a pair

FAR_OFF = (460_000, 300_000)


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        (giver(school=1), need(), "is the school itself"),
        (giver(areas={}), need(), "does not offer Phonics"),
        (giver(held={"phonics": "stands at Stabilise itself"}), need(), "stands at Stabilise itself"),
        (giver(keeps_from={1: "has the same headteacher"}), need(), "has the same headteacher"),
        (giver(most_minutes=60), need(place=FAR_OFF), "is about 125 minutes away and travels at most 60"),
        (
            giver(most_minutes=60),
            need(place=None),
            "travels at most 60 minutes, and where School 1 stands is not known",
        ),
        (giver(most_minutes=60, place=None), need(), "travels at most 60 minutes, and where it stands is not known"),
    ],
)
def test_what_stands_against_a_pair_is_said(one: Giver, two: Need, words: str) -> None:
    found = refusal(one, two)
    assert found is not None
    assert found.words == words
    assert not solved(Problem((one,), (two,)))


def test_a_need_of_no_named_area_is_open_to_all_and_one_without_a_limit_travels_anywhere() -> None:
    assert refusal(giver(areas={}), need(area="", area_label="")) is None
    assert refusal(giver(place=None), need(place=FAR_OFF)) is None


# Who is chosen, and why


def test_the_greater_need_goes_first_and_the_other_is_told_why_not() -> None:
    problem = Problem((giver(limit=2),), (need(1, weight=20), need(2, weight=40)))
    matches = solved(problem)
    assert matches == (Match("offer-1", "request-2", 2),)
    [left] = unmet(problem, matches)
    assert (left.need.key, left.days) == ("request-1", 2)
    assert left.words == "Giver 1 has no day left: its days go to School 2 (2)."
    person = replace(problem, givers=(replace(problem.givers[0], school=None, place=None),))
    assert unmet(person, matches)[0].words == "Giver 1 has no day left: their days go to School 2 (2)."
    assert why(person, matches[0])[-2:] == (
        "How far they have to come is not known.",
        "They have two days left in the half term; this takes two days.",
    )


def test_who_is_strong_there_and_near_comes_before_who_is_not() -> None:
    near = giver(1, place=(405_000, 300_000))
    strong = giver(2, place=(415_000, 300_000), strong={"phonics": "Sustain"}, practice={"phonics": "Sounds daily"})
    problem = Problem((near, strong), (need(why=("The school asked for it.",)),))
    matches = solved(problem)
    assert matches == (Match("offer-2", "request-1", 2),)
    assert why(problem, matches[0]) == (
        "The school asked for it.",
        "Giver 2 offers Phonics and is rated Sustain there and known for “Sounds daily” in the register.",
        "It is about 35 minutes away.",
        "It has four days left in the half term; this takes two days.",
    )
    [other] = others(problem, matches[0], matches)
    assert other == (
        "Giver 1 could come too, but is not known to be strong there and has no practice in the register there."
    )


def test_one_who_stays_is_better_than_two_who_come() -> None:
    problem = Problem((giver(1, limit=1), giver(2, limit=2)), (need(days=2),))
    assert solved(problem) == (Match("offer-2", "request-1", 2),)


def test_why_nobody_comes_is_said_for_each_who_offers_it() -> None:
    far, kept = giver(1, most_minutes=20), giver(2, keeps_from={1: "is not to go there: a declared interest"})
    spent = giver(3, limit=3, given=3)
    away = giver(4, away="offers nothing before 1 May 2027")
    problem = Problem((far, kept, spent, away), (need(place=FAR_OFF),))
    [left] = unmet(problem, solved(problem))
    assert left.words == (
        "Giver 1 is about 125 minutes away and travels at most 20. "
        "Giver 2 is not to go there: a declared interest. "
        "Giver 3 has given the three days it can give in the half term. One other offers it, without a day for it."
    )
    [nobody] = unmet(Problem((giver(areas={}),), (need(),)), ())
    assert nobody.words == "Nobody offers Phonics."


def test_no_more_givers_come_than_the_strategy_has() -> None:
    several = tuple(giver(n, limit=1) for n in range(1, 4))
    problem = Problem(several, (need(days=3, most_givers=2),))
    matches = solved(problem)
    assert sum(one.days for one in matches) == 2
    [left] = unmet(problem, matches)
    assert left.words == "Two givers come already, and the strategy has no more for one need."


def test_candidates_come_in_the_order_of_what_they_are_worth() -> None:
    known = giver(1), giver(2, strong={"phonics": "Sustain"}), giver(3, most_minutes=5, place=FAR_OFF)
    found = candidates(Problem(known, (need(),)), need())
    assert [one.giver.key for one in found] == ["offer-2", "offer-1", "offer-3"]
    assert found[0].reasons == "rated Sustain there, about 5 minutes away and four days left"
    assert [one.could for one in found] == [True, True, False]


# By hand


def test_what_is_pinned_stays_and_its_days_are_taken_first() -> None:
    problem = Problem((giver(limit=3),), (need(1, weight=20), need(2, weight=40)))
    pinned = problem.with_pins([Match("offer-1", "request-1", 2)])
    assert solved(pinned) == (Match("offer-1", "request-2", 1),)
    over = problem.with_pins([Match("offer-1", "request-1", 9)])
    assert solved(over) == (), "a pin beyond the limit leaves nothing, and nothing else is broken"
    [first, second] = [one.words for one in broken(over, over.pinned)]
    assert first == "Giver 1 has three days left of 3 in the half term; 9 are matched."
    assert second == "School 1: nine days are matched; two days are needed."


def test_what_is_taken_out_stays_out() -> None:
    problem = Problem((giver(1), giver(2, place=FAR_OFF)), (need(),)).with_pins((), [("offer-1", "request-1")])
    matches = solved(problem)
    assert matches == (Match("offer-2", "request-1", 2),)
    assert others(problem, matches[0], matches) == ("Giver 1 was taken out by hand.",)


def test_a_match_of_what_is_no_longer_there_is_said() -> None:
    problem = Problem((giver(),), ())
    [gone] = broken(problem, [Match("offer-1", "request-9", 1)])
    assert gone.words == "Giver 1 is not needed here any more."
    [left] = broken(Problem((), (need(),)), [Match("offer-9", "request-1", 1)])
    assert left.words == "The giver no longer offers support."


# Journeys


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((400_000, 300_000), (400_000, 300_000), 5),
        ((400_000, 300_000), (403_000, 304_000), 15),
        ((400_000, 300_000), None, None),
        (None, None, None),
    ],
)
def test_a_journey_is_reckoned_by_the_straight_line(one: Any, other: Any, expected: int | None) -> None:
    assert minutes_between(one, other, minutes_per_km=2.0, setting_out=5) == expected


def test_a_journey_in_words() -> None:
    assert journey_words(25) == "about 25 minutes away"
    assert journey_words(None) == "how far away is not known"
