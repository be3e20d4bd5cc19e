"""Returns as services: opened with what is known, saved by two people, sent, queried, agreed, chased."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from evidence.models import Figure, PublishedFigure, Return
from evidence.queries.returns import returns_asked
from evidence.queries.returns_sheet import sheet_of
from evidence.rules.cells import Entry
from evidence.rules.grid import Place
from evidence.services.returns import (
    agree_return,
    chase_returns,
    mark_blank,
    name_classes,
    open_return,
    remind_schools,
    save_cells,
    send_back,
    submit_return,
)
from evidence.services.returns.chasing import reason_on
from schools.models import AuditEntry, Notice, Period, RoleGrant
from schools.services.strategies import choose_strategy, publish_strategy
from tests.conftest import STRATEGIES, TODAY, Cast
from tests.evidence.returns_world import POINT, agreed, begun, filled, sent
from tests.factories import SchoolFactory, member

ATTENDANCE = Place("attendance_rate")
ROLL = Place("roll")


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, open_alder: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def at(day: str, time_machine: Any) -> date:
    time_machine.move_to(f"{day}T10:00Z")
    return timezone.localdate()


# ------------------------------------------------------------------------------------------ opening


def test_a_return_opens_four_weeks_before_the_end_of_term(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="opens on 20 November 2026"):
        open_return(cast.dunmere, cast.autumn, POINT, today=TODAY - timedelta(days=1))
    assert open_return(cast.dunmere, cast.autumn, POINT, today=TODAY).due_on == cast.autumn.ends_on
    again = open_return(cast.dunmere, cast.autumn, POINT, today=TODAY)
    assert Return.objects.get() == again


def test_a_return_nobody_asks_for_is_refused(cast: Cast) -> None:
    spring = Period.objects.get(year=2025, season="spring", half=0)
    with pytest.raises(ValidationError, match="no such return"):
        open_return(cast.dunmere, spring, POINT, today=TODAY)
    late = SchoolFactory(name="Late Primary", joined_on=date(2027, 1, 4))
    with pytest.raises(ValidationError, match="no such return"):
        open_return(late, cast.autumn, POINT, today=TODAY)


def test_what_is_known_is_filled_in_and_marked_as_nobodys(cast: Cast, time_machine: Any) -> None:
    at("2026-12-01", time_machine)
    agreed(cast)
    today = at("2027-03-20", time_machine)
    spring = Period.objects.get(year=2026, season="spring", half=0)
    sheet = sheet_of(open_return(cast.dunmere, spring, "spring_return", today=today))
    tested = Place("benchmark_on_track", "all", "4")
    assert sheet.entries[tested] == Entry(denominator=30), "the pupils of the same year group, not how they did"
    assert sheet.figures[tested].author is None
    assert ATTENDANCE not in sheet.entries, "possible sessions grow"
    assert ATTENDANCE not in sheet.before, "a year to December is no year to March"
    assert sheet.before[Place("staff_absence_rate")].label == "Autumn 26"


def test_classes_are_the_last_terms(cast: Cast, time_machine: Any) -> None:
    version = publish_strategy((STRATEGIES / "no_categories.toml").read_text(), by=None, starts_on=date(2024, 9, 1))
    choose_strategy(version.key, by=None, from_on=TODAY, school=cast.dunmere)
    choose_strategy(version.key, by=None, from_on=date(2025, 9, 1), school=cast.dunmere)
    first = begun(cast)
    assert name_classes(first, ["2B", " Oak  tree ", "10A"], by=cast.ben) == 3
    names = [row.label for row in sheet_of(first).table_by_measure["class_on_track"].rows]
    assert names == ["2B", "10A", "Oak tree"]
    filled(first, by=cast.ben)
    with pytest.raises(ValidationError, match="2B has figures"):
        name_classes(first, ["10A", "Oak tree"], by=cast.ben)
    submit_return(first, by=cast.ben)
    today = at("2027-03-20", time_machine)
    spring = Period.objects.get(year=2026, season="spring", half=0)
    second = sheet_of(open_return(cast.dunmere, spring, "spring_return", today=today))
    assert [row.label for row in second.table_by_measure["class_on_track"].rows] == names


# ------------------------------------------------------------------------------------------ saving


def test_a_draft_keeps_half_a_figure_and_what_cannot_be_read(cast: Cast) -> None:
    of_return = begun(cast)
    half = {ATTENDANCE: Entry(denominator=300), ROLL: Entry(unread={"v": "two hundred"})}
    save_cells(of_return, half, by=cast.ben)
    assert {place: sheet_of(of_return).entries[place] for place in half} == half
    assert sheet_of(of_return).filled == 0
    assert not AuditEntry.objects.filter(did__startswith="return.").exists(), "a draft is no act"


def test_the_second_writer_of_a_cell_is_told_and_what_others_wrote_elsewhere_stands(cast: Cast) -> None:
    of_return, ben = begun(cast), cast.ben
    other = member("Lea Leader", "leader", cast.dunmere)
    assert save_cells(of_return, {ATTENDANCE: Entry(290, 300)}, by=other, version=1).version == 2
    clash = save_cells(of_return, {ATTENDANCE: Entry(280, 300), ROLL: Entry(value=Decimal(9))}, by=ben, version=1)
    assert [(one.theirs.author, one.mine) for one in clash.conflicts] == [(other, Entry(280, 300))]
    assert sheet_of(of_return).entries[ROLL].value == 200, "nothing of a save with conflicts is written"
    assert not save_cells(of_return, {ROLL: Entry(value=Decimal(9))}, by=ben, version=1).conflicts
    assert not save_cells(of_return, {ATTENDANCE: Entry(290, 300)}, by=ben, version=1).conflicts, "both say the same"


def test_clearing_a_cell_is_a_change_that_can_clash(cast: Cast) -> None:
    of_return = begun(cast)
    save_cells(of_return, {ATTENDANCE: Entry(290, 300)}, by=cast.ben, version=1)
    save_cells(of_return, {ATTENDANCE: Entry()}, by=cast.ben, version=2)
    assert save_cells(of_return, {ATTENDANCE: Entry(291, 300)}, by=cast.ben, version=2).conflicts


def test_the_analysis_of_two_people_clashes_too(cast: Cast) -> None:
    of_return = begun(cast)
    save_cells(of_return, {}, by=cast.ben, version=1, analysis="Mine.")
    clash = save_cells(of_return, {}, by=cast.ben, version=1, analysis="Other.")
    assert clash.analysis_conflict is not None
    assert Return.objects.get().analysis == "Mine."


def test_only_what_is_asked_can_be_written_and_only_while_it_is_open(cast: Cast) -> None:
    of_return = begun(cast)
    for place in (Place("gld"), Place("attendance_rate", "girls"), Place("attendance_rate", "all", "1")):
        with pytest.raises(ValidationError, match="no such figure"):
            save_cells(of_return, {place: Entry(1, 2)}, by=cast.ben)
    submit_return(filled(of_return, by=cast.ben), by=cast.ben)
    with pytest.raises(ValidationError, match="submitted"):
        save_cells(of_return, {ATTENDANCE: Entry(1, 2)}, by=cast.ben)


def test_saving_takes_the_same_statements_for_one_cell_and_for_all(cast: Cast, queries: Any) -> None:
    of_return = begun(cast)
    one = queries(lambda: save_cells(of_return, {ATTENDANCE: Entry(290, 300)}, by=cast.ben))
    every = {place: Entry(5, 9) for table in sheet_of(of_return).tables for place in table.places()}
    assert len(one) == 4
    assert len(queries(lambda: save_cells(of_return, every, by=cast.ben))) == 5, "new figures and changed ones"


def test_one_reason_for_all_that_is_blank(cast: Cast) -> None:
    of_return = begun(cast)
    tested = Place("benchmark_on_track", "all", "4")
    save_cells(of_return, {tested: Entry(20, 30)}, by=cast.ben)
    mark_blank(of_return, "benchmark_on_track", "not_available", by=cast.ben)
    found = {place: entry.status for place, entry in sheet_of(of_return).entries.items() if place != ROLL}
    assert found.pop(tested) == "number"
    assert set(found.values()) == {"not_available"}
    assert len(found) == 3 * 7 - 1


# ------------------------------------------------------------------------------------------ the way of a return


def test_nothing_is_sent_that_is_missing_wrong_or_unexplained(cast: Cast) -> None:
    of_return = filled(begun(cast), by=cast.ben, leave=(ROLL,))
    save_cells(of_return, {ATTENDANCE: Entry(31, 30), ROLL: Entry()}, by=cast.ben, analysis="")
    with pytest.raises(ValidationError) as refused:
        submit_return(of_return, by=cast.ben)
    assert {"roll~all~~~v", "attendance_rate~all~~~n", "analysis"} <= set(refused.value.message_dict)
    assert Return.objects.get().state == "draft"


def test_a_jump_is_sent_with_a_word(cast: Cast, time_machine: Any) -> None:
    at("2026-12-01", time_machine)
    agreed(cast)
    today = at("2027-03-20", time_machine)
    spring = Period.objects.get(year=2026, season="spring", half=0)
    of_return = filled(open_return(cast.dunmere, spring, "spring_return", today=today), by=cast.ben)
    absent = Place("staff_absence_rate")
    save_cells(of_return, {absent: Entry(30, 30)}, by=cast.ben)
    with pytest.raises(ValidationError) as refused:
        submit_return(of_return, by=cast.ben)
    assert "50.0% in Autumn 26, now 100.0%" in refused.value.message_dict["staff_absence_rate~all~~~n"][0]
    save_cells(of_return, {absent: Entry(30, 30, note="Counted anew.")}, by=cast.ben)
    submit_return(of_return, by=cast.ben)


def test_sent_queried_sent_again_and_agreed_with_an_entry_and_news_each(cast: Cast) -> None:
    of_return = sent(cast)
    assert Notice.objects.get(to=cast.ada).subject == "Dunmere Primary: Autumn collection sent to you"
    send_back(of_return, by=cast.ada, note="", queries={ATTENDANCE: "Is this the whole term?"})
    assert Notice.objects.filter(to=cast.ben, subject__contains="sent back").exists()
    assert Figure.objects.get(measure="attendance_rate", group="all").query == "Is this the whole term?"
    of_return.refresh_from_db()
    save_cells(of_return, {ATTENDANCE: Entry(16, 30)}, by=cast.ben)
    submit_return(of_return, by=cast.ben)
    agree_return(of_return, by=cast.ada)
    of_return.refresh_from_db()
    assert (of_return.state, of_return.agreed_by) == ("agreed", cast.ada)
    dids = list(AuditEntry.objects.filter(did__startswith="return.").order_by("pk").values_list("did", flat=True))
    assert dids == ["return.submitted", "return.returned", "return.submitted", "return.agreed"]


def test_small_numbers_are_hidden_when_a_return_is_agreed(cast: Cast) -> None:
    of_return = filled(begun(cast), by=cast.ben)
    save_cells(of_return, {Place("persistent_absence_rate", "send"): Entry(2, 10)}, by=cast.ben)
    submit_return(of_return, by=cast.ben)
    assert not Figure.objects.filter(hidden=True).exists()
    agree_return(of_return, by=cast.ada)
    assert Figure.objects.get(measure="persistent_absence_rate", group="send").hidden


def test_nobody_agrees_what_they_sent_or_the_return_of_a_school_they_lead(cast: Cast) -> None:
    RoleGrant.objects.create(membership=cast.ada, role="head", school=cast.dunmere)
    of_return = sent(cast)
    with pytest.raises(PermissionDenied):
        agree_return(of_return, by=cast.ada)
    RoleGrant.objects.filter(membership=cast.ada, role="head").delete()
    by_ada = sent(cast, cast.ashmere, by=cast.ada)
    with pytest.raises(PermissionDenied):
        send_back(by_ada, by=cast.ada, note="Again.")


def test_who_read_an_older_version_reads_again_before_agreeing(cast: Cast) -> None:
    of_return = sent(cast)
    with pytest.raises(ValidationError, match="has changed"):
        agree_return(of_return, by=cast.ada, version=of_return.version - 1)


def test_an_agreed_return_can_be_taken_up_again(cast: Cast) -> None:
    of_return = agreed(cast)
    send_back(of_return, by=cast.ada, note="The census was corrected.")
    of_return.refresh_from_db()
    assert (of_return.state, of_return.agreed_at) == ("returned", None)


# ------------------------------------------------------------------------------------------ due, reminded, chased


def test_what_is_due_of_each_school(cast: Cast) -> None:
    found = [one for one in returns_asked([cast.dunmere, cast.ashmere], TODAY) if one.is_with_school]
    now = sorted((one.school.name, one.state) for one in found if one.period == cast.autumn)
    assert now == [("Ashmere Primary", "not_begun"), ("Dunmere Primary", "not_begun")]
    assert {one.label for one in found if one.period == cast.autumn} == {"Autumn collection"}
    sent(cast)
    (sent_one,) = [one for one in returns_asked([cast.dunmere], TODAY) if one.period == cast.autumn]
    assert (sent_one.state, sent_one.is_with_school, sent_one.filled) == ("submitted", False, sent_one.asked)


def test_what_is_asked_takes_the_same_queries_for_one_school_and_for_thirty(cast: Cast, queries: Any) -> None:
    begun(cast)
    few = queries(lambda: returns_asked([cast.dunmere], TODAY))
    schools = [SchoolFactory() for _ in range(30)]
    for school in schools[:3]:
        begun(cast, school)
    assert len(queries(lambda: returns_asked(schools, TODAY))) == len(few) == 3


@pytest.mark.parametrize(
    ("days", "reason"),
    [(-30, ""), (-8, ""), (-7, "soon"), (-3, "soon"), (-1, "tomorrow"), (0, "tomorrow"), (1, "overdue"), (90, "")],
)
def test_why_a_school_is_reminded(days: int, reason: str) -> None:
    due = date(2026, 12, 18)
    assert reason_on(due, due + timedelta(days=days)) == reason


def test_schools_are_reminded_once_for_each_reason(cast: Cast, time_machine: Any) -> None:
    told = {}
    for day in ("2026-11-30", "2026-12-11", "2026-12-12", "2026-12-17", "2026-12-18", "2026-12-19", "2026-12-23"):
        today = at(day, time_machine)
        remind_schools(today=today)
        remind_schools(today=today)
        told[day] = Notice.objects.filter(to=cast.ben, body__contains="autumn term 2026/27").count()
    assert list(told.values()) == [0, 1, 1, 2, 2, 3, 3]
    assert not Notice.objects.filter(to=cast.gita).exists()
    assert Return.objects.filter(period=cast.autumn).count() == 2, "what opens is opened, filled in as far as it goes"


def test_who_has_sent_it_is_not_reminded(cast: Cast, time_machine: Any) -> None:
    sent(cast)
    remind_schools(today=at("2026-12-19", time_machine))
    assert not Notice.objects.filter(to=cast.ben, body__contains="autumn term 2026/27").exists()


def test_a_lead_asks_once_a_day_and_the_record_says_so(cast: Cast) -> None:
    asked = [one for one in returns_asked([cast.dunmere], TODAY) if one.period == cast.autumn]
    (chased,) = chase_returns(asked, by=cast.ada, today=TODAY)
    entry = AuditEntry.objects.get(did="return.chased")
    assert (entry.about_id, entry.by, entry.label) == (chased.pk, cast.ada, "Autumn collection, Autumn term 2026/27")
    assert Notice.objects.filter(to=cast.ben, subject__contains="asked for").exists()
    asked = [one for one in returns_asked([cast.dunmere], TODAY) if one.period == cast.autumn]
    with pytest.raises(ValidationError, match="asked today already"):
        chase_returns(asked, by=cast.ada, today=TODAY)


def test_a_return_that_was_asked_for_is_not_begun_until_the_school_writes(cast: Cast, time_machine: Any) -> None:
    def state() -> str:
        (one,) = [one for one in returns_asked([cast.dunmere], TODAY) if one.period == cast.autumn]
        return one.state

    chase_returns(
        [one for one in returns_asked([cast.dunmere], TODAY) if one.period == cast.autumn], by=cast.ada, today=TODAY
    )
    assert state() == "not_begun"
    remind_schools(today=at("2026-12-17", time_machine))
    assert state() == "not_begun"
    save_cells(Return.objects.get(school=cast.dunmere, period=cast.autumn), {ATTENDANCE: Entry(290, 300)}, by=cast.ben)
    assert state() == "draft"


def test_a_published_figure_of_the_same_year_stands_beside_its_cell_and_no_other(cast: Cast, time_machine: Any) -> None:
    known = {"place": "school", "code": cast.dunmere.urn, "source": "KS2", "as_at": TODAY, "span": "year"}
    PublishedFigure.objects.create(measure="ks2_rwm_expected", year=2026, value=Decimal(74), **known)
    PublishedFigure.objects.create(measure="benchmark_on_track", year=2026, value=Decimal(74), **known)
    today = at("2027-07-10", time_machine)
    summer = Period.objects.get(year=2026, season="summer", half=0)
    sheet = sheet_of(open_return(cast.dunmere, summer, "summer_return", today=today))
    assert {place.measure: one.same for place, one in sheet.published.items()} == {"ks2_rwm_expected": True}
