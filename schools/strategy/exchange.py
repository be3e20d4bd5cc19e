"""How schools that can give support are matched to those that need it."""

from __future__ import annotations

from pydantic import Field

from .basics import Part


class Exchange(Part):
    """What weighs how much when days of support are matched, and how a journey is reckoned. The usual values are ours.

    A day is worth `weigh_any`, more the weaker the level of the school that needs it (`weigh_level` at the weakest of
    the order of levels), more on a ladder, more where it is needed now. A giver rated strong in the very area, or with
    practice in the register, is worth more; each minute of the journey a little less, and so is each further giver.
    """

    usual_days: int = Field(default=2, ge=1, le=20)  # wanted where nobody has said how many
    most_needs: int = Field(default=3, ge=0, le=50)  # of a school, by its ratings alone: the weakest
    most_givers: int = Field(default=2, ge=1, le=10)  # that come to a school for one need
    minutes_per_km: float = Field(default=2.0, gt=0, le=10)  # of the straight line
    setting_out: int = Field(default=5, ge=0, le=60)  # minutes added to each journey
    weigh_any: int = Field(default=20, ge=11, le=1000)  # more than a journey, and one giver more, can take away
    weigh_level: int = Field(default=20, ge=0, le=1000)
    weigh_ladder: int = Field(default=10, ge=0, le=1000)
    weigh_now: int = Field(default=6, ge=0, le=1000)
    weigh_strong: int = Field(default=4, ge=0, le=1000)
    weigh_practice: int = Field(default=3, ge=0, le=1000)
