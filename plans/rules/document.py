"""A plan as one document: what is sent to be approved, and kept; and what has changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from schools.words import listed


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

    `visit` says on which visit it was agreed, or which it answers; editions of earlier days do not have it.

    `appraisal` says in words that it is also a target of an appraisal, or is blank. `verdict` is what was said of it
    in words, `evidence` what shows it, `closed` the day on which that closed it, blank while it is open; editions of
    earlier days have none of them.
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
    visit: NotRequired[str]
    verdict: NotRequired[str]
    evidence: NotRequired[str]
    closed: NotRequired[str]


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

    @property
    def note(self) -> str:
        """“Success measures” and “Milestones” are sections of the strategy; here they stand with the priorities."""
        if not self.also:
            return ""
        return f"Also shown in this section: {listed(f'“{one}”' for one in self.also)}."


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
    return [line for line in lines_of(document) if line["training"]]


@dataclass(frozen=True)
class Changed:
    """Something that reads otherwise than before. Blank before: it is new; blank after: it is gone."""

    label: str
    before: str
    after: str


def changes(before: Document, after: Document) -> list[Changed]:
    """What reads otherwise, in the order of the later one; what is gone comes last.

    A verdict is no change of the plan, nor is the new day to look again that “too early to tell” sets.
    """
    judged = {line["id"] for line in lines_of(after) if line.get("verdict")}
    old, new = dict(_flat(before, judged)), dict(_flat(after, judged))
    labels = {key: label for key, (label, _) in {**old, **new}.items()}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key, ("", ""))[1], new.get(key, ("", ""))[1]
        if was != now:
            found.append(Changed(labels[key], was, now))
    return found


def lines_of(document: Document) -> list[Line]:
    """Every action, in the order of the plan."""
    return [*(line for focus in document["priorities"] for line in focus["actions"]), *document["actions"]]


def with_ends(document: Document, live: Document) -> Document:
    """The same with what was said of its actions since: a verdict is no change of the plan, and everybody reads it."""
    said = {one["id"]: one for one in lines_of(live)}

    def ended(lines: Sequence[Line]) -> list[Line]:
        return [{**one, **_end_of(said.get(one["id"], one))} for one in lines]  # type: ignore[typeddict-item]

    priorities: list[Focus] = [{**focus, "actions": ended(focus["actions"])} for focus in document["priorities"]]
    return {**document, "priorities": priorities, "actions": ended(document["actions"])}


def _end_of(line: Line) -> dict[str, str]:
    return {
        "verdict": line.get("verdict", ""),
        "evidence": line.get("evidence", ""),
        "closed": line.get("closed", ""),
    }


def _flat(document: Document, judged: Collection[int]) -> Iterator[tuple[str, tuple[str, str]]]:
    """By what it is, its label and its words; without the day of the impact check of actions that were judged."""
    yield "title", ("Title", document["title"])
    for one in document["sections"]:
        if not one["holds"]:
            yield f"section {one['key']}", (one["label"], one["text"])
    for focus in document["priorities"]:
        name = f"Priority: {focus['label']}"
        yield f"priority {focus['id']}", (name, _said(focus, ("label", "change", "success", "criterion")))
        for stage in focus["milestones"]:
            yield f"milestone {stage['id']}", (f"{name}, milestone", _said(stage, ("by", "aim", "words")))
        yield from _lines(focus["actions"], f"{name}, action", judged, focus["label"])
    yield from _lines(document["actions"], "Action", judged)
    for paper in document["papers"]:
        yield f"paper {paper['id']}", ("Document", paper["name"])


def _lines(
    lines: Sequence[Line], name: str, judged: Collection[int], serves: str = ""
) -> Iterator[tuple[str, tuple[str, str]]]:
    told = (
        "what",
        "owner",
        "due",
        "check",
        "success",
        "budget",
        "training",
        "support",
        "finding",
        "visit",
        "appraisal",
    )
    for one in lines:
        shown = [part for part in told if part != "check" or one["id"] not in judged]
        line = f"Serves: {serves}\n" if serves else ""
        yield f"action {one['id']}", (name, line + _said(one, shown))


def _said(row: Mapping[str, Any], names: Sequence[str]) -> str:
    return "\n".join(f"{SAID[name]}{row[name]}" for name in names if row.get(name))


SAID = {
    "label": "", "change": "What will change: ", "success": "How it will be known: ", "criterion": "Answers: ",
    "by": "By ", "aim": "", "words": "", "what": "", "owner": "Seen to by: ", "due": "Due: ",
    "check": "Impact looked at: ",
    "budget": "Budget in pounds: ", "training": "Training: ", "support": "Support: ",
    "finding": "Answers the finding: ", "visit": "", "appraisal": "",
}  # fmt: skip
"""How a line of a change begins."""
