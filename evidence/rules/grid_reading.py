"""Reads the rows of somebody's spreadsheet into the figures of a return, once it is known what its columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .cells import Entry, read_cell, texts_of
from .checks import CELL_CHECKS, STOP
from .grid import ALL, Place, Table, class_fault, parts_of, year_group_label
from .grid_matching import (
    CLASS,
    FIGURE,
    FIRST,
    GROUP,
    KEY,
    LONGEST_NAME,
    MEASURE,
    NOTE,
    OF_ALL,
    YEAR_GROUP,
    Meaning,
    bare,
    bare_group,
    group_called,
    read_year_group,
    unguarded,
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A row that cannot be taken, by its number in the file, and why."""

    row: int
    text: str


@dataclass
class Reading:
    """What a file says for a return."""

    entries: dict[Place, Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    groups_named: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Names of groups that nobody knows, or that the trust explained: by the bare name, as written, and the key."""

    @property
    def bad_rows(self) -> int:
        return len({fault.row for fault in self.faults})


@dataclass
class Reader:
    """Reads rows for one return. `prefix` begins the keys of its own template; `stored` is what a blank cell keeps."""

    tables: Sequence[Table]
    meanings: Sequence[Meaning]
    prefix: str
    stored: Mapping[Place, Entry] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)  # bare names of groups, as the trust explained them
    named: dict[str, tuple[str, str]] = field(default_factory=dict)

    def read(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Reading:
        """Every row with the number it has in the file. Blank cells say nothing."""
        reading, texts = Reading(groups_named=self.named), dict[Place, dict[str, str]]()
        for number, row in rows:
            cells = [unguarded(cell) for cell in row]
            if not any(cell.strip() for cell in cells):
                continue
            reading.rows += 1
            try:
                of_row = self._figures(cells)
                twice = next((place for place in of_row if place in texts), None)
                if twice is not None:
                    raise RowFault(f"{self._name(twice)} stands in the file twice.")
                found = {place: self._entry(place, parts) for place, parts in of_row.items()}
            except RowFault as fault:
                reading.faults.append(Fault(number, str(fault)))
                continue
            texts |= of_row
            reading.entries |= found
        return reading

    def _figures(self, cells: Sequence[str]) -> dict[Place, dict[str, str]]:
        """The texts of a row's figures, by place and part. Raises RowFault."""
        about, note = self._about(cells)
        found: dict[Place, dict[str, str]] = {}
        for meaning, cell in zip(self.meanings, cells, strict=False):
            if meaning.role == FIGURE and cell.strip():
                place = self._place(meaning, about)
                part = self._part(meaning, place)
                found.setdefault(place, {})[part] = cell
        for place in found if note else ():
            found[place]["note"] = note
        return found

    def _about(self, cells: Sequence[str]) -> tuple[Place, str]:
        """What the row says of itself: measure, group, year group, class; and its note."""
        said = {
            meaning.role: cell.strip()
            for meaning, cell in zip(self.meanings, cells, strict=False)
            if meaning.role != FIGURE
        }
        note = said.get(NOTE, "")
        if KEY in said and (place := self._of_key(said)) is not None:
            return place, note
        measure = self._measure(said.get(MEASURE, ""))
        year_group = read_year_group(said.get(YEAR_GROUP, ""))
        return Place(measure, self._group(said.get(GROUP, "")), year_group, said.get(CLASS, "")), note

    def _of_key(self, said: Mapping[str, str]) -> Place | None:
        """The place of a row of the template; None where the row was added by hand. Raises RowFault."""
        key = said[KEY]
        if not key:
            return None
        if not key.startswith(self.prefix):
            raise RowFault("This row belongs to another school’s return, or to another term’s.")
        place = Place.read(key.removeprefix(self.prefix))
        if place is None or not any(table.takes(place) for table in self.tables):
            raise RowFault("The key of this row has been changed.")
        return place

    def _measure(self, said: str) -> str:
        if not said:
            return ""
        for table in self.tables:
            if bare(said) in {bare(table.measure.key), bare(table.measure.label)}:
                return table.measure.key
        raise RowFault(f"This return asks for no measure called “{said[:60]}”.")

    def _group(self, said: str) -> str:
        if bare(said) in OF_ALL:
            return ""
        groups = {group.key: group for table in self.tables for group in table.groups}
        found, name = group_called(said, groups.values(), self.called), bare_group(said)[:LONGEST_NAME]
        if found is None or self.called.get(name) == found:
            self.named[name] = said[:LONGEST_NAME], found or ""
        if found is not None:
            return found
        raise RowFault(f"This return asks for no group called “{said[:LONGEST_NAME]}”.")

    def _place(self, meaning: Meaning, about: Place) -> Place:
        """Where a cell belongs. Raises RowFault where nothing is asked there."""
        measure = meaning.measure or about.measure
        if not measure and len(self.tables) == 1:
            measure = self.tables[0].measure.key
        table = next((table for table in self.tables if table.measure.key == measure), None)
        if table is None:
            raise RowFault("The row does not say which measure it is.")
        of_year = about.year_group if any(row.year_group for row in table.rows) else ""
        of_class = about.class_name if table.by_class else ""
        if of_class and (fault := class_fault(of_class)):
            raise RowFault(fault)
        place = Place(measure, meaning.group or about.group or ALL, of_year, of_class)
        if not table.takes(place):
            raise RowFault(self._not_asked(table, place))
        return place

    def _not_asked(self, table: Table, place: Place) -> str:
        if place.group not in {group.key for group in table.groups}:
            return f"{table.measure.label} is not asked for this group."
        if table.by_class:
            return f"{table.measure.label} is asked class by class: the row names no class."
        label = year_group_label(place.year_group) if place.year_group else "all of them together"
        return f"{table.measure.label} is not asked of {label}."

    def _part(self, meaning: Meaning, place: Place) -> str:
        parts = parts_of(self._table(place).measure.kind)
        part = parts[0] if meaning.part == FIRST else meaning.part
        if part not in parts:
            raise RowFault(f"{self._table(place).measure.label} is one number, without “out of”.")
        return part

    def _table(self, place: Place) -> Table:
        return next(table for table in self.tables if table.measure.key == place.measure)

    def _name(self, place: Place) -> str:
        table = self._table(place)
        row = year_group_label(place.year_group) if place.year_group else place.class_name
        return ", ".join(filter(None, (table.measure.label, table.group_named(place.group), row)))

    def _entry(self, place: Place, parts: Mapping[str, str]) -> Entry:
        """The figure. Raises RowFault where it cannot be read or cannot be."""
        measure, now = self._table(place).measure, self.stored.get(place, Entry())
        texts = {**texts_of(measure.kind, now), **parts}
        entry, faults = read_cell(measure.kind, texts, parts.get("note", now.note))
        stops = [one.text for check in CELL_CHECKS for one in check(measure, place, entry) if one.level == STOP]
        if wrong := dict.fromkeys([*faults.values(), *stops]):
            raise RowFault(f"{self._name(place)}: {' '.join(wrong)}")
        return entry


class RowFault(ValueError):
    """Why a row cannot be taken, in a sentence."""
