"""Evidence set beside each other: which kinds have been used for a subject and year group, and where the gaps are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schools.words import capital, listed

SILENT_DAYS = 60
"""After so many days without a look the words say since when there has been nothing."""

ANY_YEAR = ""
"""The year group of a look that names none."""

SAME_SUBJECT = {
    "maths": "mathematics",
    "math": "mathematics",
    "pe": "physical education",
    "re": "religious education",
    "dt": "design and technology",
    "d&t": "design and technology",
    "mfl": "languages",
}
"""What people write for a subject, and the name it is counted under."""


@dataclass(frozen=True)
class Look:
    """One visit that is final, by what lists and counts read of it."""

    on: date
    subject: str
    year_groups: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of evidence for one subject and year group."""

    key: str
    now: int  # looks in the year asked about
    before: int  # and in the one before
    last: date | None

    @property
    def looks(self) -> int:
        return self.now + self.before


@dataclass(frozen=True)
class Line:
    """One year group of a subject. `gap` is blank where every kind has been used."""

    year: str
    now: int
    before: int
    last: date
    kinds: tuple[Kind, ...]
    gap: str

    @property
    def used(self) -> int:
        return sum(kind.looks > 0 for kind in self.kinds)

    @property
    def is_thin(self) -> bool:
        """One kind of evidence or none: nothing to set beside it."""
        return self.used < 2


@dataclass(frozen=True)
class Subject:
    """A subject with its year groups, youngest first, and those of the school that nobody looked at."""

    label: str
    now: int
    before: int
    last: date
    lines: tuple[Line, ...]
    unseen: tuple[str, ...]

    @property
    def thin(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_thin)


def triangulate(
    looks: Iterable[Look],
    kinds: Mapping[str, str],
    *,
    since: date,
    today: date,
    years: Sequence[str] = (),
) -> list[Subject]:
    """The subjects by name, each with what has been seen since the day the year began, and before it.

    `kinds` are those the forms can say, key to label; `years` the school's own year groups.
    """
    grouped: dict[str, list[Look]] = defaultdict(list)
    for look in looks:
        grouped[subject_key(look.subject)].append(look)
    found = [_subject(seen, kinds, since=since, today=today, years=years) for key, seen in grouped.items() if key]
    return sorted(found, key=lambda one: one.label.casefold())


def subject_key(written: str) -> str:
    """“Maths ” and “mathematics” are one subject."""
    plain = " ".join(written.casefold().split()).rstrip(".")
    return SAME_SUBJECT.get(plain, plain)


def _subject(seen: list[Look], kinds: Mapping[str, str], *, since: date, today: date, years: Sequence[str]) -> Subject:
    seen = sorted(seen, key=lambda look: look.on)
    label = capital(max((look.subject.strip() for look in reversed(seen)), key=len))
    by_year: dict[str, list[Look]] = defaultdict(list)
    for look in seen:
        for year in look.year_groups or (ANY_YEAR,):
            by_year[year].append(look)
    lines = [_line(year, rows, kinds, since=since, today=today) for year, rows in by_year.items()]
    whole = ANY_YEAR in by_year  # what names no year group may have been any of them
    now = sum(look.on >= since for look in seen)
    return Subject(
        label=label,
        now=now,
        before=len(seen) - now,
        last=seen[-1].on,
        lines=tuple(sorted(lines, key=lambda line: year_order(line.year))),
        unseen=() if whole else tuple(year for year in years if year not in by_year),
    )


def _line(year: str, seen: list[Look], kinds: Mapping[str, str], *, since: date, today: date) -> Line:
    found = tuple(_kind(key, seen, since) for key in kinds)
    now = sum(look.on >= since for look in seen)
    last = max(look.on for look in seen)
    return Line(year, now, len(seen) - now, last, found, gap_words(found, kinds, last=last, today=today))


def _kind(key: str, seen: list[Look], since: date) -> Kind:
    days = [look.on for look in seen if key in look.sources]
    now = sum(day >= since for day in days)
    return Kind(key, now, len(days) - now, max(days, default=None))


def gap_words(kinds: Sequence[Kind], labels: Mapping[str, str], *, last: date, today: date) -> str:
    """“Only data, nothing since March”; blank where every kind has been used and not long ago."""
    names = {key: f"{label[:1].lower()}{label[1:]}" for key, label in labels.items()}
    used = [names[kind.key] for kind in kinds if kind.looks]
    missing = [names[kind.key] for kind in kinds if not kind.looks]
    said = _kinds_in_words(used, missing)
    silent = f"nothing since {month(last, today)}" if (today - last).days > SILENT_DAYS else ""
    return capital(", ".join(filter(None, [said, silent])))


def _kinds_in_words(used: list[str], missing: list[str]) -> str:
    if not used:
        return "no kind of evidence named"
    if len(used) == 1 and missing:
        return f"only {used[0]}"
    return f"no {listed(missing, 'or')} yet" if missing else ""


def month(day: date, today: date) -> str:
    """“March”, with its year where that is not plain."""
    near = (today.year - day.year) * 12 + today.month - day.month < 11
    return f"{day:%B}" if near else f"{day:%B %Y}"


def year_words(year: str) -> str:
    """“Year 5”."""
    return {"N": "Nursery", "R": "Reception", ANY_YEAR: "No year group named"}.get(year, f"Year {year}")


def years_in_words(years: Sequence[str]) -> str:
    """“Reception and Years 1 to 3”."""
    early = [year_words(year) for year in years if not year.isdecimal()]
    runs = list(_runs(sorted(int(year) for year in years if year.isdecimal())))
    said = [f"{first}" if first == last else f"{first} to {last}" for first, last in runs]
    many = len(runs) > 1 or any(first != last for first, last in runs)
    return listed([*early, *([f"{'Years' if many else 'Year'} {said[0]}"] if said else []), *said[1:]])


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Three numbers or more that follow each other as first and last; others alone."""
    run: list[int] = []
    for value in [*numbers, None]:
        if run and value != run[-1] + 1:
            yield from [(run[0], run[-1])] if len(run) > 2 else [(one, one) for one in run]
            run = []
        run.append(value or 0)


def year_order(year: str) -> int:
    """Youngest first; no year group at the end."""
    return int(year) if year.isdecimal() else {"N": -1, "R": 0}.get(year, 99)


def years_of_ages(low: int | None, high: int | None) -> tuple[str, ...]:
    """The year groups of a school from 4 to 11: Reception to Year 6. Nothing where an age is unknown."""
    if low is None or high is None:
        return ()
    return tuple({-1: "N", 0: "R"}.get(year, str(year)) for year in range(max(low - 4, -1), high - 4))
