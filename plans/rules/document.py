"""A plan as one document: what is sent to be approved, and kept; and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict


class Section(TypedDict):
    """A section: its prose, or in `holds` what of the plan is kept in it line by line."""

    key: str
    label: str
    holds: str
    text: str


class Stage(TypedDict):
    """A milestone. `by` is a day in words; `aim` is its value in words, blank where it has only words."""

    id: int
    by: str
    words: str
    measure: str
    group: str
    aim: str


class Line(TypedDict):
    """An action. Days are in words or blank, `budget` in pounds or blank; `finding` is the words it answers.

    `appraisal` says in words that it is also a target of an appraisal, or is blank.
    """

    id: int
    what: str
    owner: str
    due: str
    check: str
    success: str
    budget: str
    training: str
    support: str
    finding: str
    appraisal: str


class Focus(TypedDict):
    """A priority with its milestones and its actions. `criterion` is the label of what it answers in the matrix."""

    id: int
    label: str
    change: str
    success: str
    criterion: str
    milestones: list[Stage]
    actions: list[Line]


class Paper(TypedDict):
    """A document in the school's own shape. `size` is in bytes."""

    id: int
    name: str
    size: int


class Document(TypedDict):
    """A plan, whole. `actions` are those that serve no priority; `papers` what it was written in elsewhere."""

    title: str
    year: int
    sections: list[Section]
    priorities: list[Focus]
    actions: list[Line]
    papers: list[Paper]


PARTS = ("priorities", "actions", "progress")
"""What every plan shows, named by a section or not: after the sections where none does."""

WITHIN = {"targets": "priorities", "training": "training", "progress": "progress"}


@dataclass(frozen=True)
class Shown:
    """A stretch of the page: a section of prose, or a part with the labels of the sections that it stands for."""

    label: str
    part: str  # “text”, or what is shown line by line
    text: str = ""
    also: tuple[str, ...] = ()


def shown_in_order(document: Document) -> list[Shown]:
    """The sections in the order of the strategy, each part once; then the parts that no section names."""
    found: dict[str, Shown] = {}
    for one in document["sections"]:
        part = WITHIN.get(one["holds"], one["holds"]) or "text"
        place = part if part != "text" else f"text {one['key']}"
        if place in found:
            before = found[place]
            found[place] = Shown(before.label, part, also=(*before.also, one["label"]))
        else:
            found[place] = Shown(one["label"], part, one["text"])
    for part in PARTS:
        found.setdefault(part, Shown(part.capitalize(), part))
    return list(found.values())


def training_of(document: Document) -> list[Line]:
    """The annex: every action that names training, in the order of the plan (S4-16)."""
    lines = [line for focus in document["priorities"] for line in focus["actions"]] + document["actions"]
    return [line for line in lines if line["training"]]


@dataclass(frozen=True)
class Changed:
    """Something that reads otherwise than before. Blank before: it is new; blank after: it is gone."""

    label: str
    before: str
    after: str


def changes(before: Document, after: Document) -> list[Changed]:
    """What reads otherwise, in the order of the later one; what is gone comes last."""
    old, new = dict(_flat(before)), dict(_flat(after))
    labels = {key: label for key, (label, _) in {**old, **new}.items()}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key, ("", ""))[1], new.get(key, ("", ""))[1]
        if was != now:
            found.append(Changed(labels[key], was, now))
    return found


def _flat(document: Document) -> Iterator[tuple[str, tuple[str, str]]]:
    """By what it is, its label and its words."""
    yield "title", ("Title", document["title"])
    for one in document["sections"]:
        if not one["holds"]:
            yield f"section {one['key']}", (one["label"], one["text"])
    for focus in document["priorities"]:
        name = f"Priority: {focus['label']}"
        yield f"priority {focus['id']}", (name, _said(focus, ("label", "change", "success", "criterion")))
        for stage in focus["milestones"]:
            yield f"milestone {stage['id']}", (f"{name}, milestone", _said(stage, ("by", "aim", "words")))
        yield from _lines(focus["actions"], f"{name}, action", focus["label"])
    yield from _lines(document["actions"], "Action")
    for paper in document["papers"]:
        yield f"paper {paper['id']}", ("Document", paper["name"])


def _lines(lines: Sequence[Line], name: str, serves: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    for one in lines:
        told = ("what", "owner", "due", "check", "success", "budget", "training", "support", "finding", "appraisal")
        line = f"Serves: {serves}\n" if serves else ""
        yield f"action {one['id']}", (name, line + _said(one, told))


def _said(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return "\n".join(f"{SAID[name]}{row[name]}" for name in names if row[name])


SAID = {
    "label": "", "change": "What will change: ", "success": "How it will be known: ", "criterion": "Answers: ",
    "by": "By ", "aim": "", "words": "", "what": "", "owner": "Seen to by: ", "due": "Due: ",
    "check": "Impact looked at: ",
    "budget": "Budget in pounds: ", "training": "Training: ", "support": "Support: ",
    "finding": "Answers the finding: ", "appraisal": "",
}  # fmt: skip
"""How a line of a change begins."""
