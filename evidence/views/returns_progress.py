"""How far a return is, and what is left to do before it can be sent, each with a link to where it is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from evidence.forms.named import named_words
from evidence.queries.returns_sheet import Sheet, point_of
from evidence.rules.grid import SEPARATOR, Place
from evidence.rules.people_named import people_named
from evidence.rules.readiness import BLANK, EXPLAIN, LOOK_AT, MEND, REASONS
from evidence.services.returns import GIVE, LOOK, faults_of, first_box
from schools.words import counted, number, verb

ANALYSIS = "Your own analysis"


def progress(sheet: Sheet) -> dict[str, Any]:
    """How many figures are ready, and what is left: every figure counts once, so that it adds up to all that is asked.

    `ready` are numbers that can be and reasons why there is none; `reasons` how many of those are reasons.
    """
    stands = sheet.standing
    reasons = len(stands.among(REASONS))
    return {
        "asked": stands.asked,
        "ready": stands.ready,
        "reasons": f" ({number(reasons)} with a reason in place of a number)" if reasons else "",
        "left": list(_left(sheet)),
        "unseen": len(sheet.unseen),
    }


def _left(sheet: Sheet) -> Iterable[dict[str, str]]:
    stands = sheet.standing
    for where, words in (
        (MEND, "{} to be mended"),
        (BLANK, "{} still to give"),
        (EXPLAIN, "{} to explain with a word"),
        (LOOK_AT, "{} filled in for you to look at"),
    ):
        if places := stands.among(where, besides=False):
            yield _link(sheet, places[0], words.format(len(places)))
    if besides := list(stands.besides):
        said = f"{len(besides)} to put right or explain where the figure may stay blank"
        yield _link(sheet, besides[0], said)
    if point_of(sheet.of).analysis and not sheet.of.analysis:
        yield {"text": "your own analysis to write", "url": "#id_analysis"}


def _link(sheet: Sheet, place: Place, text: str) -> dict[str, str]:
    return {"text": text, "url": f"#id_{first_box(sheet, place)}"}


def missing_lines(sheet: Sheet, tables: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Why the return cannot be sent, each with a link to the box. What is blank or not looked at is counted by measure.

    `tables` are those the page shows.
    """
    labels = {
        one["name"]: cell["named"]
        for table in tables
        for row in table["rows"]
        for cell in row["cells"]
        for one in cell["boxes"]
    }
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    wrong = []
    for name, words in faults_of(sheet).items():
        if words in (GIVE, LOOK):
            together[name.partition(SEPARATOR)[0], words].append(name)
        else:
            wrong.append({"label": labels.get(name, ANALYSIS), "text": words, "url": f"#id_{name}"})
    lines = [
        {
            "label": sheet.table_by_measure[measure].measure.label,
            "text": _together(words, len(names)),
            "url": f"#id_{names[0]}",
            "look": words == LOOK,
        }
        for (measure, words), names in together.items()
    ]
    return [*(one for one in lines if not one["look"]), *wrong, *(one for one in lines if one["look"])]


def _together(words: str, many: int) -> str:
    if words == GIVE:
        return f"{counted(many, 'figure')} still to give, or the reason why there is none."
    were, they_are = verb(many, "was", "were"), verb(many, "it is", "they are")
    return f"{counted(many, 'figure')} {were} filled in for you. Look, and say there that {they_are} right."


def mind_names(tables: Iterable[Mapping[str, Any]], known: Iterable[str]) -> None:
    """A gentle word beside each note of a figure in which a person seems to be named."""
    known = tuple(known)
    for table in tables:
        for row in table["rows"]:
            for cell in row["cells"]:
                if words := people_named(cell["note"], known):
                    cell["checks"].append({"level": "look", "text": named_words(words)})


def names_in_analysis(analysis: str, known: Iterable[str]) -> str:
    """The same, of the school's own analysis; blank where nobody seems to be named."""
    words = people_named(analysis, known)
    return named_words(words) if words else ""
