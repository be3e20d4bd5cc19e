"""What is judged and how a category is proposed: scales, axes, criteria, KPIs and rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .basics import Cadence, Duration, Key, Named, Part, Role, SchoolPhase, Side, Text


class Level(Named):
    """One level of a scale. `tone` is the step of the look: 1 strongest, 5 needs most support.

    `edits` says whose people write the school's plan and its checklist at this level; empty: all whose role allows it.
    """

    tone: int = Field(ge=1, le=5)
    group: str = ""  # the wider name shared by tiers, for example a phase with an upper and a lower tier
    tier: str = ""
    descriptor: str = ""
    features: tuple[Text, ...] = ()
    indicative: tuple[Text, ...] = ()
    leadership: tuple[Text, ...] = ()
    expectations: tuple[Text, ...] = ()
    directs: str = ""  # who directs improvement at this level
    approves: tuple[Role, ...] = ()  # who approves the school's plan at this level
    edits: tuple[Side, ...] = ()
    stay: Duration | None = None
    gives_support: bool = True  # False: asked to give no capacity away, unless its head says that it can


class Scale(Named):
    """Levels from strongest to weakest. Only the order counts, never a number in a label."""

    levels: tuple[Level, ...] = Field(min_length=2, max_length=9)
    note: str = ""  # for example who chose this scale when the source names none


class Axis(Named):
    """Something every school is put in a category for.

    With `concludes` each re-assessment says whether the provision in place still fits and whether capacity moves.
    """

    scale: Key
    cadence: dict[Key, Cadence] = {}  # by level key; `default_cadence` otherwise
    default_cadence: Cadence = Cadence.TERM
    meeting: Key | None = None
    decided_by: Role = Role.CEO
    features: dict[Key, tuple[Text, ...]] = {}  # features of a level that belong to this axis alone
    phases: tuple[SchoolPhase, ...] = ()  # empty: every phase
    concludes: bool = False


class Threshold(Part):
    """From which value a measured KPI suggests a level. Exactly one of `at_least`, `at_most` (the KPI's unit).

    Where a file gives thresholds for some phases of education, they stand in place of those for every phase.
    """

    level: Key
    at_least: float | None = None
    at_most: float | None = None
    phases: tuple[SchoolPhase, ...] = ()  # empty: every phase that has none of its own


class Age(Part):
    """Up to which age, in whole months, the last event of a dated KPI suggests a level."""

    level: Key
    months: int = Field(ge=1, le=240)


class Outcome(Named):
    """What an audit or review of a dated KPI can end with; the level is then no better than this."""

    no_better_than: Key | None = None


class Substitute(Part):
    """What stands in for a source that no longer exists, and since when."""

    replaces: Text
    retired_on: date
    rule: Text


Comparator = Literal["national", "local", "similar", "pan", "trust", "target", "school"]
"""What a figure is set beside; “school” is the school's own a year before."""


class Kpi(Named):
    """One indicator. Its key stays the same across versions of the strategy."""

    kind: Literal["judged", "measured", "dated", "checklist"] = "judged"
    scale: Key
    hint: str = ""
    measure: str = ""  # key of the measure that fills a measured KPI
    group: Key = "all"  # of pupils: a key of the measures' groups
    comparator: Comparator | Literal[""] = ""  # what stands beside the value; empty: nothing
    also: tuple[Comparator, ...] = ()  # what else is shown beside the value, and decides nothing
    better: Literal["high", "low", ""] = ""
    against: Literal["value", "difference"] = "value"  # thresholds are on the value, or on value minus comparator
    unit: str = ""
    thresholds: tuple[Threshold, ...] = ()
    ages: tuple[Age, ...] = ()  # of a dated KPI, youngest first; an older event suggests the last level
    outcomes: tuple[Outcome, ...] = ()  # of a dated KPI; empty: only the day is recorded
    phases: tuple[SchoolPhase, ...] = ()  # empty: every phase
    weight: int = Field(default=1, ge=1, le=10)
    stale_after_months: int = Field(default=12, ge=1, le=60)
    substitutes: tuple[Substitute, ...] = ()

    def thresholds_for(self, phase: str) -> tuple[Threshold, ...]:
        """Those of a school of this phase of education: its own where there are any, else those for every phase."""
        own = tuple(one for one in self.thresholds if phase in one.phases)
        return own or tuple(one for one in self.thresholds if not one.phases)


class Criterion(Named):
    """A row of the risk matrix. Its level comes from its KPIs."""

    short: str = ""  # for a narrow column
    axes: tuple[Key, ...] = ()
    combine: Literal["best_fit", "worst"] = "best_fit"
    weight: int = Field(default=1, ge=1, le=10)
    kpis: tuple[Kpi, ...] = Field(min_length=1)


class Fact(Named):
    """Something true or not of a school at a date that a rule may look at, for example a declared support stage.

    Self-evaluation is generous where the trust, or somebody outside, is on average `from_levels` weaker than the school
    itself, over at least `least_compared` judgements of the same thing.
    """

    note: str = ""
    published: Literal["category_of_concern", "safeguarding_not_met"] | None = None  # read from the latest inspection
    computed: Literal["self_evaluation_generous"] | None = (
        None  # worked out from judgements that stand beside each other
    )
    exchange: Literal["gives", "takes"] | None = None  # set beside what the school gave or took in each half term
    from_levels: float = Field(default=0.5, gt=0, le=8)
    least_compared: int = Field(default=10, ge=1, le=500)

    @model_validator(mode="after")
    def _one_origin(self) -> Fact:
        if self.published and self.computed:
            raise ValueError("a fact is either published or computed")
        return self

    @property
    def is_recorded(self) -> bool:
        """Whether people put it on record; others are read from an inspection or worked out."""
        return not (self.published or self.computed)


class Cap(Part):
    """What always limits the result: a criterion at or below a level, or a fact, lets the axis be no better than."""

    label: Text
    criterion: Key | None = None
    at_or_below: Key | None = None  # level of the criterion's KPI scale
    fact: Key | None = None
    no_better_than: Key  # level of the axis

    @model_validator(mode="after")
    def _one_cause(self) -> Cap:
        if (self.criterion is None) == (self.fact is None) or (self.criterion is None) != (self.at_or_below is None):
            raise ValueError("name either a criterion with at_or_below, or a fact")
        return self


class MinimumEvidence(Part):
    """Below this the answer is a range. `share` is of the weights of all KPIs asked (0 to 1)."""

    share: float = Field(default=0.6, ge=0, le=1)
    sources: int = Field(default=0, ge=0, le=5)  # kinds of evidence that a judgement must rest on to count in the share
    criteria: tuple[Key, ...] = ()  # these must be known whatever the share


class _Rule(Part):
    axis: Key
    label: Text
    minimum: MinimumEvidence = MinimumEvidence()
    caps: tuple[Cap, ...] = ()
    note: str = ""


class BestFit(_Rule):
    """Weighted median of the criteria's levels; a tie goes to the weaker level.

    The criteria must be rated on scales of the same length as the axis's scale, level for level.
    Counting the level that most columns match is not used: it can worsen when one column improves.
    """

    kind: Literal["best_fit"]


class WorstColumn(_Rule):
    """The weakest criterion decides."""

    kind: Literal["worst_column"]


class TableRow(Part):
    """One row of a judgement table: for a level of the axis, what each criterion may be."""

    level: Key
    allows: dict[Key, tuple[Key, ...]]  # criterion key -> level keys of that criterion's scale


class JudgementTable(_Rule):
    """A table whose columns may overlap, so that it yields a range.

    Each known criterion admits the axis levels whose row allows its value. The strong end of the range is the
    weighted median of the criteria's strongest admitted levels, the weak end that of their weakest (ties weaker).
    """

    kind: Literal["table"]
    rows: tuple[TableRow, ...]


class ScoreBand(Part):
    """The weighted mean position (0 strongest, 1 weakest) up to which a level is given."""

    level: Key
    up_to: float = Field(ge=0, le=1)


class WeightedScore(_Rule):
    """Weighted mean of positions, cut into bands from strongest to weakest."""

    kind: Literal["weighted_score"]
    bands: tuple[ScoreBand, ...]


Rule = Annotated[BestFit | WorstColumn | JudgementTable | WeightedScore, Field(discriminator="kind")]


class Bridge(Part):
    """The trust's own named and dated reading of a published grade for one KPI. Frameworks are never converted."""

    key: Key
    label: Text
    made_on: date
    framework: Literal["graded_1_to_4", "report_card_2025"]
    kpi: Key
    area: str  # area of the framework, or "any"
    grades: dict[str, Key]  # grade -> level of the KPI's scale
    applies_from: date | None = None  # inspections on or after this day; None: no first day
    applies_to: date | None = None  # inspections up to and including this day; None: no last day
    note: str = ""
