"""What a decision needs: the right people, an open record, something new; and who is told of it."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from categorisation.models import Decision
from categorisation.services import decide_category, reply_to_decision
from schools.models import AuditEntry, Interest, Meeting, Membership, Notice
from schools.rules import working_days_after
from schools.services.meetings import agree_minutes, plan_meeting, write_minutes
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import member

REASON = "Two leaders leave at Christmas."


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def planned(cast: Cast, **changes: Any) -> Meeting:
    usual = {"period": cast.autumn, "starts_at": "2026-12-01T09:30Z", "schools": [cast.dunmere]}
    return plan_meeting("risk_meeting", by=cast.carl, title="Risk meeting", place="", **usual | changes)


def decide(cast: Cast, **changes: Any) -> Decision:
    usual = {"by": cast.ruth, "level": "reinforce", "reason": REASON, "period": cast.autumn}
    return decide_category(cast.dunmere, "academic", **usual | changes)


def page(cast: Cast, meeting: Meeting | None = None) -> str:
    url = reverse("decide", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "axis": "academic"})
    return f"{url}?meeting={meeting.pk}" if meeting else url


def declared(cast: Cast, meeting: Meeting, person: Membership | None = None) -> Interest:
    known = {"person": person or cast.ruth, "school": cast.dunmere, "nature": "Was head there until 2024"}
    return Interest.objects.create(meeting=meeting, **known)


@pytest.fixture
def ruth(cast: Cast) -> Client:
    return cast.client(cast.ruth)


# Interests


@pytest.mark.parametrize("starts_at", ["2026-09-15T09:30Z", "2026-12-01T09:30Z", "2027-02-01T09:30Z"])
def test_an_interest_declared_this_term_or_for_a_coming_meeting_bars(
    cast: Cast, open_alder: Any, starts_at: str
) -> None:
    declared(cast, planned(cast, starts_at=starts_at))
    with pytest.raises(PermissionDenied, match="interest"):
        decide(cast)


def test_an_interest_of_an_earlier_term_or_another_school_does_not(cast: Cast, open_alder: Any) -> None:
    spring = cast.autumn._meta.model.objects.get(year=2025, season="spring", half=0)
    declared(cast, planned(cast, period=spring, starts_at="2026-03-10T09:30Z"))
    Interest.objects.create(meeting=planned(cast), person=cast.ruth, school=cast.ashmere, nature="A friend is head")
    assert decide(cast).level == "reinforce"


def test_the_page_says_who_decides_instead_before_anybody_types(cast: Cast, ruth: Client) -> None:
    with trust_scope(cast.alder):
        declared(cast, planned(cast))
        member("Dora Director", "director")
        own = member("Chris Chairman", "trust_chair")
        declared(cast, Meeting.objects.get(), own)
    answer = ruth.get(page(cast))
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "You have declared an interest in this school" in text
    assert "Dora Director" in text
    assert "Chris Chairman" not in text, "who has an interest too is not named"
    assert "<textarea" not in text


def test_what_was_typed_before_the_interest_was_declared_is_shown(cast: Cast, ruth: Client) -> None:
    with trust_scope(cast.alder):
        declared(cast, planned(cast))
    answer = ruth.post(page(cast), {"level": "reinforce", "reason": REASON})
    assert answer.status_code == 403
    assert REASON in answer.content.decode()
    assert "Nobody else in the trust" in answer.content.decode()
    with trust_scope(cast.alder):
        assert not Decision.objects.exists()


def test_the_stand_in_decides(cast: Cast, open_alder: Any) -> None:
    declared(cast, planned(cast))
    assert decide(cast, by=member("Dora Director", "director")).decided_by.user.name == "Dora Director"


# The record of the meeting and of the school


def test_agreed_minutes_take_no_decision(cast: Cast, ruth: Client) -> None:
    with trust_scope(cast.alder):
        meeting = planned(cast)
        write_minutes(meeting, "We met.", by=cast.carl, version=1)
        agree_minutes(meeting, by=cast.carl, version=2)
        with pytest.raises(ValidationError, match="minutes of this meeting are agreed"):
            decide(cast, meeting=meeting)
    assert "minutes of this meeting are agreed" in ruth.get(page(cast, meeting)).content.decode()
    answer = ruth.post(page(cast, meeting), {"level": "reinforce", "reason": REASON})
    assert answer.status_code == 422
    assert REASON in answer.content.decode()


def test_a_school_that_is_not_on_the_agenda_is_not_decided_there(cast: Cast, open_alder: Any) -> None:
    with pytest.raises(ValidationError, match="not on this meeting's agenda"):
        decide(cast, meeting=planned(cast, schools=[cast.ashmere]))


def test_nothing_is_decided_for_a_school_that_has_left(cast: Cast, ruth: Client) -> None:
    with trust_scope(cast.alder):
        cast.dunmere.left_on = date(2026, 11, 20)
        cast.dunmere.save()
        with pytest.raises(ValidationError, match="left the trust on 20 November 2026"):
            decide(cast)
    assert "left the trust on 20 November 2026" in ruth.get(page(cast)).content.decode()


def test_deciding_twice_at_one_meeting_is_refused_in_a_sentence(cast: Cast, ruth: Client) -> None:
    with trust_scope(cast.alder):
        meeting = planned(cast)
    data = {"level": "reinforce", "reason": REASON}
    assert ruth.post(page(cast, meeting), data).status_code == 302
    again = ruth.post(page(cast, meeting), data | {"level": "refine"})
    assert again.status_code == 422
    assert "Ruth Ellison recorded it on 20 November 2026" in again.content.decode()
    assert "decided already" in ruth.get(page(cast, meeting)).content.decode()


# Repeats


def test_the_same_once_more_on_one_day_is_refused(cast: Cast, ruth: Client) -> None:
    data = {"level": "reinforce", "reason": REASON}
    assert ruth.post(page(cast), data).status_code == 302
    again = ruth.post(page(cast), data)
    assert again.status_code == 422
    assert "Ruth Ellison recorded just this today at 10:00" in again.content.decode()
    with trust_scope(cast.alder):
        assert Decision.objects.count() == cast.ben.notices.count() == 1
        assert AuditEntry.objects.filter(did="category.decided").count() == 1


def test_a_correction_is_a_new_decision(cast: Cast, open_alder: Any, time_machine: Any) -> None:
    decide(cast)
    assert decide(cast, reason="One leader stays.").was == "reinforce"
    assert decide(cast, level="refine").was == "reinforce"
    time_machine.move_to("2026-11-21T10:00Z")
    assert decide(cast, level="refine").was == "refine", "the next day it may be confirmed"


def test_a_meeting_may_take_up_what_was_decided_before_it(cast: Cast, open_alder: Any) -> None:
    decide(cast)
    assert decide(cast, meeting=planned(cast)).meeting is not None


@pytest.mark.django_db(transaction=True)
def test_two_at_once_record_it_once(live_cast: Cast) -> None:
    made: list[str] = []
    start = threading.Barrier(2)

    def record() -> None:
        start.wait()
        try:
            with trust_scope(live_cast.alder):
                made.append(str(decide(live_cast).pk))
        except ValidationError as refused:
            made.append(refused.messages[0])
        finally:
            connection.close()

    both = [threading.Thread(target=record) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(one.isdecimal() for one in made) == [False, True], made
    with trust_scope(live_cast.alder):
        assert Decision.objects.count() == 1


# Who is told, and the reply


@pytest.mark.parametrize(
    ("decided", "told", "counted_from"),
    [
        ("2026-11-20T10:00Z", "2026-11-23T08:00", date(2026, 11, 20)),
        ("2026-12-17T16:00Z", "2026-12-18T08:00", date(2026, 12, 17)),
        ("2026-12-18T10:00Z", "2027-01-04T08:00", date(2027, 1, 4)),  # the day on which the school breaks up
        ("2026-12-22T10:00Z", "2027-01-04T08:00", date(2027, 1, 4)),
    ],
)
def test_a_school_is_told_while_it_is_open(
    cast: Cast, open_alder: Any, time_machine: Any, decided: str, told: str, counted_from: date
) -> None:
    """And has its working days to reply from then on."""
    time_machine.move_to(decided)
    decision = decide(cast)
    assert timezone.localtime(decision.tell_at).isoformat()[:16] == told
    days = cast.version.strategy.identity.reply_days
    assert decision.reply_due_on == working_days_after(counted_from, days)


def test_who_decided_and_the_clerk_are_told_of_the_reply(cast: Cast, open_alder: Any, time_machine: Any) -> None:
    decision = decide(cast, meeting=planned(cast))
    time_machine.move_to("2026-11-24T21:00Z")
    reply_to_decision(decision, by=cast.ben, text="We accept this.", today=date(2026, 11, 24))
    reply_to_decision(decision, by=cast.ben, text="We accept this, and ask for help.", today=date(2026, 11, 24))
    told = Notice.objects.filter(path=f"/t/alder/decisions/{decision.pk}/").order_by("to__user__name")
    assert [str(one.to) for one in told] == ["Carl Clerk", "Ruth Ellison"], "once each, whatever the wording"
    assert {one.subject for one in told} == {"Dunmere Primary replied on academic support"}
    assert {one.not_before.isoformat() for one in told} == {"2026-11-25T08:00:00+00:00"}


def test_without_a_meeting_only_who_decided_is_told(cast: Cast, open_alder: Any, time_machine: Any) -> None:
    decision = decide(cast)
    time_machine.move_to("2026-11-24T12:00Z")
    reply_to_decision(decision, by=cast.ben, text="We accept this.", today=date(2026, 11, 24))
    assert [str(one.to) for one in Notice.objects.filter(path__endswith=f"/{decision.pk}/")] == ["Ruth Ellison"]
