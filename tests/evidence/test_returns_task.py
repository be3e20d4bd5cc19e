"""The clock reminds every trust, each in a transaction of its own."""

from __future__ import annotations

from typing import Any

from evidence.models import Return
from evidence.tasks import remind_of_returns
from schools.models import Notice
from schools.tenancy import trust_scope
from tests.conftest import Cast


def test_the_task_reminds_every_trust_once(live_cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2026-12-17T10:00Z")
    counts = []
    for _ in range(2):
        remind_of_returns()
        for trust in (live_cast.alder, live_cast.birch):
            with trust_scope(trust):
                counts.append((Return.objects.count(), Notice.objects.count()))
    assert counts[:2] == counts[2:], "the second run adds nothing"
    assert counts[0][0] > 0
    assert counts[0][1] > 0, "Ben was told"
    assert counts[1] == (counts[1][0], 0), "nobody heads a school at Birch"
