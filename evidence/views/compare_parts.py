"""The comparison in words, for the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from evidence.queries.asked import topic_label
from evidence.queries.benchmarks import Compared
from evidence.queries.classes import ClassLine
from evidence.queries.comparison import Comparison, Series
from evidence.rules.arithmetic import COUNTED, in_words, rounded, signed
from evidence.rules.comparing import Beside
from evidence.rules.comparing import about_words as spoken
from evidence.rules.comparison import About, GroupGap, Line
from schools.charts import line_chart
from schools.models import Trust
from schools.strategy.measures import Measure, PupilGroup
from schools.words import counted, year_words

MOST_CHARTS = 60


def about_words(about: About) -> str:
    """“autumn term 2026/27”, “2024/25, whole year”, “year to the end of autumn, 2026/27”."""
    said = spoken(*about)
    return f"{said}, whole year" if about[1] == "year" else said


def choices_of(figures: Mapping[Measure, tuple[PupilGroup, ...]], found: Comparison) -> list[dict[str, Any]]:
    """The filters of the page."""
    measures = [(one.key, f"{topic_label(one.topic)}: {one.label}") for one in figures]
    groups = [(one.key, one.label) for one in figures[found.measure]]
    abouts = [(f"{year}-{span}", about_words((year, span))) for year, span in found.choices]
    chosen = f"{found.about[0]}-{found.about[1]}" if found.about else ""
    return [
        _select("measure", "Measure", measures, found.measure.key),
        _select("group", "Pupils", groups, found.group.key),
        *([_select("about", "Of", abouts, chosen)] if abouts else []),
    ]


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> dict[str, Any]:
    shown = [{"value": key, "label": words, "selected": key == chosen} for key, words in options]
    return {"name": name, "label": label, "options": shown}


def page_parts(trust: Trust, found: Comparison) -> dict[str, Any]:
    """Everything the page says."""
    return {
        "found": found,
        "measure": found.measure,
        "places_note": PLACES if found.measure.better and found.measure.by_pupil else "",
        "group": found.group,
        "about": about_words(found.about) if found.about else "",
        "together": _together(trust, found),
        "lines": (lines := [line_words(found.measure, line) for line in found.lines]),
        "ranges": any(line["bounds"] for line in lines),
        "pupils": any(line["points"] for line in lines),
        "charts": [_chart(found, number, series) for number, series in enumerate(found.series[:MOST_CHARTS])],
        "gaps": _gap_table(found),
        "around": _around_table(found),
    }


def _together(trust: Trust, found: Comparison) -> dict[str, Any] | None:
    whole, measure = found.trust, found.measure
    if whole is not None and whole.withheld:
        return {"withheld": whole.withheld}
    if whole is None or whole.value is None:
        return None
    who = "all pupils counted as one school" if measure.by_pupil else "counted as one"
    notes = [f"{counted(whole.schools, 'school')} together, {who}"]
    if whole.hidden:
        notes.append(f"those of {counted(whole.hidden, 'school')} too small to show alone are among them")
    if whole.left_out:
        notes.append(f"without {counted(whole.left_out, 'school')} whose counts are not known")
    national = found.national
    places = measure.decimals
    gap = rounded(whole.value, places) - rounded(national.value, places) if national else None
    return {
        "value": in_words(whole.value, measure.decimals, measure.unit_shown),
        "counts": _counts(measure, whole.amount.numerator, whole.amount.denominator) if whole.amount else "",
        "notes": "; ".join(notes),
        "national": beside_words(measure, national) if national else "",
        "national_value": in_words(national.value, measure.decimals, measure.unit_shown) if national else "",
        "gap": gap_words(measure, gap) if gap is not None else "",
    }


def _counts(measure: Measure, numerator: int | None, denominator: int | None) -> str:
    if denominator is None:
        return ""
    return f"{numerator:,} of {denominator:,}" if numerator is not None else f"{denominator:,} {measure.denominator}"


def beside_words(measure: Measure, beside: Beside) -> str:
    """“England, primary schools, 2024/25, final: 62%”, with its source."""
    release = f", {beside.release}" if beside.release else ""
    return f"{beside.label}, {about_words(beside.about)}{release}. Source: {beside.source}"


def gap_words(measure: Measure, gap: Decimal) -> str:
    """“+6 points”; for a rate or number its own unit."""
    one = abs(rounded(gap, measure.decimals)) == 1
    unit = ("point" if one else "points") if measure.unit_shown.startswith("%") else measure.unit_shown
    return f"{signed(gap, measure.decimals)} {unit}".strip()


def tone_of(measure: Measure, gap: Decimal | None, points: Decimal | None) -> str:
    """Whether a gap is for the better; within one pupil it says nothing."""
    counted_pupils = measure.kind in COUNTED
    if gap is None or not measure.better or (counted_pupils and points is None) or abs(gap) <= (points or 0):
        return ""
    return "Stronger" if (gap > 0) == (measure.better == "high") else "Weaker"


def line_words(measure: Measure, line: Line) -> dict[str, Any]:
    """One school's line of the table."""
    known = line.known
    amount = known.amount if known and line.value is not None else None
    return {
        "school": line.school,
        "name": line.name,
        "value": in_words(line.value, measure.decimals, measure.unit_shown),
        "hidden": line.hidden,
        "counts": _counts(measure, amount.numerator, amount.denominator) if amount else "",
        "no_counts": bool(line.school) and amount is not None and not amount.denominator and measure.kind in COUNTED,
        "place": line.place or "",
        "gap": gap_words(measure, line.gap) if line.gap is not None else "",
        "tone": tone_of(measure, line.gap, line.points),
        "points": _one_pupil(measure, line.points),
        "bounds": _bounds(measure, line),
        "three_years": in_words(line.three_years, measure.decimals, measure.unit_shown),
        "small": line.small,
        "source": known.source if known and line.value is not None else "",
    }


def _bounds(measure: Measure, line: Line) -> str:
    if line.bounds is None or measure.sessions:
        return ""
    low, high = (rounded(each, 0) for each in line.bounds)
    return f"{low} to {in_words(high, 0, measure.unit_shown)}"


def _one_pupil(measure: Measure, points: Decimal | None) -> str:
    """“1.5 points”, “0.5 per 100 pupils”; empty where it is too little to say."""
    if points is None or points < Decimal("0.5"):
        return ""
    return f"{in_words(points, 1)} {'points' if measure.unit_shown.startswith('%') else measure.unit_shown}"


def _chart(found: Comparison, number: int, series: Series) -> dict[str, Any]:
    known = [v for one in found.series for v in (*one.ours, *one.national) if v is not None]
    return {
        "name": series.name,
        "svg": line_chart(
            f"{series.name}: {found.measure.label}", series.labels, series.ours, us=series.name,
            national=series.national, them="England", unit="%" if found.measure.unit_shown.startswith("%") else "",
            ident=f"chart-{number}", floor=min(known, default=0), ceiling=max(known, default=1),
        ),
        "rows": list(zip(series.labels, series.ours, series.national, strict=True)),
    }  # fmt: skip


def class_lines(measure: Measure, classes: Iterable[ClassLine]) -> list[dict[str, Any]]:
    """Classes by school, the strongest first."""
    return [
        {
            "school": line.school.known_as,
            "name": line.class_name,
            "value": in_words(line.value, measure.decimals, measure.unit_shown),
            "counts": _counts(measure, line.amount.numerator, line.amount.denominator),
            "points": _one_pupil(measure, line.points),
            "place": line.place or "",
            "place_in_trust": line.place_in_trust or "",
        }
        for line in classes
    ]


PLACES = "No place is given where one pupil decides: such schools have a range of places, as 1 to 3."

AROUND = {"local": "Local authority", "region": "Region"}


def _around_table(found: Comparison) -> list[dict[str, Any]]:
    """Each school beside its authority, its region and similar schools; schools without any are left out."""
    lines = {line.school: line for line in found.lines if line.school}
    return [
        {
            "name": lines[pk].name,
            "value": in_words(lines[pk].value, found.measure.decimals, found.measure.unit_shown),
            "cells": [_around_cell(found.measure, label, _first(around, key)) for key, label in AROUND.items()],
            "similar": [_around_cell(found.measure, one.phase, one) for one in around if one.against == "similar"],
        }
        for pk, around in sorted(found.around.items(), key=lambda pair: lines[pair[0]].name if pair[0] in lines else "")
        if around and pk in lines
    ]


def _first(around: Iterable[Compared], against: str) -> Compared | None:
    return next((one for one in around if one.against == against), None)


def _around_cell(measure: Measure, label: str, one: Compared | None) -> dict[str, str]:
    if one is None:
        return {"label": label, "value": "", "note": ""}
    value = in_words(one.value, measure.decimals, measure.unit_shown) or one.status.replace("_", " ")
    of = f"of {one.schools:,} schools, " if one.schools else ""
    note = f"{one.place if one.against != 'similar' else of.capitalize()}{', ' if one.against != 'similar' else ''}"
    return {"label": label, "value": value, "note": f"{note}{year_words(one.year)}", "source": one.source}


def _gap_table(found: Comparison) -> dict[str, Any] | None:
    """Schools down, groups across: each group, and how far it is from the school's other pupils."""
    if not found.gaps or found.measure.kind != "share":
        return None
    rows = []
    named = [line for line in found.lines if line.school]
    for line in sorted(named, key=lambda line: line.name.casefold()):
        cells = [_gap_cell(found.measure, group.label, by_school[line.school]) for group, by_school in found.gaps]
        rows.append({"name": line.name, "cells": cells})
    return {"groups": [group.label for group, _ in found.gaps], "rows": rows}


def _gap_cell(measure: Measure, label: str, gap: GroupGap) -> dict[str, str]:
    bounds = ""
    if gap.bounds:
        # one decimal where rounding would touch nought, which decides what is said of the gap
        places = 1 if any(rounded(each, 0) == 0 for each in gap.bounds) else 0
        bounds = f"between {signed(gap.bounds[0], places)} and {signed(gap.bounds[1], places)}"
    return {
        "label": label,
        "value": in_words(gap.value, measure.decimals, measure.unit_shown),
        "gap": gap_words(measure, gap.gap) if gap.gap is not None else "",
        "bounds": bounds if not measure.sessions else "",
        "clear": "clear" if gap.is_clear and not measure.sessions else "",
    }
