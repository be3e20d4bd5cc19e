"""What is owed and when: the rules, the page, and the calendar at a private address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from plans.models import Action
from plans.rules.support import ledger_of
from plans.services import NewAction, add_actions
from reporting.queries.owed import Span, owed
from reporting.rules.due import Term, reports_ahead
from reporting.rules.feed import Shown, calendar_file
from reporting.rules.owed import Owed, by_week, drawn_together, of_entitlements, of_meetings
from schools.access import access_of
from schools.models import ApiToken, Membership, Period, School
from schools.rules.rhythm import HalfTerm, days_of_year
from schools.services.people import end_membership
from schools.services.tokens import create_feed
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.factories import SchoolFactory
from tests.strategies.inventory import strategy

NOW = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Europe/London"))
AUTUMN = [
    HalfTerm(2026, "autumn", 1, date(2026, 9, 1), date(2026, 10, 23)),
    HalfTerm(2026, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
]
NEXT_YEAR = [HalfTerm(2027, "autumn", 1, date(2027, 9, 1), date(2027, 10, 22))]
YEAR_AHEAD = {"since": date(2026, 9, 1), "until": date(2027, 8, 31)}


def test_every_three_weeks_is_the_same_days_whenever_one_looks() -> None:
    days = [day for day, _ in days_of_year("three_weeks", AUTUMN + NEXT_YEAR)]
    assert days[:3] == [date(2026, 9, 18), date(2026, 10, 9), date(2026, 11, 6)]
    assert date(2027, 9, 17) in days, "anew with the year"


def test_of_three_in_a_half_term_each_has_a_day_and_a_number() -> None:
    found = [(f"{day:%d %b}", turn) for day, turn in days_of_year("half_term", AUTUMN[1:], amount=3)]
    assert found == [("17 Nov", 1), ("03 Dec", 2), ("18 Dec", 3)]


def test_what_a_school_counts_on_is_told_one_by_one() -> None:
    two_axes = strategy("two_axes")
    sessions = next(one for one in two_axes.entitlements if one.amount == 2)
    single = next(one for one in two_axes.entitlements if one.amount == 1)
    days = [date(2026, 11, 25), date(2026, 12, 18)]
    owing = {sessions.key: days, single.key: days}
    ledger = ledger_of(two_axes, {}, owing, [], AUTUMN, today=TODAY)
    found = list(of_entitlements(ledger.lines, today=TODAY))
    assert [title for _, title in found if title.startswith(sessions.label)] == [
        f"{sessions.label}, 1 of 2", f"{sessions.label}, 2 of 2"
    ]  # fmt: skip
    assert (days[1], single.label) in found


def test_a_standing_meeting_is_owed_until_its_span_has_a_day() -> None:
    two_axes = strategy("two_axes")
    termly = next(one for one in two_axes.meetings if one.every == "term")
    window = {"since": date(2026, 11, 20), "until": date(2026, 12, 31)}
    said = f"{termly.label}: no day is set"
    assert (date(2026, 12, 18), said) in list(of_meetings(two_axes, [], AUTUMN, **window))
    held = [(termly.key, date(2026, 10, 1))]
    assert said not in [title for _, title in of_meetings(two_axes, held, AUTUMN, **window)]
    last_year = [(termly.key, date(2026, 7, 1))]
    assert said in [title for _, title in of_meetings(two_axes, last_year, AUTUMN, **window)]


def test_the_same_thing_of_several_schools_is_one_line() -> None:
    lines = drawn_together([
        Owed("return", date(2026, 12, 1), "Autumn", 2),
        Owed("return", date(2026, 12, 1), "Autumn", 1),
        Owed("return", date(2026, 12, 1), "Autumn", 1),
        Owed("sef", date(2026, 11, 23), "Self-evaluation", 1),
    ])  # fmt: skip
    assert [(line.first.title, line.schools) for line in lines] == [("Self-evaluation", (1,)), ("Autumn", (1, 2))]
    assert [monday for monday, _ in by_week(lines)] == [date(2026, 11, 23), date(2026, 11, 30)]


def test_a_report_is_made_so_many_days_before_the_end_of_its_period() -> None:
    two_axes = strategy("two_axes")
    term = Term(1, "autumn", 0, date(2026, 9, 1), date(2026, 12, 18))
    ahead = list(reports_ahead(two_axes, [term], since=date(2026, 11, 20), until=date(2026, 12, 31)))
    assert ahead
    assert all(day == date(2026, 12, 18) - timedelta(days=due.report.days_before_end) for day, due in ahead)


def names(person: Membership, until: date = date(2027, 3, 31)) -> set[tuple[str, date]]:
    access = access_of(person.user)
    assert access is not None
    schools = list(School.objects.visible_to(access))
    return {(one.title, one.on) for one in owed(access, schools, Span(TODAY, until))}


@pytest.fixture
def now() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_head_is_told_of_matrix_self_evaluation_return_and_action(
    cast: Cast, now: object, open_alder: object
) -> None:
    action = NewAction("Read aloud daily.", owner_words="English lead", impact_check_on=date(2027, 1, 29))
    add_actions(cast.dunmere, cast.version.strategy, [action], today=TODAY)
    add_actions(cast.ashmere, cast.version.strategy, [action], today=TODAY)
    found = names(cast.ben)
    titles = {title for title, _ in found}
    assert {"Risk matrix, Autumn 26", "Risk matrix, Spring 27", "Self-evaluation"} <= titles
    assert ("Has it worked? Read aloud daily.", date(2027, 1, 29)) in found
    assert any(on == date(2026, 12, 18) for title, on in found if "collection" in title.lower())
    access = access_of(cast.ben.user)
    assert access is not None
    schools = list(School.objects.visible_to(access).filter(pk__in=access.school_ids))
    assert {one.school for one in owed(access, schools, Span(TODAY, date(2027, 3, 1)))} == {cast.dunmere.pk, None}
    Action.objects.update(state="done", verdict="worked", closed_at=NOW)
    assert ("Has it worked? Read aloud daily.", date(2027, 1, 29)) not in names(cast.ben)


def test_a_school_with_its_own_half_term_has_its_own_days(cast: Cast, now: object, open_alder: object) -> None:
    own = {"year": 2026, "season": "spring", "half": 1, "school": cast.ashmere}
    Period.objects.create(**own, starts_on=date(2027, 1, 4), ends_on=date(2027, 2, 5))
    access = access_of(cast.ada.user)
    assert access is not None
    found = owed(access, [cast.dunmere, cast.ashmere], Span(TODAY, date(2027, 2, 28)))
    days = {
        school.pk: {one.on for one in found if one.kind == "support" and one.school == school.pk}
        for school in (cast.dunmere, cast.ashmere)
    }
    assert days[cast.ashmere.pk] != days[cast.dunmere.pk]
    assert not [day for day in days[cast.ashmere.pk] if date(2027, 2, 5) < day < date(2027, 2, 22)]
    assert [day for day in days[cast.dunmere.pk] if date(2027, 2, 5) < day < date(2027, 2, 22)]


def test_a_trustee_reads_no_plan_of_a_meeting_without_a_day(cast: Cast, now: object, open_alder: object) -> None:
    assert any("no day is set" in title for title, _ in names(cast.carl))
    assert not any("no day is set" in title for title, _ in names(cast.tom))


def test_as_many_questions_for_thirty_schools(
    cast: Cast, now: object, open_alder: object, queries: Callable[..., list[str]]
) -> None:
    access = access_of(cast.ruth.user)
    read = lambda: owed(access, list(School.objects.all()), Span(TODAY, date(2027, 3, 1)))  # noqa: E731
    read()  # a strategy is read once a process
    few = len(queries(read))
    SchoolFactory.create_batch(30)
    assert len(queries(read)) == few <= 16


def test_the_page_can_be_narrowed_and_bad_choices_choose_nothing(cast: Cast, now: object) -> None:
    client = cast.client(cast.ruth)
    url = reverse("calendar_page", args=["alder"])
    text = client.get(url).content.decode()
    assert "Dunmere Primary" in text
    assert "Risk matrix, Autumn 26" in text
    only = client.get(url, {"kind": "meeting", "school": cast.dunmere.pk}).content.decode()
    assert "Risk matrix, Autumn 26" not in only
    assert client.get(url, {"kind": "x", "ahead": "-1", "school": "9\x00"}).status_code == 200
    assert cast.client(cast.cleo).get(url).status_code == 404


def test_a_private_address_opens_the_calendar_and_nothing_else(cast: Cast, now: object, settings: object) -> None:
    settings.SITE_URL = "https://trust.example"
    ben = cast.client(cast.ben)
    page = ben.post(reverse("calendar_address", args=["alder"])).content.decode()
    address = page.split("<code")[1].split(">")[1].split("<")[0]
    assert address.startswith("https://trust.example/t/alder/calendar/")
    path = address.removeprefix("https://trust.example")
    nobody = Client()
    answer = nobody.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Cache-Control"] == "no-store"
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    matrix = next(one for one in events if "Risk matrix, Autumn 26" in one["SUMMARY"])
    assert matrix["SUMMARY"].startswith("Due: ")
    assert matrix["URL"].startswith("https://trust.example/t/alder/schools/")
    assert len({str(one["UID"]) for one in events}) == len(events)
    again = Calendar.from_ical(nobody.get(path).content).walk("VEVENT")
    assert {str(one["UID"]) for one in again} == {str(one["UID"]) for one in events}
    assert nobody.get(path.replace("/t/alder/", "/t/birch/")).status_code == 404
    secret = path.rsplit("/", 1)[1].removesuffix(".ics")
    refused = nobody.get("/api/v1/t/alder/schools/", headers={"Authorization": f"Token {secret}"})
    assert refused.status_code == 401, "it is no key to the API"
    other = cast.client(cast.ruth).get(path)
    assert Calendar.from_ical(other.content).walk("VEVENT") != []
    assert "Ashmere" not in other.content.decode(), "the address says whose it is, not who is signed in"


def test_a_new_address_stops_the_old_one_and_leaving_stops_all(cast: Cast, now: object) -> None:
    with trust_scope(cast.alder):
        _, first = create_feed(by=cast.ben)
        _, second = create_feed(by=cast.ben)

    def asks(secret: str) -> int:
        return Client().get(reverse("calendar_feed", args=["alder", secret])).status_code

    assert (asks(first), asks(second)) == (404, 200), "a calendar program cannot sign in: nothing is here"
    assert cast.client(cast.ben).get(reverse("calendar_feed", args=["alder", first])).status_code == 404
    cast.client(cast.ben).post(reverse("calendar_stop", args=["alder"]))
    assert asks(second) == 404
    with trust_scope(cast.alder):
        _, third = create_feed(by=cast.ben)
        end_membership(cast.ben, by=cast.olive, why="Moved away.")
    assert asks(third) == 404
    assert asks("short") == 404
    assert not ApiToken.objects.filter(use="api").exists()


def test_a_meeting_has_its_hour_and_a_due_thing_the_whole_day() -> None:
    at = datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Europe/London"))
    lines = drawn_together([
        Owed("meeting", date(2026, 12, 1), "Risk meeting", held=True, at=at),
        Owed("return", date(2026, 12, 2), "Ångström; counts", 1),
    ])  # fmt: skip
    file = calendar_file(
        [Shown(line, "") for line in lines], name="Alder", host="trust.example", schools={1: "Elm, the school"}, now=NOW
    )
    meeting, due = Calendar.from_ical(file).walk("VEVENT")
    assert (meeting["SUMMARY"], meeting.decoded("DTSTART")) == ("Risk meeting", at)
    assert (due["SUMMARY"], due.decoded("DTSTART")) == ("Due: Ångström; counts (Elm, the school)", date(2026, 12, 2))
    assert due.decoded("DTEND") == date(2026, 12, 3)
