"""A school asks for support, the trust answers; who sees what of it, the file, and what it came to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import Visit
from monitoring.services import begin_visit
from plans.models import Plan, SupportBooking, SupportRequest
from plans.queries.support import ledgers
from plans.queries.support_moves import what_it_came_to
from plans.services import NewAction, add_actions, write_action
from plans.services.booking import (
    say_delivered,
)
from plans.services.supporting import Wanted, answer_request, ask_for_support, draft_request, send_request
from plans.services.writing import ActionEntry, begin_plan
from reviews.models import ReviewWish
from schools.audit import record_act
from schools.models import Notice, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.support_world import book, external, place

OCTOBER, YESTERDAY, DECEMBER = date(2026, 10, 9), date(2026, 11, 19), date(2026, 12, 4)
ASK = {"item": "coaching", "need": "Our deputy is new.", "priority": "now", "risk": "", "suits": "After Christmas"}
BOOK = {
    "against": "support_reinforce", "what": "", "amount": "1", "unit": "visit", "dates": "4 December 2026",
    "provider": "central", "provider_person": "", "provider_school": "", "provider_words": "Reading adviser",
    "funder": "trust", "cost": "", "risk": "",
}  # fmt: skip


_today = stopped_at(TODAY)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def at(cast: Cast, page: str = "") -> str:
    return f"/t/alder/schools/{cast.dunmere.pk}/support/{page}"


def line(cast: Cast, key: str) -> Any:
    [found] = ledgers([cast.dunmere], 2026, today=TODAY)
    return next(one for one in found.ledger.lines if one.key == key)


# Asking


def test_ben_asks_ada_agrees_and_books_it_and_it_stands_on_a_line_of_its_own(cast: Cast):
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    assert ben.post(at(cast, "ask/"), ASK | {"risk": "criterion:behaviour"})["Location"] == at(cast, "ask/")
    with trust_scope(cast.alder):
        row = SupportRequest.objects.get()
        assert (row.state, row.item, row.criterion, row.asked_by, row.priority) == (
            "asked", "coaching", "behaviour", cast.ben, "now",
        )  # fmt: skip
        assert Notice.objects.filter(to=cast.ada, path=f"/t/alder/support/asked/{row.pk}/").count() == 1
    assert "Coaching for leaders" in text_of(ada.get("/t/alder/support/"))
    page = f"/t/alder/support/asked/{row.pk}/"
    assert ada.post(page, {"outcome": "agreed", "words": "", "later_on": ""}).status_code == 302
    new = at(cast, f"book/?request={row.pk}")
    assert f'href="{new}"' in text_of(ada.get(page))
    begun = ada.get(new).context["form"].initial
    assert (begun["against"], begun["funder"]) == (f"request:{row.pk}", "trust")
    assert (begun["what"], begun["risk"]) == ("Coaching for leaders", "criterion:behaviour")
    typed = BOOK | {"against": f"request:{row.pk}", "what": "Coaching", "unit": "session"}
    assert ada.post(at(cast, "book/"), typed)["Location"] == at(cast)
    with trust_scope(cast.alder):
        booked = SupportBooking.objects.get()
        assert (booked.request, booked.entitlement, booked.criterion, booked.unit) == (row, "", "behaviour", "session")
        assert line(cast, "asked_for").booked == 1
    assert "Asked for by the school" in text_of(ben.get(at(cast)))


def test_reviews_and_other_support_stand_in_one_list(cast: Cast):
    with trust_scope(cast.alder):
        for item in ("send_review", "coaching"):
            ask_for_support(cast.dunmere, cast.version, Wanted("For our new leader.", item), by=cast.ben)
        assert (ReviewWish.objects.count(), SupportRequest.objects.count()) == (1, 1)
    lines = cast.client(cast.ben).get(at(cast, "ask/")).context["lines"]
    assert {one.label for one in lines} == {"SEND review", "Coaching for leaders"}
    shown = text_of(cast.client(cast.ruth).get("/t/alder/support/"))
    assert "Dunmere Primary: SEND review" in shown
    assert "Dunmere Primary: Coaching for leaders" in shown


def test_a_leader_writes_it_down_and_the_head_sends_it(cast: Cast):
    with trust_scope(cast.alder):
        maya = member("Maya Grant", "leader", cast.dunmere)
    assert cast.client(maya).post(at(cast, "ask/"), ASK).status_code == 302
    with trust_scope(cast.alder):
        row = SupportRequest.objects.get()
        assert (row.state, row.written_by, row.asked_by) == ("draft", maya, None)
    page = f"/t/alder/support/asked/{row.pk}/"
    assert cast.client(cast.ada).get(page).status_code == 404, "a draft is the school's own"
    assert cast.client(maya).post(page + "send/").status_code == 403
    assert cast.client(cast.ben).post(page + "send/").status_code == 302
    with trust_scope(cast.alder):
        row.refresh_from_db()
        assert (row.state, row.asked_by) == ("asked", cast.ben)
        RoleGrant.objects.filter(membership=cast.ben).update(ended_at="2026-11-01T00:00Z")
    more = ASK | {"item": "own", "need": "Help with phonics."}
    assert cast.client(maya).post(at(cast, "ask/"), more).status_code == 302
    with trust_scope(cast.alder):
        assert SupportRequest.objects.get(item="").state == "asked", "she stands in where there is no head"


def test_a_draft_for_a_review_becomes_the_wish_for_it(cast: Cast):
    with trust_scope(cast.alder):
        record_act("plan.planted", SupportRequest, by=None)
        [action] = add_actions(
            cast.dunmere,
            cast.version.strategy,
            [NewAction("Train the team", cast.ben, "", None, DECEMBER)],
            today=TODAY,
        )
        wanted = Wanted("For our new leader.", "send_review", action=action)
        sent = send_request(draft_request(cast.dunmere, cast.version, wanted, by=cast.ben), by=cast.ben)
        assert isinstance(sent, ReviewWish)
        assert sent.note == "For our new leader.\n\nIt serves this action of our plan: Train the team"
        assert not SupportRequest.objects.exists()


def test_nobody_answers_what_they_asked_for(cast: Cast):
    with trust_scope(cast.alder):
        row = ask_for_support(cast.dunmere, cast.version, Wanted("Help."), by=cast.ruth)
        assert isinstance(row, SupportRequest)
        with pytest.raises(ValidationError, match="somebody else answers"):
            answer_request(row, by=cast.ruth, outcome="agreed")
        answer_request(row, by=cast.ada, outcome="later", later_on=DECEMBER)
        assert answer_request(row, by=cast.ada, outcome="declined", words="We have nobody.").later_on is None
        with pytest.raises(ValidationError, match="answered this already"):
            answer_request(row, by=cast.ada, outcome="agreed")


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"outcome": "declined", "words": " ", "later_on": ""}, "words", "Say why, in a sentence"),
        ({"outcome": "later", "words": "", "later_on": ""}, "later_on", "Say on which day"),
        ({"outcome": "later", "words": "", "later_on": "1 November 2026"}, "later_on", "still to come"),
        ({"outcome": "", "words": "", "later_on": ""}, "outcome", "Choose what you decide"),
    ],
)
def test_an_answer_that_lacks_something_is_asked_for_beside_its_field(cast: Cast, sent: Any, field: str, said: str):
    with trust_scope(cast.alder):
        row = ask_for_support(cast.dunmere, cast.version, Wanted("Help."), by=cast.ben)
    answer = cast.client(cast.ada).post(f"/t/alder/support/asked/{row.pk}/", sent)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors[field])


# Who sees and does what


def test_who_sees_asks_books_and_confirms(cast: Cast):
    with trust_scope(cast.alder):
        [row] = book(cast, OCTOBER)
        say_delivered(row, by=cast.ada)
        asked = ask_for_support(cast.dunmere, cast.version, Wanted("Help."), by=cast.ben)
    own = [f"/t/alder/support/{row.pk}/", f"/t/alder/support/asked/{asked.pk}/", "/t/alder/support/file/"]
    pages = [at(cast), at(cast, "ask/"), at(cast, "book/"), *own]
    people = ("ada", "ben", "ruth", "gita", "tom", "olive", "cleo")
    found = {name: [cast.client(getattr(cast, name)).get(page).status_code for page in pages] for name in people}
    assert found == {
        "ada": [200, 403, 200, 200, 200, 200],
        "ben": [200, 200, 403, 200, 200, 403],
        "ruth": [200, 403, 200, 200, 200, 200],
        "gita": [200, 403, 403, 200, 404, 403],
        "tom": [200, 403, 403, 200, 404, 200],
        "olive": [403, 403, 403, 403, 403, 403],
        "cleo": [404, 404, 404, 404, 404, 404],
    }
    acts = [
        ("confirm", {"outcome": "confirmed", "answer": ""}),
        ("end", {"ended": "cancelled", "missed_by": "", "why": "No."}),
    ]
    refused = {
        name: [
            cast.client(getattr(cast, name)).post(f"/t/alder/support/{row.pk}/{act}/", data).status_code
            for act, data in acts
        ]
        for name in ("tom", "gita", "ada", "ruth")
    }
    assert refused["tom"] == refused["gita"] == [403, 403]
    assert [statuses[0] for statuses in (refused["ada"], refused["ruth"])] == [403, 403], "the school confirms"


def test_a_head_is_led_to_their_own_school_and_sees_no_other(cast: Cast):
    ben = cast.client(cast.ben)
    assert ben.get("/t/alder/support/")["Location"] == at(cast)
    assert ben.get(f"/t/alder/schools/{cast.ashmere.pk}/support/").status_code == 404
    with trust_scope(cast.alder):
        [theirs] = book(cast, OCTOBER, school=cast.ashmere)
    assert ben.get(f"/t/alder/support/{theirs.pk}/").status_code == 404


def test_the_file_holds_a_row_for_each_thing_and_no_formula(cast: Cast):
    with trust_scope(cast.alder):
        book(cast, OCTOBER, **external(entitlement="", what="=1+1", unit="day", provider_words="@Hub"))
    answer = cast.client(cast.ruth).get("/t/alder/support/file/?year=2026")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = answer.content.decode().splitlines()
    assert rows[0].startswith("\ufeffSchool,Day,Half term,What")
    assert rows[1] == (
        "Dunmere Primary,2026-10-09,Autumn 1,'=1+1,Beyond the offer,1,1,day,Booked,Somebody from outside,'@Hub,"
        "The school,350.00"
    )


def test_the_ledger_asks_the_same_number_of_questions_for_thirty_schools(cast: Cast, queries: Any):
    from tests.factories import SchoolFactory

    ruth = cast.client(cast.ruth)
    ruth.get("/t/alder/support/")
    few = len(queries(lambda: ruth.get("/t/alder/support/")))
    with trust_scope(cast.alder):
        for school in SchoolFactory.create_batch(30):
            book(cast, OCTOBER, school=school)
    assert len(queries(lambda: ruth.get("/t/alder/support/"))) <= few


def test_what_waits_to_be_said_is_on_the_page_of_who_can_say_it(cast: Cast):
    with trust_scope(cast.alder):
        book(cast, YESTERDAY)
    for person, expected in ((cast.ada, 1), (cast.ruth, 1), (cast.ben, 0), (cast.gita, 0)):
        page = cast.client(person).get(at(cast))
        assert len(page.context["waiting"]) == expected


def test_a_school_of_whose_offer_nothing_is_recorded_is_not_said_to_have_had_everything(cast: Cast):
    ruth = cast.client(cast.ruth)
    page = ruth.get(at(cast))
    unknown = page.context["ledger"].unknown
    assert unknown
    assert "Everything owed by now has come" not in text_of(page)
    assert "of the offer nothing is on record" in text_of(page)
    shown = text_of(ruth.get("/t/alder/support/"))
    assert "No school is behind in what is counted; of parts of the offer nothing is on record." in shown
    assert "nothing behind in what is counted" in shown
    assert "Every school has had" not in shown
    with trust_scope(cast.alder):
        for part in unknown:
            for day in part.due[: part.owed_now]:
                [row] = book(cast, day, entitlement=part.key)
                say_delivered(row, by=cast.ada)
    assert "Everything owed by now has come." in text_of(ruth.get(at(cast)))


def test_two_actions_of_the_same_words_are_told_apart_by_their_plan(cast: Cast):
    with trust_scope(cast.alder):
        for kind in ("sip", "raising_achievement_plan"):
            plan = begin_plan(cast.dunmere, kind, by=cast.ben)
            write_action(
                plan, ActionEntry(NewAction("Train the tutors.", cast.ben, "", None, DECEMBER, "")), by=cast.ben
            )
        titles = set(Plan.objects.values_list("title", flat=True))
    for person, page in ((cast.ben, "ask/"), (cast.ada, "book/")):
        choices = cast.client(person).get(at(cast, page)).context["form"].fields["risk"].choices
        [words] = [[said for _, said in some] for label, some in choices if label == "An action of the plan"]
        assert {f"Train the tutors. ({title})" for title in titles} == set(words)
        assert len(words) == 2


def test_the_trust_reads_its_year_by_half_term_by_who_gave_and_by_who_paid(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        rows = [*book(cast, OCTOBER, YESTERDAY), *book(cast, OCTOBER, school=cast.ashmere, **external())]
        for row in rows:
            say_delivered(row, by=cast.ada)
        book(cast, DECEMBER, school=cast.ashmere)
    page = cast.client(cast.ruth).get("/t/alder/support/")
    [visits] = [one for one in page.context["whole"].lines if one.unit == "visit"]
    assert [(cell.came, cell.booked) for cell in visits.cells][:2] == [(2, 0), (1, 1)]
    assert visits.cells[0].owed > 0
    assert [
        (one["label"], one["kind"], one["share"].amount_words, one["share"].cost) for one in page.context["givers"]
    ] == [
        ("Northmere Maths Hub", "Somebody from outside", "1 visit", 350),
        (cast.ada.user.name, "The trust’s own team", "2 visits", None),
    ]
    assert [(one["label"], one["share"].times) for one in page.context["payers"]] == [
        ("The trust", 2),
        ("The school", 1),
    ]
    shown = text_of(page)
    assert "Northmere Maths Hub" in shown
    assert "The year by half term" in shown


# What it came to


def test_inside_and_outside_and_how_schools_moved_with_the_caution(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce", on=date(2025, 7, 1))
        place(cast, cast.dunmere, "refine", on=date(2026, 7, 1))
        place(cast, cast.ashmere, "refine", on=date(2026, 7, 1))
        rows = [*book(cast, OCTOBER, YESTERDAY), *book(cast, OCTOBER, **external()), *book(cast, date(2025, 11, 28))]
        for row in rows:
            say_delivered(row, by=cast.ada)
    page = cast.client(cast.ruth).get("/t/alder/support/impact/")
    told = {one.label: (one.inside.times, one.outside.times) for one in page.context["years"]}
    assert told == {"2025/26": (1, 0), "2026/27": (2, 1)}, "from the first year of which anything is on record"
    [row] = page.context["moved"]
    [moved] = row["axes"]
    assert (moved.school, moved.amounts, moved.before, moved.now, moved.steps) == (
        "Dunmere Primary", {"visit": 4}, "Reinforce", "Refine", 1,
    )  # fmt: skip
    assert "No proof of cause" in text_of(page)
    assert "Dunmere Primary: 4 visits, from Reinforce to Refine" in text_of(page)
    assert cast.client(cast.ben).get("/t/alder/support/impact/").status_code == 403


def test_support_and_movement_count_what_the_ledger_counts_axis_by_axis(cast: Cast):
    """A visit that carries out the offer counts as a booking does; the other axis has figures of its own."""
    with trust_scope(cast.alder):
        for on, level in ((date(2025, 7, 1), "reinforce"), (date(2026, 7, 1), "refine")):
            place(cast, cast.dunmere, level, on=on)
            place(cast, cast.dunmere, level, "operational", on=on)
        rows = [
            *book(cast, OCTOBER, amount=Decimal("0.5")),
            *book(cast, OCTOBER, entitlement="ops_support_refine", amount=Decimal(3)),
            *book(cast, OCTOBER, entitlement="", what="Moderation", unit="day", amount=Decimal("1.5")),
        ]
        for row in rows:
            say_delivered(row, by=cast.ada)
        form = next(one for one in cast.version.strategy.forms if one.key == "joint_visit")
        visit = begin_visit(cast.dunmere, cast.version, form, by=cast.ada, by_school=False)
        Visit.objects.filter(pk=visit.pk).update(
            on=OCTOBER, state="submitted", submitted_at=timezone.now(), submitted_by=cast.ada, reply_due_on=TODAY
        )
        found = what_it_came_to([cast.dunmere], today=TODAY)
    labels = {axis.label: axis.key for axis in cast.version.strategy.axes}
    assert {labels[one.axis]: dict(one.amounts) for one in found.moved} == {
        "academic": {"day": Decimal("1.5"), "visit": Decimal("0.5")},
        "operational": {"day": Decimal("1.5"), "session": 3, "visit": 1},
    }
    this = found.years[-1]
    assert (this.inside.times, this.inside.amount_words) == (4, "1.5 days, 3 sessions, 1.5 visits")
    page = cast.client(cast.ruth).get("/t/alder/support/impact/")
    assert {(labels[one["axis"]], one["unit"].value) for one in page.context["charts"]} == {
        (axis, unit)
        for axis, units in (("academic", ("day", "visit")), ("operational", ("day", "session", "visit")))
        for unit in units
    }
    assert "Dunmere Primary: 0.5 visits, from Reinforce to Refine" in text_of(page)
