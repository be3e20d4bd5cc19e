"""Changing a meeting's agenda: off, on and in another order, until the minutes are agreed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from categorisation.models import Decision
from categorisation.services import decide_category
from schools.models import AuditEntry, Meeting, School
from schools.services.meetings import agree_minutes, plan_meeting, write_minutes
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import SchoolFactory


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def meeting(cast: Cast) -> Meeting:
    """Ashmere comes before Dunmere."""
    with trust_scope(cast.alder):
        return plan_meeting(
            "risk_meeting", by=cast.carl, title="Risk meeting", period=cast.autumn, starts_at="2026-12-01T09:30Z",
            place="Office", schools=[cast.ashmere, cast.dunmere],
        )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def carl(cast: Cast) -> Client:
    return cast.client(cast.carl)


def page(meeting: Meeting) -> str:
    return reverse("meeting_agenda", kwargs={"trust": "alder", "meeting_id": meeting.pk})


def filled(seen: list[School], places: dict[School, int | str]) -> dict[str, Any]:
    data: dict[str, Any] = {"seen": " ".join(str(one.pk) for one in seen)}
    for school, place in places.items():
        data |= {f"on-{school.pk}": "on", f"place-{school.pk}": place}
    return data


def names(cast: Cast, meeting: Meeting) -> list[str]:
    with trust_scope(cast.alder):
        return [item.school.name.split()[0] for item in meeting.agenda.select_related("school")]


def test_the_order_is_changed(cast: Cast, meeting: Meeting, carl: Client) -> None:
    assert carl.get(page(meeting)).status_code == 200
    answer = carl.post(page(meeting), filled([cast.ashmere, cast.dunmere], {cast.ashmere: 1, cast.dunmere: 1}))
    assert answer.status_code == 302
    assert names(cast, meeting) == ["Dunmere", "Ashmere"]


def test_a_school_is_taken_off_and_put_on_again(cast: Cast, meeting: Meeting, carl: Client) -> None:
    carl.post(page(meeting), filled([cast.ashmere, cast.dunmere], {cast.dunmere: 2}))
    assert names(cast, meeting) == ["Dunmere"]
    carl.post(page(meeting), filled([cast.dunmere], {cast.dunmere: 1, cast.ashmere: ""}))
    assert names(cast, meeting) == ["Dunmere", "Ashmere"]
    with trust_scope(cast.alder):
        told = AuditEntry.objects.filter(did="meeting.agenda").order_by("at")
        assert [(one.before, one.after, one.why) for one in told] == [
            ("two schools", "one school", "Taken off: Ashmere Primary."),
            ("one school", "two schools", "Put on: Ashmere Primary."),
        ]


def test_saving_the_same_leaves_no_entry(cast: Cast, meeting: Meeting, carl: Client) -> None:
    carl.post(page(meeting), filled([cast.ashmere, cast.dunmere], {cast.ashmere: 1, cast.dunmere: 2}))
    with trust_scope(cast.alder):
        assert not AuditEntry.objects.filter(did="meeting.agenda").exists()


def test_the_second_of_two_people_is_told(cast: Cast, meeting: Meeting, carl: Client) -> None:
    both = [cast.ashmere, cast.dunmere]
    cast.client(cast.ada).post(page(meeting), filled(both, {cast.dunmere: 1}))
    answer = carl.post(page(meeting), filled(both, {cast.ashmere: 2, cast.dunmere: 1}))
    assert answer.status_code == 422
    assert "It is now: Dunmere Primary." in answer.content.decode()
    assert f'name="seen" value="{cast.dunmere.pk}"' in answer.content.decode(), "saving again is enough"
    assert names(cast, meeting) == ["Dunmere"]


def test_a_bad_place_is_said_and_nothing_is_lost(cast: Cast, meeting: Meeting, carl: Client) -> None:
    places: dict[School, int | str] = {cast.ashmere: "first", cast.dunmere: 7}
    answer = carl.post(page(meeting), filled([cast.ashmere, cast.dunmere], places))
    assert answer.status_code == 422
    assert "Place of Ashmere Primary: Enter the place as a number" in answer.content.decode()
    assert 'value="first"' in answer.content.decode()
    assert 'value="7"' in answer.content.decode()


def test_a_school_decided_there_stays(cast: Cast, meeting: Meeting, carl: Client) -> None:
    with trust_scope(cast.alder):
        known = {"by": cast.ruth, "level": "refine", "reason": "As discussed.", "period": cast.autumn}
        decide_category(cast.dunmere, "academic", meeting=meeting, **known)
    assert "Decided at this meeting, so it stays." in carl.get(page(meeting)).content.decode()
    carl.post(page(meeting), {"seen": f"{cast.ashmere.pk} {cast.dunmere.pk}"})
    assert names(cast, meeting) == ["Dunmere"]


def test_agreed_minutes_close_the_agenda(cast: Cast, meeting: Meeting, carl: Client) -> None:
    with trust_scope(cast.alder):
        write_minutes(meeting, "We met.", by=cast.carl, version=1)
        agree_minutes(meeting, by=cast.carl, version=2)
    assert carl.get(page(meeting)).status_code == 302
    assert carl.post(page(meeting), filled([cast.ashmere, cast.dunmere], {cast.dunmere: 1})).status_code == 302
    assert names(cast, meeting) == ["Ashmere", "Dunmere"]
    assert "Change the agenda" not in carl.get(page(meeting).removesuffix("agenda/")).content.decode()


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("carl", 200), ("tom", 403), ("ben", 403), ("cleo", 404)])
def test_who_changes_the_agenda(cast: Cast, meeting: Meeting, who: str, status: int) -> None:
    assert cast.client(getattr(cast, who)).get(page(meeting)).status_code == status


def test_as_many_queries_for_two_schools_as_for_thirty(
    cast: Cast, meeting: Meeting, carl: Client, queries: Any
) -> None:
    carl.get(page(meeting))
    few = queries(lambda: carl.get(page(meeting)))
    with trust_scope(cast.alder):
        SchoolFactory.create_batch(28)
        assert not Decision.objects.exists()
    many = queries(lambda: carl.get(page(meeting)))
    assert len(few) == len(many), "\n".join(many)
