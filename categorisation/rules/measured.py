"""From a figure, what it is set beside and the strategy's thresholds to a suggested level, with the arithmetic shown.

Figures are compared as they are shown, rounded, so that the sum on the page adds up. A better value never suggests a
weaker level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evidence.rules.arithmetic import Amount, in_words, is_small, one_pupil, rounded, signed, value_of
from evidence.rules.comparing import PUBLISHED, Beside, Found, Known, Pair, about_words, nearest, pair
from schools.strategy import Kpi
from schools.strategy.categories import Level, Threshold
from schools.strategy.measures import Measure

from .evidence import is_stale
from .suggestion import Suggestion, age_words, place_of

NOTHING = {
    "suppressed": "Published as suppressed: too few pupils for a figure.",
    "not_applicable": "Published as not applicable to this school.",
    "not_available": "Published as not available.",
    "low": "Published as rounding to nothing.",
    "not_yet_due": "Not yet due.",
}
"""What stands where a number would."""

RELEASES = {"provisional": "Provisional: a revised figure follows."}


@dataclass(frozen=True)
class Asks:
    """One measured indicator as it is asked of a school."""

    kpi: Kpi
    measure: Measure
    levels: Sequence[Level]
    thresholds: Sequence[Threshold]

    @property
    def by_difference(self) -> bool:
        return self.kpi.against == "difference"

    @property
    def points(self) -> str:
        """What a difference is counted in."""
        return "points" if self.measure.unit_shown.startswith("%") else self.measure.unit_shown


def suggest(asks: Asks, found: Found, *, today: date, from_return: str = "") -> Suggestion:
    """What the best known figure suggests. `from_return` says where a figure comes from while there is none."""
    shown = pair(found, asks.kpi.comparator, needs_beside=asks.by_difference)
    known = shown.known
    if known is None:
        nothing = " ".join(filter(None, ("No figure is known yet.", from_return)))
        return Suggestion(missing=nothing, returned=bool(from_return))
    value = value_of(asks.measure.kind, known.amount)
    if value is None:
        return Suggestion(missing=NOTHING.get(known.amount.status, "No number is known."), **_origin(known, today))
    said = Suggestion(
        value=in_words(value, asks.measure.decimals, asks.measure.unit_shown),
        counts=_counts(asks.measure, known.amount),
        cautions=tuple(_cautions(asks, found, shown, value, today=today)),
        **_origin(known, today),
    )
    if shown.beside is not None:
        said = _beside(asks, said, value, shown.beside)
    said = replace(said, also=tuple(_also(asks, found, known)))
    tested = _tested(asks, value, shown.beside)
    if tested is None:
        return replace(said, missing=_unfair(asks, shown))
    return _with_level(asks, said, tested) if asks.thresholds else said


def _origin(known: Known, today: date) -> dict:
    """Where a figure comes from, and how old it is."""
    return {
        "about": about_words(*known.about),
        "source": known.source,
        "on": known.until,
        "age": age_words(known.until, today=today),
        "hidden": known.hidden,
        "agreed": known.agreed,
        "origin": known.origin,
    }


def _counts(measure: Measure, amount: Amount) -> str:
    """“38 of 56”; for a mean “56 pupils tested”."""
    if amount.has_counts:
        return f"{amount.numerator:,} of {amount.denominator:,}"
    if measure.kind == "mean" and amount.denominator:
        return f"{amount.denominator:,} {measure.denominator}"
    return ""


def _beside(asks: Asks, said: Suggestion, value: Decimal, beside: Beside) -> Suggestion:
    measure = asks.measure
    difference = rounded(value, measure.decimals) - rounded(beside.value, measure.decimals)
    unit = measure.unit_shown
    return replace(
        said,
        beside=in_words(beside.value, measure.decimals, unit),
        beside_label=f"{beside.label} {about_words(*beside.about)}",
        gap=f"{signed(difference, measure.decimals)} {asks.points}".strip(),
    )


def _also(asks: Asks, found: Found, known: Known) -> Iterator[tuple[str, str]]:
    """Further figures of the same span beside this one: “Local authority, primary schools 2023/24”, “2.1”."""
    for against in asks.kpi.also:
        if beside := nearest(found.besides.get(against, ()), known):
            value = in_words(beside.value, asks.measure.decimals, asks.measure.unit_shown)
            yield f"{beside.label} {about_words(*beside.about)}", value


def _tested(asks: Asks, value: Decimal, beside: Beside | None) -> Decimal | None:
    """What the thresholds look at; None where there is nothing fair to take it from."""
    shown = rounded(value, asks.measure.decimals)
    if not asks.by_difference:
        return shown
    return None if beside is None else shown - rounded(beside.value, asks.measure.decimals)


def level_at(asks: Asks, tested: Decimal) -> tuple[int, Threshold | None]:
    """The place of the suggested level, and the threshold passed; the last level where none is."""
    for threshold in asks.thresholds:
        if threshold.at_least is not None and tested >= Decimal(str(threshold.at_least)):
            return place_of(asks.levels, threshold.level), threshold
        if threshold.at_most is not None and tested <= Decimal(str(threshold.at_most)):
            return place_of(asks.levels, threshold.level), threshold
    return len(asks.levels), None


def _with_level(asks: Asks, said: Suggestion, tested: Decimal) -> Suggestion:
    place, passed = level_at(asks, tested)
    label = asks.levels[place - 1].label
    sum_shown = _sum(asks, said) if asks.by_difference else said.value
    return replace(said, level=place, label=label, arithmetic=f"{sum_shown}; {_line(asks, passed)} suggests {label}.")


def _sum(asks: Asks, said: Suggestion) -> str:
    """“68% − 62% = +6 points”; a longer unit is said once, at the end."""
    unit = asks.measure.unit_shown
    spare = "" if unit.startswith("%") else f" {unit}"
    return f"{said.value.removesuffix(spare)} − {said.beside.removesuffix(spare)} = {said.gap}"


def _line(asks: Asks, passed: Threshold | None) -> str:
    """“3 or more”; beyond every line “less than −8”."""
    if passed is not None:
        most = passed.at_least is None
        return f"{_number(passed.at_most if most else passed.at_least)} or {'less' if most else 'more'}"
    last = asks.thresholds[-1]
    most = last.at_least is None
    return f"{'more' if most else 'less'} than {_number(last.at_most if most else last.at_least)}"


def _number(value: float | None) -> str:
    return f"{value:g}".replace("-", "−")


def _unfair(asks: Asks, shown: Pair) -> str:
    """Why a difference cannot be taken."""
    if shown.unlike is not None:
        return "Nothing is suggested, as there is no figure of the same span to compare with."
    return f"Nothing is suggested, as there is nothing to compare with. {asks.measure.benchmark}".strip()


def _cautions(asks: Asks, found: Found, shown: Pair, value: Decimal, *, today: date) -> Iterator[str]:
    known = shown.known
    assert known is not None
    yield from _small(asks, found, known)
    yield from _near(asks, known, value, shown.beside)
    if not asks.by_difference and shown.beside is None and shown.unlike is None and asks.kpi.comparator:
        yield asks.measure.benchmark or "There is no figure to compare with yet."
    yield from _of_others(asks, shown)
    months = asks.kpi.stale_after_months
    if is_stale(known.until, after_months=months, today=today):
        yield f"Older than the {months} months this indicator allows."
    if known.origin == PUBLISHED and asks.measure.kind != "number" and not known.amount.denominator:
        yield "A published rate; its counts are unknown."
    if known.predecessor:
        yield f"Of the school before it, URN {known.predecessor}."
    if not known.agreed:
        yield "Handed in; the trust has not agreed it yet."
    if known.release in RELEASES:
        yield RELEASES[known.release]


def _small(asks: Asks, found: Found, known: Known) -> Iterator[str]:
    measure = asks.measure
    if measure.sessions or not measure.by_pupil or not is_small(measure.kind, known.amount):
        return
    step = one_pupil(measure.kind, known.amount)
    yield f"Small cohort: one pupil is {float(rounded(step, 1)):g} points." if step else "Small cohort."
    together = found.three_years(measure.kind, known)
    hidden = any(one.hidden for one in found.earlier(known))  # a year that is hidden stays so in a sum, too
    if together is not None and not hidden:
        yield f"With the years before it: {in_words(together, measure.decimals, measure.unit_shown)}."


def _near(asks: Asks, known: Known, value: Decimal, beside: Beside | None) -> Iterator[str]:
    """Whether one pupil more or fewer would suggest another level."""
    step, now = one_pupil(asks.measure.kind, known.amount), _tested(asks, value, beside)
    counts_pupils = asks.measure.kind == "share" and asks.measure.by_pupil and not asks.measure.sessions
    if step is None or now is None or not asks.thresholds or not counts_pupils:
        return
    here = level_at(asks, now)[0]
    for way, change in (("more", step), ("fewer", -step)):
        moved = _tested(asks, value + change, beside)
        place = level_at(asks, moved)[0] if moved is not None else here
        if place != here:
            yield f"One pupil {way} would suggest {asks.levels[place - 1].label}."


def _of_others(asks: Asks, shown: Pair) -> Iterator[str]:
    """What of the comparison is of another year, another span, or left out."""
    measure, known = asks.measure, shown.known
    assert known is not None
    if shown.beside is not None and shown.beside.year != known.year:
        yield f"Compared with {about_words(*shown.beside.about)}, the nearest there is."
    if shown.unlike is not None:
        other = in_words(shown.unlike.value, measure.decimals, measure.unit_shown)
        about = about_words(*shown.unlike.about)
        yield f"Not comparable: {shown.unlike.label} is known only for {about} ({other})."
    if shown.newer is not None:
        newer = in_words(value_of(measure.kind, shown.newer.amount), measure.decimals, measure.unit_shown)
        said = "a small number" if shown.newer.hidden or not shown.newer.agreed else newer
        yield f"Newer, with nothing to compare it with: {said}, {about_words(*shown.newer.about)}."
