"""What the columns and rows of somebody's spreadsheet mean for a return."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from schools.strategy.measures import PupilGroup

from .cells import plain
from .grid import ALL, DENOMINATOR, NUMERATOR, VALUE, Table

SKIP, KEY, YEAR_GROUP, CLASS, GROUP, MEASURE, NOTE, FIGURE = (
    "skip", "key", "year_group", "class", "group", "measure", "note", "figure",
)  # fmt: skip
FIRST = "first"
"""The first box of a figure, whatever the measure of the row: the count, the mean or the number."""

LABELS = {
    SKIP: "Leave out",
    YEAR_GROUP: "Year group",
    CLASS: "Class",
    GROUP: "Group of pupils",
    MEASURE: "Measure",
    NOTE: "What lies behind it",
}
ROW_FIGURES = {FIRST: "The number of the row’s measure", DENOMINATOR: "Out of how many, of the row’s measure"}

KEY_HEADER, NUMBER_HEADER, OUT_OF_HEADER = "key (leave as it is)", "number", "out of"
KNOWN = {
    KEY_HEADER: (KEY, ""),
    NUMBER_HEADER: (FIGURE, FIRST),
    OUT_OF_HEADER: (FIGURE, DENOMINATOR),
    **dict.fromkeys(
        ("year group", "year", "yeargroup", "nc year", "ncy", "national curriculum year"), (YEAR_GROUP, "")
    ),
    **dict.fromkeys(("class", "reg group", "registration group", "form", "reg", "registration form"), (CLASS, "")),
    **dict.fromkeys(("group", "pupil group", "group of pupils", "cohort", "contextual group"), (GROUP, "")),
    **dict.fromkeys(("measure", "indicator", "subject"), (MEASURE, "")),
    **dict.fromkeys(("what lies behind it", "note", "notes", "comment", "comments"), (NOTE, "")),
}
OF_ALL = frozenset({"", "all", "total", "whole school", "all pupils", "all these years", "all year groups", "school"})
LONGEST_NAME = 60
"""Of a group, as a file writes it."""
GUARDED = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


@dataclass(frozen=True)
class Meaning:
    """What one column holds. A figure without `measure` or `group` is of the row's own."""

    role: str = SKIP
    measure: str = ""
    group: str = ""
    part: str = ""

    @property
    def code(self) -> str:
        return "|".join((self.role, self.measure, self.group, self.part))

    @classmethod
    def read(cls, code: str) -> Meaning:
        """The meaning that a form's choice names; nothing where it is none."""
        parts = code.split("|")
        return cls(*parts) if len(parts) == len(cls.__dataclass_fields__) else cls()


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(GUARDED) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARDED) else text


def bare(words: str) -> str:
    """Small letters and single spaces, without punctuation: to compare headers by."""
    return " ".join(re.sub(r"[^\w%]+", " ", words).split()).casefold()


def choices(tables: Iterable[Table]) -> Iterator[tuple[str, list[tuple[Meaning, str]]]]:
    """What a column may mean, under headings. Each says measure and group itself: a closed menu shows no heading."""
    yield "About the row", [(Meaning(role), label) for role, label in LABELS.items()]
    yield "Figures", [(Meaning(FIGURE, part=part), label) for part, label in ROW_FIGURES.items()]
    for table in tables:
        of_row = [
            (Meaning(FIGURE, table.measure.key, "", part), f"{table.measure.label}: {word}, the row’s group")
            for part, word in words_of(table)
        ]
        named = [
            (Meaning(FIGURE, table.measure.key, group.key, part), _choice(table, group, word))
            for group in table.groups
            for part, word in words_of(table)
        ]
        yield table.measure.label, [*named, *(of_row if len(table.groups) > 1 else [])]


def _choice(table: Table, group: PupilGroup, word: str) -> str:
    named = table.group_named(group.key)
    return f"{table.measure.label}: {word}{f', {named}' if named else ''}"


def words_of(table: Table) -> list[tuple[str, str]]:
    """The parts of a figure of this table in words."""
    measure = table.measure
    words = {NUMERATOR: measure.numerator, DENOMINATOR: measure.denominator, VALUE: measure.unit_shown or "number"}
    return [(part, words[part]) for part in table.parts]


def guess(header: str, tables: Sequence[Table]) -> Meaning:
    """What a column probably means, by its header; left out where it is not clear."""
    if plain(header).casefold() in KNOWN:
        role, part = KNOWN[plain(header).casefold()]
        return Meaning(role, part=part)
    wanted, found = bare(header), set()
    for table in tables:
        for group in table.groups:
            for part, word in words_of(table):
                names = [f"{table.measure.label} {group.label} {word}", f"{group.label} {table.measure.label} {word}"]
                if group.key == ALL:
                    names += [f"{table.measure.label} {word}", word]
                if wanted in {bare(name) for name in names}:
                    found.add(Meaning(FIGURE, table.measure.key, group.key if group.key != ALL else "", part))
    return found.pop() if len(found) == 1 else Meaning()


def bare_group(name: str) -> str:
    """A group's name to compare by. Pupil premium plus is not pupil premium."""
    return bare(name.replace("+", " plus "))


def group_called(name: str, groups: Iterable[PupilGroup], called: Mapping[str, str]) -> str | None:
    """The group among these that the name means: by its own name, as the trust said of it before, or as is usual."""
    wanted, groups = bare_group(name), list(groups)
    own = next((one.key for one in groups if wanted in {bare_group(one.key), bare_group(one.label)}), None)
    said = next((one.key for one in groups if one.key == called.get(wanted)), None)
    usual = [one.key for one in groups if wanted in map(bare_group, one.names)]
    return own or said or (usual[0] if len(usual) == 1 else None)


def read_year_group(text: str) -> str:
    """“Year 4”, “Y4”, “4”, “Reception”; empty for all of them."""
    said = bare(text)
    if said in OF_ALL:
        return ""
    if said in {"r", "rec", "reception", "yr", "year r", "year reception"}:
        return "R"
    found = re.fullmatch(r"(?:y|yr|year|nc year|ncy)? ?0?(\d{1,2})", said)
    return found[1] if found else plain(text)[:20]
