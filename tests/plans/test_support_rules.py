"""The ledger: what is owed, booked, delivered and missed by half term, and how far it is behind."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.support import Ledger, Line, ledger_of, term_of
from plans.rules.support_entry import AFTER, CAME, STANDS, Entry, cost_of
from plans.rules.support_shares import Share, YearOf, by_year, serving, shares_of
from plans.rules.support_term import term_lines
from plans.rules.support_trust import trust_year
from reviews.rules.owed import Placed, owed_of
from reviews.rules.programme import ASKED, BEYOND
from schools.strategy.basics import SupportUnit
from tests.plans.test_owed import HALVES, S1, S3

TODAY = date(2026, 11, 20)
"""A Friday, three weeks of autumn over since the half-term holiday and four to come."""


def entry(key: str, on: date, stands: str = "delivered", amount: str = "1", **more: Any) -> Entry:
    unit = more.pop("unit", SupportUnit.DAY)
    return Entry(key, "Support", unit, on, Decimal(amount), stands, **more)


def ledger(*entries: Entry, level: str = "repair_upper", today: date = TODAY, kept: set[str] | None = None) -> Ledger:
    owed = owed_of(S1, [Placed(date(2026, 7, 1), "phase", level)], HALVES, since=date(2020, 9, 1))
    return ledger_of(S1, {"phase": level}, owed, entries, HALVES, kept=kept or set(), today=today)


def line(found: Ledger, key: str) -> Line:
    return next(one for one in found.lines if one.key == key)


SEPTEMBER, OCTOBER = date(2026, 9, 18), date(2026, 10, 9)


def test_two_of_six_days_this_term_with_four_weeks_left():
    found = line(ledger(entry("days_repair", SEPTEMBER), entry("days_repair", OCTOBER)), "days_repair")
    assert (found.owed_in_term, found.came_in_term, found.owed_now, found.short) == (6, 2, 4, 2)
    assert found.words() == "2 of 6 days this term, four school weeks left"
    assert found.since == found.due[2], "the third was owed first and did not come"
    assert found.to_book == 4


def test_what_is_missed_disputed_or_only_booked_is_not_delivered():
    rows = [entry("days_repair", OCTOBER, stands) for stands in ("booked", "missed", "disputed", "confirmed")]
    found = line(ledger(*rows), "days_repair")
    assert (found.came, found.booked, found.missed, found.disputed) == (1, 1, 1, 1)
    assert found.cells[0].words == "1 of 3, 1 booked, 1 missed, 1 in dispute"
    assert found.short == 3


def test_of_what_came_in_part_the_rest_is_missed():
    found = line(ledger(entry("days_repair", OCTOBER, "confirmed", "1", rest=Decimal("0.5"))), "days_repair")
    assert (found.came, found.missed, found.short) == (1, Decimal("0.5"), 3)
    assert found.cells[0].words == "1 of 3, 0.5 missed"
    assert found.entries[0].amount_words == "1 of 1.5 days"


@pytest.mark.parametrize(
    ("cost", "came", "booked", "part"),
    [("350", "1", "2", "175"), ("100", "1", "3", "33.33"), ("350", "2", "2", "350"), ("0", "0.5", "2", "0")],
)
def test_the_part_that_came_costs_its_part(cost: str, came: str, booked: str, part: str):
    assert cost_of(Decimal(cost), Decimal(came), Decimal(booked)) == Decimal(part)
    assert cost_of(None, Decimal(came), Decimal(booked)) is None


def test_nothing_is_behind_before_the_day_by_which_it_is_owed():
    first = ledger().lines[0].today
    assert first == TODAY
    due = line(ledger(), "days_repair").due
    assert line(ledger(today=due[0]), "days_repair").short == 0
    assert line(ledger(today=due[0] + timedelta(days=1)), "days_repair").short == 1


def test_the_offer_for_all_counts_as_behind_only_where_a_record_of_it_is_kept():
    quiet = line(ledger(), "slim_meetings")
    assert (quiet.is_kept, quiet.owed_now, quiet.short) == (False, 1, 0)
    assert quiet in ledger().unkept
    assert line(ledger(kept={"slim_meetings"}), "slim_meetings").short == 1
    assert line(ledger(), "rap_monitoring").short == 1, "what follows from the category always counts"


def test_nobody_says_that_all_has_come_where_nothing_is_on_record():
    """“Nought of one, nothing on record” is unknown, not in order."""
    found = ledger()
    quiet = [one for one in found.lines if not one.is_kept and one.owed_now]
    assert [one.key for one in found.unknown] == [one.key for one in quiet] != []
    given = [entry(one.key, one.due[0]) for one in found.lines if one.is_kept for _ in range(one.owed_now)]
    rest = ledger(*given)
    assert not rest.behind
    assert rest.none_behind_words.startswith("Everything that is counted has come; of ")
    assert rest.none_behind_words.endswith("parts of the offer nothing is on record.")
    offered = [entry(one.key, one.due[0]) for one in quiet for _ in range(one.owed_now)]
    assert (
        ledger(*given, *offered, kept={one.key for one in quiet}).none_behind_words
        == "Everything owed by now has come."
    )
    assert ledger(today=date(2026, 9, 1)).none_behind_words == "Nothing was owed by now."


def test_what_was_asked_for_and_what_is_beyond_stand_on_lines_of_their_own_in_their_unit():
    rows = [
        entry(ASKED, OCTOBER),
        entry(BEYOND, OCTOBER, unit=SupportUnit.SESSION),
        entry(BEYOND, OCTOBER, amount="0.5"),
        entry("no_such_key", OCTOBER),
    ]
    found = {(one.key, one.unit.value): one.came for one in ledger(*rows).lines if one.entitlement is None}
    assert found == {(ASKED, "day"): 1, (BEYOND, "day"): Decimal("1.5"), (BEYOND, "session"): 1}


def test_what_is_offered_when_needed_is_named_until_it_is_used():
    before = {one.key for one in ledger(level="stabilise").when_needed}
    assert {"executive_stabilise", "professional_stabilise"} <= before
    after = ledger(entry("executive_stabilise", OCTOBER, unit=SupportUnit.PROGRAMME), level="stabilise")
    assert "executive_stabilise" not in {one.key for one in after.when_needed}
    assert line(after, "executive_stabilise").short == 0


def test_a_term_ends_with_its_weeks():
    assert (term_of(HALVES, TODAY).halves, term_of(HALVES, TODAY).weeks_left) == ((0, 1), 4)
    assert term_of(HALVES, date(2026, 12, 25)).weeks_left == 0
    assert term_of([], TODAY).halves == ()


def test_half_a_day_has_half_a_mark_and_a_dispute_has_one_of_its_own():
    rows = [
        entry("days_repair", OCTOBER, amount="1.5"),
        entry("days_repair", OCTOBER, "disputed"),
        entry("days_repair", SEPTEMBER, "booked", amount="0.5"),
        entry("days_repair", SEPTEMBER, "missed", amount="0.5"),
    ]
    [found] = [one for one in term_lines(ledger(*rows).lines) if one.line.key == "days_repair"]
    assert found.squares == ["d", "d half", "b half", "q", "m half", "", "", ""], "of six, three are left"
    [half] = [one for one in term_lines(ledger(entry(BEYOND, OCTOBER, amount="0.5")).lines) if one.line.key == BEYOND]
    assert half.squares == ["d half"], "what is less than a whole is drawn all the same"


def test_by_provider_and_funder_what_came_and_what_is_known_of_its_cost():
    rows = [
        entry("days_repair", OCTOBER, provider="external", funder="school", cost=Decimal(350)),
        entry("days_repair", OCTOBER, provider="external", funder="trust"),
        entry("days_repair", OCTOBER),
        entry("days_repair", OCTOBER, "missed", provider="external", cost=Decimal(900)),
    ]
    assert [(one.key, one.times, one.cost) for one in shares_of(rows, "provider")] == [
        ("external", 2, Decimal(350)),
        ("central", 1, None),
    ]
    assert {one.key: one.times for one in shares_of(rows, "funder")} == {"school": 1, "trust": 2}


def test_the_ledgers_of_schools_add_up_by_half_term_in_each_unit_and_leave_out_what_nobody_records():
    first = ledger(entry("days_repair", SEPTEMBER), entry("days_repair", OCTOBER, "missed"))
    second = ledger(
        entry("days_repair", OCTOBER, amount="0.5"), entry(BEYOND, date(2026, 11, 9), unit=SupportUnit.SESSION)
    )
    found = trust_year([first, second])
    assert found.halves == tuple(half.short for half in first.halves)
    by_unit = {one.unit: one for one in found.lines}
    days = by_unit[SupportUnit.DAY]
    owed = sum(one.cells[0].owed for part in (first, second) for one in part.lines if one.is_kept and one.unit == "day")
    assert (days.cells[0].owed, days.cells[0].came, days.cells[0].missed) == (owed, Decimal("1.5"), 1)
    assert days.year.owed == sum(cell.owed for cell in days.cells)
    assert by_unit[SupportUnit.SESSION].cells[1].came == 1
    quiet = [one for one in first.lines if not one.is_kept and one.unit == SupportUnit.MEETING]
    counted = [one for one in first.lines if one.is_kept and one.unit == SupportUnit.MEETING]
    assert quiet, "the strategy offers meetings of which nothing is on record"
    meetings = by_unit[SupportUnit.MEETING].year.owed if SupportUnit.MEETING in by_unit else 0
    assert meetings == 2 * sum(len(one.due) for one in counted)
    assert trust_year([]).by_half == []


def test_by_named_giver_how_much_and_of_how_much_no_cost_is_known():
    hub = {"provider": "external", "given_by": "Maths Hub"}
    rows = [
        entry("days_repair", OCTOBER, cost=Decimal(350), **hub),
        entry("days_repair", OCTOBER, amount="0.5", **hub),
        entry(BEYOND, OCTOBER, unit=SupportUnit.VISIT, **hub),
        entry("days_repair", OCTOBER, "booked", **hub),
        entry("days_repair", OCTOBER, given_by="Ada"),
    ]
    found = shares_of(rows, "giver")
    assert [(one.key, one.times, one.amount_words, one.cost, one.unknown) for one in found] == [
        (("external", "Maths Hub"), 3, "1.5 days, 1 visit", Decimal(350), 2),
        (("central", "Ada"), 1, "1 day", None, 1),
    ]


def test_inside_and_outside_by_academic_year():
    outside = {"provider": "external"}
    rows = [
        entry(BEYOND, date(2026, 8, 31), cost=Decimal(900), **outside),  # August belongs to the year before
        entry(BEYOND, date(2026, 9, 1), amount="0.5", **outside),
        entry(BEYOND, OCTOBER, cost=Decimal(60), provider="school"),
        entry(BEYOND, OCTOBER, unit=SupportUnit.VISIT),
        entry(BEYOND, OCTOBER, amount="2"),
        entry(BEYOND, OCTOBER, "missed", **outside),
        entry(BEYOND, date(2019, 10, 9)),
    ]
    before, this = by_year(rows, [2025, 2026])
    assert (before.label, before.inside.times, before.outside.times) == ("2025/26", 0, 1)
    assert before.outside.cost == Decimal(900)
    assert (this.inside.times, this.inside.amount_words, this.inside.cost) == (3, "3 days, 1 visit", Decimal(60))
    assert (this.outside.times, this.outside.amount_words, this.outside.cost) == (1, "0.5 days", None)
    assert (this.share_outside, by_year([], [2026])[0].share_outside) == (25, None)
    inside, outside = (Share(key, times, None, (), times) for key, times in (("inside", 45), ("outside", 3)))
    assert YearOf(2026, inside, outside).share_outside == 6.3  # 6.25: a half is rounded up


def test_support_counts_for_the_axis_it_serves_and_what_serves_none_counts_for_each():
    axes = {one.key: one.axis for one in S3.entitlements}
    academic = next(key for key, axis in axes.items() if axis == "academic")
    operational = next(key for key, axis in axes.items() if axis == "operational")
    rows = [entry(key, OCTOBER) for key in (academic, operational, BEYOND, ASKED)]
    rows.append(entry(academic, OCTOBER, "missed"))
    assert [one.key for one in serving(rows, S3, "academic")] == [academic, BEYOND, ASKED]
    assert [one.key for one in serving(rows, S3, "operational")] == [operational, BEYOND, ASKED]


def test_every_state_of_a_booking_has_words_and_a_way_on():
    assert AFTER.keys() == STANDS.keys()
    assert {one for after in AFTER.values() for one in after} <= AFTER.keys()
    reached, fresh = {"booked"}, {"booked"}
    while fresh:
        fresh = {after for one in fresh for after in AFTER[one]} - reached
        reached |= fresh
    assert reached == AFTER.keys()


DAYS = st.dates(date(2026, 9, 1), date(2027, 7, 31))
ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from([one.key for one in S1.entitlements] + [ASKED, BEYOND]),
        DAYS,
        st.sampled_from([one for one in STANDS if one != "cancelled"]),
        st.decimals(min_value="0.5", max_value=5, places=1).map(str),
    ),
    max_size=20,
)


@given(entries=ENTRIES, today=DAYS, level=st.sampled_from([one.key for one in S1.axis_levels("phase")]))
def test_the_half_terms_add_up_to_the_year_and_no_line_is_further_behind_than_owed(
    entries: list[Entry], today: date, level: str
):
    found = ledger(*entries, level=level, today=today)
    assert sorted(map(id, found.entries)) == sorted(map(id, entries)), "each thing stands on one line"
    for one in found.lines:
        assert sum(cell.owed for cell in one.cells) == len(one.due)
        assert sum(cell.came for cell in one.cells) == one.came
        assert 0 <= one.short <= one.owed_now
        assert (one.since is None) == (one.short == 0)
        if one.since:
            assert one.since < today
    came = sum(one.amount for one in entries if one.stands in CAME)
    assert sum(one.came for one in found.lines) == came


@pytest.mark.parametrize(("strategy", "axis"), [(S1, "phase"), (S3, "academic"), (S3, "operational")])
def test_the_words_of_every_offer_can_be_read(strategy: Any, axis: str):
    for level in strategy.axis_levels(axis):
        owed = owed_of(strategy, [Placed(date(2026, 7, 1), axis, level.key)], HALVES, since=date(2020, 9, 1))
        for one in ledger_of(strategy, {axis: level.key}, owed, [], HALVES, today=TODAY).lines:
            assert one.offer[:1].isdigit() or one.offer.startswith("at least")
