"""How the matrix is filled in: when it is due, and what a rating may rest on."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from .basics import Part, Text

SourceKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
"""The name of a kind of source. Ratings keep it, so it never changes once a school has ticked it."""


class SourceKind(Part):
    """A kind of evidence a rating may rest on."""

    key: SourceKey
    label: Text


def _usual_sources() -> tuple[SourceKind, ...]:
    labels = {
        "data": "Data",
        "work": "Pupils’ work",
        "planning": "Planning",
        "views": "Pupils’ views",
        "observation": "Observation",
        "records": "Records",
    }
    return tuple(SourceKind(key=key, label=label) for key, label in labels.items())


class Matrix(Part):
    """When a school's matrix is due, and the kinds of source it may name.

    A file that says nothing of it, as those published before this part existed, is read with these values.
    """

    due_days_before_meeting: int = Field(default=6, ge=0, le=60)  # before the first meeting of the period that decides
    due_days_before_end: int = Field(default=23, ge=0, le=90)  # before the period ends, where no meeting decides
    sources: tuple[SourceKind, ...] = Field(default_factory=_usual_sources, min_length=1, max_length=12)
    figures_are: SourceKey = "data"  # the kind of source that a rating suggested by a figure rests on
    dates_are: SourceKey = "records"  # by the day and outcome of an audit or check
    inspections_are: SourceKey = "records"  # by a published inspection

    @model_validator(mode="after")
    def _known_kinds(self) -> Matrix:
        for name in ("figures_are", "dates_are", "inspections_are"):
            if name in self.model_fields_set and getattr(self, name) not in self.source_labels:
                raise ValueError(f"{name}: expected one of {', '.join(self.source_labels)}")
        return self

    @cached_property
    def source_labels(self) -> dict[str, str]:
        """Key to label, in the order of the file."""
        return {kind.key: kind.label for kind in self.sources}

    def source_of(self, origin: str) -> tuple[SourceKey, ...]:
        """The kind of source for what was suggested; none where this strategy has no such kind."""
        key = {"event": self.dates_are, "inspection": self.inspections_are}.get(origin, self.figures_are)
        return (key,) if key in self.source_labels else ()

    def sources_in_words(self, keys: Collection[str]) -> str:
        """For example “data, pupils’ work”. Keys that this strategy does not know are passed over."""
        found = [label for key, label in self.source_labels.items() if key in keys]
        return ", ".join(f"{label[:1].lower()}{label[1:]}" for label in found)
