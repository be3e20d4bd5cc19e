"""Words for self-evaluations in tests. Open a trust first."""

from __future__ import annotations

from datetime import date

from evidence.models import SelfEvaluation
from evidence.queries.sef import layout_for
from evidence.rules.sef_entry import EvidenceLine, SectionEntry
from evidence.services.sef import agree_sef, submit_sef
from evidence.services.sef_opening import open_sef
from evidence.services.sef_writing import save_section
from schools.models import Membership, Period, School
from tests.conftest import Cast

LINE = EvidenceLine("Work of Year 4", date(2026, 10, 16), "Book look")


def words(strengths: str = "Pupils read widely.", judgement: str = "Expected standard") -> SectionEntry:
    return SectionEntry(judgement, strengths, "Writing at length.", (LINE,))


def fill(sef: SelfEvaluation, *, by: Membership, strengths: str = "Pupils read widely.") -> SelfEvaluation:
    """Something in every section."""
    for area in layout_for(sef).areas:
        known = [one.key for one in area.judgements]
        judgement = "Expected standard" if "Expected standard" in known else "".join(known[:1])
        save_section(sef, area.key, words(strengths, judgement), by=by)
    sef.refresh_from_db()
    return sef


def written(cast: Cast, school: School | None = None, period: Period | None = None, **more: str) -> SelfEvaluation:
    return fill(open_sef(school or cast.dunmere, period or cast.autumn), by=cast.ben, **more)


def sent(cast: Cast, school: School | None = None, period: Period | None = None, **more: str) -> SelfEvaluation:
    sef = written(cast, school, period, **more)
    submit_sef(sef, by=cast.ben)
    sef.refresh_from_db()
    return sef


def agreed(cast: Cast, school: School | None = None, period: Period | None = None, **more: str) -> SelfEvaluation:
    return agree_sef(sent(cast, school, period, **more), by=cast.ada)
