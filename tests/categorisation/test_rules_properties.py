"""What must hold for any ratings, on the strategies that ship and on small ones made at random."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from categorisation.rules import differs, explain, propose
from tests.categorisation.rules_by_hand import (
    SHIPPED,
    SHIPPED_AXES,
    TODAY,
    asked,
    evidence_of,
    level_by_hand,
    ratings_of,
    scale_keys,
    small_strategies,
)

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Answer:
    """A proposal with its levels as positions."""

    def __init__(self, strategy, axis, ratings, phase, facts=frozenset()):
        self.proposal = propose(strategy, axis, evidence_of(ratings), facts=facts, phase=phase, today=TODAY)
        keys = scale_keys(strategy, strategy.axis_by_key[axis].scale)
        self.best, self.worst = keys.index(self.proposal.best), keys.index(self.proposal.worst)
        self.level = None if self.proposal.level is None else keys.index(self.proposal.level)


def facts_of(draw, strategy):
    return (
        frozenset(draw(st.sets(st.sampled_from([fact.key for fact in strategy.facts]))))
        if strategy.facts
        else frozenset()
    )


@st.composite
def situations(draw, strategy, axis):
    phase = draw(st.sampled_from([phase.value for phase in strategy.identity.phases]))
    return draw(ratings_of(strategy)), phase, facts_of(draw, strategy)


@st.composite
def small_situations(draw):
    strategy = draw(small_strategies())
    return strategy, "overall", *draw(situations(strategy, "overall"))


def check_all(data, strategy, axis, ratings, phase, facts):
    before = Answer(strategy, axis, ratings, phase, facts)
    check_answer(strategy, axis, before, ratings, phase, facts)
    kpi = data.draw(st.sampled_from(asked(strategy, axis, phase)), label="KPI")
    check_better_rating(data, strategy, axis, before, ratings, phase, facts, kpi)
    check_missing_evidence(strategy, axis, before, ratings, phase, facts, kpi)
    check_fact(data, strategy, axis, before, ratings, phase, facts)


def check_answer(strategy, axis, answer, ratings, phase, facts):
    """Both ends as worked out by hand; the weaker never stronger; every sentence ends as one."""
    assert answer.best == level_by_hand(strategy, axis, ratings, phase, "best", facts)
    assert answer.worst == level_by_hand(strategy, axis, ratings, phase, "worst", facts)
    assert answer.best <= answer.worst
    proposal = answer.proposal
    assert answer.level == (answer.worst if proposal.enough else None)
    assert proposal.known + len(proposal.missing) == proposal.asked == len(asked(strategy, axis, phase))
    assert bool(proposal.reasons) == (not proposal.enough or answer.worst > 0)
    assert differs(proposal, proposal.worst) == (not proposal.enough or answer.best != answer.worst)
    words = explain(strategy, proposal)
    for sentence in (*words.basis, *words.held, *words.unknown, *words.up, *words.down):
        assert sentence.endswith(".")
        assert "None" not in sentence


def check_better_rating(data, strategy, axis, before, ratings, phase, facts, kpi):
    """Improving one rating worsens neither end of the range, nor the level, nor what is enough."""
    levels = scale_keys(strategy, kpi.scale)
    if ratings[kpi.key] is None or ratings[kpi.key] == levels[0]:
        return
    better = data.draw(st.sampled_from(levels[: levels.index(ratings[kpi.key])]), label="better")
    after = Answer(strategy, axis, {**ratings, kpi.key: better}, phase, facts)
    assert after.best <= before.best
    assert after.worst <= before.worst
    assert after.proposal.enough == before.proposal.enough


def check_missing_evidence(strategy, axis, before, ratings, phase, facts, kpi):
    """Taking a rating away never improves the level or the weak end, never tells less of a range, never is enough."""
    after = Answer(strategy, axis, {**ratings, kpi.key: None}, phase, facts)
    assert after.worst >= before.worst
    assert after.best <= before.best
    assert after.proposal.enough <= before.proposal.enough
    if after.level is not None:
        assert after.level >= before.level


def check_fact(data, strategy, axis, before, ratings, phase, facts):
    """A cap bounds both ends; one more fact never makes either stronger."""
    caps = [cap for cap in strategy.rule_by_axis[axis].caps if cap.fact]
    if not caps:
        return
    cap = data.draw(st.sampled_from(caps), label="fact")
    after = Answer(strategy, axis, ratings, phase, facts | {cap.fact})
    limit = scale_keys(strategy, strategy.axis_by_key[axis].scale).index(cap.no_better_than)
    assert limit <= after.best
    assert before.best <= after.best <= after.worst
    assert before.worst <= after.worst


@pytest.mark.parametrize(("name", "axis"), SHIPPED_AXES)
@few
@given(data=st.data())
def test_shipped_rules(name, axis, data):
    strategy = SHIPPED[name]
    check_all(data, strategy, axis, *data.draw(situations(strategy, axis)))


@few
@given(situation=small_situations(), data=st.data())
def test_any_rule(situation, data):
    check_all(data, *situation)


@pytest.mark.parametrize(("name", "axis"), SHIPPED_AXES)
@few
@given(data=st.data())
def test_criterion_caps_bound_the_axis(name, axis, data):
    """A school whose limiting criterion is known to be at the cap is never proposed better than it allows."""
    strategy = SHIPPED[name]
    ratings, phase, facts = data.draw(situations(strategy, axis))
    levels = scale_keys(strategy, strategy.axis_by_key[axis].scale)
    for cap in strategy.rule_by_axis[axis].caps:
        if cap.criterion:
            fixed = {kpi.key: cap.at_or_below for kpi in strategy.criterion_by_key[cap.criterion].kpis}
            after = Answer(strategy, axis, {**ratings, **fixed}, phase, facts)
            assert after.best >= levels.index(cap.no_better_than)
