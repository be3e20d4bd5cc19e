"""Which academic year and part of it a label speaks of, and how final a file is by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

EARLIEST, LATEST = 1990, 2100
RANGE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/ ]?((?:19|20)?\d\d)(?!\d)")
LONE = re.compile(r"(?<![\d-])(20\d\d)(?![\d-])")
WEEK = re.compile(r"week\s*(\d{1,2})", re.IGNORECASE)
AUTUMN_WEEK = 31  # weeks from here on belong to the autumn of their calendar year
PROVISIONAL = re.compile(r"\((?:prov\w*|p)\)", re.IGNORECASE)
SEVERAL = re.compile(r"((?:19|20)\d\d)[-/](\d\d)")


@dataclass(frozen=True)
class Period:
    """An academic year, by the calendar year it starts in, and how final the label says the figure is."""

    year: int
    release: str = ""


def start_of(first: str, second: str) -> int | None:
    """The year an academic year starts in, where the two follow each other: 2018 and 2019, 2018 and 19."""
    start, end = int(first), int(second)
    return start if end in (start + 1, (start + 1) % 100) and EARLIEST <= start < LATEST else None


def years_in(name: str) -> list[int]:
    """The academic years a file's name speaks of, each once: 2018-2019_936_ks2final.csv, exclusions_201617."""
    found = [start_of(first, second) for first, second in RANGE.findall(name)]
    return sorted({year for year in found if year is not None})


def lone_year_in(name: str) -> int | None:
    """A single year, such as in parent_view_2026: the academic year that ends in it."""
    found = {int(year) - 1 for year in LONE.findall(name)}
    return found.pop() if len(found) == 1 else None


def period_of(label: str) -> Period | None:
    """`202425`, `2024/25`, `2025` (it ends then), `2025 (prov)`. None for several years together, or no year."""
    release = "provisional" if PROVISIONAL.search(label) else ""
    label = PROVISIONAL.sub("", label).strip().removesuffix(".0")
    if re.fullmatch(r"\d{4}", label):
        year: int | None = int(label) - 1
    else:
        found = RANGE.fullmatch(label)
        year = start_of(found[1], found[2]) if found else None
    return None if year is None or not EARLIEST <= year < LATEST else Period(year, release)


def several_years(label: str) -> bool:
    """Whether a label speaks of years put together, such as `2014-16`, or of none (`0`)."""
    found = SEVERAL.fullmatch(label.strip())
    return label.strip() == "0" or (found is not None and start_of(found[1], found[2]) is None)


def year_of_week(year: str, week: str) -> int | None:
    """The academic year of a week: week 37 of 2024 is in 2024/25, week 5 of 2025 too."""
    found = WEEK.fullmatch(week.strip())
    if not found or not re.fullmatch(r"\d{4}", year.strip()) or not 1 <= int(found[1]) <= 53:
        return None
    return int(year) if int(found[1]) >= AUTUMN_WEEK else int(year) - 1


def release_in(name: str, releases: Mapping[str, tuple[str, ...]]) -> str:
    """How final a file's name says it is: england_ks4provisional_2024-2025 is provisional."""
    small = name.casefold()
    for release, words in releases.items():
        if any(re.search(rf"{word}(?![a-z])", small) for word in words):
            return release
    return ""
