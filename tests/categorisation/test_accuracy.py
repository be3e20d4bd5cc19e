"""Accuracy of self-evaluation is looked at by the rules: worked out, told, and a limit where it is too generous."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from categorisation.models import Assessment, Rating
from categorisation.queries import self_evaluation_of
from categorisation.rules.accuracy import Accuracy, accuracy_of
from categorisation.rules.entry import Entry, asked_of
from categorisation.services import agree_assessment, moderate_rating, open_assessment, save_ratings, submit_assessment
from evidence.models import Source
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.strategies.reading import shipped

FACT = shipped("two_axes").fact_by_key["self_evaluation_generous"]


@pytest.mark.parametrize(
    ("moderated", "outside", "generous"),
    [
        ([(2, 3)] * 5 + [(2, 2)] * 5, [], True),  # half a level, to the judgement
        ([(2, 3)] * 4 + [(2, 2)] * 6, [], False),
        ([(2, 4)] * 9, [], False),  # nine are too few
        ([(2, 4)] * 9, [0], True),
        ([(3, 2)] * 12, [], False),  # cautious
        ([], [], False),
    ],
)
def test_when_it_is_much_too_generous(moderated: list, outside: list, generous: bool) -> None:
    assert accuracy_of(moderated, outside).makes(FACT) is generous


def test_in_words() -> None:
    one = accuracy_of([(2, 2)] * 28 + [(1, 2)] * 4 + [(3, 2)], [1, 0])
    assert one.words == (
        "Self-evaluation: of 35 judgements made twice, 29 agree, five more generous and one more cautious; "
        "0.1 levels too generous on average."
    )
    assert one.source == "33 moderated ratings and two judgements from outside"
    assert Accuracy().words == "Self-evaluation: nothing has been judged twice yet, so its accuracy is not known."


@given(st.lists(st.integers(-3, 3), min_size=10, max_size=60))
def test_a_weaker_moderation_never_makes_it_more_accurate(distances: list[int]) -> None:
    before, after = Accuracy(tuple(distances)), Accuracy(tuple(each + 1 for each in distances))
    assert after.makes(FACT) or not before.makes(FACT)


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, cast: Cast) -> Any:
    time_machine.move_to("2026-11-20T10:00Z")
    with trust_scope(cast.alder):
        yield


def agreed(cast: Cast, *, moderate: int) -> Assessment:
    """All at the second level; so many moderated to the weakest."""
    matrix = open_assessment(cast.dunmere, cast.autumn)
    keys = [kpi.key for kpi in asked_of(cast.version.strategy, "primary") if not kpi.key.startswith("safeguarding")]
    entry = Entry(2, "As last term.", date(2026, 10, 16), ("data", "records"))
    save_ratings(matrix, {kpi.key: entry for kpi in asked_of(cast.version.strategy, "primary")}, by=cast.ben)
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    for key in [key for key in keys if key != "single_central_record"][:moderate]:
        moderate_rating(matrix, key, by=cast.ada, level=4, reason="Seen otherwise.")
    return agree_assessment(matrix, by=cast.ada)


def test_it_limits_both_axes_and_says_where_it_rests(cast: Cast) -> None:
    matrix = agreed(cast, moderate=10)
    accuracy = self_evaluation_of(cast.version.strategy, cast.dunmere, on=TODAY)
    assert accuracy is not None
    assert accuracy.mean == pytest.approx(20 / 39)
    for proposal in matrix.proposals.all():
        words = " ".join(proposal.explanation["words"]["held"] + proposal.explanation["words"]["basis"])
        assert proposal.level == "reinforce", proposal.axis
        assert "Self-evaluation: of 39 judgements made twice, 29 agree and ten more generous" in words
        assert "It rests on 39 moderated ratings." in words


def test_an_accurate_one_is_told_and_limits_nothing(cast: Cast) -> None:
    matrix = agreed(cast, moderate=1)
    assert {one.level for one in matrix.proposals.all()} == {"refine"}
    for proposal in matrix.proposals.all():
        basis = " ".join(proposal.explanation["words"]["basis"])
        assert "Self-evaluation: of 39 judgements made twice, 38 agree and one more generous" in basis


def test_what_was_filled_in_is_nobodys_judgement_and_outside_ones_count(cast: Cast) -> None:
    agreed(cast, moderate=2)
    Rating.objects.filter(kpi__key="attendance").update(filled=True)
    for kind, judgement, day in (("sef", "Strong", 1), ("review", "Needs attention", 20)):
        Source.objects.create(
            school=cast.dunmere, kind=kind, area="inclusion", framework="report_card_2025",
            judgement={"Strong": "Strong standard"}.get(judgement, judgement), label=kind, on=date(2026, 10, day),
        )  # fmt: skip
    accuracy = self_evaluation_of(cast.version.strategy, cast.dunmere, on=TODAY)
    assert accuracy is not None
    assert len(accuracy.moderated) == 38
    assert accuracy.outside == (2,)


def test_a_strategy_that_does_not_ask_costs_nothing(cast: Cast, queries: Any) -> None:
    strategy = shipped("four_phases")
    assert queries(lambda: self_evaluation_of(strategy, cast.dunmere, on=TODAY)) == []
