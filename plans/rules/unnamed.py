"""Whether words would say whose they are, where what worked is told without the school's name.

When in doubt they are held back: a person called Mark hides “mark books” as well, however it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

WORD = re.compile(r"[^\W\d_]+")
LIKE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
"""Letters that Unicode does not take apart, after folding."""
INITIALS = re.compile(r"\b[A-Z]{2,5}\b|\b[A-Z](?:[.\s]{1,2}[A-Z]\b)+")
MISS = re.compile(r"\b[Mm]iss\s+[A-Z]|\bMISS\s")

TITLES = frozenset(WORD.findall("mr mrs ms mx dr sir dame rev revd"))
"""Whoever is called by a title is a person, known here or not."""
LITTLE = frozenset(
    WORD.findall("am an and as at be by de do du for go he if in is it la le me my no of on or so st the to up us we")
)
"""Words of which any text is full."""
OF_NOBODY = LITTLE | frozenset(
    WORD.findall("""
    academy aided all alternative catholic ce centre cofe college combined community controlled federation first
    free girls boys high holy hospital infant infants junior juniors nursery our primary provision rc referral
    sch school schools secondary sixth form special studio technical trust unit upper va vc voluntary
    head headteacher office admin administrator
    """)
)
"""Words that stand in the names of many schools, or of accounts, and are nobody's name."""
OF_MANY = OF_NOBODY | frozenset(
    WORD.findall("cathedral christian church england grammar lady lower middle park roman saint saints")
)
"""Words that stand in the names of many schools and so give none away; a person may be called so."""
ABBREVIATIONS = frozenset(
    WORD.findall("""
    AI AP APP AR AT BTEC CE CEO CPD CPOMS CT DHT DSL DT EAL EBI EEF EHCP ELSA EP EYFS FFT FSM GCSE GD GLD GPS HLTA HT
    IT ICT KPI KS LA LAC LSA MAT MFL MIS NC NFER NPQ OFSTED PA PD PE PP PPA PSHE QA QFT RE RSE RSHE RWI SALT SATS SCR
    SDP SEF SEMH SEN SENCO SEND SIP SLT SMSC SPAG SSP TA TLR TT UK UPS WWW
    """)
)
"""What initials may stand for in any school."""


@dataclass(frozen=True)
class Telling:
    """What points to a school or a person: words, words in a row, and initials."""

    words: frozenset[str] = frozenset()
    rows: frozenset[tuple[str, ...]] = frozenset()
    initials: frozenset[str] = frozenset()


NOTHING_TELLS = Telling()


def folded(text: str) -> list[str]:
    """The words of a text without case, accents and whatever cannot be seen."""
    return WORD.findall(_bare(text).casefold().translate(LIKE_LETTERS))


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("´", "'"))
    return "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Cf"))


def telling(schools: Iterable[str], people: Iterable[str]) -> Telling:
    """What would give away these schools and people."""
    known = [*((folded(name), 3, OF_MANY) for name in schools), *((folded(name), 2, OF_NOBODY) for name in people)]
    words: set[str] = set()
    rows = set()
    for name, shortest, common in known:
        own = {word for word in name if len(word) >= shortest and word not in common}
        words |= own | {first + last for first, last in pairwise(name) if first in own or last in own}
        if name and not own:
            rows.add(_core(name))
    initials = {each for name, _, common in known for each in _initials(name)} - ABBREVIATIONS
    return Telling(frozenset(words), frozenset(rows), frozenset(initials))


def gives_away(text: str, telling: Telling) -> bool:
    """Whether one of them stands in the text, or anybody called by a title does."""
    words = folded(text)
    as_written = {*words, *(first + last for first, last in pairwise(words))}
    without_s = {word[:-1] for word in as_written if word.endswith("s")}  # “the Oseis”, “Dunmeres books”
    if not telling.words.isdisjoint(as_written | without_s) or not TITLES.isdisjoint(words):
        return True
    bare = _bare(text)
    return bool(MISS.search(bare)) or _has_row(words, telling.rows) or _has_initials(bare, telling.initials)


def _core(name: Sequence[str]) -> tuple[str, ...]:
    """“Park Primary” of “The Park Primary School”: of a name all of whose words stand in many."""
    core = tuple(name)
    core = core[1:] if len(core) > 2 and core[0] == "the" else core
    return core[:-1] if len(core) > 2 and core[-1] in ("school", "academy", "college") else core


def _initials(name: Sequence[str]) -> set[str]:
    """Of every word, of all but the little ones, and of the first and the last."""
    large = [word for word in name if word not in LITTLE]
    found = ("".join(word[0] for word in part).upper() for part in (name, large, (*name[:1], *name[1:][-1:])))
    return {each for each in found if len(each) > 1}


def _has_row(words: Sequence[str], rows: Iterable[tuple[str, ...]]) -> bool:
    return any(
        tuple(words[place : place + len(row)]) == row for row in rows for place in range(len(words) - len(row) + 1)
    )


def _has_initials(text: str, initials: frozenset[str]) -> bool:
    return any("".join(WORD.findall(each)) in initials for each in INITIALS.findall(text))
