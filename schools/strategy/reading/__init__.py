"""A strategy as a document people read: its parts in words and tables, worked out of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schools.strategy.document import Strategy
from schools.strategy.provision import Ladder, Stage

from .judging import AxisReading, CriterionReading, LevelTable, axes_of, criteria_of, matrix_of, scales_of
from .offer import OfferRow, OfferTable, core_offer, offer_tables
from .parts import (
    Entry,
    appraisals_of,
    checklists_of,
    forms_of,
    meetings_of,
    plans_of,
    reports_of,
    returns_of,
    reviews_of,
)
from .ruling import BridgeReading, FactReading, RuleReading, bridges_of, facts_of, rules_of
from .writing import self_evaluation_of

CONTENTS = (
    ("aims", "What it stands for", "statements"),
    ("levels", "Levels", "scales"),
    ("axes", "What schools are placed for", "axes"),
    ("matrix", "Criteria and indicators", "criteria"),
    ("rules", "How a level is proposed", "rules"),
    ("bridges", "Reading of inspections", "bridges"),
    ("support", "Support schools can count on", "entitlements"),
    ("menu", "Support schools may ask for", "menu"),
    ("ladders", "Escalation, and the way back", "ladders"),
    ("plans", "Plans", "plan_types"),
    ("checklists", "Checklists", "checklists"),
    ("appraisals", "Appraisals", "appraisals"),
    ("forms", "Forms", "forms"),
    ("reviews", "Reviews", "review_types"),
    ("meetings", "Meetings", "meetings"),
    ("self-evaluation", "Self-evaluation", "self_evaluation"),
    ("returns", "Returns", "returns"),
    ("reports", "Reports", "reports"),
    ("impact", "How the strategy itself is judged", "impact"),
)
"""Anchor, heading, and the part of the file that has to be there."""


Rungs = tuple[tuple[Stage, str], ...]
"""Each stage, with who decides in turn that a school comes there; blank where the ladder says it."""


@dataclass(frozen=True)
class Reading:
    """Everything a page needs, in the order of the document."""

    contents: tuple[tuple[str, str], ...]
    stand_ins: tuple[tuple[str, str, str], ...]  # who decides, who instead, when
    scales: tuple[LevelTable, ...]
    axes: tuple[AxisReading, ...]
    matrix: tuple[str, ...]
    criteria: tuple[CriterionReading, ...]
    rules: tuple[RuleReading, ...]
    facts: tuple[FactReading, ...]
    bridges: tuple[BridgeReading, ...]
    ladders: tuple[tuple[Ladder, str, Rungs], ...]  # each with who decides, and its stages
    core: tuple[OfferRow, ...]
    offers: tuple[OfferTable, ...]
    plans: tuple[Entry, ...]
    checklists: tuple[Entry, ...]
    appraisals: tuple[Entry, ...]
    forms: tuple[Entry, ...]
    reviews: tuple[Entry, ...]
    meetings: tuple[Entry, ...]
    self_evaluation: tuple[Entry, ...]
    returns: tuple[Entry, ...]
    reports: tuple[Entry, ...]


def reading_of(strategy: Strategy, roles: Mapping[str, str]) -> Reading:
    """The strategy in words. `roles` gives the label of each role."""
    return Reading(
        contents=tuple((anchor, title) for anchor, title, part in CONTENTS if getattr(strategy, part)),
        stand_ins=tuple(
            (roles[one.role], " or ".join(roles[role] for role in one.instead), one.when)
            for one in strategy.identity.stand_ins
        ),
        scales=scales_of(strategy, roles),
        axes=axes_of(strategy, roles),
        matrix=matrix_of(strategy),
        criteria=criteria_of(strategy),
        rules=rules_of(strategy),
        facts=facts_of(strategy),
        bridges=bridges_of(strategy),
        ladders=tuple((one, roles[one.decided_by], _rungs(one, roles)) for one in strategy.ladders),
        core=core_offer(strategy),
        offers=offer_tables(strategy),
        plans=plans_of(strategy, roles),
        checklists=checklists_of(strategy),
        appraisals=appraisals_of(strategy, roles),
        forms=forms_of(strategy),
        reviews=reviews_of(strategy),
        meetings=meetings_of(strategy),
        self_evaluation=self_evaluation_of(strategy),
        returns=returns_of(strategy),
        reports=reports_of(strategy, roles),
    )


def _rungs(ladder: Ladder, roles: Mapping[str, str]) -> Rungs:
    return tuple((one, ", then ".join(roles[role] for role in one.decided_by)) for one in ladder.stages)
