"""One figure as people type it: “1,234”, “12/30”, “93.5%”, “n/a”. Blank is not given, and never zero."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .arithmetic import COUNTED, NUMBER, Amount
from .grid import DENOMINATOR, NUMERATOR, VALUE, parts_of

SUPPRESSED, NOT_APPLICABLE, NOT_AVAILABLE, NOT_YET = "suppressed", "not_applicable", "not_available", "not_yet_due"
CODES = {SUPPRESSED: "c", NOT_APPLICABLE: "n/a", NOT_AVAILABLE: "x", NOT_YET: "not yet"}
"""What stands in a box where there is no number."""

WORDS = {
    SUPPRESSED: ("c", "supp", "suppressed", "hidden"),
    NOT_APPLICABLE: ("n/a", "na", "z", "n.a.", "not applicable", "does not apply"),
    NOT_AVAILABLE: ("x", "-", "–", "—", "n/k", "?", ":", "not available", "not known", "unknown"),
    NOT_YET: ("not yet", "not yet due", "tbc", "pending", "later"),
}
STATUS_OF = {word: status for status, words in WORDS.items() for word in words}

HOW = "Where there is no number, write n/a (does not apply), x (not available), c (hidden) or “not yet”."
LONGEST_TEXT = 40
LONGEST_NOTE = 1000
MOST_DIGITS = 12
MOST_BEFORE_POINT = 8
MOST_DECIMALS = 4

_GROUPED = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)"
_NUMBER = re.compile(rf"[-−]?£?{_GROUPED}(?:\.\d+)?", re.ASCII)
_OUT_OF = re.compile(r"(.+?)\s*(?:/|\bout of\b|\bof\b)\s*(.+)", re.IGNORECASE)
_RATES = {"rate": re.compile(r"(.+?)\s*per 100", re.IGNORECASE)}
_PERCENT = re.compile(r"(.+?)\s*%")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")


@dataclass(frozen=True)
class Entry:
    """One figure as the school gives it. `unread` are the texts that cannot be read, by part."""

    numerator: int | None = None
    denominator: int | None = None
    value: Decimal | None = None
    status: str = NUMBER
    note: str = ""
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was given."""
        return not self.is_given and self.denominator is None and not self.unread

    @property
    def is_given(self) -> bool:
        """Whether there is a number or a reason why there is none."""
        return self.status != NUMBER or self.numerator is not None or self.value is not None

    @property
    def amount(self) -> Amount:
        return Amount(self.numerator, self.denominator, self.value, self.status)


@dataclass
class _Reading:
    """What has been read of a figure so far, and what was wrong, by part."""

    found: dict[str, int | Decimal] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    rate: Decimal | None = None
    faults: dict[str, str] = field(default_factory=dict)


class Unreadable(ValueError):
    """The text is no number. The message is a sentence."""


def plain(text: str) -> str:
    """The text with ordinary single spaces and none around it."""
    return _SPACES.sub(" ", text).strip()


def read_cell(kind: str, texts: Mapping[str, str], note: str = "") -> tuple[Entry, dict[str, str]]:
    """A figure from the texts of its parts, and by part a sentence for each that cannot be read."""
    given = {part: plain(texts.get(part, "")) for part in parts_of(kind)}
    reading = _Reading()
    for part, text in given.items():
        if text:
            _read_part(kind, part, text, reading)
    _reconcile(given, reading)
    unread = {part: given[part][:LONGEST_TEXT] for part in reading.faults}
    status = next(iter(reading.statuses.values()), NUMBER)
    value = reading.rate if reading.rate is not None else reading.found.get(VALUE)
    return (
        Entry(
            numerator=_whole(reading.found.get(NUMERATOR)),
            denominator=_whole(reading.found.get(DENOMINATOR)),
            value=Decimal(value) if value is not None else None,
            status=status,
            note=note.strip(),
            unread=unread,
        ),
        reading.faults,
    )


def _whole(value: int | Decimal | None) -> int | None:
    return int(value) if value is not None else None


def _read_part(kind: str, part: str, text: str, reading: _Reading) -> None:
    try:
        if status := STATUS_OF.get(text.casefold()):
            reading.statuses[part] = status
        elif part == NUMERATOR:
            _read_numerator(kind, text, reading)
        elif part == DENOMINATOR:
            _put(reading, DENOMINATOR, count(text))
        else:
            reading.found[VALUE] = decimal(text)
    except Unreadable as refusal:
        reading.faults[part] = str(refusal)


def _read_numerator(kind: str, text: str, reading: _Reading) -> None:
    """A count, “12/30”, or a rate whose counts nobody knows."""
    if (rate := (_RATES.get(kind, _PERCENT)).fullmatch(text)) is not None:
        reading.rate = decimal(rate[1], below_nought=kind in {"percent_of", "change"})
    elif (parts := _OUT_OF.fullmatch(text)) is not None:
        first, second = count(parts[1], below_nought=kind == "percent_of"), count(parts[2])
        reading.found[NUMERATOR], reading.found[DENOMINATOR] = first, second
    else:
        reading.found[NUMERATOR] = count(text, below_nought=kind == "percent_of")


def _put(reading: _Reading, part: str, number: int) -> None:
    """The denominator; where the numerator's box named one too, they must agree."""
    other = reading.found.get(part)
    if other is not None and other != number:
        raise Unreadable(f"The first box says out of {other:,}, this one {number:,}. Leave one of them.")
    reading.found[part] = number


def _reconcile(given: Mapping[str, str], reading: _Reading) -> None:
    """A status is said once, in either box; a number beside one in the first box contradicts it."""
    first = next(iter(given))
    if len(set(reading.statuses.values())) > 1:
        reading.faults[DENOMINATOR] = "The two boxes give two different reasons. Leave one of them."
        reading.statuses = {first: reading.statuses[first]}
    elif DENOMINATOR in reading.statuses and given[first] and first not in reading.statuses:
        reading.faults[DENOMINATOR] = "Give a number here too, or the reason in the first box."
        reading.statuses = {}


def count(text: str, *, below_nought: bool = False) -> int:
    """A whole number. Raises Unreadable."""
    number = decimal(text, below_nought=below_nought, most=MOST_DIGITS)
    if number != number.to_integral_value():
        raise Unreadable(f"“{text[:LONGEST_TEXT]}” is not a whole number. Give how many there are.")
    return int(number)


def decimal(text: str, *, below_nought: bool = True, most: int = MOST_BEFORE_POINT) -> Decimal:
    """A number as it is written in England. Raises Unreadable."""
    shown, text = text[:LONGEST_TEXT], plain(text)
    if any(letter.isdigit() and not letter.isascii() for letter in text):
        raise Unreadable(f"“{shown}” has digits that are not the ordinary 0 to 9. Type it again.")
    if not _NUMBER.fullmatch(text):
        raise Unreadable(f"“{shown}” is no number that can be read. {HOW}")
    plain_text = text.replace("−", "-").translate(str.maketrans("", "", ",£ "))
    number = Decimal(plain_text)
    whole, _, rest = plain_text.lstrip("-").partition(".")
    if len(rest.rstrip("0")) > MOST_DECIMALS or len(whole.lstrip("0")) > most:
        raise Unreadable(f"“{shown}” has more digits than any such figure.")
    if number < 0 and not below_nought:
        raise Unreadable(f"“{shown}” is below nought.")
    return number + 0


def texts_of(kind: str, entry: Entry) -> dict[str, str]:
    """What stands in the boxes of a figure."""
    found = dict.fromkeys(parts_of(kind), "")
    first = next(iter(found))
    if entry.status != NUMBER:
        found[first] = CODES.get(entry.status, "x")
    elif entry.numerator is not None and NUMERATOR in found:
        found[NUMERATOR] = str(entry.numerator)
    elif entry.value is not None:
        found[first] = written(entry.value) + _unit(kind)
    if entry.denominator is not None and DENOMINATOR in found:
        found[DENOMINATOR] = str(entry.denominator)
    return {**found, **entry.unread}


def _unit(kind: str) -> str:
    if kind not in COUNTED:
        return ""
    return " per 100" if kind == "rate" else "%"


def written(value: Decimal) -> str:
    """A number without needless noughts: 23.5, 120, −2."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
