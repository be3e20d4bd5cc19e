"""Progress of a plan: due by the school’s own calendar, written as a draft, sent once, never changed, and chased."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from evidence.models import Figure, Return
from evidence.rules.arithmetic import Amount
from evidence.rules.comparing import Known
from plans.models import Milestone, Plan, ProgressDraft, ProgressUpdate
from plans.queries.plans import kind_of
from plans.rules.progress import answers, next_due, rhythm_of
from plans.rules.reaching import reached
from plans.services import (
    NewAction,
    begin_plan,
    remind_of_progress,
    send_plan,
    set_due_days,
    write_action,
    write_priority,
)
from plans.services.approving import answer_plan
from plans.services.writing import ActionEntry, PriorityEntry, StageEntry
from plans.tasks import remind_of_plan_progress
from schools.access import access_of
from schools.models import AuditEntry, Membership, Notice, Period
from schools.rules.rhythm import HalfTerm
from schools.strategy import Cadence, read_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, TODAY, Cast, stopped_at

KINDS = {
    (path.stem, one.key): one
    for path in STRATEGIES.glob("*.toml")
    for one in read_strategy(path.read_text()).plan_types
}
HALVES = [
    HalfTerm(2026, "autumn", 1, date(2026, 9, 1), date(2026, 10, 23)),
    HalfTerm(2026, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
    HalfTerm(2026, "spring", 1, date(2027, 1, 4), date(2027, 2, 12)),
    HalfTerm(2026, "spring", 2, date(2027, 2, 22), date(2027, 3, 25)),
]
ATTENDANCE = read_strategy((STRATEGIES / "two_axes.toml").read_text()).measure_by_key["attendance_rate"]


_today = stopped_at(TODAY)


# The rules


@pytest.mark.parametrize(
    ("strategy", "kind", "levels", "every"),
    [
        ("two_axes", "sip", {"academic": "sustain"}, "term"),
        ("two_axes", "rapid_improvement_plan", {"academic": "stabilise"}, "week"),
        ("sustain_to_stabilise", "sip", {"phase": "improve"}, "term"),
        ("sustain_to_stabilise", "sip", {"phase": "repair_upper"}, "term"),
        ("sustain_to_stabilise", "sip", {"phase": "sustain"}, None),
        ("sustain_to_stabilise", "sip", {}, None),
        ("sustain_to_stabilise", "rap_repair", {"phase": "repair_lower"}, "half_term"),
        ("numbered_categories", "isap", {}, "half_term"),
        ("four_phases", "medium_term_plan", {"phase": "phase_2"}, None),
    ],
)
def test_the_rhythm_is_that_of_the_strategy(strategy: str, kind: str, levels: dict[str, str], every: str | None):
    assert rhythm_of(KINDS[strategy, kind], levels) == every


def test_of_two_levels_the_shorter_rhythm_counts():
    kind = KINDS["two_axes", "sip"].model_copy(
        update={"update_by_level": {"refine": Cadence.TERM, "stabilise": Cadence.HALF_TERM}}
    )
    assert rhythm_of(kind, {"academic": "refine", "operational": "stabilise"}) == "half_term"


@pytest.mark.parametrize(
    ("every", "agreed", "settled", "due"),
    [
        ("term", date(2026, 9, 25), None, date(2026, 12, 18)),
        ("half_term", date(2026, 9, 25), None, date(2026, 10, 23)),
        ("half_term", date(2026, 10, 12), None, date(2026, 12, 18)),  # agreed eleven days before: not yet
        ("week", date(2026, 10, 12), None, date(2026, 10, 16)),
        ("six_weeks", date(2026, 11, 2), None, date(2026, 12, 11)),
        ("term", date(2026, 9, 25), date(2026, 12, 18), date(2027, 3, 25)),
        ("term", date(2026, 9, 25), date(2027, 1, 8), date(2027, 3, 25)),  # told three weeks late: the next is the next
        ("term", date(2026, 9, 25), date(2027, 3, 25), None),  # beyond the calendar
        ("term", None, None, None),
        (None, date(2026, 9, 25), None, None),
    ],
)
def test_when_the_next_update_is_due(
    every: Cadence | None, agreed: date | None, settled: date | None, due: date | None
):
    assert next_due(every, HALVES, agreed=agreed, settled=settled) == due


@pytest.mark.parametrize(
    ("every", "due", "sent", "answered"),
    [
        ("term", date(2026, 12, 18), date(2026, 12, 18), True),
        ("term", date(2026, 12, 18), date(2026, 11, 27), True),
        ("term", date(2026, 12, 18), date(2026, 11, 26), False),
        ("term", date(2026, 12, 18), date(2027, 1, 8), True),
        ("week", date(2026, 11, 20), date(2026, 11, 16), True),
        ("week", date(2026, 11, 27), date(2026, 11, 20), False),  # several on one day settle no week ahead
        ("three_weeks", date(2026, 12, 18), date(2026, 12, 7), False),
        (None, None, date(2026, 12, 18), False),
    ],
)
def test_an_update_long_before_its_day_is_one_more(every: Cadence | None, due: date | None, sent: date, answered: bool):
    assert answers(due, sent=sent, every=every) == (due if answered else None)


def known(share: int, until: date, *, hidden: bool = False, span: str = "autumn") -> Known:
    return Known(Amount(share, 1000), 2026, span, until, "return", "Return", hidden=hidden)


@pytest.mark.parametrize(
    ("numbers", "aim", "state", "figure"),
    [
        ((known(956, date(2026, 12, 18)),), "95.5", "met", "95.6%, autumn term 2026/27"),
        ((known(949, date(2026, 12, 18)),), "95.5", "not_met", "94.9%, autumn term 2026/27"),
        ((known(949, date(2026, 10, 23)),), "95.5", "none", "94.9%, autumn term 2026/27"),
        ((known(960, date(2026, 10, 23)),), "95.5", "ahead", "96.0%, autumn term 2026/27"),
        # the figure of the day counts, not a later one
        (
            (known(930, date(2027, 3, 25), span="spring"), known(956, date(2026, 12, 18))),
            "95.5", "met", "95.6%, autumn term 2026/27",
        ),
        ((), "95.5", "none", ""),
        ((known(956, date(2026, 12, 18), hidden=True),), "95.5", "hidden", ""),
    ],
)  # fmt: skip
def test_a_target_says_whether_it_is_met(numbers: tuple[Known, ...], aim: str, state: str, figure: str):
    found = reached(numbers, ATTENDANCE, aim=Decimal(aim), by_on=date(2026, 12, 18), counts=False)
    assert (found.state, found.figure) == (state, figure)


def test_of_what_should_be_low_less_is_better():
    low = read_strategy((STRATEGIES / "two_axes.toml").read_text()).measure_by_key["persistent_absence_rate"]
    states = [
        reached((known(share, date(2026, 12, 18)),), low, aim=Decimal(12), by_on=date(2026, 12, 18), counts=True).state
        for share in (119, 120, 131)
    ]
    assert states == ["met", "met", "not_met"]


# The story


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def agreed_plan(cast: Cast, day: date = date(2026, 10, 5)) -> Plan:
    """With a priority that has a target, and an action; approved by Ada."""
    with time_machine.travel(day, tick=False), trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        stages = [StageEntry(date(2026, 11, 20), "", "attendance_rate", "all", Decimal("95.5"))]
        row = write_priority(plan, PriorityEntry("Writing at length", milestones=stages), by=cast.ben)
        action = NewAction("Plan longer writing.", cast.ben, "", day, date(2027, 1, 15))
        write_action(plan, ActionEntry(action, row), by=cast.ben)
        send_plan(plan, by=cast.ben)
        access = access_of(cast.ada.user)
        assert access is not None
        answer_plan(plan, access=access, outcome="approved", checked=all_met(plan))
    return plan


def all_met(plan: Plan) -> dict[str, str]:
    kind = kind_of(plan)
    return dict.fromkeys(kind.quality_rules if kind else (), "met")


def returned(cast: Cast, numerator: int) -> None:
    with trust_scope(cast.alder):
        autumn, at = Period.objects.get(year=2026, season="autumn", half=0), datetime(2026, 11, 18, 9, tzinfo=UTC)
        made = Return.objects.create(
            school=cast.dunmere, period=autumn, point="autumn_return", strategy_version=cast.version, state="agreed",
            opens_on=TODAY, due_on=TODAY, submitted_at=at, agreed_at=at,
        )  # fmt: skip
        Figure.objects.create(
            part_of=made, school=cast.dunmere, period=autumn, measure="attendance_rate", group="all", year=2026,
            span="to_date", numerator=numerator, denominator=100_000,
        )  # fmt: skip


def there(plan: Plan, more: str = "") -> str:
    return f"/t/alder/plans/{plan.pk}/{more}"


def typed(plan: Plan, **more: str) -> dict[str, str]:
    with trust_scope(plan.trust):
        pk = plan.priorities.get().pk
    words = {"overall": "It goes well.", f"done_{pk}": "Two twilights.", f"changed_{pk}": "Books are longer."}
    return {"version": "1", **words, **more}


def test_an_approved_plan_owes_an_update_by_the_end_of_the_term(cast: Cast):
    plan = agreed_plan(cast)
    with trust_scope(cast.alder):
        plan.refresh_from_db()
        end = Period.objects.get(year=2026, season="autumn", half=2, school=None).ends_on
        assert plan.update_due_on == end
        # a school with days of its own owes by its own
        Period.objects.create(
            year=2026, season="autumn", half=2, school=cast.dunmere, starts_on=date(2026, 11, 2),
            ends_on=date(2026, 12, 11),
        )  # fmt: skip
        assert set_due_days([plan], today=TODAY) == 1
        plan.refresh_from_db()
        assert plan.update_due_on == date(2026, 12, 11)


def test_one_that_is_not_approved_owes_none(cast: Cast):
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        send_plan(plan, by=cast.ben)
        plan.refresh_from_db()
        assert plan.update_due_on is None
    assert "Updates are due once the plan is approved" in text_of(cast.client(cast.ben).get(there(plan)))


def test_ben_writes_it_sends_it_once_and_it_stays(cast: Cast):
    plan, ben = agreed_plan(cast), cast.client(cast.ben)
    returned(cast, 95_600)
    page = text_of(ben.get(there(plan, "progress/")))
    for words in ("Writing at length", "95.6%", "Met", "What was done", "What changed"):
        assert words in page, words
    kept = ben.post(there(plan, "progress/"), typed(plan, overall="", then="stop"))
    assert kept["Location"] == there(plan) + "#progress"
    assert "Carry on with the update" in text_of(ben.get(there(plan)))
    with time_machine.travel(date(2026, 12, 10), tick=False):
        ben = cast.client(cast.ben)
        half = ben.post(there(plan, "progress/"), typed(plan, version="2", overall="", then="send"))
        assert half.status_code == 200
        for words in ("Not sent yet", "Two twilights.", "how the plan gets on"):
            assert words in text_of(half), words
        with trust_scope(cast.alder):
            assert not ProgressUpdate.objects.exists()
        sent = ben.post(there(plan, "progress/"), typed(plan, version="2", then="send"))
        assert (sent.status_code, sent["Location"]) == (302, there(plan) + "#progress")
    with trust_scope(cast.alder):
        update = ProgressUpdate.objects.get()
        end = Period.objects.get(year=2026, season="autumn", half=2, school=None).ends_on
        (told,) = update.document["lines"]
        assert (update.due_on, told["done"], told["changed"]) == (end, "Two twilights.", "Books are longer.")
        assert told["targets"] == ["By 20 November 2026: Attendance: 95.5%. Met: 95.6%, year to date, 2026/27"]
        assert not ProgressDraft.objects.exists()
        plan.refresh_from_db()
        assert plan.update_due_on is None or plan.update_due_on > end
        assert AuditEntry.objects.filter(did="plan.progress", by=cast.ben).count() == 1
        assert Notice.objects.filter(to=cast.ada, subject__endswith="School improvement plan: progress").count() == 1
        assert Notice.objects.filter(to=cast.gita, subject__endswith="School improvement plan: progress").count() == 1
        for change in (update.delete, lambda: ProgressUpdate.objects.update(document={})):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
    for reader in (cast.ada, cast.ruth, cast.gita, cast.tom):
        read = text_of(cast.client(reader).get(there(plan)))
        assert "Two twilights." in read, reader
        assert "Books are longer." in read, reader
    assert cast.client(cast.gita).get(there(plan, "progress/")).status_code == 403
    assert cast.client(cast.cleo).get(there(plan, "progress/")).status_code == 404


def test_two_who_write_at_once_lose_nothing(cast: Cast):
    plan = agreed_plan(cast)
    cast.client(cast.ben).post(there(plan, "progress/"), typed(plan))
    late = cast.client(cast.ada).post(there(plan, "progress/"), typed(plan, overall="Slower than planned."))
    assert late.status_code == 409
    assert "Slower than planned." in text_of(late)
    assert "It goes well." in text_of(late)


def test_the_page_saves_itself(cast: Cast):
    plan = agreed_plan(cast)
    saved = cast.client(cast.ben).post(there(plan, "progress/save/"), typed(plan)).json()
    assert saved["version"] == 2
    with trust_scope(cast.alder):
        assert ProgressDraft.objects.get().answers["overall"] == "It goes well."
        assert not AuditEntry.objects.filter(did="plan.progress").exists()


def test_a_late_one_is_counted_in_days_where_it_is_looked_for(cast: Cast):
    plan = agreed_plan(cast)
    with trust_scope(cast.alder):
        Plan.objects.filter(pk=plan.pk).update(update_due_on=date(2026, 11, 12))
    for reader, page in (
        (cast.ben, there(plan)), (cast.ben, there(plan, "progress/")), (cast.ben, "/t/alder/my-school/"),
        (cast.ada, "/t/alder/plans/"), (cast.ada, f"/t/alder/schools/{cast.dunmere.pk}/plans/"),
    ):  # fmt: skip
        assert "Overdue by 8 days" in text_of(cast.client(reader).get(page)), page
    overview = text_of(cast.client(cast.ada).get("/t/alder/overview/"))
    assert "One plan is late with its progress" in overview
    assert "/t/alder/plans/?late=on" in overview
    assert "School improvement plan" in text_of(cast.client(cast.ada).get("/t/alder/plans/?late=on"))
    with trust_scope(cast.alder):
        Plan.objects.filter(pk=plan.pk).update(update_due_on=date(2026, 11, 20))
    assert "No plan is late" in text_of(cast.client(cast.ada).get("/t/alder/plans/?late=on"))


def test_a_small_number_is_not_told_to_others_nor_kept_in_what_is_sent(cast: Cast):
    plan = agreed_plan(cast)
    returned(cast, 95_600)
    with trust_scope(cast.alder):
        Figure.objects.update(hidden=True)
    assert "95.6%" in text_of(cast.client(cast.ben).get(there(plan)))
    others = text_of(cast.client(cast.gita).get(there(plan)))
    assert "Too few pupils to show" in others
    assert "95.6%" not in others
    cast.client(cast.ben).post(there(plan, "progress/"), typed(plan, then="send"))
    with trust_scope(cast.alder):
        assert "95.6%" not in str(ProgressUpdate.objects.get().document)


def test_the_clock_sets_the_day_and_reminds_once_a_week_before(live_cast: Cast):
    plan, cast = agreed_plan(live_cast), live_cast
    with trust_scope(cast.alder):
        Plan.objects.update(update_due_on=None)
        due = Period.objects.get(year=2026, season="autumn", half=2, school=None).ends_on
    days = []
    for day in range(1, 31):
        on = date(2026, 12, day)
        with time_machine.travel(datetime(2026, 12, day, 8, tzinfo=UTC), tick=False):
            for _ in range(2):
                remind_of_plan_progress()
        with trust_scope(cast.alder):
            if Notice.objects.filter(to=cast.ben, path=there(plan, "progress/")).count() > len(days):
                days.append(on)
    assert days == [due.replace(day=due.day - 7)]
    with trust_scope(cast.alder):
        assert Plan.objects.get(pk=plan.pk).update_due_on == due
        assert remind_of_progress(today=date(2026, 12, 20)) == 0


def test_nothing_is_sent_of_a_plan_that_is_closed(cast: Cast):
    plan = agreed_plan(cast)
    with trust_scope(cast.alder):
        ended = {"verdict": "worked", "closed_at": datetime(2026, 11, 20, tzinfo=UTC), "final": {"sections": []}}
        Plan.objects.filter(pk=plan.pk).update(state="closed", **ended)
    refused = cast.client(cast.ben).post(there(plan, "progress/"), typed(plan, then="send"))
    assert (refused.status_code, "This plan is closed" in text_of(refused)) == (422, True)
    with trust_scope(cast.alder), pytest.raises(ValidationError):
        send_plan(plan, by=cast.ben)


def test_a_plan_with_many_updates_and_targets_asks_no_more(cast: Cast):
    plan, counts = agreed_plan(cast), []
    client: Any = cast.client(cast.ada)
    for more in range(2):
        with trust_scope(cast.alder):
            row = plan.priorities.get()
            for number in range(1 + 10 * more):
                Milestone.objects.create(
                    priority=row, by_on=date(2027, 1, 1 + number), measure="attendance_rate", group="all", value=95
                )
                _update(plan, cast.ben)
        client.get(there(plan))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(there(plan)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


def _update(plan: Plan, by: Membership) -> ProgressUpdate:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return ProgressUpdate.objects.create(plan=plan, sent_at=at, sent_by=by, document={"overall": "Well.", "lines": []})


def test_the_api_tells_when_it_is_due_and_what_was_told(cast: Cast):
    plan = agreed_plan(cast)
    with trust_scope(cast.alder):
        _update(plan, cast.ben)
    ada, rows = cast.client(cast.ada), "/api/v1/t/alder/plans/"
    (listed,) = ada.get(rows, {"update_due_by": "2026-12-31"}).json()["results"]
    assert listed["update_due_on"].startswith("2026-12-")
    assert ada.get(rows, {"update_due_by": "2026-11-30"}).json()["results"] == []
    assert ada.get(f"{rows}{plan.pk}/").json()["updates"][0]["document"]["overall"] == "Well."
