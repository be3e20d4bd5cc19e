"""Imports the published files, and takes one real trust from them to proposals and a board report; no school is named.

    bin/bench real_trust [--uid 4320] [--shared ../shared/data] [--on 2026-11-20] [--write docs/real-trust.md]

Every rating is a published grade, read by the strategy's own bridge; whatever is not published is unknown.
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

from categorisation.models import Assessment, Proposal  # noqa: E402
from categorisation.queries import Published, published_of  # noqa: E402
from categorisation.rules import Evidence, axes_for, propose  # noqa: E402
from categorisation.rules.entry import UNKNOWN, Entry, asked_of  # noqa: E402
from categorisation.services import (  # noqa: E402
    agree_assessment,
    open_assessment,
    save_ratings,
    submit_assessment,
)
from evidence.queries import InspectionShown, inspections_of, with_membership  # noqa: E402
from evidence.services import import_inspections  # noqa: E402
from reporting.models import Report  # noqa: E402
from reporting.rules import kinds_of  # noqa: E402
from reporting.services import make_report, request_report  # noqa: E402
from schools.models import (  # noqa: E402
    EstablishmentGroup,
    Membership,
    RoleGrant,
    School,
    StrategyVersion,
    Trust,
    User,
)
from schools.queries import RegisterSchool, current_period, schools_of_group  # noqa: E402
from schools.services.calendar import set_year, usual_dates  # noqa: E402
from schools.services.register import ImportResult, import_file  # noqa: E402
from schools.services.register_schools import Pick, add_schools_from_register  # noqa: E402
from schools.services.strategies import choose_strategy, publish_strategy  # noqa: E402
from schools.strategy import Strategy, read_strategy  # noqa: E402
from schools.tenancy import trust_scope  # noqa: E402

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
STRATEGY = "numbered_categories"  # the one whose judgement table has a column for the published inspection
ASSUMED = "primary"  # the phase of schools the register says nothing of: the trust says it has primary schools only
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


def proposals(schools: list[RegisterSchool], on: date) -> list[str]:
    """What each strategy's rules make of published evidence alone, as rows of a table."""
    lines = ["| strategy | a grade its bridges read | a level | a range | not enough evidence | limited by a fact |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for path in sorted((ROOT / "strategies").glob("*.toml")):
        strategy = read_strategy(path.read_text(encoding="utf-8"))
        published = published_of({school.urn: strategy for school in schools}, on=on)
        outcomes: Counter[str] = Counter()
        for school in schools:
            found = published[school.urn]
            outcomes["read"] += bool(found.readings)
            outcomes["limited"] += bool(found.facts)
            for axis in axes_for(strategy, school.phase or ASSUMED):
                outcomes[outcome(strategy, axis.key, found, school.phase or ASSUMED, on)] += 1
        cells = [f"{outcomes[key]}" if strategy.axes else "no category" for key in ("level", "range", "none")]
        lines.append(
            f"| {strategy.identity.title} | {outcomes['read']} | {' | '.join(cells)} | {outcomes['limited']} |"
        )
    return lines


def outcome(strategy: Strategy, axis: str, found: Published, phase: str, on: date) -> str:
    """Whether the rule names a level, a range, or finds too little."""
    evidence = {
        key: Evidence(key, reading.level, reading.on, ("inspection",)) for key, reading in found.readings.items()
    }
    made = propose(strategy, axis, evidence, facts=found.facts, phase=phase, today=on)
    return "none" if not made.enough else "level" if made.best == made.worst else "range"


def found_trust(name: str, uid: str, schools: list[RegisterSchool], on: date) -> tuple[Trust, Membership]:
    """The trust in the product, with its schools as the register has them."""
    trust = Trust.objects.create(slug="real-trust", name=name, group_uid=uid)
    user = User.objects.create_user("lead@real-trust.example", None, name="Trust Lead")
    with trust_scope(trust):
        lead = Membership.objects.create(user=user)
        RoleGrant.objects.create(membership=lead, role="si_lead")
        year = on.year if on.month >= 9 else on.year - 1
        for each in (year - 1, year):
            set_year(each, usual_dates(each), by=None)
        text = (ROOT / "strategies" / f"{STRATEGY}.toml").read_text(encoding="utf-8")
        version = publish_strategy(text, by=None, starts_on=date(year - 1, 9, 1))
        choose_strategy(version.key, by=None, from_on=date(year - 1, 9, 1))
        picks = {school.urn: Pick(school.joined_on or date(year - 1, 9, 1), ASSUMED) for school in schools}
        add_schools_from_register(uid, picks, by=lead)
    return trust, lead


def rate_what_is_published(trust: Trust, lead: Membership, on: date) -> int:
    """A matrix for each school through the ordinary services. How many ratings are known."""
    known = 0
    with trust_scope(trust):
        version, period = StrategyVersion.objects.get(), current_period(on)
        schools = list(School.objects.all())
        published = published_of({school.urn: version.strategy for school in schools}, on=on)
        for school in schools:
            head = Membership.objects.create(user=User.objects.create_user(f"{school.urn}@real-trust.example", None))
            RoleGrant.objects.create(membership=head, role="head", school=school)
            matrix = open_assessment(school, period)
            entries = entries_of(version.strategy, school.phase, published[school.urn])
            known += sum(entry.level != UNKNOWN for entry in entries.values())
            save_ratings(matrix, entries, by=head)
            submit_assessment(matrix, by=head, today=on)
            agree_assessment(Assessment.objects.get(pk=matrix.pk), by=lead)
    return known


def entries_of(strategy: Strategy, phase: str, found: Published) -> dict[str, Entry]:
    """The bridge's level where there is one, else unknown."""
    said = {}
    for kpi in asked_of(strategy, phase):
        reading = found.readings.get(kpi.key)
        levels = [level.key for level in strategy.levels_of(kpi.scale)]
        said[kpi.key] = (
            Entry(UNKNOWN, "Nothing published says.")
            if reading is None
            else Entry(levels.index(reading.level) + 1, f"Read by “{reading.bridge}”.", reading.on)
        )
    return said


def board_report(trust: Trust, lead: Membership, on: date) -> Report:
    """The strategy's report to the board, made as a worker makes it."""
    with trust_scope(trust):
        kind = next(one for one in kinds_of(StrategyVersion.objects.get().strategy) if one.template == "board")
        report = request_report(kind.key, current_period(on), by=lead)
    make_report(trust.pk, report.pk)
    with trust_scope(trust):
        report.refresh_from_db()
    assert report.state == "ready", report.problem
    return report


def described(uid: str, shared: Path, on: date) -> str:
    """The whole page."""
    imports, importing, _ = timed(lambda: import_all(shared))
    schools, first, queries = timed(lambda: schools_of_group(uid))
    inspections, second, more = timed(lambda: inspections_of([school.urn for school in schools], on))
    group = EstablishmentGroup.objects.get(uid=uid)
    found = [f"| {what} | {number:,} |" for what, number in counts(schools, inspections)]
    made, third, _ = timed(lambda: proposals(schools, on))
    (trust, lead), adding, _ = timed(lambda: found_trust(group.name, uid, schools, on))
    known, rating, _ = timed(lambda: rate_what_is_published(trust, lead, on))
    with trust_scope(trust):
        stored = Counter("a level" if one.level else "not enough evidence" for one in Proposal.objects.all())
    report, laying, asked = timed(lambda: board_report(trust, lead, on))
    return "\n".join([
        "# One real trust, from published files", "",
        f"{group.name} (group UID {uid}), {on:%d %B %Y}. Written by `bin/bench real_trust`; no school is named.",
        "Each inspection stays under its own framework; none is converted into another's grades.", "",
        "| what | count |", "| --- | --- |", *found, "",
        "## What the rules propose from published evidence alone", "",
        "The latest inspection of each school, read by each strategy's own dated bridges; nothing else is published",
        "in these files, so every other indicator is unknown. No strategy lets one column decide: each asks for a",
        f"share of its evidence first. Schools the register says no phase of are taken as {ASSUMED}.", "",
        *made, "", f"All of it: {third * 1000:.0f} ms.", "",
        "## The trust in the product, and its board report", "",
        f"{len(schools)} schools added by group UID in {adding:.1f} s, following “{STRATEGY.replace('_', ' ')}”.",
        f"Through the ordinary services each matrix was begun, rated ({known} ratings known, all read from published",
        f"grades; all others unknown), sent and agreed: {rating:.1f} s. Proposals stored: "
        + ", ".join(f"{number} with {what}" for what, number in sorted(stored.items())) + ".",
        f"Board report: {report.pages} pages, {laying:.1f} s from the request to the PDF, {asked} queries.", "",
        "## Time", "",
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
