"""Imports the published files and counts what they say of one real trust, without naming a school.

`python bench/real_trust.py [--uid 4320] [--shared ../shared/data] [--on 2026-11-20] [--write docs/real-trust.md]`, with
DATABASE_URL set to a database made for it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from evidence.queries import InspectionShown, inspections_of, with_membership  # noqa: E402
from evidence.services import import_inspections  # noqa: E402
from schools.models import EstablishmentGroup  # noqa: E402
from schools.queries import RegisterSchool, schools_of_group  # noqa: E402
from schools.services.register import ImportResult, import_file  # noqa: E402

Answer = TypeVar("Answer")
MEMBERS_AS_AT = date(2025, 8, 31)  # the list of members rests on the results of 2024/25
FILES: list[tuple[str, Callable[..., ImportResult], date | None]] = [
    ("gias/allgroupsdata_2022-03.csv", import_file, None),
    ("gias/allgroupsdata_2026-03.csv", import_file, None),
    ("gias/alllinksdata_2022-03.csv", import_file, None),
    ("gias/links_edubasealldata20240129.csv", import_file, None),
    ("gias/gias_search_results_surrey_2022-04-20.csv", import_file, None),
    ("gias/gias_establishments_subset_2026-08.csv", import_file, None),
    ("trusts/example_trusts_schools.csv", import_file, MEMBERS_AS_AT),
    ("ofsted/england_ofsted-schools_as_at_2018-07-31.xlsx", import_inspections, None),
    ("ofsted/ofsted_mi_latest_inspections_2026-05_subset.csv", import_inspections, None),
]
JUDGED = {"outstanding", "good", "requires improvement", "inadequate"}
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."


def timed(call: Callable[[], Answer]) -> tuple[Answer, float, int]:
    """What a call answers, its seconds and its queries."""
    with CaptureQueriesContext(connection) as captured:
        began = time.perf_counter()
        answer = call()
        seconds = time.perf_counter() - began
    return answer, seconds, len(captured)


def import_all(shared: Path) -> list[str]:
    """Every file, in order, as rows of a table."""
    lines = ["| file | kind | rows read | kept | seconds |", "| --- | --- | --- | --- | --- |"]
    for name, importer, as_at in FILES:
        result = importer(shared / name, as_at=as_at)
        assert not result.refused, result.faults[:5]
        took = f"{result.seconds:.1f}"
        lines.append(f"| {name} | {result.label} | {result.rows_read:,} | {result.rows_kept:,} | {took} |")
    return lines


def has_overall(found: list[InspectionShown]) -> bool:
    return any(each.overall and each.overall.words in JUDGED for each in found)


def has_card(found: list[InspectionShown]) -> bool:
    return any(each.framework == "report_card_2025" for each in found)


def counts(schools: list[RegisterSchool], inspections: dict[str, list[InspectionShown]]) -> list[tuple[str, int]]:
    """What was found, as words and numbers."""
    joined = {school.urn: school.joined_on for school in schools}
    every = [each for found in inspections.values() for each in found]
    sides = Counter(with_membership(each, joined[each.urn]) for each in every)
    return [
        ("schools found", len(schools)),
        ("with a record of their own in the establishments files", sum(bool(s.ukprn) for s in schools)),
        ("with the day they joined", sum(s.joined_on is not None for s in schools)),
        ("with an overall grade, 1 to 4, from any graded inspection", sum(map(has_overall, inspections.values()))),
        ("with a report card", sum(map(has_card, inspections.values()))),
        ("with both", sum(has_overall(found) and has_card(found) for found in inspections.values())),
        ("graded since September 2024, without an overall grade", sum(map(not_judged, inspections.values()))),
        ("with no published inspection", sum(not found for found in inspections.values())),
        ("inspections", len(every)),
        ("of them of a predecessor", sum(each.of_predecessor for each in every)),
        *((f"of them {side}", sides[side]) for side in sorted(sides)),
    ]


def not_judged(found: list[InspectionShown]) -> bool:
    return any(each.overall and each.overall.words == "not judged" for each in found)


def described(uid: str, shared: Path, on: date) -> str:
    """The whole page."""
    imports, importing, _ = timed(lambda: import_all(shared))
    schools, first, queries = timed(lambda: schools_of_group(uid))
    inspections, second, more = timed(lambda: inspections_of([school.urn for school in schools], on))
    group = EstablishmentGroup.objects.get(uid=uid)
    found = [f"| {what} | {number:,} |" for what, number in counts(schools, inspections)]
    return "\n".join([
        "# One real trust, from published files", "",
        f"{group.name} (group UID {uid}), {on:%d %B %Y}. Written by `bench/real_trust.py`; no school is named.",
        "Each inspection stays under its own framework; none is converted into another's grades.", "",
        "| what | count |", "| --- | --- |", *found, "", "## Time", "",
        f"All files: {importing:.1f} s. The trust's schools: {first * 1000:.0f} ms, {queries} queries.",
        f"Their inspections and their predecessors': {second * 1000:.0f} ms, {more} queries.", "",
        *imports, "", LICENCE, "",
    ])  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uid", default="4320")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--on", type=date.fromisoformat, default=date(2026, 11, 20))
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    page = described(options.uid, options.shared, options.on)
    if options.write:
        options.write.write_text(page, encoding="utf-8")
    print(page)
