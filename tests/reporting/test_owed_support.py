"""Support in the calendar of what is owed: the days that are booked, and what has not come by its day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from monitoring.models import Visit
from monitoring.services import begin_visit
from plans.models import SupportBooking
from plans.queries.support import ledgers
from plans.rules.support import Line
from plans.services.booking import cancel_support, confirm_support, dispute_support, say_delivered, say_missed
from reporting.queries.owed import Span, owed
from reporting.rules.owed import Owed
from schools.access import access_of
from schools.models import Membership, School
from schools.services.tokens import create_feed
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.support_world import book, external, place

NOW = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Europe/London"))
OCTOBER, DECEMBER = date(2026, 10, 9), date(2026, 12, 4)
SPRING = date(2027, 3, 31)
VISITS = "Improvement support visits"


_now = stopped_at(NOW)


def told(person: Membership, until: date = SPRING) -> list[Owed]:
    """What stands in the person's own calendar."""
    access = access_of(person.user)
    assert access is not None
    schools = School.objects.visible_to(access)
    mine = list(schools if access.whole_trust else schools.filter(pk__in=access.school_ids))
    return owed(access, mine, Span(TODAY, until))


def booked(person: Membership) -> set[tuple[str, date]]:
    return {(one.title, one.on) for one in told(person) if one.page == "support_booking"}


# Days that are booked


def test_a_booked_day_stands_in_the_calendar_of_who_gets_gives_and_books_it(cast: Cast, open_alder: object) -> None:
    hal, lou = member("Hal Head", "head", cast.ashmere), member("Lou Leader", "leader", cast.ashmere)
    other = member("Oona Head", "head", School.objects.create(name="Elm Primary", joined_on=date(2020, 9, 1)))
    book(cast, DECEMBER)
    lent = {"provider": "school", "provider_person": None, "provider_school": cast.ashmere}
    book(cast, DECEMBER, **lent, entitlement="", what="Moderation", unit="day", amount=Decimal("0.5"))
    comes, lends = f"{VISITS}, given by Ada Whitlock", "Moderation (0.5 days), given by Ashmere Primary"
    assert booked(cast.ben) == {(comes, DECEMBER), (lends, DECEMBER)}
    assert booked(cast.ruth) == booked(cast.ben)
    assert booked(cast.ada) == {(f"{VISITS}, given by you", DECEMBER), (lends, DECEMBER)}
    gives = "Support given to Dunmere Primary: Moderation (0.5 days)"
    assert booked(hal) == {(gives, DECEMBER)}
    assert booked(lou) == booked(other) == set(), "who may not open the booking is not told of it"


def test_who_is_told_of_a_booked_day_may_open_it(cast: Cast, open_alder: object) -> None:
    hal = member("Hal Head", "head", cast.ashmere)
    book(cast, OCTOBER, DECEMBER)
    book(cast, DECEMBER, school=cast.ashmere)
    book(cast, DECEMBER, **external(entitlement="", what="Maths", unit="day"))
    people = (cast.ada, cast.ben, cast.ruth, cast.tom, cast.gita, cast.olive, cast.carl, hal)
    seen = {one.user.name: [each for each in told(one) if each.page == "support_booking"] for one in people}
    assert len(seen["Ada Whitlock"]) == 4
    for person in people:
        client = cast.client(person)
        urls = [reverse("support_booking", args=["alder", one.place["pk"]]) for one in seen[person.user.name]]
        assert [client.get(url).status_code for url in urls] == [200] * len(urls)


def test_a_day_that_is_past_waits_until_somebody_says_what_became_of_it(cast: Cast, open_alder: object) -> None:
    past, _, gone = book(cast, OCTOBER, TODAY, DECEMBER)
    cancel_support(gone, by=cast.ada, why="The adviser left.")
    found = {one.on: one for one in told(cast.ben) if one.page == "support_booking"}
    assert set(found) == {OCTOBER, TODAY}
    assert (found[OCTOBER].title, found[OCTOBER].held) == (
        f"Did it take place? {VISITS}, given by Ada Whitlock", False,
    )  # fmt: skip
    assert found[TODAY].held, "on its day it takes place"
    say_delivered(past, by=cast.ada)
    assert {on for _, on in booked(cast.ben)} == {TODAY}


def test_challenge_to_the_trust_itself_is_told_to_who_reads_it(cast: Cast, open_alder: object) -> None:
    [row] = book(cast, DECEMBER, **external(entitlement="", what="Peer review", unit="day", funder="trust"))
    SupportBooking.objects.filter(pk=row.pk).update(school=None)
    said = "Challenge to the trust: Peer review, given by Northmere Maths Hub"
    assert booked(cast.ada) == {(said, DECEMBER)}
    assert booked(cast.ben) == set()


def test_a_booked_day_is_on_the_page_and_in_the_file_on_its_day(cast: Cast, settings: object) -> None:
    settings.SITE_URL = "https://trust.example"
    with trust_scope(cast.alder):
        [row] = book(cast, DECEMBER)
        _, secret = create_feed(by=cast.ben)
    url = f"/t/alder/support/{row.pk}/"
    page = reverse("calendar_page", args=["alder"])
    text = cast.client(cast.ben).get(page).content.decode()
    assert f'<a href="{url}">{VISITS}, given by Ada Whitlock</a>' in text
    ada = cast.client(cast.ada)
    for school, is_told in ((cast.dunmere, True), (cast.ashmere, False)):
        shown = ada.get(page, {"school": school.pk, "kind": "support"}).content.decode()
        assert (url in shown) is is_told
    assert url not in ada.get(page, {"kind": "plan"}).content.decode()
    file = Client().get(reverse("calendar_feed", args=["alder", secret])).content
    event = next(one for one in Calendar.from_ical(file).walk("VEVENT") if one.get("URL", "").endswith(url))
    assert event["SUMMARY"] == f"{VISITS}, given by Ada Whitlock"
    assert event.decoded("DTSTART") == DECEMBER


def test_what_a_school_gives_stays_when_the_page_is_narrowed_to_it(cast: Cast) -> None:
    with trust_scope(cast.alder):
        lent = {"provider": "school", "provider_person": None, "provider_school": cast.ashmere}
        book(cast, DECEMBER, **lent)
    page = reverse("calendar_page", args=["alder"])
    shown = cast.client(cast.ada).get(page, {"school": cast.ashmere.pk}).content.decode()
    assert f"Support given to Dunmere Primary: {VISITS}" in shown


def test_each_booked_day_leads_to_its_own_page(cast: Cast) -> None:
    with trust_scope(cast.alder):
        rows = [*book(cast, DECEMBER), *book(cast, DECEMBER), *book(cast, DECEMBER, school=cast.ashmere)]
        _, secret = create_feed(by=cast.ada)
    text = cast.client(cast.ada).get(reverse("calendar_page", args=["alder"])).content.decode()
    assert all(f'<a href="/t/alder/support/{row.pk}/">{VISITS}, given by you</a>' in text for row in rows)
    file = Client().get(reverse("calendar_feed", args=["alder", secret])).content
    events = Calendar.from_ical(file).walk("VEVENT")
    mine = [one for one in events if "given by you" in one["SUMMARY"]]
    assert (len(mine), len({str(one["UID"]) for one in mine})) == (3, 3)


def test_page_and_file_ask_the_same_for_thirty_schools(cast: Cast, queries: Callable[..., list[str]]) -> None:
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        book(cast, DECEMBER)
    ruth, page = cast.client(cast.ruth), reverse("calendar_page", args=["alder"])
    address = f"/api/v1/t/alder/schools/{cast.dunmere.pk}/owed/"
    read = [lambda: ruth.get(page), lambda: ruth.get(address)]
    for one in read:
        one()  # a strategy is read once a process
    few = [len(queries(one)) for one in read]
    with trust_scope(cast.alder):
        for school in SchoolFactory.create_batch(30):
            place(cast, school, "reinforce")
            book(cast, DECEMBER, school=school)
    assert [len(queries(one)) for one in read] == few
    assert max(few) <= 15


# What is owed, less what came


def owing(person: Membership, label: str) -> list[tuple[str, date]]:
    """What stands in the person's calendar of one part of the offer, but for the days that are booked."""
    found = [one for one in told(person) if one.page == "school_support" and one.title.startswith(label)]
    assert all(not one.held for one in found)
    return sorted(((one.title, one.on) for one in found), key=lambda pair: pair[1])


def days_of(cast: Cast, key: str) -> Line:
    [found] = ledgers([cast.dunmere], 2026, today=TODAY)
    return next(one for one in found.ledger.lines if one.key == key)


def test_what_came_is_no_longer_owed_and_what_did_not_stays(cast: Cast, open_alder: object) -> None:
    place(cast, cast.dunmere, "reinforce")
    due = days_of(cast, "support_reinforce").due
    assert len([day for day in due if day < TODAY]) == 4
    ahead = [day for day in due if TODAY <= day <= SPRING]
    first, *rest = owing(cast.ben, VISITS)
    assert first == (f"{VISITS}: 4 visits behind", due[0])
    assert [day for _, day in rest] == ahead
    rows = book(cast, *[date(2026, 10, day) for day in (5, 6, 7, 8, 9)])
    assert owing(cast.ben, VISITS) == [first, *rest], "what is only booked has not come"
    for row in rows[:3]:
        say_delivered(row, by=cast.ada)
    assert owing(cast.ben, VISITS) == [(f"{VISITS}, 1 of 3", due[3]), *rest], "one that did not come is told by itself"
    say_delivered(rows[3], by=cast.ada)
    assert owing(cast.ben, VISITS) == rest
    confirm_support(SupportBooking.objects.get(pk=rows[3].pk), by=cast.ben)
    say_delivered(rows[4], by=cast.ada)
    assert owing(cast.ben, VISITS) == rest[1:], "one that came before its day is owed by that day no more"
    dispute_support(SupportBooking.objects.get(pk=rows[4].pk), by=cast.ben, answer="Nobody came.")
    say_missed(SupportBooking.objects.get(pk=rows[4].pk), by=cast.ada, missed_by="provider", why="Ill.")
    assert owing(cast.ben, VISITS) == rest


def test_the_calendar_counts_as_the_ledger_does(cast: Cast, open_alder: object) -> None:
    place(cast, cast.dunmere, "reinforce")
    place(cast, cast.dunmere, "refine", axis="operational")
    for row in book(cast, OCTOBER, date(2026, 10, 12), amount=Decimal("1.5")):
        say_delivered(row, by=cast.ada)
    form = next(one for one in cast.version.strategy.forms if one.key == "joint_visit")
    begin_visit(cast.dunmere, cast.version, form, by=cast.ada, by_school=False)
    Visit.objects.update(on=OCTOBER, state="submitted", submitted_at=NOW, submitted_by=cast.ada, reply_due_on=TODAY)
    [year] = ledgers([cast.dunmere], 2026, today=TODAY)
    lines = [one for one in year.ledger.lines if one.entitlement]
    assert {one.key: one.came for one in lines if one.came} == {"support_reinforce": 3, "joint_visit_refine": 1}
    for line in lines:
        found = owing(cast.ben, line.label)
        assert [day for _, day in found if day < TODAY] == ([line.since] if line.short else []), line.key
        ahead = [day for day in line.due[int(line.came) :] if TODAY <= day <= SPRING]
        assert [day for _, day in found if day >= TODAY] == ahead, line.key
    assert any(line.short for line in lines)
    assert any(line.short == 0 and line.due for line in lines)


def test_of_the_offer_for_all_only_what_the_trust_keeps_on_record_is_late(cast: Cast, open_alder: object) -> None:
    line = next(one for one in ledgers([cast.dunmere], 2026, today=TODAY)[0].ledger.unknown)
    assert not [day for _, day in owing(cast.ben, line.label) if day < TODAY]
    [row] = book(cast, OCTOBER, school=cast.ashmere, entitlement=line.key)
    say_delivered(row, by=cast.ada)
    late = [pair for pair in owing(cast.ben, line.label) if pair[1] < TODAY]
    assert [day for _, day in late] == [line.due[0]], "something of it is on record at another school"


def test_what_did_not_come_by_its_day_is_past_its_day_on_the_page(cast: Cast) -> None:
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
    text = cast.client(cast.ben).get(reverse("calendar_page", args=["alder"])).content.decode()
    late = text.split('id="late"')[1].split("</section>")[0]
    assert f'href="/t/alder/schools/{cast.dunmere.pk}/support/">{VISITS}: 4 visits behind</a>' in late


# For other programs


def test_programs_read_the_calendar_of_a_school(cast: Cast, settings: object) -> None:
    settings.SITE_URL = "https://trust.example"
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        lent = {"provider": "school", "provider_person": None, "provider_school": cast.ashmere}
        [row] = book(cast, DECEMBER, **lent)
        [elsewhere] = book(cast, DECEMBER, school=cast.ashmere)
    address = f"/api/v1/t/alder/schools/{cast.dunmere.pk}/owed/"
    found = cast.client(cast.ben).get(address).json()["owed"]
    assert [one["on"] for one in found] == sorted(one["on"] for one in found)
    assert {
        "kind": "support", "title": f"{VISITS}, given by Ashmere Primary", "on": "2026-12-04", "takes_place": True,
        "starts_at": None, "school": cast.dunmere.pk, "page": f"https://trust.example/t/alder/support/{row.pk}/",
    } in found  # fmt: skip
    behind = next(one for one in found if one["title"] == f"{VISITS}: 4 visits behind")
    assert (behind["on"] < "2026-11-20", behind["takes_place"]) == (True, False)
    assert {one["school"] for one in found} <= {cast.dunmere.pk, None}
    assert not [one for one in found if one["page"].endswith(f"/support/{elsewhere.pk}/")]
    there = f"/api/v1/t/alder/schools/{cast.ashmere.pk}/owed/"
    assert cast.client(cast.ben).get(there).status_code == 404
    given = [one for one in cast.client(cast.ada).get(there).json()["owed"] if one["school"] == cast.dunmere.pk]
    assert [one["title"] for one in given] == [f"Support given to Dunmere Primary: {VISITS}"]
