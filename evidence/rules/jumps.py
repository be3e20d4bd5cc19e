"""Whether a figure has changed so much since last time that a word of explanation is asked for."""

from __future__ import annotations

from decimal import Decimal

from schools.strategy.measures import Measure

from .arithmetic import COUNTED, Amount, one_pupil, value_of

POINTS = Decimal(10)
"""Of a share, unless the measure says its own limit: more points than this …"""
PUPILS = 2
"""… and more than so many pupils make, whatever the measure says."""
RATE, TIMES = Decimal(1), Decimal(2)
"""Of a rate of events: more than this for each hundred, and at least double, or at most half."""
PART = Decimal("0.1")
"""Of a mean, the part of its whole range; of a number, the part of what it was."""
LEAST = Decimal(2)


def is_jump(measure: Measure, now: Amount, then: Amount) -> bool:
    """Whether the change needs a word. Nothing is said where either is no number."""
    here, before = value_of(measure.kind, now), value_of(measure.kind, then)
    if here is None or before is None:
        return False
    apart = abs(here - before)
    return apart > max(_limit(measure, before), _of_few_pupils(measure, now, then)) and _times(measure, here, before)


def _limit(measure: Measure, was: Decimal) -> Decimal:
    """The change that passes without a word."""
    if measure.jump is not None:
        return Decimal(str(measure.jump))
    if measure.kind == "rate":
        return RATE
    if measure.kind in COUNTED:
        return POINTS
    if measure.kind == "mean" and measure.least is not None and measure.most is not None:
        return PART * Decimal(str(measure.most - measure.least))
    return max(LEAST, PART * abs(was))


def _of_few_pupils(measure: Measure, now: Amount, then: Amount) -> Decimal:
    """How much one or two pupils make of the smaller of the two cohorts."""
    steps = [step for step in (one_pupil(measure.kind, now), one_pupil(measure.kind, then)) if step is not None]
    return PUPILS * max(steps, default=Decimal(0))


def _times(measure: Measure, here: Decimal, before: Decimal) -> bool:
    """Whether a low rate has doubled or halved; what is no such rate need not."""
    usual = TIMES if measure.kind == "rate" and measure.jump is None else Decimal(1)
    times = Decimal(str(measure.jump_times)) if measure.jump_times is not None else usual
    return max(here, before) >= times * min(here, before)
