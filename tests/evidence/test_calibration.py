"""Self-judgements beside the next judgement from outside."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.calibration import Accuracy, Judged, Pair, occasions_of, pairs_of, sentence, waiting_of


def judged(place: int, on: date, *, area: str = "inclusion", framework: str = "report_card_2025") -> Judged:
    return Judged(area, area.title(), framework, place, str(place), on, "somebody")


def test_the_next_outside_judgement_of_the_same_area_is_set_beside_the_latest_before_it():
    own = [judged(2, date(2025, 12, 1)), judged(3, date(2026, 4, 1)), judged(1, date(2026, 9, 1))]
    outside = [judged(3, date(2026, 6, 1))]
    (pair,) = pairs_of(own, outside)
    assert (pair.own.on, pair.distance) == (date(2026, 4, 1), 0)


def test_a_judgement_made_after_the_inspection_is_no_evidence_of_accuracy():
    assert pairs_of([judged(2, date(2026, 6, 2))], [judged(3, date(2026, 6, 1))]) == ()


def test_areas_and_frameworks_are_never_mixed():
    own = [judged(2, date(2026, 1, 1))]
    assert pairs_of(own, [judged(2, date(2026, 2, 1), area="achievement")]) == ()
    assert pairs_of(own, [judged(2, date(2026, 2, 1), framework="graded_1_to_4")]) == ()


def test_one_self_judgement_meets_one_outside_judgement():
    outside = [judged(3, date(2026, 2, 1)), judged(2, date(2026, 3, 1))]
    assert [pair.outside.on for pair in pairs_of([judged(2, date(2026, 1, 1))], outside)] == [date(2026, 2, 1)]


def test_two_years_later_says_nothing():
    assert pairs_of([judged(2, date(2024, 1, 1))], [judged(3, date(2026, 2, 1))]) == ()


def pairs(*distances: int) -> Accuracy:
    day = date(2026, 1, 1)
    return Accuracy(tuple(Pair(judged(3, day), judged(3 + distance, day)) for distance in distances))


def test_what_is_said_of_it():
    assert sentence(pairs()).startswith("No judgement")
    assert sentence(pairs(1)) == (
        "The one judgement set beside the next from outside was more generous. Too few to speak of a tendency."
    )
    assert sentence(pairs(0)).startswith("The one judgement set beside the next from outside agrees.")
    assert sentence(pairs(0, 0, 1, 0, 0)) == (
        "Of 5 judgements set beside the next from outside, 4 agree and 1 was more generous. "
        "On the whole the school judges itself as others do."
    )
    assert "1.0 grades stronger" in sentence(pairs(1, 1, 1))
    assert "weaker" in sentence(pairs(-1, -1, 0))
    assert "most lie within 2.0 grades of that" in sentence(pairs(2, -2, 2, -2))


@given(st.lists(st.integers(-3, 3), max_size=12))
def test_bias_and_spread_are_those_of_the_distances(distances):
    accuracy = pairs(*distances)
    assert accuracy.agreed + accuracy.generous + accuracy.cautious == len(distances)
    assert accuracy.spread >= 0
    if distances:
        assert min(distances) <= accuracy.bias <= max(distances)


def test_only_what_nothing_has_followed_still_waits():
    own = [judged(2, date(2025, 12, 1)), judged(3, date(2026, 4, 1)), judged(1, date(2026, 9, 1))]
    assert waiting_of(own, [judged(3, date(2026, 6, 1))]) == 1
    assert waiting_of(own, [judged(3, date(2026, 6, 1), area="achievement")]) == 3


def on_days(**distances: tuple[int, ...]) -> Accuracy:
    days = {"may": date(2025, 5, 1), "june": date(2026, 6, 1)}
    return Accuracy(
        tuple(
            Pair(judged(2, days[day]), judged(2 + each, days[day]))
            for day, these in distances.items()
            for each in these
        )
    )


def test_bias_and_spread_of_each_occasion_in_order():
    june, may = (2, 2, 1, 1), (1, -1)
    found = occasions_of(on_days(june=june, may=may))
    assert [(one.on.month, one.accuracy.bias, one.accuracy.spread) for one in found] == [(5, 0, 1), (6, 1.5, 0.5)]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            {"may": (1, 1), "june": (0, 0)},
            "Nearer than at first: 1.0 grades stronger in May 2025, as others do in June 2026.",
        ),
        ({"may": (0, 0), "june": (-1, -1)}, "Further away than at first: as others do in May 2025, 1.0 grades weaker"),
        ({"may": (1, 1), "june": (-1, -1)}, "No nearer and no further than at first: 1.0 grades stronger in May 2025,"),
        ({"may": (1,), "june": (0,)}, "Too few to speak of a tendency."),
    ],
)
def test_whether_it_comes_nearer(days, said):
    assert said in sentence(on_days(**days))
