"""Every kind of published file as something that can be imported: recognised, read, and its figures written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from evidence.rules.published_files import FileKind, common, file_kinds, squeezed
from evidence.rules.published_years import RANGE, Period, lone_year_in, release_in, years_in
from schools.services.register import (
    About,
    Counts,
    Kinds,
    Origin,
    Progress,
    Reading,
    Refused,
    Staged,
    Table,
    date_in_name,
    not_ahead,
)
from schools.words import year_words

from .applying import count_statuses, find_schools, refuse_contradictions, write_figures
from .plan import Plan, plan_of, says_year
from .similar import INPUTS, compare_similar, years_touched
from .staging import stage

STATUS_WORDS = {
    "number": "numbers", "suppressed": "suppressed", "not_applicable": "not applicable",
    "not_available": "not available", "low": "rounded to nothing", "not_yet_due": "not yet due",
}  # fmt: skip


@dataclass(frozen=True)
class FigureFile:
    """One kind of file with figures."""

    kind: FileKind

    @property
    def key(self) -> str:
        return self.kind.key

    @property
    def label(self) -> str:
        return self.kind.label

    def fits(self, names: set[str]) -> bool:
        return self.kind.fits({squeezed(name) for name in names})

    def missing(self, header: Sequence[str], about: About) -> dict[str, str]:
        """The academic year, where neither the rows nor the name say it. Its day is that of the import."""
        if self.kind.nothing or says_year(self.kind, header):
            return {}
        try:
            told_period(self.kind, about)
        except Refused:
            return {"year": "Neither the file nor its name says of which academic year it is. Write it as 2024-25."}
        return {}

    def stage(self, table: Table, about: About, progress: Progress | None) -> Staged:
        origin = Origin(about.filename[:120], told_day(about))
        if self.kind.nothing:
            return self.leave(table, origin)
        plan = plan_of(self.kind, table.header, lambda: told_period(self.kind, about), release_of(about.filename))
        if not plan.places or not plan.series:
            raise Refused(f"{about.filename} looks like “{self.label}”, but has none of the columns that are kept.")
        reading = stage(table, plan, progress)
        finish(reading, plan)
        return Staged(reading, origin, lambda: self.apply(reading, origin, plan.years), reading.rows_staged)

    def leave(self, table: Table, origin: Origin) -> Staged:
        """A file that is known, and in which there is nothing to keep."""
        rows = sum(1 for row in table.rows if any(cell.strip() for cell in row))
        reading = Reading(rows_read=rows)
        reading.left_out[self.kind.nothing] += rows
        return Staged(reading, origin, lambda: {"figures": Counts(0, 0)}, 0)

    def apply(self, reading: Reading, origin: Origin, years: set[int]) -> dict[str, Counts]:
        counts = write_figures(origin, weighted=self.kind.weighted)
        same = sum(reading.statuses.values()) - counts.new - counts.updated
        if same > 0 and not self.kind.weighted:
            reading.notes.append(f"{same:,} figures changed nothing: they are known already, or newer ones are.")
        if counts.new + counts.updated and INPUTS & {rule.measure for rule in self.kind.figures}:
            compare_similar(years_touched(years))
        return {"figures": counts}


def finish(reading: Reading, plan: Plan) -> None:
    """What can be said once all rows are staged."""
    find_schools(reading)
    if not plan.kind.weighted:
        codes = [at for place in plan.places for at in (*place.codes, place.laestab) if at is not None]
        refuse_contradictions(reading, plan.header[codes[0]] if codes else "")
    count_statuses(reading)
    reading.years = [year_words(year) for year in sorted(plan.years)]
    reading.notes[:0] = said_of(reading)


def said_of(reading: Reading) -> list[str]:
    """The years and the statuses, in words."""
    parts = [f"{reading.statuses[one]:,} {words}" for one, words in STATUS_WORDS.items() if reading.statuses[one]]
    blank = f"; {reading.blank:,} cells are blank" if reading.blank else ""
    return [f"Year {', '.join(reading.years)}.", f"Figures: {', '.join(parts) or 'none'}{blank}."]


def release_of(filename: str) -> str:
    return release_in(filename, common().releases)


def told_day(about: About) -> date:
    """The day given or in the name, where it is not the academic year; else the day of the import."""
    return not_ahead(about.as_at or date_in_name(RANGE.sub(" ", about.filename)) or timezone.localdate())


def told_period(kind: FileKind, about: About) -> Period:
    """The academic year of a file whose rows do not say it. Raises Refused where nobody says it."""
    years = [about.year] if about.year is not None else years_in(about.filename)
    lone = lone_year_in(about.filename) if kind.lone_year and not years else None
    if len(years) == 1 or lone is not None:
        year = years[0] if years else lone
        assert year is not None
        return Period(year + kind.year_shift, release_of(about.filename))
    raise Refused(
        f"{about.filename} does not say of which academic year it is. Say it: --year 2024-25 in the command,"
        " “Academic year” on the page, or in the file’s name."
    )


FIGURE_FILES: Kinds = [FigureFile(kind) for kind in file_kinds()]
"""Tried in this order, after the files of the register and of inspections."""
