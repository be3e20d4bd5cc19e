"""Whether words would say whose they are, where what worked is told without the school's name."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 3  # letters of a word that names somebody
OF_MANY = frozenset(
    WORD.findall("""
    academy and aided all alternative cathedral catholic centre christian church college combined community controlled
    england federation first for free girls boys grammar high holy hospital infant infants junior juniors lady lower
    middle nursery our park primary provision referral roman saint saints school schools secondary sixth form special
    studio technical the trust unit upper voluntary
    """)
)
"""Words that stand in the names of many schools and so give none away."""


def telling_words(names: Iterable[str]) -> frozenset[str]:
    """The words of these names that point to a school or a person, as they are written there."""
    words = {word for name in names for word in WORD.findall(name)}
    return frozenset(word for word in words if len(word) >= SHORTEST and word.casefold() not in OF_MANY)


def gives_away(text: str, telling: frozenset[str]) -> bool:
    """Whether one of them stands in the text. A person called Mark is not meant by “mark books”."""
    return not telling.isdisjoint(WORD.findall(text))


def pattern_of(telling: frozenset[str]) -> str:
    """The same as a regular expression of PostgreSQL. Words hold letters only, so that none has to be escaped."""
    return rf"\m({'|'.join(sorted(telling))})\M"
