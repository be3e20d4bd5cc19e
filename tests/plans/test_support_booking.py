"""Support is booked, comes, and is confirmed; or it is missed, called off, or in dispute."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from plans.models import SupportBooking
from plans.queries.support import confirms, gives, ledgers, readable_bookings
from plans.queries.support_short import ledgers_of_trust
from plans.queries.support_waiting import MOST_WAITING, waiting_for
from plans.services import begin_plan, send_plan
from plans.services.booking import (
    cancel_support,
    confirm_support,
    deny_miss,
    dispute_support,
    say_delivered,
    say_missed,
)
from reviews.queries.programme import programmes
from schools.access import access_of
from schools.audit import record_act
from schools.models import AuditEntry, Notice, RoleGrant
from schools.queries import half_terms_of
from schools.rules import is_working_day
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.support_world import book, place

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


# Booking


def test_each_day_is_booked_on_its_own_said_to_have_come_and_confirmed(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
    ada, ben = cast.client(cast.ada), cast.client(cast.ben)
    typed = BOOK | {"dates": "9 October 2026\n19 November 2026\n4 December 2026", "cost": "120"}
    assert ada.post(at(cast, "book/"), typed).status_code == 302
    with trust_scope(cast.alder):
        first, second, third = SupportBooking.objects.order_by("on")
        assert (first.unit, first.what, first.cost) == ("visit", "Improvement support visits", Decimal(120))
    page = f"/t/alder/support/{first.pk}/"
    assert "It took place" in text_of(ada.get(at(cast)))
    assert ada.post(page + "came/", {"note": "Books looked at."}).status_code == 302
    shown = text_of(ben.get(at(cast)))
    assert "Books looked at." in shown
    assert "It came" in shown
    assert ben.post(page + "confirm/", {"outcome": "confirmed", "answer": ""})["Location"] == at(cast)
    ended = {"ended": "missed", "missed_by": "provider", "why": "The adviser was ill."}
    assert ada.post(f"/t/alder/support/{second.pk}/end/", ended).status_code == 302
    assert ada.post(f"/t/alder/support/{third.pk}/came/", {"note": ""}).status_code == 422, "it is still to come"
    with trust_scope(cast.alder):
        found = line(cast, "support_reinforce")
        assert (found.came, found.missed, found.booked, found.owed_now) == (1, 1, 1, 4)
        assert found.cost == Decimal(240), "what was missed costs nothing"
    assert "1 of 6 visits this term, four school weeks left" in text_of(ben.get(at(cast)))
    assert "1 of 6 visits this term, four school weeks left" in text_of(cast.client(cast.ruth).get("/t/alder/support/"))


def test_the_ledger_and_the_programme_count_the_same(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        came, _ = book(cast, OCTOBER, DECEMBER)
        say_delivered(came, by=cast.ada)
        book(cast, OCTOBER, entitlement="", what="Moderation", unit="day", amount=Decimal("0.5"))
        [one] = programmes([cast.dunmere], 2026, today=TODAY)
        counted = {each.key: (each.planned, each.done) for each in one.programme.lines}
        found = line(cast, "support_reinforce")
        assert counted["support_reinforce"] == (found.booked, found.came) == (1, 1)
        assert counted[""] == (line(cast, "").booked, line(cast, "").came) == (Decimal("0.5"), 0)
        owed = {each.key: each.entitled for each in one.programme.lines}
        assert owed["support_reinforce"] == len(found.due) == 18


def test_what_came_says_how_much_of_it_the_school_has_not_confirmed(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        first, second, _ = book(cast, OCTOBER, YESTERDAY, DECEMBER)
        for row in (first, second):
            say_delivered(row, by=cast.ada)
    pages = (at(cast), "/t/alder/support/")
    for page in pages:
        assert "2 not confirmed yet" in text_of(cast.client(cast.ruth).get(page))
    with trust_scope(cast.alder):
        confirm_support(first, by=cast.ben)
    for page in pages:
        assert "1 not confirmed yet" in text_of(cast.client(cast.ruth).get(page))
    with trust_scope(cast.alder):
        confirm_support(second, by=cast.ben)
    for page in pages:
        assert "not confirmed yet" not in text_of(cast.client(cast.ruth).get(page))


def test_a_dispute_counts_for_nothing_until_it_is_settled(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        [row] = book(cast, OCTOBER)
        say_delivered(row, by=cast.ada)
        with pytest.raises(ValidationError, match="Say what was different"):
            dispute_support(row, by=cast.ben, answer=" ")
        dispute_support(row, by=cast.ben, answer="Nobody came.")
        assert (line(cast, "support_reinforce").came, line(cast, "support_reinforce").disputed) == (0, 1)
        assert Notice.objects.filter(to=cast.ada, subject__contains="the school says otherwise").count() == 1
        with pytest.raises(ValidationError, match="answer it in a sentence"):
            say_delivered(row, by=cast.ada)
        say_delivered(row, by=cast.ada, note="It was the morning of the same day.")
        assert line(cast, "support_reinforce").came == 1
        confirm_support(row, by=cast.ben)
        with pytest.raises(ValidationError, match="not possible"):
            say_missed(row, by=cast.ada, missed_by="school", why="Late.")


def test_nobody_confirms_what_they_say_came(cast: Cast):
    with trust_scope(cast.alder):
        ashby = member("Ashby Head", "head", cast.ashmere)
        RoleGrant.objects.create(membership=cast.ben, role="head", school=cast.ashmere)  # of both, for a while
        words = {"provider_person": None, "provider_words": "The maths lead"}
        [row] = book(cast, OCTOBER, provider="school", provider_school=cast.ashmere, **words)
    ben, page = cast.client(cast.ben), f"/t/alder/support/{row.pk}/"
    assert cast.client(ashby).get(page).status_code == 200, "the head of the school that gives it"
    assert ben.post(page + "came/", {"note": ""}).status_code == 302
    assert ben.post(page + "confirm/", {"outcome": "confirmed", "answer": ""}).status_code == 422
    with trust_scope(cast.alder), pytest.raises(ValidationError, match="somebody else confirms it"):
        confirm_support(row, by=cast.ben)
    assert cast.client(ashby).post(page + "confirm/", {"outcome": "confirmed", "answer": ""}).status_code == 403
    shown = cast.client(cast.ruth).get("/t/alder/support/").context
    [gave] = [one["gave"] for one in [*shown["lines"], *shown["others"]] if one["gave"]]
    assert gave == 1, "Ashmere gives, whatever it takes"
    assert "Given to other schools" in text_of(cast.client(ashby).get(f"/t/alder/schools/{cast.ashmere.pk}/support/"))


def test_who_gives_it_works_where_it_is_said_to_come_from_and_not_at_the_school(cast: Cast):
    with trust_scope(cast.alder):
        ashby = member("Ashby Head", "head", cast.ashmere)
        clara = member("Clara Clerk", "clerk")
        school = {"provider": "school", "provider_school": cast.ashmere}
        for who, more, said in (
            (cast.ben, {}, "Ben Osei belongs to Dunmere Primary itself"),
            (cast.ben, school, "Ben Osei belongs to Dunmere Primary itself"),
            (cast.gita, {}, "belongs to Dunmere Primary itself"),
            (ashby, {}, "Ashby Head is not of the trust’s own team"),
            (clara, {}, "Clara Clerk is not of the trust’s own team"),
            (cast.tom, {}, "is not of the trust’s own team"),
            (cast.ada, school, "does not work at Ashmere Primary"),
        ):
            with pytest.raises(ValidationError) as refused:
                book(cast, OCTOBER, provider_person=who, **more)
            assert list(refused.value.message_dict) == ["provider_person"]
            assert said in refused.value.message_dict["provider_person"][0]
        assert len(book(cast, OCTOBER, provider_person=ashby, **school)) == 1
        assert len(book(cast, OCTOBER)) == 1
    ada = cast.client(cast.ada)
    listed = dict(ada.get(at(cast, "book/")).context["form"].fields["provider_person"].choices)
    assert listed[str(ashby.pk)] == "Ashby Head (Headteacher, Ashmere Primary)"
    assert listed[str(cast.ada.pk)] == f"{cast.ada.user.name} (School improvement lead)"
    assert not {str(one.pk) for one in (cast.ben, cast.gita, clara, cast.tom, cast.olive)} & set(listed)
    typed = BOOK | {"against": "", "what": "Coaching", "provider_person": str(ashby.pk)}
    answer = ada.post(at(cast, "book/"), typed)
    assert answer.status_code == 422
    assert "not of the trust’s own team" in str(answer.context["form"].errors["provider_person"])


def test_what_waits_for_one_is_not_pushed_out_by_what_waits_for_others(cast: Cast):
    """The list is cut after it is narrowed to what this person says, and holds what `gives` and `confirms` allow."""
    with trust_scope(cast.alder):
        ashby = member("Ashby Head", "head", cast.ashmere)
        near = (date(2026, 9, 1) + timedelta(days=n) for n in range(52))
        days = [day for day in near if is_working_day(day)][:35]
        book(cast, *days)
        book(cast, *days)
        came, said_by_ben = book(cast, YESTERDAY, OCTOBER, provider_person=None, provider_words="An adviser")
        say_delivered(came, by=cast.ada)
        say_delivered(said_by_ben, by=cast.ben)
        [lent] = book(cast, YESTERDAY, provider="school", provider_school=cast.ashmere, provider_person=ashby)
    [group] = cast.client(cast.ben).get(at(cast)).context["waiting"]
    assert (group.title, [one.booking for one in group.rows]) == ("Did it come?", [came])
    with trust_scope(cast.alder):
        for who in (cast.ben, cast.ada, ashby, cast.gita):
            access = access_of(who.user)
            rows = readable_bookings(access).filter(on__lte=TODAY).exclude(school=None).order_by("on", "pk")
            may = {
                one.pk
                for one in rows
                if (one.state in ("booked", "disputed") and gives(access, one))
                or (one.state == "delivered" and confirms(access, one))
            }
            found = [one.booking.pk for one in waiting_for(access, TODAY)]
            assert set(found) <= may
            assert len(found) == min(len(may), MOST_WAITING)
        assert [one.booking for one in waiting_for(access_of(ashby.user), TODAY)] == [lent]


def test_nobody_misses_a_day_to_come(cast: Cast):
    with trust_scope(cast.alder):
        [row] = book(cast, DECEMBER)
        with pytest.raises(ValidationError, match="still to come, so nobody has missed it"):
            say_missed(row, by=cast.ada, missed_by="school", why="They said no.")
    ada, page = cast.client(cast.ada), f"/t/alder/support/{row.pk}/"
    form = ada.get(page).context["end"]
    assert ([key for key, _ in form.fields["ended"].choices], form.initial["ended"]) == (["cancelled"], "cancelled")
    sent = {"ended": "missed", "missed_by": "school", "why": "They said no."}
    answer = ada.post(page + "end/", sent)
    assert (answer.status_code, "They said no." in text_of(answer)) == (422, True)
    assert "nobody has missed it. Call it off instead." in str(answer.context["end"].errors["ended"])
    assert ada.post(page + "end/", sent | {"ended": "cancelled"}).status_code == 302


def test_the_school_says_that_a_miss_did_not_lie_with_it(cast: Cast):
    with trust_scope(cast.alder):
        ours, theirs, own = book(cast, OCTOBER, YESTERDAY, date(2026, 11, 18))
        say_missed(ours, by=cast.ruth, missed_by="school", why="Nobody was in.")
        say_missed(theirs, by=cast.ada, missed_by="provider", why="I was ill.")
        say_missed(own, by=cast.ben, missed_by="school", why="We forgot.")
        told = Notice.objects.filter(to=cast.ben, subject__contains="missed").values_list("body", flat=True)
        assert ["its head can say what was different" in one for one in told.order_by("pk")] == [True, False]
    ben, page = cast.client(cast.ben), f"/t/alder/support/{ours.pk}/"
    assert "It did not lie with us" in text_of(ben.get(page))
    for person in (cast.ada, cast.gita, cast.tom):
        assert "It did not lie with us" not in text_of(cast.client(person).get(page))
        assert cast.client(person).post(page + "deny/", {"answer": "No."}).status_code == 403
    assert cast.client(cast.cleo).post(page + "deny/", {"answer": "No."}).status_code == 404
    assert "Say what was different" in text_of(ben.post(page + "deny/", {"answer": " "}))
    assert ben.post(page + "deny/", {"answer": "We waited all morning."}).status_code == 302
    for person in (cast.ben, cast.ruth, cast.gita):
        shown = text_of(cast.client(person).get(page))
        assert "Says that it did not lie with the school: Ben Osei, 20 November 2026." in shown
        assert "We waited all morning." in shown
        assert "Nobody was in." in shown
        assert "It did not lie with us" not in shown
    with trust_scope(cast.alder):
        ours.refresh_from_db()
        assert (ours.state, ours.missed_by, ours.is_denied) == ("missed", "school", True)
        heard = Notice.objects.filter(subject__contains="the school says otherwise").values_list("to", flat=True)
        assert set(heard) == {cast.ruth.pk, cast.ada.pk}, "who put it down, and who booked it"
        for row, said in ((ours, "waits for its answer"), (theirs, "waits for its answer"), (own, "somebody else")):
            with pytest.raises(ValidationError, match=said):
                deny_miss(row, by=cast.ben, answer="Once more.")
        entry = AuditEntry.objects.get(did="support.denied")
        assert (entry.by, entry.why) == (cast.ben, "We waited all morning.")


def test_programs_say_that_a_miss_did_not_lie_with_the_school(cast: Cast):
    with trust_scope(cast.alder):
        [row] = book(cast, OCTOBER)
        say_missed(row, by=cast.ada, missed_by="school", why="Nobody was in.")
        [ahead] = book(cast, DECEMBER)
    api = "/api/v1/t/alder/support_bookings/"
    ben, ada, sent = cast.client(cast.ben), cast.client(cast.ada), {"answer": "We were in."}
    assert ada.post(f"{api}{row.pk}/denial/", sent, "application/json").status_code == 403
    blank = ben.post(f"{api}{row.pk}/denial/", {"answer": ""}, "application/json")
    assert (blank.status_code, list(blank.json()["errors"])) == (400, ["answer"])
    told = ben.post(f"{api}{row.pk}/denial/", sent, "application/json").json()
    assert (told["state"], told["missed_by"], told["is_denied"], told["answer"]) == (
        "missed", "school", True, "We were in.",
    )  # fmt: skip
    assert ben.post(f"{api}{row.pk}/denial/", sent, "application/json").status_code == 400
    early = ada.post(f"{api}{ahead.pk}/missed/", {"missed_by": "school", "why": "No."}, "application/json")
    assert (early.status_code, "still to come" in early.content.decode()) == (400, True)


def test_what_is_called_off_in_good_time_counts_for_nothing_and_stays_on_record(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        [row] = book(cast, DECEMBER)
        cancel_support(row, by=cast.ada, why="Moved to January.")
        assert line(cast, "support_reinforce").booked == 0
    assert "Moved to January." in text_of(cast.client(cast.ben).get(f"/t/alder/support/{row.pk}/"))


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"dates": "soon"}, "dates", "16 October 2026"),
        ({"dates": ""}, "dates", "at least one day"),
        ({"amount": "lots"}, "amount", "Enter how much"),
        ({"amount": "0"}, "amount", "Enter how much"),
        ({"against": ""}, "what", "Say what it is"),
        ({"against": "no_such"}, "against", "Choose one of the list"),
        ({"provider": ""}, "provider", "Choose who gives it"),
        ({"provider_words": ""}, "provider_person", "Choose who gives it"),
        ({"provider": "external", "provider_words": " "}, "provider_words", "Name who comes"),
        ({"provider": "school"}, "provider_school", "Choose the school"),
        ({"cost": "-5"}, "cost", ""),
        ({"cost": "cheap"}, "cost", "in pounds"),
        ({"funder": "council"}, "funder", "Choose who pays"),
        ({"unit": "mile"}, "unit", "Choose what it is counted in"),
        ({"what": "x" * 201}, "what", "200"),
    ],
)
def test_a_booking_that_lacks_something_is_asked_for_beside_its_field(cast: Cast, sent: Any, field: str, said: str):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
    answer = cast.client(cast.ada).post(at(cast, "book/"), BOOK | sent)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors[field])
    with trust_scope(cast.alder):
        assert not SupportBooking.objects.exists()


def test_the_database_refuses_what_no_form_lets_through(cast: Cast):
    with trust_scope(cast.alder):
        [row] = book(cast, OCTOBER)
        record_act("support.planted", row, by=None)
        for wrong in (
            {"amount": 0}, {"state": "delivered"}, {"state": "missed"}, {"provider": "school"}, {"cost": -1},
            {"provider": "school", "provider_school": cast.dunmere}, {"came": Decimal("0.5")},
        ):  # fmt: skip
            with pytest.raises(IntegrityError), transaction.atomic():
                SupportBooking.objects.filter(pk=row.pk).update(**wrong)


def test_challenge_to_the_trust_itself_is_booked_without_a_school(cast: Cast):
    typed = {name: value for name, value in BOOK.items() if name not in ("against", "risk")}
    typed |= {"what": "External review of the trust", "provider": "external", "provider_words": "A national leader"}
    assert cast.client(cast.ada).post("/t/alder/support/trust/book/", typed | {"cost": "1200"}).status_code == 302
    with trust_scope(cast.alder):
        row = SupportBooking.objects.get()
        assert (row.school, row.entitlement) == (None, "")
    assert "External review of the trust" in text_of(cast.client(cast.tom).get("/t/alder/support/"))
    assert cast.client(cast.ben).get(f"/t/alder/support/{row.pk}/").status_code == 404
    assert cast.client(cast.ada).get(f"/t/alder/support/{row.pk}/").status_code == 200


def test_an_entitlement_that_is_a_plan_has_come_once_the_plan_was_sent(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "stabilise")
        assert line(cast, "rapid_plan_cycle").came == 0
        with pytest.raises(ValidationError) as refused:
            book(cast, DECEMBER, entitlement="rapid_plan_cycle")
        assert refused.value.message_dict == {"against": ["Choose one of the list"]}
        earlier = book(cast, OCTOBER, entitlement="", what="Rapid plan")[0]
        type(earlier).objects.filter(pk=earlier.pk).update(entitlement="rapid_plan_cycle")
        say_delivered(type(earlier).objects.get(pk=earlier.pk), by=cast.ada)
        assert line(cast, "rapid_plan_cycle").came == 0
    client, plans = cast.client(cast.ben), f"/t/alder/schools/{cast.dunmere.pk}/plans/"
    missing = "The school also needs “Rapid improvement plan”: none is open yet."
    assert missing in text_of(client.get(plans))
    with trust_scope(cast.alder):
        begun = begin_plan(cast.dunmere, "rapid_improvement_plan", by=cast.ben)
        assert line(cast, "rapid_plan_cycle").came == 0, "what is only begun is no plan yet"
        send_plan(begun, by=cast.ben)
        found = line(cast, "rapid_plan_cycle")
        assert (found.came, [one.page for one in found.entries]) == (1, [("plan", begun.pk)])
        halves = half_terms_of([cast.dunmere], since=TODAY, until=TODAY)
        short = ledgers_of_trust([cast.dunmere], {cast.dunmere.pk: cast.version}, halves, today=TODAY)
        assert next(one.came for one in short[0].ledger.lines if one.key == "rapid_plan_cycle") == 1
    assert missing not in text_of(client.get(plans))
    assert f"/t/alder/plans/{begun.pk}/" in client.get(at(cast)).content.decode()


def test_nothing_came_leads_to_the_miss_with_the_words_that_were_typed(cast: Cast):
    with trust_scope(cast.alder):
        [row] = book(cast, OCTOBER)
        dispute_support(say_delivered(row, by=cast.ada), by=cast.ben, answer="Nobody came.")
    ada, page = cast.client(cast.ada), f"/t/alder/support/{row.pk}/"
    answer = ada.post(f"{page}came/", {"came": "0", "note": "The adviser was ill."})
    assert answer.status_code == 422
    end = answer.context["end"]
    assert (end["ended"].value(), end["why"].value()) == ("missed", "The adviser was ill.")
    assert "What you typed stands here already. Choose on whose side it lay, and record it." in text_of(answer)
    said = {"ended": end["ended"].value(), "why": end["why"].value(), "missed_by": "provider"}
    assert ada.post(f"{page}end/", said).status_code == 302
    with trust_scope(cast.alder):
        row.refresh_from_db()
        assert (row.state, row.missed_by, row.why) == ("missed", "provider", "The adviser was ill.")
    assert "What you typed stands here already" not in text_of(ada.get(page))
