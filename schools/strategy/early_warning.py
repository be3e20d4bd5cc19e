"""The signs that put a school on the list of those to look at early."""

from __future__ import annotations

from pydantic import Field

from .basics import Key, Part


class Watched(Part):
    """A figure that is watched. `worse_by`: how much worse than a year before is a sign, in the measure's unit."""

    measure: Key
    group: Key = "all"
    worse_by: float = Field(gt=0)


class EarlyWarning(Part):
    """How strong each sign is to be, and how many kinds of them list a school (S0-15).

    Signs are counted, not weighed, and forecast nothing. The usual values are ours.
    """

    least_signs: int = Field(default=2, ge=1, le=6)
    weaker_criteria: int = Field(default=2, ge=1, le=50)  # more than have become stronger, from one matrix to the next
    unsure_share: float = Field(default=0.25, gt=0, le=1)  # of the criteria asked: unknown, or of old evidence
    leadership_months: int = Field(default=12, ge=1, le=36)  # how long a change of head stays a sign
    missed_share: float = Field(default=0.25, gt=0, le=1)  # of the support owed so far this year that has not come
    figures: tuple[Watched, ...] = (
        Watched(measure="attendance_rate", worse_by=1.0),
        Watched(measure="persistent_absence_rate", worse_by=2.0),
    )
