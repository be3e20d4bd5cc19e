"""What reports say, for every strategy that ships."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from reporting.build import build_html, html_hash
from reporting.contents import as_snapshot, from_snapshot, gather
from reporting.models import Report
from reporting.rules import kinds_of
from schools.models import School, StrategyVersion, Trust
from tests.reporting.world import World, moment

NOW = moment(__import__("datetime").date(2026, 11, 20))


def a_report(world: World, kind, school: School | None = None) -> Report:
    return Report.objects.create(
        kind=kind.key, template=kind.template, title=kind.label, period=world.terms[-1], school=school,
        requested_by=world.chief, requested_at=NOW,
    )  # fmt: skip


def test_every_kind_of_every_strategy_is_made(any_trust: tuple[Trust, World]) -> None:
    trust, world = any_trust
    strategy = StrategyVersion.objects.get().strategy
    made = 0
    for kind in kinds_of(strategy):
        report = a_report(world, kind, world.schools[0] if kind.template == "school" else None)
        snapshot = as_snapshot(gather(report, now=NOW))
        assert as_snapshot(from_snapshot(snapshot)) == snapshot
        html = build_html(snapshot)
        import os
        if os.environ.get("KEEP"): __import__("pathlib").Path(os.environ["KEEP"], f"{strategy.identity.key}-{kind.key}.html").write_text(html)
        made += 1
    assert made >= 2
