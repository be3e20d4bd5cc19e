"""The summary that opens a health check: joined from the record, true to its day, and for who may know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from categorisation.models import Assessment
from monitoring.models import Visit
from monitoring.services import begin_visit, consider_visit, reply_to_visit, send_visit
from monitoring.services.considering import Agreed
from plans.services import NewAction
from reporting.queries.known import known_of
from schools.access import access_of
from schools.models import Membership, School, StrategyVersion, Trust
from schools.tenancy import trust_scope
from tests.conftest import TODAY, start_trust
from tests.factories import SchoolFactory, member
from tests.reporting.stories import agree, decide, rate, term

CHECK: dict[str, Any] = {
    "date": "2026-11-20",
    "summary": "Steady; writing next.",
    "teaching": "sustain",
    "r0-action": "Plan more writing.",
}


@dataclass(frozen=True)
class Here:
    trust: Trust
    version: StrategyVersion
    school: School
    lead: Membership
    head: Membership
    ceo: Membership
    trustee: Membership

    def client(self, person: Membership) -> Client:
        client = Client()
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


@pytest.fixture
def here(db: None, time_machine: Any) -> Here:
    """A trust with health checks, a school with an agreed matrix and a decision."""
    time_machine.move_to("2026-11-20T13:00Z")
    trust, version = start_trust("cedar", "sustain_to_stabilise")
    with trust_scope(trust):
        school = SchoolFactory(name="Larchmere Primary")
        people = [member("Lena Cedar", "si_lead"), member("Ben Cedar", "head", school)]
        people += [member("Ruth Cedar", "ceo"), member("Tom Cedar", "trustee")]
        found = Here(trust, version, school, *people)
        decide(matrix(found), by=found.ceo, on=TODAY)
    return found


def matrix(here: Here) -> Assessment:
    found = rate(here.school, term("autumn", 2026), head=here.head, level=2, on=TODAY)
    return agree(found, by=here.lead, on=TODAY)


def begun(here: Here, form: str = "health_check") -> Visit:
    with trust_scope(here.trust):
        return begin_visit(
            here.school, here.version, here.version.strategy.form_by_key[form], by=here.lead, by_school=False
        )


def held(here: Here) -> Visit:
    """A health check that is final, with an action."""
    visit = begun(here)
    with trust_scope(here.trust):
        level = here.version.strategy.levels_of("phase")[0].key
        made = send_visit(visit, {**CHECK, "teaching": level}, by=here.lead, version=1)
        assert made.is_sent, made
        final = reply_to_visit(visit, by=here.head, reply="accurate")
        action = NewAction("Plan more writing.", here.head, "", date(2026, 12, 18), date(2027, 1, 15))
        return consider_visit(final, by=here.head, on=TODAY, typed={}, agreed=[Agreed(action, 0)])


def at(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"trust": "cedar", **kwargs})


def test_it_opens_the_form_while_it_is_written_and_stands_in_the_record(here: Here) -> None:
    visit, lead = begun(here), here.client(here.lead)
    writing = lead.get(at("visit_write", pk=visit.pk)).content.decode()
    for words in ("What is known", "As it stands today, 20 November 2026", "By aspect", "agreed 20 November 2026"):
        assert words in writing, words
    record = lead.get(at("visit", pk=held(here).pk)).content.decode()
    assert "As it stood on 20 November 2026" in record


def test_another_form_has_none(here: Here) -> None:
    visit = begun(here, "in_house_monitoring")
    assert "What is known" not in here.client(here.lead).get(at("visit", pk=visit.pk)).content.decode()


def test_the_record_stays_true_to_its_day(here: Here, time_machine: Any) -> None:
    """What is decided, agreed and closed afterwards does not change it."""
    held(here)
    with trust_scope(here.trust):
        access = access_of(here.lead.user)
        assert access is not None
        before = known_of(access, here.school, TODAY, now=timezone.now())
        assert before.categories
        assert [line.label for line in before.actions] == ["Plan more writing."]
        assert not known_of(access, here.school, TODAY - timedelta(days=1), now=timezone.now()).categories
        time_machine.move_to("2027-02-10T13:00Z")
        later = rate(here.school, term("spring", 2026), head=here.head, level=4, on=date(2027, 2, 9))
        decide(agree(later, by=here.lead, on=date(2027, 2, 9)), by=here.ceo, on=date(2027, 2, 9))
        assert known_of(access, here.school, TODAY, now=timezone.now()) == before
        assert known_of(access, here.school, date(2027, 2, 10), now=timezone.now()).categories != before.categories


def test_people_of_other_schools_and_trusts_find_nothing(here: Here) -> None:
    visit = held(here)
    with trust_scope(here.trust):
        other = member("Oda Cedar", "head", SchoolFactory(name="Pinewood Primary"))
    stranger, _ = start_trust("birch")
    with trust_scope(stranger):
        cleo = member("Cleo Birch", "si_lead")
    for person in (other, cleo):
        for name in ("visit", "visit_file"):
            assert here.client(person).get(at(name, pk=visit.pk)).status_code == 404


def test_it_stands_in_the_tagged_document(here: Here) -> None:
    answer = here.client(here.lead).get(at("visit_file", pk=held(here).pk))
    assert answer.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(BytesIO(answer.content)) as made:
        assert made.Root.MarkInfo.Marked


def test_the_committee_follows_health_checks_up(here: Here) -> None:
    """A trustee sees each school's health check with what became of its actions, and the schools without one."""
    held(here)
    with trust_scope(here.trust):
        SchoolFactory(name="Pinewood Primary")
    page = here.client(here.trustee).get(at("monitoring_term")).content.decode()
    for words in ("Health checks", "Larchmere", "Plan more writing.", "by 18 December", "None this term: Pinewood"):
        assert words in page, words


def test_more_on_record_asks_no_more(here: Here, queries: Callable[..., list[str]]) -> None:
    lead, place = here.client(here.lead), at("visit", pk=held(here).pk)
    lead.get(place)
    one = len(queries(lambda: lead.get(place)))
    for _ in range(10):
        held(here)
    assert len(queries(lambda: lead.get(place))) == one <= 22
