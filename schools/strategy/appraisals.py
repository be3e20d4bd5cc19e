"""Whose appraisal is followed by its status: who leads it, who else reads that, and how long it is kept."""

from __future__ import annotations

from pydantic import Field

from .basics import Named, Role, Text


class Appraisal(Named):
    """The appraisal of everybody with one of these roles. Its status and dates are kept, never what is said in it.

    It is led by whoever holds one of `by`, at the same school where that is a role of a school. `beside` says in words
    who takes part as well. `shared_with` reads how it stands, as its leader, the person and the chief executive do.
    `steps` are what its three steps are called when they are done.
    """

    of: tuple[Role, ...] = Field(min_length=1)
    by: tuple[Role, ...] = Field(min_length=1)
    beside: tuple[Text, ...] = ()
    shared_with: tuple[Role, ...] = ()
    steps: tuple[Text, Text, Text] = ("Objectives set", "Progress reviewed", "Concluded")
    kept_months: int = Field(default=24, ge=1, le=120)  # after the end of its academic year
    detail: str = ""
