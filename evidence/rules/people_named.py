"""Whether a text seems to name a person: a gentle warning for whoever writes, never a refusal.

Self-evaluations, returns and visits may be read widely and asked for by the public, so they describe practice, not
people (domain-facts 4.10). The rule looks for four signs: a title and a name (“Miss Smith”), a name beside a word of
the school (“teacher Anna Smith”, “Anna Smith, our SENCO”), a member of the school named in full, and a first name that
is told something about (“a pupil called Jamie”). It cannot know every name: what it finds is worth a second look, and
what it passes over is not proved harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_NAME = r"(?:Mac|Mc|[OD]['’])?[A-ZÀ-Þ][a-zß-ÿ]+(?:['’-][A-ZÀ-Þ][a-zß-ÿ]+)*"
_INITIAL = r"[A-Z]\.?"
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Dame|Rev|Revd|Fr|Madame|Mme|Señora|Señor)"

_TITLED = re.compile(rf"\b{_TITLE}\.?[ \t]+(?:{_INITIAL}[ \t]+)*{_NAME}(?:[ \t]+{_NAME})?")
_TITLED_BY_LETTER = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.?[ \t]+[A-Z]\b\.?(?![a-z])")

_PERSON = (
    r"(?:teachers?|headteachers?|heads?|deput(?:y|ies)|assistants?|leaders?|governors?|chairs?|pupils?|students?|child|"
    r"children|boys?|girls?|parents?|mum|mother|dad|father|carers?|SENCOs?|SENCo|SENDCo|TAs?|HLTAs?|NQTs?|ECTs?|colleagues?|"
    r"caretaker|cook|nurse|counsellor|coach|mentor|apprentice|trainee)"
)
_BEFORE = re.compile(rf"\b(?i:{_PERSON})(?:,|:)?[ \t]+(?P<name>{_NAME}[ \t]+{_NAME})\b")
_AFTER = re.compile(
    rf"\b(?P<name>{_NAME}[ \t]+{_NAME}),?[ \t]+"
    rf"(?:\((?:\w+[ \t])?|(?:(?i:our|the|a|an|is|was|as)[ \t]+){{1,2}}(?:new[ \t]+)?)"
    rf"(?i:(?:\w+[ \t]+)?{_PERSON})\b"
)
_CALLED = re.compile(rf"\b(?i:{_PERSON})[ \t]+(?i:called|named)[ \t]+(?P<name>{_NAME}(?:[ \t]+{_NAME})?)\b")
_POSSESSED = re.compile(rf"\b(?i:{_PERSON})[ \t]+(?P<name>{_NAME})[ \t]+(?:has|is|was|had|needs|left|joined|said)\b")

NO_NAMES = frozenset(Path(__file__).with_name("no_names.txt").read_text(encoding="utf-8").split())
"""Words with a capital that are no names where schools write: subjects, phases, months, places, grades, beginnings."""


def people_named(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """What in a text looks like a person, as it is written there, each once, in the order of the text.

    `known` are full names of people the school has: those are found wherever they stand.
    """
    found: dict[str, int] = {}
    for place, words in (*_titled(text), *_beside(text), *_known(text, known)):
        if words not in found or place < found[words]:
            found[words] = place
    inside = {one for one in found for other in found if one != other and one in other}
    return tuple(sorted((one for one in found if one not in inside), key=lambda one: found[one]))


def _titled(text: str) -> Iterator[tuple[int, str]]:
    for match in _TITLED.finditer(text):
        words = match[0].split()
        while len(words) > 2 and words[-1] in NO_NAMES:  # “Miss Smith Year 4”
            words.pop()
        if words[-1] not in NO_NAMES or len(words) > 2:
            yield match.start(), " ".join(words)
    for match in _TITLED_BY_LETTER.finditer(text):
        yield match.start(), match[0]


def _beside(text: str) -> Iterator[tuple[int, str]]:
    for pattern in (_BEFORE, _AFTER, _CALLED, _POSSESSED):
        for match in pattern.finditer(text):
            if not set(re.split(r"[ \t]+", match["name"])) & NO_NAMES:
                yield match.start("name"), " ".join(match["name"].split())


def _known(text: str, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Members by their full name, however the letters stand."""
    for name in known:
        parts = name.split()
        if len(parts) < 2:
            continue
        match = re.search(r"\b" + r"\s+".join(map(re.escape, parts)) + r"\b", text, re.IGNORECASE)
        if match:
            yield match.start(), " ".join(match[0].split())
