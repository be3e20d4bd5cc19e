"""What a re-assessment concludes beside the level: whether the provision still fits, and whether capacity moves."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from categorisation.models import Decision
from categorisation.rules.conclusion import LONGEST, Conclusion, faults_of
from categorisation.services import decide_category
from schools.models import AuditEntry, Membership, Period, School
from schools.tenancy import trust_scope
from tests.conftest import Cast, start_trust
from tests.factories import SchoolFactory, member
from tests.strategies.reading import shipped

CHANGE = {
    "provision": "change", "provision_words": "A second day of the reading lead each week.",
    "capacity": "moves", "capacity_words": "Two days a week, from Elm to Fern.",
}  # fmt: skip
FITS = {"provision": "fits", "provision_words": "", "capacity": "stays", "capacity_words": ""}


class Fern:
    """A school of a trust whose strategy asks for conclusions, decided on once."""

    def __init__(self) -> None:
        self.trust, _ = start_trust("catkin", strategy="numbered_categories")
        with trust_scope(self.trust):
            self.school: School = SchoolFactory(name="Fern Primary")
            self.ceo: Membership = member("Ruth Ellison", "ceo")
            self.head: Membership = member("Hal Finch", "head", self.school)
            self.period = Period.objects.get(year=2026, season="autumn", half=0)
        self.page = f"/t/catkin/schools/{self.school.pk}/decide/overall/"

    def decide(self, **more: Any) -> Decision:
        usual = {"by": self.ceo, "level": "three", "reason": "Leaders are new.", "period": self.period}
        return decide_category(self.school, "overall", **usual | more)

    def client(self, person: Membership) -> Client:
        client = Client()
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


@pytest.fixture
def fern(db: None, time_machine: Any) -> Fern:
    time_machine.move_to("2026-11-20T10:00Z")
    return Fern()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        (FITS, []),
        (CHANGE, []),
        ({}, ["provision", "capacity"]),
        ({"provision": "fits"}, ["capacity"]),
        ({"provision": "change", "capacity": "moves"}, ["provision_words", "capacity_words"]),
        (FITS | {"provision": "perhaps"}, ["provision"]),
        (CHANGE | {"capacity_words": "x" * (LONGEST + 1)}, ["capacity_words"]),
    ],
)
def test_both_answers_are_given_and_a_change_has_its_words(said: dict[str, str], faults: list[str]) -> None:
    assert list(faults_of(Conclusion(**said))) == faults


def test_only_the_strategy_that_says_so_asks() -> None:
    asks = {
        name: [axis.key for axis in shipped(name).axes if axis.concludes]
        for name in ("two_axes", "four_phases", "numbered_categories", "sustain_to_stabilise", "no_categories")
    }
    assert {name for name, axes in asks.items() if axes} == {"numbered_categories"}


def test_a_first_decision_concludes_nothing_and_each_one_after_it_does(fern: Fern) -> None:
    with trust_scope(fern.trust):
        first = fern.decide(conclusion=Conclusion(**CHANGE))
        assert first.conclusion == Conclusion()
        with pytest.raises(ValidationError) as refused:
            fern.decide(level="two")
        assert list(refused.value.message_dict) == ["provision", "capacity"]
        again = fern.decide(level="two", conclusion=Conclusion(**CHANGE))
        assert again.conclusion == Conclusion(**CHANGE)
        with pytest.raises(ValidationError, match="was not recorded again"):
            fern.decide(level="two", conclusion=Conclusion(**CHANGE))
        assert fern.decide(level="two", conclusion=Conclusion(**FITS)).pk > again.pk
        why = AuditEntry.objects.filter(did="category.decided").order_by("pk").values_list("why", flat=True)[1]
        assert why == (
            "Leaders are new. The provision in place should change: A second day of the reading lead each week. "
            "Capacity should move: Two days a week, from Elm to Fern."
        )


def test_where_the_strategy_does_not_ask_nothing_is_kept(cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")
    with trust_scope(cast.alder):
        at = {"by": cast.ruth, "period": cast.autumn, "reason": "Because."}
        for level in ("reinforce", "refine"):
            made = decide_category(cast.dunmere, "academic", level=level, conclusion=Conclusion(**CHANGE), **at)
            assert (made.conclusion, made.conclusion.sentences) == (Conclusion(), ())


@pytest.mark.parametrize("change", [{"capacity": ""}, {"provision_words": ""}, {"capacity_words": ""}])
def test_the_database_refuses_half_a_conclusion(fern: Fern, change: dict[str, str]) -> None:
    with trust_scope(fern.trust):
        fern.decide()
        made = fern.decide(level="two", conclusion=Conclusion(**CHANGE))
        with pytest.raises(IntegrityError, match="decision_concludes"), transaction.atomic():
            Decision.objects.filter(pk=made.pk).update(**change)


def test_the_page_asks_and_nothing_typed_is_lost(fern: Fern) -> None:
    ceo, sent = fern.client(fern.ceo), {"level": "three", "reason": "Leaders are new."}
    assert "Does the provision in place still fit?" not in text_of(ceo.get(fern.page))
    assert ceo.post(fern.page, sent).status_code == 302
    assert "Does the provision in place still fit?" in text_of(ceo.get(fern.page))
    half = CHANGE | {"level": "two", "reason": "They settled.", "provision_words": "", "capacity": ""}
    refused = ceo.post(fern.page, half)
    told = text_of(refused)
    assert refused.status_code == 422
    assert "Say what should change" in told
    assert "Say whether capacity should move" in told
    assert "Two days a week, from Elm to Fern." in told
    assert ceo.post(fern.page, half | CHANGE).status_code == 302
    with trust_scope(fern.trust):
        made = Decision.objects.order_by("-pk")[0]
    assert made.conclusion == Conclusion(**CHANGE)


def test_it_stands_wherever_the_reason_stands(fern: Fern, time_machine: Any) -> None:
    with trust_scope(fern.trust):
        fern.decide()
        made = fern.decide(level="two", conclusion=Conclusion(**CHANGE))
    time_machine.move_to("2026-11-24T10:00Z")  # the school has been told
    provision, capacity = made.conclusion.sentences
    head, ceo = fern.client(fern.head), fern.client(fern.ceo)
    for client, url in (
        (head, f"/t/catkin/decisions/{made.pk}/"),
        (head, f"/t/catkin/schools/{fern.school.pk}/"),
        (ceo, f"/t/catkin/schools/{fern.school.pk}/"),
        (ceo, "/t/catkin/overview/"),
    ):
        shown = text_of(client.get(url))
        assert provision in shown, url
        assert capacity in shown, url


def test_programs_read_it(fern: Fern) -> None:
    with trust_scope(fern.trust):
        first, again = fern.decide(), fern.decide(level="two", conclusion=Conclusion(**CHANGE))
    ceo, at = fern.client(fern.ceo), "/api/v1/t/catkin/decisions/"
    assert ceo.get(f"{at}{first.pk}/").json()["conclusion"] is None
    assert ceo.get(f"{at}{again.pk}/").json()["conclusion"] == CHANGE
