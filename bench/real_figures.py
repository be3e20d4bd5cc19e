"""Imports every published file, and counts which indicators of a real trust figures and inspections fill.

    bin/bench real_figures [--uid 4320] [--shared ../shared/data] [--on 2026-11-20] [--write docs/real-figures.md]

The files come in by the command of the README, `import_published`. A figure that no file holds for a school is not
invented: the page of the matrix then says that it comes from the school's return.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from datetime import date
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from bench.real_trust import ASSUMED, LICENCE, MEMBERS_AS_AT  # noqa: E402
from categorisation.queries.suggestions import suggestions_of  # noqa: E402
from categorisation.rules.suggestion import Suggestion  # noqa: E402
from categorisation.services import open_assessment  # noqa: E402
from schools.models import EstablishmentGroup, Membership, School, Trust, User  # noqa: E402
from schools.queries import current_period, schools_of_group  # noqa: E402
from schools.services.calendar import set_year, usual_dates  # noqa: E402
from schools.services.register_schools import Pick, add_schools_from_register  # noqa: E402
from schools.services.strategies import choose_strategy, publish_strategy  # noqa: E402
from schools.strategy import Strategy  # noqa: E402
from schools.tenancy import trust_scope  # noqa: E402

FOLDERS = ("gias", "trusts", "ofsted", "performance", "benchmarks")
UNDATED: dict[str, list[str]] = {
    "example_trusts_schools.csv": ["--as-at", MEMBERS_AS_AT.isoformat()],
    "england_swf_truncated.csv": ["--year", "2018-19"],
}
"""Files whose names and rows do not say of when they are."""


def files(shared: Path) -> list[Path]:
    """The register first, so that what is known by DfE number only finds its school."""
    found = [path for folder in FOLDERS for path in sorted((shared / folder).iterdir())]
    return [path for path in found if ".meta." not in path.name]


def import_all(shared: Path) -> float:
    """By the command, a file at a time, because a few need to be told their day. Seconds."""
    began = time.perf_counter()
    for path in files(shared):
        call_command(
            "import_published", str(path), *UNDATED.get(path.name, ["--as-at", "2026-06-01"]), stdout=StringIO()
        )
    return time.perf_counter() - began


def found_trust(uid: str, name: str, strategy: str, on: date) -> Trust:
    """The trust in the product, under one strategy."""
    trust = Trust.objects.create(slug=f"real-{strategy}".replace("_", "-"), name=name, group_uid=uid)
    with trust_scope(trust):
        lead = Membership.objects.create(user=User.objects.create_user(f"{strategy}@real-trust.example", None))
        year = on.year if on.month >= 9 else on.year - 1
        for each in (year - 1, year):
            set_year(each, usual_dates(each), by=None)
        text = (ROOT / "strategies" / f"{strategy}.toml").read_text(encoding="utf-8")
        version = publish_strategy(text, by=None, starts_on=date(year - 1, 9, 1))
        choose_strategy(version.key, by=None, from_on=date(year - 1, 9, 1))
        schools = schools_of_group(uid)
        picks = {school.urn: Pick(school.joined_on or date(year - 1, 9, 1), ASSUMED) for school in schools}
        add_schools_from_register(uid, picks, by=lead)
    return trust


def filled(trust: Trust, on: date) -> tuple[Strategy, list[dict[str, Suggestion]]]:
    """What is known of every indicator that a figure or an inspection fills, of each school, as its matrix opens."""
    with trust_scope(trust):
        period, found = current_period(on), []
        for school in School.objects.order_by("urn"):
            assessment = open_assessment(school, period)
            every = suggestions_of(assessment, today=on)
            kpis = assessment.strategy_version.strategy.kpi_by_key
            found.append({key: one for key, one in every.items() if kpis[key].kind != "dated"})
        return assessment.strategy_version.strategy, found


def described(uid: str, shared: Path, on: date) -> str:
    """The whole page."""
    seconds = import_all(shared)
    name = EstablishmentGroup.objects.get(uid=uid).name
    lines = [
        "# Indicators of one real trust, filled from published files", "",
        f"{name} (group UID {uid}), {on:%d %B %Y}. Written by `bin/bench real_figures`; no school is named.",
        f"{len(files(shared))} files by `import_published`, {seconds:.0f} s. Schools the register says no phase of are",
        f"taken as {ASSUMED}.", "",
    ]  # fmt: skip
    for path in sorted((ROOT / "strategies").glob("*.toml")):
        strategy, schools = filled(found_trust(uid, name, path.stem, on), on)
        lines += table_of(strategy, schools)
    return "\n".join([*lines, LICENCE, ""])


def table_of(strategy: Strategy, schools: list[dict[str, Suggestion]]) -> list[str]:
    """One strategy: by indicator how many schools have a figure, a comparison and a suggestion, and from where."""
    lines = [f"## {strategy.identity.title}", ""]
    if not schools or not schools[0]:
        return [*lines, "No indicator that a figure or an inspection fills.", ""]
    lines += ["| indicator | a figure | a comparison | a suggestion | of when, from which file |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    of_kpi: dict[str, list[Suggestion]] = defaultdict(list)
    for school in schools:
        for key, one in school.items():
            of_kpi[key].append(one)
    for key, every in of_kpi.items():
        known = [one for one in every if one.value]
        origins = Counter(f"{one.about}, {one.source}" for one in known)
        said = "; ".join(f"{words} ({count})" for words, count in origins.most_common(3))
        counts = (len(known), sum(bool(one.gap) for one in known), sum(one.level is not None for one in known))
        lines.append(
            f"| {strategy.kpi_by_key[key].label} | {' | '.join(map(str, counts))} | {said or missing(every)} |"
        )
    per_school = Counter(f"{sum(bool(one.value) for one in school.values())} of {len(school)}" for school in schools)
    shares = ", ".join(
        f"{words} at {count} {'school' if count == 1 else 'schools'}"
        for words, count in sorted(per_school.items(), reverse=True)
    )
    each = " ".join(f"{sum(bool(one.value) for one in school.values())}/{len(school)}" for school in schools)
    told = f"Filled for each of {len(schools)} schools: {shares}. School by school, by URN: {each}."
    return [*lines, "", told, ""]


def missing(every: list[Suggestion]) -> str:
    """What the page says where there is none."""
    return Counter(one.missing for one in every).most_common(1)[0][0]


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
