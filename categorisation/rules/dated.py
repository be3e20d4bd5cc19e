"""Audits, reviews and checks rate themselves by their age and their outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from schools.rules import months_after
from schools.strategy import Kpi
from schools.strategy.categories import Age, Level, Outcome
from schools.words import capital
from schools.words import on as day_words

from .evidence import is_stale
from .suggestion import Suggestion, age_words, place_of


@dataclass(frozen=True)
class Event:
    """One audit, review or check. `outcome` is a key of the indicator's outcomes, or empty."""

    on: date
    outcome: str = ""
    by: str = ""  # who did it, as a role
    note: str = ""


def suggest(kpi: Kpi, levels: Sequence[Level], events: Iterable[Event], *, today: date) -> Suggestion:
    """What the latest event by today suggests: the level of its age, and no better than its outcome allows."""
    past = [event for event in events if event.on <= today]
    if not past:
        return Suggestion(missing="Nothing is recorded yet.")
    event = max(past, key=lambda one: one.on)
    outcome = next((one for one in kpi.outcomes if one.key == event.outcome), None)
    age = age_reached(kpi, event.on, today=today)
    limit = place_of(levels, outcome.no_better_than) if outcome and outcome.no_better_than else 1
    place = max(place_of(levels, age.level) if age else len(levels), limit) if kpi.ages else None
    return Suggestion(
        level=place,
        label=levels[place - 1].label if place else "",
        value=outcome.label if outcome else "",
        about=day_words(event.on),
        arithmetic=" ".join(_words(kpi, levels, event, age, outcome, today=today)),
        cautions=tuple(_cautions(kpi, event, today=today)),
        source=f"Recorded: {event.by}" if event.by else "Recorded",
        on=event.on,
        age=age_words(event.on, today=today),
        origin="event",
    )


def age_reached(kpi: Kpi, on: date, *, today: date) -> Age | None:
    """The first age the event is still within; None when it is older than all."""
    return next((age for age in kpi.ages if today <= months_after(on, age.months)), None)


def _words(
    kpi: Kpi, levels: Sequence[Level], event: Event, age: Age | None, outcome: Outcome | None, *, today: date
) -> Iterator[str]:
    """“8 months old; up to 12 months suggests Sustain. “Points still open” is no better than Reinforce.”"""
    labels = {level.key: level.label for level in levels}
    if kpi.ages:
        line = f"up to {age.months} months" if age else f"more than {kpi.ages[-1].months} months"
        label = labels[age.level] if age else levels[-1].label
        yield f"{capital(age_words(event.on, today=today))}; {line} suggests {label}."
    if outcome and outcome.no_better_than:
        yield f"“{outcome.label}” is no better than {labels[outcome.no_better_than]}."


def _cautions(kpi: Kpi, event: Event, *, today: date) -> Iterator[str]:
    if is_stale(event.on, after_months=kpi.stale_after_months, today=today):
        yield f"Older than the {kpi.stale_after_months} months this indicator allows."
    if kpi.outcomes and not event.outcome:
        yield "Its outcome is not recorded."
