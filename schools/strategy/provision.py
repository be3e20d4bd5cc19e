"""What follows from a category: offer, ladders, plans, forms, reviews, meetings, returns, reports, impact."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from .basics import (
    Cadence,
    CadenceOrNeed,
    Duration,
    Key,
    Named,
    Part,
    Role,
    SchoolPhase,
    SupportUnit,
    TermOfYear,
    Text,
)
from .forms import Form, FormField, Method

__all__ = [
    "Asked",
    "Checklist",
    "ChecklistGroup",
    "CollectionPoint",
    "Entitlement",
    "Form",
    "FormField",
    "ImpactMeasure",
    "Ladder",
    "MeetingType",
    "MenuItem",
    "Method",
    "PlanType",
    "ReportType",
    "ReviewType",
    "Stage",
    "Standin",
]


class Entitlement(Named):
    """Support a school may count on. Without `levels` it is the core offer for all.

    `form`: the form of the visits that carry it out; where it is a kind of review of the same key, that one's form.
    `plan`: the kind of plan that it is. Nothing is booked for it: it has come when the school has begun such a plan.
    """

    axis: Key | None = None
    levels: tuple[Key, ...] = ()
    unit: SupportUnit = SupportUnit.MEETING
    amount: int = Field(default=1, ge=1)
    at_least: bool = False
    per: CadenceOrNeed = Cadence.TERM  # "when_needed" in the file is None here
    given_by: tuple[Text, ...] = ()
    takes_part: tuple[Text, ...] = ()
    form: Key | None = None
    plan: Key | None = None
    detail: str = ""


class MenuItem(Named):
    """Optional support that a school may ask for. `review`: the kind of review it is, where it is one."""

    review: Key | None = None
    detail: str = ""
    days: int | None = None
    paid_by: Literal["trust", "school", "shared", ""] = ""


LadderRole = Literal[Role.CEO, Role.DIRECTOR, Role.TRUST_CHAIR]
"""Who may decide on a ladder."""


class Stage(Named):
    """One rung of a ladder.

    `decided_by`: who decides that a school comes to this stage or stays there, each in turn (S0-35); empty: as on the
    ladder.
    """

    entry: tuple[Text, ...] = ()
    duties: tuple[Text, ...] = ()
    notify: tuple[Text, ...] = ()
    plan: Key | None = None
    longest_stay: Duration | None = None
    if_improving: Text = "Hold at this stage, step down one, or close, with the evidence named."
    if_not: Text = "Move to the next stage."
    exit_tests: tuple[Text, ...] = ()
    fact: Key | None = None  # the fact this stage makes true of the school
    decided_by: tuple[LadderRole, ...] = ()
    detail: str = ""


class Ladder(Named):
    """Escalation with a way down.

    A person proposes each step, `decided_by` (or who stands in) decides it. `reached_as` says which roles the words of
    `notify` mean, so that letters find who has an account. After exit the school is watched for `watch`: one look by
    the end of each of its units.
    """

    entry: tuple[Text, ...] = ()
    before: tuple[Text, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=1)
    decided_by: LadderRole = Role.CEO
    reached_as: dict[Text, tuple[Role, ...]] = {}
    after_exit: str = ""
    watch: Duration | None = None

    def deciders_of(self, stage: str) -> tuple[Role, ...]:
        """The roles that decide a step to this stage, in turn; `stage` is blank for one that leaves the ladder."""
        own = next((one.decided_by for one in self.stages if one.key == stage), ())
        return own or (self.decided_by,)


class ChecklistGroup(Named):
    """The items of one domain. Each is known by the first letters of its words, so that these differ in a group."""

    items: tuple[Text, ...] = Field(min_length=1)

    @property
    def by_key(self) -> dict[str, str]:
        """Each item by the name under which it is kept."""
        return {section_key(words): words for words in self.items}

    @model_validator(mode="after")
    def _told_apart(self) -> ChecklistGroup:
        if len(self.by_key) < len(self.items) or not all(self.by_key):
            raise ValueError("two items begin with the same words, or one has none; each needs words of its own")
        return self


class Checklist(Named):
    """Items that a school takes up when it comes to a level, where one is named."""

    axis: Key | None = None
    level: Key | None = None
    groups: tuple[ChecklistGroup, ...] = Field(min_length=1)


PlanPart = Literal["priorities", "targets", "actions", "training", "progress"]
"""What of a plan is kept line by line and not as prose."""

Prefill = Literal["what_is_known"]
"""What stands in a section of prose when the plan is begun, for its writer to edit."""


def section_key(label: str) -> str:
    """The name under which the prose of a section is kept, for example “where_we_are”."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:60]


class PlanType(Named):
    """A kind of plan and who agrees it.

    A section is prose unless `holds` names what is kept in it line by line; `prefill` says what of the prose stands
    ready when the plan is begun: a positional analysis begins with what is known of the school (S4-10). `approval` is
    the chain, in order, each with `approval_days` school days to answer; the chain of a plan that every school has
    follows the level where the level says who approves. Whoever answers as `checked_by` goes through `quality_rules`
    one by one (S3-28). More than `most_priorities` are too many, and what `keeps_going` stands apart from what is to
    change (S4-10). Each action names one of the kinds of `links_back` as what it answers, where there are any
    (S0-24). A school whose level asks for it begins it, and sends it to be approved, within `begin_days` of its own
    school days. One that is `only_on_ladder` is for schools on a stage of a ladder that names it, and for no other
    (S0-25). Where it is `validated`, somebody from outside the school is expected to confirm the verdict that it ends
    with (S4-18).
    """

    of: Literal["school", "trust"] = "school"
    axis: Key | None = None
    levels: tuple[Key, ...] = ()  # empty: any school, or those on the ladder alone
    only_on_ladder: bool = False
    keeps_going: bool = False
    sections: tuple[Text, ...] = ()
    holds: dict[Text, PlanPart] = {}  # section -> what is kept in it
    prefill: dict[Text, Prefill] = {}  # section of prose -> what it begins with
    most_priorities: int = Field(default=5, ge=1, le=20)
    quality_rules: tuple[Text, ...] = ()
    links_back: tuple[Literal["finding", "visit"], ...] = ()  # what its actions are to answer
    written_by: tuple[Text, ...] = ()
    begin_days: int = Field(default=10, ge=1, le=60)
    approval: tuple[Role, ...] = ()
    approval_days: int = Field(default=10, ge=1, le=60)
    checked_by: Role | None = None
    overseen_by: tuple[Text, ...] = ()
    read_by: tuple[Role, ...] = ()  # the roles of `overseen_by`: they hear of each update
    update_every: Cadence | None = None
    update_by_level: dict[Key, Cadence] = {}  # where the rhythm of updates follows the level; `update_every` otherwise
    refresh_every: Cadence | None = None
    checklists: tuple[Key, ...] = ()
    is_itself: tuple[Text, ...] = ()  # items of its checklists that it meets by being there: no actions of its own
    validated: bool = False  # somebody from outside the school is to validate its impact
    detail: str = ""

    @cached_property
    def form(self) -> Form:
        """Its prose as a form, so that it is written, saved and read as every other one."""
        prose = (label for label in self.sections if label not in self.holds)
        fields = tuple(FormField(key=section_key(label), label=label, kind="long_text") for label in prose)
        return Form(key=self.key, label=self.label, header=fields)


class ReviewType(Named):
    """A kind of review. With `agreed` it has a work agreement and a team, also where its form is that of a visit.

    `team` says in words who works on it; `led_by` and `most_beside_lead` are what of that is kept to.
    """

    form: Key | None = None
    form_by_level: dict[Key, Key] = {}  # where the form follows the school's level; `form` otherwise
    depth: dict[Key, Text] = {}  # level key -> how deep
    focus: tuple[Text, ...] = ()
    team: tuple[Text, ...] = ()
    led_by: tuple[Role, ...] = ()  # empty: anybody may lead it
    most_beside_lead: int | None = Field(default=None, ge=1, le=20)
    outputs: tuple[Text, ...] = ()
    steps: tuple[Text, ...] = ()
    days: int | None = None
    every: Cadence | None = None
    agreed: bool = False
    detail: str = ""

    def form_for(self, level: str | None) -> str | None:
        """The key of the form for a school at this level."""
        return self.form_by_level.get(level or "", self.form)


class MeetingType(Named):
    """A standing meeting."""

    chair: str = ""
    attends: tuple[Text, ...] = ()
    every: Cadence | None = None
    agenda: tuple[Text, ...] = ()
    decides: tuple[Key, ...] = ()  # axes
    receives: tuple[Key, ...] = ()  # reports
    detail: str = ""


class Asked(Part):
    """One measure of a return, split by these groups and year groups, or by class.

    `about`: the term itself, the year to date, the twelve months to the end of the term (`rolling`), the year that
    ended last summer, the whole year, or the day of the count. None is the measure's own span.
    """

    measure: Key
    groups: tuple[Key, ...] = ("all",)
    year_groups: tuple[str, ...] = ()  # empty: one figure for all of them
    total: bool = True  # beside year groups, whether one figure for all of them is asked too
    by_class: bool = False  # one row a class, as class totals (S4-07)
    about: Literal["term", "to_date", "rolling", "last_year", "year", "day"] | None = None
    phases: tuple[SchoolPhase, ...] = ()  # empty: every phase the measure has
    optional: bool = False  # may stay blank when the return is sent


class CollectionPoint(Named):
    """A return: what schools hand in and when. Dates are days before or after the end of the period."""

    every: Cadence = Cadence.TERM
    terms: tuple[TermOfYear, ...] = ()  # in which terms; empty: all three
    opens_days_before_end: int = Field(default=21, ge=0)
    due_days_after_end: int = 0
    asks: tuple[Asked, ...] = Field(min_length=1)
    analysis: str = ""  # the question that the school's own analysis answers; empty: none is asked
    detail: str = ""

    def in_term(self, season: str) -> bool:
        """Whether this return is asked in this term (“autumn”, “spring”, “summer”)."""
        return not self.terms or season in self.terms


class ReportType(Named):
    """A report, its readers and its parts."""

    template: Literal["board", "chairs", "school", "committee", "governors", "impact"] = "board"
    audience: tuple[Role, ...] = ()
    every: Cadence = Cadence.TERM
    days_before_end: int = Field(default=10, ge=0)
    sections: tuple[Text, ...] = ()
    detail: str = ""


ImpactCount = Literal[
    "targets", "movement", "inspections", "self_evaluations", "accuracy", "figures", "plan_verdicts", "reviews",
    "support", "inside_support", "givers", "practice",
]  # fmt: skip


class ImpactMeasure(Named):
    """One of the measures by which the strategy itself is judged (S0-62).

    `counts` is what of the record is counted for it, in the order of the report; without any, people tell it
    themselves. `of` are the kinds of plan or of review that it looks at; none named is every kind.
    """

    counts: tuple[ImpactCount, ...] = ()
    of: tuple[Key, ...] = ()
    detail: str = ""


class Standin(Part):
    """Who decides in place of a role that is party to the decision."""

    role: Role
    instead: tuple[Role, ...] = Field(min_length=1)
    when: str = ""
