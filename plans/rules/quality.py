"""What a good plan has and this one lacks. Warnings, never a refusal: the school owns its plan (S4-09 to S4-15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schools.strategy.provision import PlanType
from schools.words import capital, counted, cut, listed, number, verb

from .document import Document, Focus, Line, lines_of

LONGEST_NAME = 60  # characters


@dataclass(frozen=True)
class Warned:
    """A sentence, and the part of the page it is about."""

    words: str
    at: str  # “sections”, “priority 12”, “actions”, “priorities”


def warnings(document: Document, kind: PlanType) -> list[Warned]:
    """In the order of the page."""
    prose = [] if document["papers"] else _of_prose(document)  # what is written elsewhere stands in its own document
    if kind.keeps_going:
        return [*prose, *_of_actions(document, kind)]
    return [*prose, *_of_count(document, kind), *_of_priorities(document), *_of_actions(document, kind)]


def _of_prose(document: Document) -> Iterator[Warned]:
    blank = [one["label"] for one in document["sections"] if not one["holds"] and not one["text"].strip()]
    if blank:
        count = counted(len(blank), "section")
        yield Warned(capital(f"{count} {verb(len(blank))} still empty: {listed(blank, most=3)}."), "sections")


def _of_count(document: Document, kind: PlanType) -> Iterator[Warned]:
    count = len(document["priorities"])
    asked = {"priorities", "targets"} & set(kind.holds.values())
    if not count and asked:
        yield Warned("There is no priority yet. A good plan has a few, each significant.", "priorities")
    elif not count and not document["actions"] and not document["papers"]:
        yield Warned("It holds no action yet, and no document.", "actions")
    if count > kind.most_priorities:
        held, most = counted(count, "priority", "priorities"), number(kind.most_priorities)
        yield Warned(f"It has {held}. A plan of this kind has at most {most}, so that each is seen to.", "priorities")


def _of_priorities(document: Document) -> Iterator[Warned]:
    for focus in document["priorities"]:
        if lacks := list(_lacking(focus)):
            yield Warned(f"{_quoted(focus['label'])} {', and '.join(lacks)}.", f"priority {focus['id']}")


def _lacking(focus: Focus) -> Iterator[str]:
    """“does not yet say how it will be known”, “has no action”."""
    said = {"change": "what will be different for pupils", "success": "how it will be known"}
    if unsaid := [words for part, words in said.items() if not focus[part]]:  # type: ignore[literal-required]
        yield f"does not yet say {listed(unsaid)}"
    missing = []
    if not focus["milestones"]:
        missing.append("target with a day")
    elif not any(stage["measure"] for stage in focus["milestones"]):
        missing.append("target with a measure")
    if not focus["actions"]:
        missing.append("action")
    if missing:
        yield f"has no {listed(missing, 'and no')}"


def _quoted(words: str) -> str:
    """In quotes, without the stop that would stand before that of the sentence."""
    return f"“{cut(words, LONGEST_NAME).removesuffix('.')}”"


def _of_actions(document: Document, kind: PlanType) -> Iterator[Warned]:
    """Of those that are open: a closed one stays as it was."""
    lines = [line for line in lines_of(document) if not line.get("closed")]
    for part, one, many in (
        ("owner", "nobody who sees to it", "nobody who sees to them"),
        ("due", "no day to be done by", "no day to be done by"),
        ("check", "no day on which its impact is looked at", "no day on which their impact is looked at"),
        ("success", "nothing to be judged by", "nothing to be judged by"),
    ):
        if lacking := [line for line in lines if not line[part]]:  # type: ignore[literal-required]
            count, has = counted(len(lacking), "action"), verb(len(lacking), f"has {one}", f"have {many}")
            yield Warned(capital(f"{count} {has}: {_named(lacking)}."), "actions")
    if unasked := [line for line in lines if kind.links_back and not any(line.get(one) for one in kind.links_back)]:
        count, answers = counted(len(unasked), "action"), verb(len(unasked), "answers", "answer")
        yield Warned(capital(f"{count} {answers} no {listed(kind.links_back, 'or')}: {_named(unasked)}."), "actions")
    loose = [line for line in document["actions"] if not line.get("closed")]
    if document["priorities"] and loose:
        count, serves = counted(len(loose), "action"), verb(len(loose), "serves", "serve")
        yield Warned(capital(f"{count} {serves} no priority: {_named(loose)}."), "actions")


def _named(lines: list[Line]) -> str:
    return listed([_quoted(one["what"]) for one in lines], most=2)
