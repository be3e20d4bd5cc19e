"""What reports say, for every strategy that ships, and that the same snapshot gives the same document."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.utils.html import escape

from categorisation.models import Decision
from reporting.build import build_html, html_hash
from reporting.contents import as_snapshot, from_snapshot, gather
from reporting.models import Report
from reporting.rules import kinds_of
from schools.models import School, StrategyVersion, Trust
from schools.strategy.provision import ReportType
from schools.tenancy import trust_scope
from tests.conftest import Cast, start_trust
from tests.reporting.world import World, furnish, moment

NOW = moment(date(2026, 11, 20))


def a_report(world: World, kind: ReportType, school: School | None = None) -> Report:
    return Report.objects.create(
        kind=kind.key, template=kind.template, title=kind.label, period=world.terms[-1], school=school,
        requested_by=world.chief, requested_at=NOW,
    )  # fmt: skip


def kind_of(key: str) -> ReportType:
    return next(one for one in StrategyVersion.objects.get().strategy.reports if one.key == key)


def snapshot_of(world: World, key: str = "board_report", school: School | None = None) -> dict[str, Any]:
    return as_snapshot(gather(a_report(world, kind_of(key), school), now=NOW))


def test_every_kind_of_every_strategy_is_made(any_trust: tuple[Trust, World]) -> None:
    strategy, made = StrategyVersion.objects.get().strategy, 0
    for kind in kinds_of(strategy):
        school = any_trust[1].schools[0] if kind.template == "school" else None
        snapshot = as_snapshot(gather(a_report(any_trust[1], kind, school), now=NOW))
        html = build_html(snapshot)
        assert as_snapshot(from_snapshot(snapshot)) == snapshot
        assert html_hash(html) == html_hash(build_html(snapshot))
        assert escape(kind.label) in html
        keep(f"{strategy.identity.key}-{kind.key}", html)
        made += 1
    assert made >= 2


def keep(name: str, html: str) -> None:
    """For looking at: KEEP=/some/folder."""
    if folder := os.environ.get("KEEP"):
        Path(folder, f"{name}.html").write_text(html)


def test_what_governors_read_holds_nothing_undecided_and_nothing_untold(db: None) -> None:
    """Neither a proposal nor a decision the school has not been told of; the board's report has both."""
    trust, version = start_trust("alder")
    with trust_scope(trust):
        world = furnish(version, schools=6)
        board, chairs = (build_html(snapshot_of(world, key)) for key in ("board_report", "chairs_report"))
        assert "proposed" in board
        assert "roposed" not in chairs.replace("unless it is marked as proposed", "")
        Decision.objects.filter(school=world.schools[0]).update(tell_at=moment(date(2026, 11, 23)), reason="Untold.")
        assert "Untold." in build_html(snapshot_of(world, "board_report"))
        assert "Untold." not in build_html(snapshot_of(world, "chairs_report"))


def test_without_categories_there_is_no_empty_column(db: None) -> None:
    trust, version = start_trust("none", "no_categories")
    with trust_scope(trust):
        snapshot = snapshot_of(furnish(version, schools=3))
    matrix = next(part for part in snapshot["parts"] if part["kind"] == "matrix")["sheets"][0]
    assert matrix["axes"] == []
    assert all(row["categories"] == [] for row in matrix["rows"])
    assert not {"levels", "reasons", "differing"} & {part["kind"] for part in snapshot["parts"]}


def test_the_board_report_opens_with_what_changed_and_names_reason_and_reply(world: World) -> None:
    snapshot = snapshot_of(world)
    first = snapshot["parts"][0]
    assert first["kind"] == "changes"
    told = {change["school"]: change for change in first["changes"]}
    assert told["Dunmere Primary"]["reply"]["by"] == "Ben Oseije, headteacher"
    assert told["Dunmere Primary"]["reason"].startswith("As the rules propose.")
    assert told["Hollin Primary"]["reply"]["waiting"] == "The school may reply until 23 November 2026."
    assert snapshot["parts"][1]["kind"] == "matrix"
    assert first["asks"]


def test_a_school_that_lets_the_window_pass_chose_not_to_reply(world: World) -> None:
    report = a_report(world, kind_of("board_report"))
    snapshot = as_snapshot(gather(report, now=moment(date(2026, 11, 25))))
    assert "The school chose not to reply." in build_html(snapshot)


def test_decisions_that_differ_are_printed_with_their_reason(world: World) -> None:
    part = next(part for part in snapshot_of(world)["parts"] if part["kind"] == "differing")
    differing = {one["school"] for one in part["decisions"]}
    latest = Decision.objects.latest_of_each().select_related("proposal", "school")
    assert differing == {one.school.name for one in latest if one.proposal.level != one.level}
    assert all(one["reason"] for one in part["decisions"])


def test_figures_are_counts_of_what_is_there(world: World) -> None:
    snapshot = snapshot_of(world)
    levels = next(part for part in snapshot["parts"] if part["kind"] == "levels")
    schools = School.objects.count()
    for sheet in levels["sheets"]:
        by_term = zip(*[level["counts"] for level in sheet["counts"]], strict=True)
        assert all(sum(term) == schools for term in by_term)
    evidence = next(part for part in snapshot["parts"] if part.get("name") == "evidence")
    for row in evidence["rows"]:
        asked, known, unknown = map(int, row[1:4])
        assert asked == known + unknown


def test_the_chairs_report_has_the_same_page_for_every_school(world: World) -> None:
    snapshot = snapshot_of(world, "chairs_report")
    pages = next(part for part in snapshot["parts"] if part["kind"] == "schools")["schools"]
    assert {page["name"] for page in pages} == set(School.objects.values_list("name", flat=True))
    assert all(page["criteria"] and page["categories"] for page in pages)
    assert any(page["questions"] for page in pages)


def test_a_report_about_one_school_names_no_other(world: World) -> None:
    html = build_html(snapshot_of(world, "school_report", world.schools[0]))
    assert world.schools[0].name in html
    assert not [school.name for school in world.schools[1:] if school.name in html]


def test_nothing_later_changes_a_report(world: World) -> None:
    report = a_report(world, kind_of("board_report"))
    snapshot = as_snapshot(gather(report, now=NOW))
    before = html_hash(build_html(snapshot))
    School.objects.update(name="Renamed since")
    Decision.objects.update(reason="Another reason")
    report.snapshot = snapshot
    report.save(update_fields=["snapshot"])
    assert html_hash(build_html(Report.objects.get(pk=report.pk).snapshot)) == before


EVIL = '<script>alert(1)</script>"\'><img src="http://evil.example/x" onerror=alert(2)>&amp;{{ 7|add:7 }}'


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


def test_what_people_wrote_stays_text(world: World) -> None:
    School.objects.update(name=EVIL[:200], short_name="")
    Decision.objects.exclude(reason="").update(reason=EVIL)
    reply = world.schools[1].decisions.order_by("-pk").first().replies.first()
    if reply is not None:
        reply.text = EVIL
        reply.save(update_fields=["text"])
    for key, school in (("board_report", None), ("chairs_report", None), ("school_report", world.schools[0])):
        tags = _Tags()
        html = build_html(snapshot_of(world, key, school))
        tags.feed(html)
        assert "alert(1)" in html
        assert not {"script", "img", "iframe", "object", "link"} & {tag for tag, _ in tags.seen}
        assert not [name for _, attributes in tags.seen for name, _ in attributes if name.startswith("on")]


def test_gathering_takes_the_same_queries_for_one_school_and_for_thirty(
    cast: Cast, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    counts = {}
    with trust_scope(cast.alder):
        world = furnish(cast.version, schools=1, start=1, chief=cast.ruth)
        for key in ("board_report", "chairs_report"):
            report = Report.objects.get(pk=a_report(world, kind_of(key)).pk)
            counts[key] = len(queries(lambda report=report: gather(report, now=NOW)))
        furnish(cast.version, schools=27, start=2, chief=cast.ruth)
        for key, before in counts.items():
            report = Report.objects.get(pk=a_report(world, kind_of(key)).pk)
            after = len(queries(lambda report=report: gather(report, now=NOW)))
            sys.stdout.write(f"{key}: {before} queries at 3 schools, {after} at 30\n")
            assert after == before


def test_building_asks_the_database_nothing(world: World, queries: Callable[[Callable[[], Any]], list[str]]) -> None:
    snapshot = snapshot_of(world)
    assert queries(lambda: build_html(snapshot)) == []
