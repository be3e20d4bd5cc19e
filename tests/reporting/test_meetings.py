"""Planning a meeting, deciding at it, and its minutes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from categorisation.models import Decision
from schools.models import Interest, Meeting
from schools.tenancy import trust_scope
from tests.categorisation.test_matrix_pages import rate_all
from tests.conftest import TODAY, Cast
from tests.factories import member

PLAN = {
    "kind": "risk_meeting",
    "day": "1 December 2026",
    "time": "09:30",
    "title": "",
    "place": "Office",
}


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def ada(cast: Cast) -> Client:
    return cast.client(cast.ada)


@pytest.fixture
def meeting(cast: Cast, ada: Client) -> Meeting:
    ada.post(reverse("meetings", kwargs={"trust": "alder"}), PLAN)
    with trust_scope(cast.alder):
        return Meeting.objects.get()


def at(meeting: Meeting, name: str = "meeting") -> str:
    return reverse(name, kwargs={"trust": "alder", "meeting_id": meeting.pk})


def test_a_planned_meeting_has_every_school_on_its_agenda(meeting: Meeting, ada: Client) -> None:
    page = ada.get(at(meeting)).content.decode()
    assert "Dunmere Primary" in page
    assert "Ashmere Primary" in page
    assert "Tuesday 1 December" in page


def test_a_bad_day_is_said_and_nothing_is_lost(cast: Cast, ada: Client) -> None:
    answer = ada.post(reverse("meetings", kwargs={"trust": "alder"}), PLAN | {"day": "soon"})
    assert answer.status_code == 422
    assert "Enter the day like 1 December 2026" in answer.content.decode()
    assert 'value="Office"' in answer.content.decode()


@pytest.mark.parametrize(
    ("day", "said"),
    [("1 December 2035", "has no term for this day"), ("1 December 2025", "more than four weeks past")],
)
def test_a_day_that_cannot_be_meant_is_refused_in_a_sentence(ada: Client, day: str, said: str) -> None:
    answer = ada.post(reverse("meetings", kwargs={"trust": "alder"}), PLAN | {"day": day})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'value="{day}"' in answer.content.decode()


def test_a_meeting_held_last_week_may_still_be_entered_with_its_chair(cast: Cast, ada: Client) -> None:
    answer = ada.post(
        reverse("meetings", kwargs={"trust": "alder"}), PLAN | {"day": "13/11/26", "chair": cast.ruth.pk}, follow=True
    )
    page = answer.content.decode()
    assert "Friday 13 November" in page
    assert "chaired by Ruth Ellison" in page


def test_day_and_time_have_labels_of_their_own(ada: Client) -> None:
    page = ada.get(reverse("meetings", kwargs={"trust": "alder"})).content.decode()
    assert '<label for="id_day">Day</label>' in page
    assert '<label for="id_time">Time</label>' in page


def test_deciding_at_the_meeting(cast: Cast, meeting: Meeting) -> None:
    from categorisation.services import agree_assessment, submit_assessment

    with trust_scope(cast.alder):
        matrix = submit_assessment(rate_all(cast), by=cast.ben, today=TODAY)
        agree_assessment(matrix, by=cast.ada)
    ruth = cast.client(cast.ruth)
    assert "Decide" in ruth.get(at(meeting)).content.decode()
    decide = reverse("decide", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "axis": "academic"})
    answer = ruth.post(f"{decide}?meeting={meeting.pk}", {"level": "refine", "reason": ""})
    assert answer.url == at(meeting)
    with trust_scope(cast.alder):
        assert Decision.objects.get().meeting_id == meeting.pk


def test_who_stands_in_is_asked_only_where_nobody_before_them_can_decide(cast: Cast, meeting: Meeting) -> None:
    from categorisation.services import agree_assessment, submit_assessment

    with trust_scope(cast.alder):
        agree_assessment(submit_assessment(rate_all(cast), by=cast.ben, today=TODAY), by=cast.ada)
        dora = cast.client(member("Dora Director", "director"))
    school = reverse("school", kwargs={"trust": "alder", "school_id": cast.dunmere.pk})
    of = reverse("decide", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "axis": "academic"})

    def asked() -> list[bool]:
        ruth = cast.client(cast.ruth)
        return [f'href="{of}' in one.get(page).text for one in (ruth, dora) for page in (school, at(meeting))]

    assert asked() == [True, True, False, False]
    with trust_scope(cast.alder):
        Interest.objects.create(meeting=meeting, person=cast.ruth, school=cast.dunmere, nature="Her sister works there")
    assert asked()[2:] == [True, True]
    assert f'href="{of.replace(f"/{cast.dunmere.pk}/", f"/{cast.ashmere.pk}/")}' not in dora.get(at(meeting)).text


def test_attendance_and_interests(cast: Cast, meeting: Meeting, ada: Client) -> None:
    ada.post(at(meeting, "meeting_attendance"), {f"person-{cast.ruth.pk}": "present", f"person-{cast.tom.pk}": ""})
    declared = {"person": cast.ruth.pk, "school": cast.dunmere.pk, "nature": "Was head there until 2024"}
    ada.post(at(meeting, "meeting_interest"), declared)
    with trust_scope(cast.alder):
        assert [one.person_id for one in meeting.attendance.all()] == [cast.ruth.pk]
        assert Interest.objects.get().school_id == cast.dunmere.pk
    assert "Was head there until 2024" in ada.get(at(meeting)).content.decode()


def test_two_people_fill_in_the_attendance_together(cast: Cast, meeting: Meeting, ada: Client) -> None:
    page, ruth, tom = at(meeting, "meeting_attendance"), f"-{cast.ruth.pk}", f"-{cast.tom.pk}"
    shown = {f"was{ruth}": "", f"was{tom}": ""}
    ada.post(page, shown | {f"person{ruth}": "present", f"person{tom}": ""})
    cast.client(cast.carl).post(page, shown | {f"person{ruth}": "", f"person{tom}": "apologies"})
    with trust_scope(cast.alder):
        states = dict(meeting.attendance.values_list("person", "state"))
    assert states == {cast.ruth.pk: "present", cast.tom.pk: "apologies"}


def test_an_interest_typed_too_late_is_not_lost(cast: Cast, meeting: Meeting, ada: Client) -> None:
    page = at(meeting, "meeting_minutes")
    ada.post(page, {"minutes": "We met.", "version": 1})
    ada.post(page, {"agree": "1", "version": 2})
    declared = {"person": cast.ruth.pk, "school": cast.dunmere.pk, "nature": "Was head there until 2024"}
    answer = ada.post(at(meeting, "meeting_interest"), declared)
    assert answer.status_code == 422
    assert "minutes of this meeting are agreed" in answer.content.decode()
    assert "Was head there until 2024" in answer.content.decode()


def test_a_trustee_declares_only_their_own_interest(cast: Cast, meeting: Meeting) -> None:
    tom = cast.client(cast.tom)
    declared = {"person": cast.ruth.pk, "school": cast.dunmere.pk, "nature": "Theirs"}
    assert tom.post(at(meeting, "meeting_interest"), declared).status_code == 403
    assert tom.post(at(meeting, "meeting_interest"), declared | {"person": cast.tom.pk}).status_code == 302


def test_minutes_from_draft_to_agreed(cast: Cast, meeting: Meeting, ada: Client) -> None:
    page = at(meeting, "meeting_minutes")
    ada.post(page, {"minutes": "We met.", "version": 1})
    clash = ada.post(page, {"minutes": "I met too.", "version": 1})
    assert clash.status_code == 422
    assert "We met." in clash.content.decode()
    assert "I met too." in clash.content.decode()
    assert "Ada Whitlock saved these minutes on 20 November 2026 at 10:00" in clash.content.decode()
    ada.post(page, {"agree": "1", "version": 1})
    with trust_scope(cast.alder):
        assert Meeting.objects.get().minutes_state == "draft", "nobody agrees what they have not read"
    ada.post(page, {"agree": "1", "version": 2})
    late = ada.post(page, {"minutes": "Changed after.", "version": 2})
    assert late.status_code == 422
    assert "Changed after." in late.content.decode(), "what was typed is there to be copied"
    with trust_scope(cast.alder):
        found = Meeting.objects.get()
    assert (found.minutes, found.minutes_state) == ("We met.", "agreed")


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("tom", 200), ("ben", 403), ("olive", 403), ("cleo", 404)])
def test_who_sees_meetings(cast: Cast, meeting: Meeting, who: str, status: int) -> None:
    assert cast.client(getattr(cast, who)).get(at(meeting)).status_code == status
