"""What figures and dates suggest for one indicator, in words a head can check. People rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from schools.strategy.categories import Level
from schools.words import capital

from .evidence import age_in_months


@dataclass(frozen=True)
class Suggestion:
    """A suggested level and everything it rests on. `level` is the 1-based place in the scale; None: none suggested."""

    level: int | None = None
    label: str = ""  # of the level
    value: str = ""  # “68%”; of what is dated its outcome
    counts: str = ""  # “38 of 56”
    about: str = ""  # “2024/25”; of what is dated its day
    beside: str = ""  # “62%”
    beside_label: str = ""  # “England 2024/25”
    gap: str = ""  # “+6 points”
    also: tuple[tuple[str, str], ...] = ()  # other comparisons, which decide nothing: label and value
    arithmetic: str = ""  # “68% − 62% = +6 points; 3 or more suggests Sustain.”
    cautions: tuple[str, ...] = ()
    missing: str = ""  # why there is no figure, or none is suggested
    source: str = ""
    on: date | None = None  # the last day it is about
    age: str = ""  # “3 months old”
    hidden: bool = False  # of so few pupils that only the school and the trust's data roles see it
    agreed: bool = True  # not so while it is of a return that the trust has not agreed
    returned: bool = False  # whether its figure comes from the school's return, while there is none
    origin: str = ""  # “return”, “published”, “event”, “inspection”; empty where nothing is known

    @property
    def figures(self) -> tuple[dict[str, str], ...]:
        """The figure, what it is set beside, and the gap, as the page's component takes them."""
        said = (
            (self.about, self.value, self.counts),
            (self.beside_label, self.beside, ""),
            ("Difference", self.gap, ""),
        )
        others = ((label, value, "") for label, value in self.also)
        return tuple(
            {"label": capital(label), "value": value, "note": note} for label, value, note in (*said, *others) if value
        )

    @property
    def what(self) -> str:
        """What suggests: the figure, the date or the inspection."""
        return {"event": "the date", "inspection": "the inspection"}.get(self.origin, "the figure")

    @property
    def source_words(self) -> str:
        """“Summer return, summer term 2025/26; 3 months old.”"""
        said = "; ".join(filter(None, (self.source, self.age)))
        return f"{said}." if said else ""

    @property
    def in_short(self) -> str:
        """For one line of a report: “2025/26: 68% − 62% = +6 points; 3 or more suggests Sustain.”"""
        said = self.arithmetic or (f"{self.value}." if self.value else self.missing)
        return capital(f"{self.about}: {said}") if self.about and said else said

    def as_read(self, *, sees_counts: bool) -> Suggestion:
        """What a person may read: of few pupils, or not agreed yet, only the level, but for school and data roles."""
        if sees_counts or (self.agreed and not self.hidden):
            return self
        few = "The figure is of so few pupils that it is not shown here."
        return replace(
            self, value="", counts="", beside="", gap="", also=(), arithmetic="", cautions=(),
            missing=few if self.hidden else "The trust has not agreed this figure yet.",
        )  # fmt: skip

    def as_record(self) -> dict[str, Any]:
        """For keeping with a rating: what there was, the day as text."""
        said = {name: value for name, value in asdict(self).items() if value or name == "agreed"}
        return said | {"on": self.on.isoformat()} if self.on else said


def from_record(said: Mapping[str, Any] | None) -> Suggestion | None:
    """A suggestion as it was kept; None where nothing was."""
    if not said:
        return None
    known = {name: said[name] for name in Suggestion.__dataclass_fields__ if name in said}
    day = known.get("on")
    known |= {"on": date.fromisoformat(day)} if day else {}
    also = tuple((label, value) for label, value in known.get("also", ()))
    return Suggestion(**{**known, "cautions": tuple(known.get("cautions", ())), "also": also})


def age_words(on: date, *, today: date) -> str:
    """“3 months old”; “of this month”."""
    months = age_in_months(on, today=today)
    if months < 1:
        return "of this month"
    return f"{months} month{'s' if months > 1 else ''} old"


def place_of(levels: Sequence[Level], key: str) -> int:
    """The 1-based place of a level."""
    return next(place for place, level in enumerate(levels, start=1) if level.key == key)
