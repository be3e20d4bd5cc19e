"""What follows from a category: offer, ladders, plans, forms, reviews, meetings, returns, reports, impact."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .basics import Cadence, CadenceOrNeed, Duration, Key, Named, Part, Role, SupportUnit, TermOfYear, Text


class Entitlement(Named):
    """Support a school may count on. Without `levels` it is the core offer for all."""

    axis: Key | None = None
    levels: tuple[Key, ...] = ()
    unit: SupportUnit = SupportUnit.MEETING
    amount: int = Field(default=1, ge=1)
    at_least: bool = False
    per: CadenceOrNeed = Cadence.TERM  # "when_needed" in the file is None here
    given_by: tuple[Text, ...] = ()
    takes_part: tuple[Text, ...] = ()
    detail: str = ""


class MenuItem(Named):
    """Optional support that a school may ask for."""

    detail: str = ""
    days: int | None = None
    paid_by: Literal["trust", "school", "shared", ""] = ""


class Stage(Named):
    """One rung of a ladder."""

    entry: tuple[Text, ...] = ()
    duties: tuple[Text, ...] = ()
    notify: tuple[Text, ...] = ()
    plan: Key | None = None
    longest_stay: Duration | None = None
    if_improving: Text = "Hold at this stage, step down one, or close, with the evidence named."
    if_not: Text = "Move to the next stage."
    exit_tests: tuple[Text, ...] = ()
    fact: Key | None = None  # the fact this stage makes true of the school


class Ladder(Named):
    """Escalation with a way down."""

    entry: tuple[Text, ...] = ()
    before: tuple[Text, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=1)
    after_exit: str = ""


class ChecklistGroup(Named):
    """The items of one domain."""

    items: tuple[Text, ...] = Field(min_length=1)


class Checklist(Named):
    """Items that become actions when a school enters a level."""

    axis: Key | None = None
    level: Key | None = None
    groups: tuple[ChecklistGroup, ...] = Field(min_length=1)


class PlanType(Named):
    """A kind of plan and who agrees it."""

    axis: Key | None = None
    levels: tuple[Key, ...] = ()  # empty: any school
    sections: tuple[Text, ...] = ()
    quality_rules: tuple[Text, ...] = ()
    written_by: tuple[Text, ...] = ()
    approval: tuple[Role, ...] = ()
    overseen_by: tuple[Text, ...] = ()
    update_every: Cadence | None = None
    update_by_level: dict[Key, Cadence] = {}  # where the rhythm of updates follows the level; `update_every` otherwise
    refresh_every: Cadence | None = None
    checklists: tuple[Key, ...] = ()
    detail: str = ""


class FormField(Named):
    """A field of a form."""

    kind: Literal["text", "long_text", "date", "time", "number", "yes_no", "choice", "choices", "level", "person"] = (
        "text"
    )
    options: tuple[Text, ...] = ()
    scale: Key | None = None
    hint: str = ""
    required: bool = False


class Method(Named):
    """A way of gathering evidence, with the questions shown while the form is filled in."""

    questions: tuple[Text, ...] = ()
    evidence: tuple[Text, ...] = ()


class Form(Named):
    """A monitoring or review form: header, repeating rows, judgement boxes, footers."""

    kind: Literal["monitoring", "review", "evidence", "health_check", "checklist"] = "monitoring"
    framework: str = ""
    header: tuple[FormField, ...] = ()
    methods: tuple[Method, ...] = ()
    row_label: str = ""
    rows: tuple[FormField, ...] = ()
    judgements: tuple[FormField, ...] = ()
    footer: tuple[FormField, ...] = ()
    steps: tuple[Text, ...] = ()


class ReviewType(Named):
    """A kind of review."""

    form: Key | None = None
    depth: dict[Key, Text] = {}  # level key -> how deep
    focus: tuple[Text, ...] = ()
    team: tuple[Text, ...] = ()
    outputs: tuple[Text, ...] = ()
    steps: tuple[Text, ...] = ()
    days: int | None = None
    every: Cadence | None = None
    detail: str = ""


class MeetingType(Named):
    """A standing meeting."""

    chair: str = ""
    attends: tuple[Text, ...] = ()
    every: Cadence | None = None
    agenda: tuple[Text, ...] = ()
    decides: tuple[Key, ...] = ()  # axes
    receives: tuple[Key, ...] = ()  # reports
    detail: str = ""


class CollectionPoint(Named):
    """A return: what schools hand in and when. Dates are days before or after the end of the period."""

    every: Cadence = Cadence.TERM
    terms: tuple[TermOfYear, ...] = ()  # in which terms; empty: all three
    opens_days_before_end: int = Field(default=21, ge=0)
    due_days_after_end: int = 0
    measures: tuple[Key, ...] = ()
    groups: tuple[Key, ...] = ()
    year_groups: tuple[str, ...] = ()
    detail: str = ""


class ReportType(Named):
    """A report, its readers and its parts."""

    template: Literal["board", "chairs", "school", "committee", "governors", "impact"] = "board"
    audience: tuple[Role, ...] = ()
    every: Cadence = Cadence.TERM
    days_before_end: int = Field(default=10, ge=0)
    sections: tuple[Text, ...] = ()
    detail: str = ""


class ImpactMeasure(Named):
    """One of the measures by which the strategy itself is judged."""

    detail: str = ""


class Group(Named):
    """A pupil group or a measure named by the returns."""

    detail: str = ""


class Standin(Part):
    """Who decides in place of a role that is party to the decision."""

    role: Role
    instead: tuple[Role, ...] = Field(min_length=1)
    when: str = ""
