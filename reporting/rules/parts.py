"""Which part of a report a section of the strategy's outline is.

A strategy names the sections of its reports in its own words. Each title is matched, by the words in it, with a part
that can be made from what is recorded; the part then stands under the trust's title, in the trust's order. A title that
fits none is printed as what it is: something the report cannot fill.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Part = Literal[
    "changes", "matrix", "levels", "reasons", "differing", "support", "overdue", "evidence", "questions",
    "practice", "priorities", "schools", "concerns", "measures",
]  # fmt: skip

# In order: the first rule one of whose groups of words is all in the title decides.
_RULES: tuple[tuple[Part, tuple[str, ...]], ...] = (
    ("measures", ("measures",)),
    ("changes", ("changed", "moved")),
    ("evidence", ("unknown", "not known", "out of date", "old evidence")),
    ("differing", ("differ",)),
    ("concerns", ("causing concern",)),
    ("support", ("support", "days used", "days of", "worth")),
    ("questions", ("question",)),
    ("practice", ("practice", "excellence")),
    ("priorities", ("collective priorit", "trust-wide risk")),
    ("levels", ("performance of the trust", "across the trust", "performance, school by school", "time in")),
    ("reasons", ("why", "reasons for", "schools in ")),
    ("matrix", ("every school", "each school", "school by school", "profiles by", "matrix", "self-review")),
    ("schools", ("would move", "profile", "summary")),
)

PARTS: dict[str, tuple[Part, ...]] = {
    "board": ("changes", "matrix", "levels", "reasons", "differing", "support", "concerns", "overdue", "evidence"),
    "chairs": ("changes", "matrix", "levels", "practice", "priorities", "schools"),
    "school": ("schools",),
    "impact": ("measures", "changes"),
}
"""The parts a report of each template always has, in our own order, where the outline does not place them."""

_ELSEWHERE: dict[str, frozenset[Part]] = {"school": frozenset({"matrix", "levels", "support", "reasons", "changes"})}
"""Parts that are on the school's own page in a report about one school."""


_ONLY_HERE: frozenset[Part] = frozenset({"schools", "measures"})
"""Parts that no report has but those of a template that always has them."""


def part_of(title: str) -> Part | None:
    """The part a section's title asks for."""
    said = title.lower()
    return next((part for part, words in _RULES if any(word in said for word in words)), None)


def plan_of(template: str, sections: Sequence[str]) -> tuple[list[tuple[Part, str]], list[str]]:
    """The parts of a report with the title of each ("" for our own), and the titles nothing is recorded for.

    The outline's own come first and in its order, then what every such report has. A part is made once.
    """
    planned: dict[Part, str] = {}
    unfilled: list[str] = []
    for title in sections:
        part = part_of(title)
        if part is None or (part in _ONLY_HERE and part not in PARTS[template]):
            unfilled.append(title)
        elif part not in planned and part not in _ELSEWHERE.get(template, ()):
            planned[part] = title
    for part in PARTS[template]:
        planned.setdefault(part, "")
    return _in_order(planned), unfilled


def _in_order(planned: dict[Part, str]) -> list[tuple[Part, str]]:
    """What changed stands first, then every school on one page; what is missing and school by school come last.

    Where the strategy's own measures are reported, they stand before everything else.
    """
    last: tuple[Part, ...] = ("overdue", "evidence", "questions", "schools")
    opening: tuple[Part, ...] = ("measures", "changes", "matrix")
    first = [part for part in opening if part in planned]
    middle = [part for part in planned if part not in (*first, *last)]
    return [(part, planned[part]) for part in (*first, *middle, *(part for part in last if part in planned))]
