"""What a filled form says of itself: its day, its subject, the year groups seen, the kinds of evidence used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schools.filled import Answers, Value, rows_of
from schools.strategy.forms import Form, FormField

RECEPTION = "R"
_RECEPTION = re.compile(r"\b(?:R|YR(?!\s*[0-9])|reception|EYFS)\b", re.IGNORECASE)
_NURSERY = re.compile(r"\bN\b(?!/|\s*=)|\b(?i:nursery)\b")
_NUMBER = r"(?:1[0-4]|[1-9])[a-z]?\b"
_NAMED = r"(?:years?|yrs?|y|class(?:es)?)\s*"
_GROUPS = re.compile(
    rf"(?:\b(?P<named>{_NAMED})|(?<![\w.:£]))(?P<list>{_NUMBER}(?:\s*(?:,|/|&|\+|-|–|and|to|or)\s*(?:{_NAMED})?{_NUMBER})*)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d+)[a-z]?\s*(?:-|–|to)\s*(\d+)", re.IGNORECASE)
_THINGS = (
    r"(?:pupils?|children|child|boys?|girls?|learners?|students?|adults?|teachers?|staff|parents?|governors?|books?|lessons?"
    r"|classes|groups?|minutes?|hours?|days?|weeks?|years?)\b"
)
_COUNTED = re.compile(rf"%|[.:]\d|-year|\s+(?:[\w’'-]+\s+){{0,3}}?(?:{_THINGS}|(?:of|in)\b)", re.IGNORECASE)
"""After a bare number: it counts people or things, and names no year group."""

_LAST = re.compile(r"(?P<before>\d+)[a-z]?\s*(?P<by>,|&|\+|and|or)\s*(?P<last>\d+)$", re.IGNORECASE)
_LAST_COUNTED = re.compile(
    rf"%|[.:]\d|-year|\s+(?:(?!(?:in|of|and|or|with|for|by|to|from|on|their|the|all)\b)[\w’'-]+\s+){{0,2}}?{_THINGS}",
    re.IGNORECASE,
)
"""After the last of several numbers: it may count what follows, as in “Year 6 and 4 children”."""

_OF = re.compile(r"\b(?:of|aged?)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Coverage:
    """The facts of a visit that lists and counts read."""

    on: date | None
    subject: str
    year_groups: tuple[str, ...]
    sources: tuple[str, ...]  # keys of the strategy's kinds of evidence


@dataclass(frozen=True)
class Judged:
    """One judgement box that was filled in."""

    area: str
    scale: str
    level: str
    label: str


def coverage_of(form: Form, answers: Answers) -> Coverage:
    """Read by what the fields mean; blank where the form has no such field."""
    return Coverage(_day(form, answers), _subject(form, answers), _years(form, answers), _sources(form, answers))


def judgements_of(form: Form, answers: Answers) -> list[Judged]:
    """The boxes filled in, in the order of the form."""
    return [
        Judged(field.area or field.key, field.scale or "", str(answers[field.key]), field.label)
        for field in form.judgements
        if field.shape == "level" and answers.get(field.key)
    ]


def informed_by(form: Form, answers: Answers) -> list[str]:
    """The criteria and KPIs that the visit is evidence of: by the form, by options chosen, and those it is tied to."""
    found: dict[str, None] = dict.fromkeys(form.informs)
    found |= dict.fromkeys(_tied(form, answers))
    for field in form.head_fields.values():
        value = answers.get(field.key, "")
        chosen = [value] if isinstance(value, str) else value
        found |= dict.fromkeys(field.informs[option] for option in chosen if option in field.informs)
    return list(found)


def _tied(form: Form, answers: Answers) -> Iterator[str]:
    """The criteria that what was found is tied to, in the head and row by row."""
    heads = [(field, answers.get(field.key)) for field in form.head_fields.values()]
    rows = [(form.row_fields[key], value) for row in rows_of(form, answers) for key, value in row.values.items()]
    yield from (str(value) for field, value in (*heads, *rows) if field.shape == "criterion" and value)


def _meant(form: Form, answers: Answers, meaning: str) -> Value:
    field = form.by_meaning.get(meaning)
    return answers.get(field.key, "") if field else ""


def _day(form: Form, answers: Answers) -> date | None:
    typed = _meant(form, answers, "date")
    return date.fromisoformat(typed) if isinstance(typed, str) and typed else None


def _subject(form: Form, answers: Answers) -> str:
    """The subject; where the form has none, the focus."""
    found = _meant(form, answers, "subject") or _meant(form, answers, "focus")
    words = ", ".join(found) if isinstance(found, list) else found
    return " ".join(words.split())[:200]


def _years(form: Form, answers: Answers) -> tuple[str, ...]:
    """Each year group written anywhere, youngest first: “Year 3-4” is 3 and 4, “5B” is 5, “Reception” is R."""
    written = [_meant(form, answers, "year_group")]
    if column := form.row_by_meaning.get("year_group"):
        written += [row.values.get(column.key, "") for row in rows_of(form, answers)]
    found = {year for words in written for year in years_in(words if isinstance(words, str) else ", ".join(words))}
    return tuple(sorted(found, key=_age))


def years_in(words: str) -> Iterator[str]:
    """The year groups named in a few words: “Year 5”, “3 and 4”, “2B”; not the five of “5 children in Reception”."""
    if _NURSERY.search(words):
        yield "N"
    if _RECEPTION.search(words):
        yield RECEPTION
    place = 0
    while found := _GROUPS.search(words, place):
        if found["named"] or not (_COUNTED.match(words, found.end()) or _OF.search(words[: found.start()])):
            yield from _numbers(_without_count(found, words) if found["named"] else found["list"])
            place = found.end()
        else:
            place = found.start("list") + len(found["list"].split()[0])


def _without_count(found: re.Match[str], words: str) -> str:
    """What is named a year, less a last number that counts what follows: the 4 of “Year 6 and 4 children”.

    It is a year where it comes next (“Year 5 and 6 pupils”), or goes up after “Years” (“Years 3 and 5 pupils”).
    """
    listed, last = found["list"], _LAST.search(found["list"])
    if last is None or not _LAST_COUNTED.match(words, found.end()):
        return listed
    step = int(last["last"]) - int(last["before"])
    several = found["named"].strip().lower().endswith("s")
    is_year = step > 0 if several else step == 1 and last["by"] != ","
    return listed if is_year else listed[: last.end("before")]


def _numbers(listed: str) -> Iterator[str]:
    for first, last in _SPAN.findall(listed):
        yield from (str(year) for year in range(int(first), int(last) + 1))
    yield from re.findall(r"\d+", listed)


def _age(year: str) -> int:
    return {"N": -1, RECEPTION: 0}.get(year) or (int(year) if year.isdecimal() else 0)


def _sources(form: Form, answers: Answers) -> tuple[str, ...]:
    """What the form itself is, and what the options chosen stand for: each once, in the order of the form."""
    found: dict[str, None] = dict.fromkeys([form.evidence_is] if form.evidence_is else [])
    for field in form.head_fields.values():
        found |= dict.fromkeys(_of_field(field, answers.get(field.key, "")))
    for row in rows_of(form, answers):
        for key, value in row.values.items():
            found |= dict.fromkeys(_of_field(form.row_fields[key], value))
    return tuple(found)


def _of_field(field: FormField, value: Value) -> Iterator[str]:
    for option in [value] if isinstance(value, str) else value:
        if option in field.evidence:
            yield field.evidence[option]
