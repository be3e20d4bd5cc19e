"""The committee follows up the actions of a health check: on record, on the pages, in print and for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from monitoring.models import FollowUp, Visit, VisitAction
from monitoring.queries.following import to_follow_up
from monitoring.queries.visits import actions_of
from monitoring.services import begin_visit, consider_visit, follow_up, reply_to_visit, send_visit
from monitoring.services.considering import Agreed
from monitoring.services.following import Found
from plans.services import NewAction
from schools.access import access_of
from schools.models import AuditEntry, Notice
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.journeys.paper import printed
from tests.monitoring.visits_world import considered

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def alder(open_alder: Any) -> None:
    """The trust is open."""


def checked(cast: Cast, actions: int = 2) -> Visit:
    """A health check that was considered, with so many actions."""
    form = cast.version.strategy.form_by_key["health_check"]
    visit = begin_visit(cast.dunmere, cast.version, form, by=cast.ada, by_school=False)
    typed = {"date": "2026-11-10", "summary": "Steady.", "r0-action": "Look at phonics."}
    assert send_visit(visit, typed, by=cast.ada, version=1).is_sent
    visit.refresh_from_db()
    reply_to_visit(visit, by=cast.ben, reply="accurate")
    made = [NewAction(f"Action {n}.", cast.ben, "", date(2026, 12, 4), date(2027, 1, 15)) for n in range(actions)]
    return consider_visit(visit, by=cast.ben, on=date(2026, 11, 12), typed={}, agreed=[Agreed(one) for one in made])


def found(link: VisitAction, words: str = "It is under way.", *, closes: bool = False) -> Found:
    return Found(link, words, closes)


def test_what_the_committee_found_is_on_record_and_the_school_hears_of_it(cast: Cast, alder: None) -> None:
    visit = checked(cast)
    first, second = actions_of(visit)
    follow_up(visit, by=cast.tom, on=TODAY, found=[found(first), found(second, "Books show it.", closes=True)])
    first, second = actions_of(visit)
    assert [one.is_followed_up for one in (first, second)] == [False, True]
    assert AuditEntry.objects.get(did="visit.followed_up").after == "two actions"
    told = [one.body for one in Notice.objects.filter(to=cast.ben, subject__contains="followed up")]
    assert any("Books show it." in body for body in told)


def test_it_may_be_looked_at_again_until_it_is_closed(cast: Cast, alder: None) -> None:
    visit = checked(cast)
    by = cast.tom
    for words, closes in (("Not yet.", False), ("Now it is.", True)):
        follow_up(visit, by=by, on=TODAY, found=[found(actions_of(visit)[0], words, closes=closes)])
    with pytest.raises(ValidationError, match="closed this already"):
        follow_up(visit, by=by, on=TODAY, found=[found(actions_of(visit)[0])])
    assert [one.found for one in FollowUp.objects.order_by("pk")] == ["Not yet.", "Now it is."]


@pytest.mark.parametrize(
    ("on", "words", "said"),
    [
        (date(2026, 11, 21), "Fine.", "in the future"),
        (date(2026, 11, 11), "Fine.", "considered on 12 November"),
        (TODAY, "  ", "what the committee found"),
        (TODAY, "x" * 2001, "at most 2,000"),
    ],
)
def test_what_is_refused(cast: Cast, alder: None, on: date, words: str, said: str) -> None:
    visit = checked(cast)
    with pytest.raises(ValidationError, match=said):
        follow_up(visit, by=cast.ada, on=on, found=[found(actions_of(visit)[0], words)])
    assert not FollowUp.objects.exists()


def test_an_action_of_another_visit_is_refused_and_so_is_nothing(cast: Cast, alder: None) -> None:
    visit, other = checked(cast), checked(cast)
    with pytest.raises(ValidationError, match="another visit"):
        follow_up(visit, by=cast.ada, on=TODAY, found=[found(actions_of(other)[0])])
    with pytest.raises(ValidationError, match="at least one"):
        follow_up(visit, by=cast.ada, on=TODAY, found=[])


def test_a_form_without_a_committee_is_not_followed_up(cast: Cast, alder: None) -> None:
    visit = considered(cast)
    with pytest.raises(ValidationError, match="No committee"):
        follow_up(visit, by=cast.ada, on=TODAY, found=[found(actions_of(visit)[0])])


def test_the_board_shows_the_committee_what_waits(cast: Cast, alder: None) -> None:
    visit = checked(cast)
    access = access_of(cast.tom.user)
    assert access is not None
    assert [(one.visit.pk, one.waiting) for one in to_follow_up(access)] == [(visit.pk, 2)]
    follow_up(visit, by=cast.tom, on=TODAY, found=[found(one, closes=True) for one in actions_of(visit)])
    assert to_follow_up(access) == []
    ada = access_of(cast.ada.user)
    assert ada is not None
    assert to_follow_up(ada) == []


@pytest.fixture
def visit(cast: Cast) -> Visit:
    with trust_scope(cast.alder):
        return checked(cast)


def links_of(cast: Cast, visit: Visit) -> list[VisitAction]:
    with trust_scope(cast.alder):
        return actions_of(visit)


def url(visit: Visit, name: str = "visit_follow_up") -> str:
    return reverse(name, kwargs={"trust": "alder", "pk": visit.pk})


def test_a_trustee_records_it_on_the_page_and_it_is_shown(cast: Cast, visit: Visit) -> None:
    client, (first, second) = cast.client(cast.tom), links_of(cast, visit)
    sent = {"on": "19 November 2026", f"found-{first.pk}": "Books show it.", f"then-{first.pk}": "closed"}
    answer = client.post(url(visit), sent | {f"found-{second.pk}": ""})
    assert answer.status_code == 302
    page = client.get(url(visit, "visit")).content.decode()
    assert "Trust board, 19 November 2026" in page
    assert "Books show it." in page
    assert "Followed up and closed" in page
    term = client.get("/t/alder/monitoring/term/").content.decode()
    assert "Books show it." in term
    assert "Not followed up by the Trust board yet" in term
    board = client.get("/t/alder/monitoring/").content.decode()
    assert "1 action not closed" in board


def test_it_is_in_print(cast: Cast, visit: Visit) -> None:
    with trust_scope(cast.alder):
        follow_up(visit, by=cast.tom, on=TODAY, found=[found(actions_of(visit)[0], "Books show it.", closes=True)])
    text = printed(cast.client(cast.tom).get(url(visit, "visit_file")).content)
    assert "Books show it." in text
    assert "Not followed up yet." in text


def test_half_a_line_is_refused_beside_its_field(cast: Cast, visit: Visit) -> None:
    first, second = links_of(cast, visit)
    sent = {"on": "19 November 2026", f"found-{first.pk}": "Fine.", f"then-{second.pk}": "open"}
    answer = cast.client(cast.tom).post(url(visit), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {f"then-{first.pk}", f"found-{second.pk}"}


def test_the_improvement_lead_and_the_head_do_not_follow_up_for_the_committee(cast: Cast, visit: Visit) -> None:
    for person in (cast.ada, cast.ben):
        client = cast.client(person)
        assert client.get(url(visit)).status_code == 403
        assert "Record what the committee found" not in client.get(url(visit, "visit")).content.decode()


def test_a_program_records_it_and_reads_it_back(cast: Cast, visit: Visit) -> None:
    client, base = cast.client(cast.tom), f"/api/v1/t/alder/visits/{visit.pk}/"
    action = links_of(cast, visit)[0].action_id
    one = {"action": action, "found": "Books show it.", "closes": True}
    answer = client.post(f"{base}follow_ups/", {"on": "2026-11-19", "actions": [one]}, "application/json")
    assert answer.status_code == 200, answer.content
    told = client.get(base).json()
    assert told["definition"]["followed_up_by"] == "Trust board"
    assert told["actions"][0]["follow_ups"][0]["found"] == "Books show it."
    term = client.get(f"/api/v1/t/alder/periods/{cast.autumn.pk}/monitoring/").json()
    assert term["health_checks"] == [{"visit": visit.pk, "actions": 2, "followed_up": 1, "closed": 1}]
    wrong = {"on": "2026-11-19", "actions": [one | {"action": 999_999}]}
    assert client.post(f"{base}follow_ups/", wrong, "application/json").status_code == 400


def test_what_waits_for_the_committee_stands_on_its_home_page(cast: Cast) -> None:
    with trust_scope(cast.alder):
        visit = checked(cast, actions=3)
        follow_up(visit, by=cast.tom, on=TODAY, found=[found(actions_of(visit)[0], "Seen.", closes=True)])
    tom, ada = (
        " ".join(cast.client(one).get("/t/alder/overview/").content.decode().split()) for one in (cast.tom, cast.ada)
    )
    assert "Two actions to follow up" in tom
    assert 'href="/t/alder/monitoring/#to-follow"' in tom
    assert "to follow up" not in ada
    with trust_scope(cast.alder):
        left = actions_of(visit)[1:]
        follow_up(visit, by=cast.tom, on=TODAY, found=[found(one, "Seen.", closes=True) for one in left])
    assert "to follow up" not in cast.client(cast.tom).get("/t/alder/overview/").content.decode()
