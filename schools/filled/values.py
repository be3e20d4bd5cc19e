"""One answer: from what was typed to what is kept, and from what is kept to words.

Kept as JSON has it: text, person, a choice's option, a level's key as they are; a day as 2026-10-16, a time as 09:30,
a number as its digits, “yes” or “no”, several options as a list. A blank answer is not kept at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from schools.strategy import Strategy
from schools.strategy.forms import Form, FormField, Kind
from schools.words import DAY_FORMATS, on

from .names import field_of

Value = str | list[str]

LONGEST_TEXT = 8000  # characters, about three pages
LONGEST_LINE = 300
MOST_DIGITS = 12

ASK_DAY = "Enter the day like 16 October 2026"
ASK_TIME = "Enter the time like 09:30"
ASK_NUMBER = "Enter a number, for example 28"
ASK_CHOICE = "Choose one of those listed"

_HALF = re.compile("[\ud800-\udfff]")
"""Half a character, as only a program can send it."""

_TIME = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?(?::\d{2})?\s*([ap]m)?", re.IGNORECASE)


class UnreadableError(ValueError):
    """What was typed cannot be kept. The message is a sentence for the person who typed it."""


def read(strategy: Strategy, form: Form, name: str, typed: object) -> Value | None:
    """What is kept of what was typed, None for a blank answer. Raises UnreadableError with a plain sentence."""
    field = field_of(form, name)
    if field is None:
        raise UnreadableError(f"This form has no answer called “{name[:60]}”")
    return read_field(strategy, field, typed)


def read_field(strategy: Strategy, field: FormField, typed: object) -> Value | None:
    """The same, for a field at hand."""
    if field.shape == "choices":
        return _options(field, typed) or None
    words = _text(typed)
    return _READERS[field.shape](strategy, field, words) if words else None


def _text(typed: object) -> str:
    if isinstance(typed, bool):
        return "yes" if typed else "no"
    if typed is None or isinstance(typed, str | int | float | Decimal):
        text = "" if typed is None else str(typed).replace("\r\n", "\n").replace("\r", "\n").strip()
        if "\0" in text or _HALF.search(text):
            raise UnreadableError("This holds a character that is not text")
        return text
    raise UnreadableError("Enter one answer here")


def _words(_: Strategy, field: FormField, typed: str) -> str:
    most = LONGEST_TEXT if field.shape == "long_text" else LONGEST_LINE
    if len(typed) > most:
        raise UnreadableError(f"Use at most {most:,} characters; this has {len(typed):,}")
    return typed if field.shape == "long_text" else " ".join(typed.split())


def _day(_: Strategy, field: FormField, typed: str) -> str:
    for form in DAY_FORMATS:
        with suppress(ValueError):
            return datetime.strptime(typed, form).date().isoformat()  # noqa: DTZ007 - a day has no time zone
    raise UnreadableError(ASK_DAY)


def _time(_: Strategy, field: FormField, typed: str) -> str:
    found = _TIME.fullmatch(typed)
    if not found or not (found[2] or found[3]):
        raise UnreadableError(ASK_TIME)
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise UnreadableError(ASK_TIME)
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    if hour > 23 or minute > 59:
        raise UnreadableError(ASK_TIME)
    return f"{hour:02}:{minute:02}"


def _number(_: Strategy, field: FormField, typed: str) -> str:
    try:
        number = Decimal(re.sub(r"(?<=\d),(?=\d{3}\b)", "", typed))
    except InvalidOperation:
        raise UnreadableError(ASK_NUMBER) from None
    if not number.is_finite() or len(number.as_tuple().digits) > MOST_DIGITS or abs(number.adjusted()) > MOST_DIGITS:
        raise UnreadableError(ASK_NUMBER)
    digits = f"{number:f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in ("-0", "") else digits


def _yes_no(_: Strategy, field: FormField, typed: str) -> str:
    if typed.lower() not in ("yes", "no"):
        raise UnreadableError("Choose yes or no")
    return typed.lower()


def _choice(_: Strategy, field: FormField, typed: str) -> str:
    if typed not in field.options:
        raise UnreadableError(ASK_CHOICE)
    return typed


def _level(strategy: Strategy, field: FormField, typed: str) -> str:
    if typed not in (level.key for level in strategy.levels_of(field.scale or "")):
        raise UnreadableError(ASK_CHOICE)
    return typed


def _criterion(strategy: Strategy, field: FormField, typed: str) -> str:
    if typed not in strategy.criterion_by_key:
        raise UnreadableError(ASK_CHOICE)
    return typed


def _options(field: FormField, typed: object) -> list[str]:
    """In the order of the form."""
    chosen = [_text(one) for one in typed] if isinstance(typed, list | tuple) else [_text(typed)]
    if not set(chosen) - {""} <= set(field.options):
        raise UnreadableError(ASK_CHOICE)
    return [option for option in field.options if option in chosen]


_READERS: dict[Kind, Callable[[Strategy, FormField, str], str]] = {
    "text": _words,
    "long_text": _words,
    "person": _words,
    "date": _day,
    "time": _time,
    "number": _number,
    "yes_no": _yes_no,
    "choice": _choice,
    "level": _level,
    "criterion": _criterion,
}


def in_words(strategy: Strategy, field: FormField, value: Value | None) -> str:
    """An answer as people read it: “29 April 2026”, “Planning, Data”, a level's label; nothing for a blank one."""
    if not value:
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if field.shape == "date":
        return on(date.fromisoformat(value))
    if field.shape == "yes_no":
        return "Yes" if value == "yes" else "No"
    if field.shape == "level":
        return next((one.label for one in strategy.levels_of(field.scale or "") if one.key == value), value)
    if field.shape == "criterion" and value in strategy.criterion_by_key:
        return strategy.criterion_by_key[value].label
    return value
