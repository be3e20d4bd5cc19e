"""What the strategy says of a kind of review: its form, its depth, and what its judgements become."""

from __future__ import annotations

import pytest

from evidence.models import Source
from reviews.models import Finding
from reviews.rules.kinds import PLAIN, depth_of, form_of, kind_of, kinds_of, level_for
from reviews.services.agreeing import SCHOOL, TRUST, propose_review, sign_review
from reviews.services.publishing import begin_review, publish_review, reply_to_review, send_review
from reviews.services.team import add_member
from reviews.services.writing import save_answers
from schools.strategy import read_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, TODAY, start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.reviews.reviews_world import PUT_RIGHT, TERMS

_today = stopped_at(TODAY)


def strategy_of(name: str):
    return read_strategy((STRATEGIES / f"{name}.toml").read_text())


@pytest.mark.parametrize(
    ("levels", "depth", "form"),
    [
        ({"risk": "one"}, "Light touch", "peer_review_light"),
        ({"risk": "four"}, "Full", "peer_review_full"),
        ({}, "", "peer_review_full"),
        ({"nothing_such": "one"}, "", "peer_review_full"),
    ],
)
def test_depth_and_form_follow_the_category(levels: dict, depth: str, form: str):
    strategy = strategy_of("numbered_categories")
    known = {axis.key for axis in strategy.axes}
    levels = {next(iter(known)) if axis == "risk" else axis: level for axis, level in levels.items()}
    kind = kind_of(strategy, "peer_review")
    level = level_for(strategy, kind, levels)
    assert (depth_of(kind, level), kind.form_for(level)) == (depth, form)


def test_of_two_axes_the_level_that_needs_most_support_counts():
    strategy = strategy_of("two_axes")
    kind = kind_of(strategy, "governance")
    level = level_for(strategy, kind, {"academic": "stabilise", "operational": "reinforce"})
    assert (level, depth_of(kind, level)) == ("stabilise", "Full review with an action plan")


@pytest.mark.parametrize("name", [path.stem for path in STRATEGIES.glob("*.toml")])
def test_every_kind_that_is_offered_has_a_form_of_reviews(name: str):
    strategy = strategy_of(name)
    for kind in kinds_of(strategy):
        for key in (kind.form, *kind.form_by_level.values()):
            assert form_of(strategy, key or "").kind == "review"
    assert form_of(strategy, "") is PLAIN
    assert kinds_of(strategy)


def test_depth_form_and_judgements_follow_the_strategy_and_the_category(db: None):
    """A strategy whose forms differ by category: the full form has rows with judgements of their own."""
    trust, version = start_trust("cedar", "numbered_categories")
    with trust_scope(trust):
        ada, school = member("Ann Lead", "si_lead"), SchoolFactory()
        head, lead = member("Hal Head", "head", school), member("Lin Other", "director")
        review = propose_review(school, version, by=ada, kind="peer_review", terms=TERMS)
        assert (review.form, review.depth) == ("peer_review_full", "")
        add_member(review, lead, by=ada, is_lead=True)
        sign_review(review, TRUST, by=ada)
        sign_review(review, SCHOOL, by=head)
        begin_review(review, by=ada)
        row = {"r0-focus": "Governance", "r0-seen": "Minutes.", "r0-finding": "It asks.", "r0-issues": "no_issues"}
        head_words = {
            "lead": "Director",
            "team": "Two heads",
            "date": "2026-11-16",
            "strengths": "S.",
            "development": "D.",
        }
        answers = {**row, **head_words, "priorities": "P.", "overall": "some_issues"}
        save_answers(review, answers, by=lead, version=1)
        send_review(review, by=lead)
        reply_to_review(review, by=head, reply="accurate")
        publish_review(review, by=lead, **PUT_RIGHT)
        judged = {(one.area, one.framework, one.judgement, one.note) for one in Source.objects.exclude(judgement="")}
        assert judged == {("overall", "issues", "some_issues", ""), ("issues", "issues", "no_issues", "Governance")}
        assert Finding.objects.get(kind="finding").text == "Governance: It asks."
