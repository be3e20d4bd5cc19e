"""The whole strategy: one frozen document, checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pydantic import Field, model_validator

from .appraisals import Appraisal
from .basics import Key, Part, SchoolPhase, Statement, Text
from .categories import Axis, Bridge, Criterion, Fact, Kpi, Level, Rule, Scale
from .checks import faults
from .early_warning import EarlyWarning
from .exchange import Exchange
from .matrix import Matrix
from .measures import Measure, PupilGroup, official_groups, official_measures
from .provision import (
    Checklist,
    CollectionPoint,
    Entitlement,
    Form,
    ImpactMeasure,
    Ladder,
    MeetingType,
    MenuItem,
    PlanType,
    ReportType,
    ReviewType,
    Standin,
)
from .self_evaluation import SefFormat


class Words(Part):
    """What this trust calls things."""

    category: Text = "category"
    categories: Text = "categories"
    matrix: Text = "risk matrix"
    local_body: Text = "local governing body"
    local_body_short: Text = "LGB"
    plan: Text = "school improvement plan"
    risk_meeting: Text = "risk meeting"
    trust_lead: Text = "chief executive"


class Identity(Part):
    """Who this strategy is."""

    key: Key
    version: int = Field(ge=1)
    title: Text
    source: str = ""
    summary: Text
    phases: tuple[SchoolPhase, ...] = Field(min_length=1)
    words: Words = Words()
    stand_ins: tuple[Standin, ...] = ()
    reply_days: int = Field(default=5, ge=1, le=30)  # working days a school has to reply to a decision


class Monitoring(Part):
    """How the trust goes about visits."""

    reply_days: int = Field(default=5, ge=1, le=30)  # working days a school has to say whether a record is accurate


class Strategy(Part):
    """A trust's improvement strategy. Lists keep the order of the file."""

    identity: Identity
    statements: tuple[Statement, ...] = ()
    scales: tuple[Scale, ...] = ()
    axes: tuple[Axis, ...] = ()
    matrix: Matrix = Matrix()
    criteria: tuple[Criterion, ...] = ()
    facts: tuple[Fact, ...] = ()
    rules: tuple[Rule, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    plan_types: tuple[PlanType, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    appraisals: tuple[Appraisal, ...] = ()
    forms: tuple[Form, ...] = ()
    monitoring: Monitoring = Monitoring()
    early_warning: EarlyWarning = EarlyWarning()
    exchange: Exchange = Exchange()
    review_types: tuple[ReviewType, ...] = ()
    meetings: tuple[MeetingType, ...] = ()
    measures: tuple[Measure, ...] = ()
    pupil_groups: tuple[PupilGroup, ...] = ()
    self_evaluation: SefFormat = SefFormat()
    returns: tuple[CollectionPoint, ...] = ()
    reports: tuple[ReportType, ...] = ()
    impact: tuple[ImpactMeasure, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Strategy:
        found = list(faults(self))
        if found:
            raise ValueError("\n".join(found))
        return self

    @cached_property
    def scale_by_key(self) -> dict[str, Scale]:
        return {scale.key: scale for scale in self.scales}

    @cached_property
    def axis_by_key(self) -> dict[str, Axis]:
        return {axis.key: axis for axis in self.axes}

    @cached_property
    def criterion_by_key(self) -> dict[str, Criterion]:
        return {criterion.key: criterion for criterion in self.criteria}

    @cached_property
    def kpi_by_key(self) -> dict[str, Kpi]:
        return {kpi.key: kpi for kpi in self.kpis()}

    @cached_property
    def fact_by_key(self) -> dict[str, Fact]:
        return {fact.key: fact for fact in self.facts}

    @cached_property
    def rule_by_axis(self) -> dict[str, Rule]:
        return {rule.axis: rule for rule in self.rules}

    @cached_property
    def meeting_by_key(self) -> dict[str, MeetingType]:
        return {meeting.key: meeting for meeting in self.meetings}

    @cached_property
    def measure_by_key(self) -> dict[str, Measure]:
        """The measures of the file, and every official one it does not name."""
        return {**official_measures(), **{measure.key: measure for measure in self.measures}}

    @cached_property
    def group_by_key(self) -> dict[str, PupilGroup]:
        """The groups of the file, and every official one it does not name."""
        return {**official_groups(), **{group.key: group for group in self.pupil_groups}}

    @cached_property
    def form_by_key(self) -> dict[str, Form]:
        return {form.key: form for form in self.forms}

    def committee_of(self, form: Form) -> str:
        """What the committee is called that follows up the actions of this form; blank where none does."""
        return self.meeting_by_key[form.followed_up_by].label if form.followed_up_by else ""

    @cached_property
    def return_by_key(self) -> dict[str, CollectionPoint]:
        return {point.key: point for point in self.returns}

    def kpis(self) -> Iterator[Kpi]:
        """Every KPI in the order of the file."""
        for criterion in self.criteria:
            yield from criterion.kpis

    def levels_of(self, scale: str) -> tuple[Level, ...]:
        """The scale's levels, strongest first."""
        return self.scale_by_key[scale].levels

    def axis_levels(self, axis: str) -> tuple[Level, ...]:
        """The levels a school can be in on this axis, strongest first."""
        return self.levels_of(self.axis_by_key[axis].scale)

    def roles_for(self, role: str) -> tuple[str, ...]:
        """The role, then those that stand in for it, in the order of the file."""
        instead = (each for one in self.identity.stand_ins if one.role == role for each in one.instead)
        return tuple(dict.fromkeys((role, *instead)))

    @cached_property
    def usual_plan(self) -> PlanType | None:
        """The first kind of plan that every school may have; None where the file names none."""
        kinds = (one for one in self.plan_types if one.of == "school" and not one.only_on_ladder)
        return next((one for one in kinds if not one.levels), None)

    @cached_property
    def trust_plans(self) -> tuple[PlanType, ...]:
        """The kinds of plan that the trust has for itself."""
        return tuple(one for one in self.plan_types if one.of == "trust")

    def level_words(self, level: Level) -> str:
        """The level's label; a bare number reads “category 3”, in the trust's own word."""
        return f"{self.identity.words.category} {level.label}" if level.label.isdecimal() else level.label

    def asks(self, kpi: Kpi, phase: str) -> bool:
        """Whether a school of this phase of education is asked for this KPI."""
        return not kpi.phases or phase in kpi.phases
