"""Targets on the way: those in words are said to be met by whoever tells of progress, the trust's own are pooled."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from plans.models import Milestone, Plan, ProgressUpdate
from plans.rules.targets import InWords, stands
from plans.services import PriorityEntry, StageEntry, begin_plan, send_plan, take_back, write_priority
from plans.services.closing import Close, close_plan
from schools.models import Period, School
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.evidence.figures import agreed_return, put
from tests.factories import SchoolFactory
from tests.plans.ladder_world import LadderWorld, make_ladder_world
from tests.plans.test_plans import text_of, there

DUE, AHEAD = date(2026, 11, 10), date(2027, 3, 25)
WORDS = "Seven in ten write two pages."


_today = stopped_at(TODAY)


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """With a target in words whose day is past, and one to come."""
    with time_machine.travel(date(2026, 9, 7), tick=False), trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        stages = [StageEntry(DUE, WORDS), StageEntry(AHEAD, "Nine in ten do.")]
        write_priority(plan, PriorityEntry("Writing at length", milestones=stages), by=cast.ben)
        send_plan(plan, by=cast.ben)
    return plan


def due_one() -> Milestone:
    return Milestone.objects.get(by_on=DUE)


def typed(plan: Plan, version: int = 1, **more: str) -> dict[str, str]:
    with trust_scope(plan.trust):
        priority, due = plan.priorities.get().pk, due_one().pk
    words = {"overall": "It goes well.", f"done_{priority}": "Two twilights.", f"changed_{priority}": "Longer books."}
    about = {f"{name}_{due}": said for name, said in more.items()}
    return {"version": str(version), "then": "send", **words, **about}


def one(by_on: date, outcome: str = "", **more: Any) -> InWords:
    return InWords(1, 1, WORDS, by_on, outcome, **more)


@pytest.mark.parametrize(
    ("target", "asked", "needed"),
    [
        (one(date(2026, 11, 20)), True, True),
        (one(date(2026, 12, 11)), True, False),  # three weeks ahead: it may be said, and need not
        (one(date(2026, 12, 12)), False, False),
        (one(DUE, "partly"), True, False),
        (one(DUE, "not_met"), True, False),
        (one(DUE, "met"), False, False),
    ],
)
def test_which_targets_an_update_asks_about(target: InWords, asked: bool, needed: bool):
    assert (target.is_asked(TODAY), target.must_be_said(TODAY)) == (asked, needed)


@pytest.mark.parametrize(
    ("target", "is_open", "state", "words"),
    [
        (one(TODAY), True, None, None),
        (one(date(2026, 11, 19)), True, "overdue", "Nobody has said yet; overdue by 1 day"),
        (one(DUE), True, "overdue", "Nobody has said yet; overdue by 10 days"),
        (one(DUE), False, "unsaid", "Nobody has said"),
        (
            one(DUE, "partly", note="Six in ten do.", said_by="Ben", said_on=TODAY), True, "partly",
            "Partly met: Six in ten do; said by Ben on 20 November 2026",
        ),
        (one(DUE, "met", said_by="Ben", said_on=TODAY), False, "met", "Met: said by Ben on 20 November 2026"),
    ],
)  # fmt: skip
def test_how_a_target_in_words_stands(target: InWords, is_open: bool, state: str | None, words: str | None):
    found = stands(target, today=TODAY, is_open=is_open)
    assert (found and found.state, found and found.line) == (state, words)


def test_one_that_nobody_has_spoken_of_is_overdue_on_every_page(cast: Cast, plan: Plan):
    overdue = "Nobody has said yet; overdue by 10 days"
    for reader in (cast.ben, cast.ada, cast.tom):
        assert text_of(cast.client(reader).get(there(plan))).count(overdue) == 1, reader
    assert overdue in text_of(cast.client(cast.ben).get(there(plan, "progress/")))
    assert overdue in printed(cast.client(cast.ada).get(there(plan, "file/")))
    assert [row["stands"] for row in targets_of(cast, plan)] == ["overdue", ""]
    with time_machine.travel(DUE, tick=False):
        assert "overdue by" not in text_of(cast.client(cast.ben).get(there(plan)))


def printed(answer: Any) -> str:
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True)
    return re.sub(r"\s+", " ", read.stdout.decode())


def targets_of(cast: Cast, plan: Plan) -> list[dict[str, Any]]:
    return cast.client(cast.ada).get(f"/api/v1/t/alder/plans/{plan.pk}/").json()["targets"]


def test_an_update_says_whether_it_is_met_and_it_is_kept_with_who_and_when(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    page = text_of(ben.get(there(plan, "progress/")))
    assert page.count("How it stands<") == 1  # of the one that is due
    lacking = text_of(ben.post(there(plan, "progress/"), typed(plan)))
    assert "Not sent yet" in lacking
    assert f"How it stands by 10 November 2026: {WORDS}: choose one" in lacking
    lost = text_of(ben.post(there(plan, "progress/"), typed(plan, 2, about="Six in ten do.")))
    assert "so that your words about it are kept" in lost
    sent = ben.post(there(plan, "progress/"), typed(plan, 3, target="Partly met", about="Six in ten do."))
    assert (sent.status_code, sent["Location"]) == (302, there(plan) + "#progress")
    said = f"Six in ten do; said by {cast.ben.user.name} on 20 November 2026"
    with trust_scope(cast.alder):
        row = due_one()
        assert (row.outcome, row.outcome_note, row.said_by) == ("partly", "Six in ten do.", cast.ben)
        (line,) = ProgressUpdate.objects.get().document["lines"]
        assert line["targets"][0] == f"By 10 November 2026: {WORDS}. Partly met: {said}"
    for read in (text_of(cast.client(cast.ada).get(there(plan))), text_of(cast.client(cast.tom).get(there(plan)))):
        assert "Partly met" in read
        assert said in read
        assert "overdue by" not in read
    assert f"Partly met: {said}" in printed(cast.client(cast.ada).get(there(plan, "file/")))
    first, second = targets_of(cast, plan)
    assert (first["stands"], first["words"], second["words"]) == ("partly", f"Partly met: {said}", "")
    assert (first["note"], first["said_by"], second["said_by"]) == ("Six in ten do.", cast.ben.pk, None)


def test_it_may_be_said_anew_until_it_is_met(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    for version, said in ((1, "Not met"), (1, ""), (1, "Met")):  # every update begins its own draft
        assert ben.post(there(plan, "progress/"), typed(plan, version, target=said)).status_code == 302, said
    with trust_scope(cast.alder):
        assert due_one().outcome == "met"
        assert [one.document["lines"][0]["targets"][0].split(". ")[1][:7] for one in ProgressUpdate.objects.all()] == [
            "Met: sa", "Not met", "Not met",
        ]  # fmt: skip
    assert "How it stands<" not in text_of(ben.get(there(plan, "progress/")))


def test_what_cannot_be_read_says_so_beside_its_box(cast: Cast, plan: Plan):
    answer = cast.client(cast.ben).post(there(plan, "progress/"), typed(plan, target="Perhaps", about="x" * 301))
    page = text_of(answer)
    assert "Choose one of those listed" in page
    assert "Use at most 300 characters" in page
    assert "x" * 301 in page
    with trust_scope(cast.alder):
        assert not due_one().outcome


def test_who_only_reads_says_nothing(cast: Cast, plan: Plan):
    assert cast.client(cast.gita).post(there(plan, "progress/"), typed(plan, target="Met")).status_code == 403
    assert cast.client(cast.cleo).post(there(plan, "progress/"), typed(plan, target="Met")).status_code == 404
    with trust_scope(cast.alder):
        assert not due_one().outcome


def test_once_it_is_said_the_target_stays_as_it_reads(cast: Cast, plan: Plan):
    cast.client(cast.ben).post(there(plan, "progress/"), typed(plan, target="Not met", about="Half do."))
    with trust_scope(cast.alder):
        row, stays = plan.priorities.get(), [StageEntry(DUE, WORDS), StageEntry(AHEAD, "All of them do.")]
        with pytest.raises(ValidationError, match="add another beside it"), transaction.atomic():
            write_priority(
                plan, PriorityEntry(row.label, milestones=[StageEntry(AHEAD, WORDS)]), by=cast.ben, priority=row
            )
        write_priority(plan, PriorityEntry(row.label, milestones=stays), by=cast.ben, priority=row)
        assert due_one().outcome == "not_met"
        with pytest.raises(IntegrityError), transaction.atomic():
            Milestone.objects.filter(by_on=AHEAD).update(outcome="met")  # nobody has said it


def test_closing_takes_a_verdict_of_its_own_and_leaves_the_target(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        take_back(plan, by=cast.ben)
        following = close_plan(plan, Close("worked", "Books are longer.", "Visits.", begin_next=True, keep=tuple(
            plan.priorities.values_list("pk", flat=True)
        )), by=cast.ben)  # fmt: skip
        assert [row.words for row in Milestone.objects.filter(priority__plan=following)] == ["Nine in ten do."]
        assert due_one().outcome == ""
    page = text_of(cast.client(cast.ada).get(there(plan)))
    assert "Nobody has said" in page
    assert "overdue by" not in page


# ------------------------------------------------------------------------------------ of the trust itself


@pytest.fixture
def world(db: None) -> LadderWorld:
    world = make_ladder_world("numbered_categories")
    with trust_scope(world.trust):
        SchoolFactory(name="Ash Primary")
        SchoolFactory(name="Yew Primary")
    return world


def of_trust(world: LadderWorld, by_on: date = date(2026, 11, 20)) -> Plan:
    plan = begin_plan(None, "trust_plan", by=world.people["lead"])
    stages = [StageEntry(by_on, "", "attendance_rate", "all", Decimal(94))]
    write_priority(plan, PriorityEntry("Attendance", milestones=stages), by=world.people["lead"])
    send_plan(plan, by=world.people["lead"])
    return plan


def returned(world: LadderWorld, *counts: tuple[int, int], hidden: int = 0) -> None:
    """A figure of the autumn for each school in turn; the first so many are small."""
    autumn = Period.objects.get(year=2026, season="autumn", half=0, school=None)
    for place, (school, (part, whole)) in enumerate(zip(School.objects.order_by("pk"), counts, strict=False)):
        made = agreed_return(school, autumn, world.version, world.people["lead"])
        put(made, "attendance_rate", part, whole, hidden=place < hidden)


def page_of(world: LadderWorld, plan: Plan, who: str = "trustee") -> str:
    return text_of(world.client(who).get(f"/t/{world.trust.slug}/plans/{plan.pk}/"))


def test_a_target_of_the_trust_is_filled_from_all_pupils_together(world: LadderWorld):
    with trust_scope(world.trust):
        plan = of_trust(world)
        returned(world, (900, 1000), (9500, 10_000), (9_600, 10_000), (960, 1000))
    page = page_of(world, plan)  # the mean of the four is 94.25%, of their pupils 95.27%
    assert "95.3%, year to the end of autumn, 2026/27, pooled over 4 schools" in page
    with trust_scope(world.trust):
        told = world.client("ceo").get(f"/api/v1/t/{world.trust.slug}/plans/{plan.pk}/").json()["targets"]
    assert told[0]["words"] == "Met: 95.3%, year to the end of autumn, 2026/27, pooled over 4 schools"
    assert "pooled over 4 schools" in printed(world.client("ceo").get(f"/t/{world.trust.slug}/plans/{plan.pk}/file/"))


def test_where_a_school_is_missing_it_says_over_how_many(world: LadderWorld):
    with trust_scope(world.trust):
        plan = of_trust(world)
        returned(world, (900, 1000), (950, 1000), (920, 1000))
    page = page_of(world, plan)
    assert "92.3%, year to the end of autumn, 2026/27, pooled over 3 of 4 schools" in page
    assert "Not met" in page


def test_a_small_school_is_not_told_from_the_sum(world: LadderWorld):
    with trust_scope(world.trust):
        plan = of_trust(world)
        returned(world, (11, 12), (9500, 10_000), (9600, 10_000), hidden=1)
    for who in ("trustee", "operations"):
        page = page_of(world, plan, who)
        assert "Not shown: small schools could be told from it" in page, who
        assert "pooled over" not in page, who
    assert "95.5%, year to the end of autumn, 2026/27, pooled over 3 of 4 schools" in page_of(world, plan, "ceo")
    told = world.client("ceo").get(f"/api/v1/t/{world.trust.slug}/plans/{plan.pk}/").json()["targets"]
    assert told[0]["stands"] == "withheld"  # a program is told what everybody is


def test_the_trusts_plan_asks_no_more_of_many_schools(world: LadderWorld):
    counts = []
    with trust_scope(world.trust):
        plan = of_trust(world)
    client = world.client("lead")
    for more in range(2):
        with trust_scope(world.trust):
            for _ in range(20 * more):
                SchoolFactory()
        client.get(f"/t/{world.trust.slug}/plans/{plan.pk}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/t/{world.trust.slug}/plans/{plan.pk}/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
