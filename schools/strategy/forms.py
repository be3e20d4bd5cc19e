"""Forms that get filled in: their fields, their rows, and the ways of gathering evidence with their questions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from .basics import Key, Named, Text
from .matrix import SourceKey
from .self_evaluation import FRAMEWORK_WORDS

Kind = Literal[
    "text", "long_text", "date", "time", "number", "yes_no", "choice", "choices", "level", "person", "criterion"
]
"""`criterion`: one of the strategy's criteria, of which what is written is then evidence."""

Means = Literal[
    "", "school", "date", "time_from", "time_to", "lead", "role", "focus", "subject", "year_group", "methods",
    "comment", "actions", "support", "impact_check", "owner", "due", "recommendations", "considered_on",
    "agreed_actions", "plan_changed", "plan_changes", "strengths", "development", "excellence", "notes", "year",
]  # fmt: skip
"""What the product does with a field. Without one it is kept, shown and printed, and nothing follows from it."""

When = Literal["visit", "considered"]
"""When a field is written: at the visit, or when the school's leaders consider what was found."""

Part = Literal["rows", "judgements", "footer"]


class FormField(Named):
    """A field of a form."""

    kind: Kind = "text"
    options: tuple[Text, ...] = ()
    scale: Key | None = None
    hint: str = ""
    required: bool = False  # before the form is sent; a draft may lack anything
    means: Means = ""
    evidence: dict[Text, SourceKey] = {}  # option -> the kind of source that it is (`matrix.sources`)
    informs: dict[Text, Key] = {}  # option -> the criterion or KPI that a visit about it is evidence of
    area: str = ""  # of a judgement: the section of the form's framework that it is about
    at: When = "visit"

    @property
    def shape(self) -> Kind:
        """Its kind; a box for words where a choice has no options, or a level no scale."""
        lacks = (self.kind in ("choice", "choices") and not self.options) or (self.kind == "level" and not self.scale)
        return "text" if lacks else self.kind

    @property
    def is_prose(self) -> bool:
        """Whether it takes words of one's own. A field that asks who somebody is does not."""
        return self.shape in ("text", "long_text") and self.means not in ("school", "lead", "role", "owner")


class Method(Named):
    """A way of gathering evidence, with the questions shown while the form is filled in.

    Where no field of the form chooses between methods, the questions guide all of it, and stand open.
    """

    questions: tuple[Text, ...] = ()
    evidence: tuple[Text, ...] = ()
    used_with: tuple[Text, ...] = ()  # options of the field that means the methods; empty: any

    def is_used_with(self, chosen: tuple[str, ...]) -> bool:
        """Whether its questions stand open when these options are chosen."""
        return bool(chosen) and (not self.used_with or not set(chosen).isdisjoint(self.used_with))


class Form(Named):
    """A monitoring or review form: header, repeating rows, judgement boxes, footers.

    That of kind `programme` is the record of a school and year, which the school and the trust fill in and both agree.

    `framework` is a key of an inspection framework, or words for what the judgement boxes follow. `visibility` is who
    in a school may read it once it is sent: its staff with an account, or its leaders alone. `followed_up_by` is the
    committee (one of `meetings`) that afterwards asks what came of each action.
    """

    kind: Literal["monitoring", "review", "evidence", "health_check", "checklist", "programme"] = "monitoring"
    framework: str = ""
    detail: str = ""
    header: tuple[FormField, ...] = ()
    methods: tuple[Method, ...] = ()
    row_label: str = ""
    row_add: Text = "Add a row"  # what the button says that shows one more
    rows: tuple[FormField, ...] = ()
    least_rows: int = Field(default=0, ge=0, le=30)  # before the form is sent
    judgements: tuple[FormField, ...] = ()
    footer: tuple[FormField, ...] = ()
    order: tuple[Part, ...] = get_args(Part)  # what follows the header
    steps: tuple[Text, ...] = ()
    followed_up_by: Key | None = None
    framed_by_data: bool = False  # it opens with what is known of the school; a health check always does
    informs: tuple[Key, ...] = ()  # criteria and KPIs that any visit with this form is evidence of
    evidence_is: SourceKey | None = None  # the kind of evidence that any visit with this form is, whatever was ticked
    visibility: Literal["school", "leaders"] = "school"
    retention_months: Annotated[int, Field(ge=1, le=240)] | None = None  # None: kept as long as the record of the visit

    @model_validator(mode="after")
    def _whole_order(self) -> Form:
        if sorted(self.order) != sorted(get_args(Part)):
            raise ValueError("order: expected rows, judgements and footer, each once")
        return self

    @cached_property
    def head_fields(self) -> dict[str, FormField]:
        """Everything but the rows, by key: header, judgements, footer."""
        return {field.key: field for field in (*self.header, *self.judgements, *self.footer)}

    @cached_property
    def row_fields(self) -> dict[str, FormField]:
        """The columns of a row, by key."""
        return {field.key: field for field in self.rows}

    @cached_property
    def by_meaning(self) -> dict[str, FormField]:
        """The fields of the head that the product knows what to do with."""
        return {field.means: field for field in self.head_fields.values() if field.means}

    @cached_property
    def row_by_meaning(self) -> dict[str, FormField]:
        """The columns that the product knows what to do with."""
        return {field.means: field for field in self.rows if field.means}

    @property
    def framework_words(self) -> str:
        """For example “the headings inspected from 2015 to 2019”."""
        return FRAMEWORK_WORDS.get(self.framework, self.framework)

    @property
    def is_considered(self) -> bool:
        """Whether something is written when the school's leaders consider it."""
        return any(field.at == "considered" for field in self.fields())

    def fields(self) -> Iterator[FormField]:
        """Every field, in the order of the file."""
        yield from (*self.header, *self.rows, *self.judgements, *self.footer)
