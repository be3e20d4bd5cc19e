"""The installation operator starts trusts and stays outside them."""

from __future__ import annotations

import re
from datetime import date
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from evidence.models import Inspection
from schools.models import AuditEntry, Establishment, Invitation, Membership, Notice, Period, Trust, User
from schools.services.trusts import create_trust, invite_administrator
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import TrustFactory, UserFactory

TYPED = {
    "name": "Cedar Trust",
    "slug": "cedar",
    "group_uid": "2044",
    "admin_name": "Sam Reed",
    "admin_email": "Sam@Example.org",
}


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    person = UserFactory(name="Olga Operator", email="olga@example.org", is_operator=True)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_operator_creates_a_trust_and_invites(operator: Client, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = operator.post(reverse("operator_new"), TYPED)
    assert answer.url == reverse("operator_trust", args=["cedar"])
    assert mail.outbox[0].to == ["sam@example.org"]
    trust = Trust.objects.get(slug="cedar")
    with trust_scope(trust):
        assert Invitation.objects.get().role == "admin"
        assert "olga@example.org" in AuditEntry.objects.get(did="trust.created").why
        assert Period.objects.terms().count() == 3
        assert not Membership.objects.exists()


def test_a_second_trust_of_the_same_address_is_refused(operator: Client) -> None:
    TrustFactory(slug="cedar")
    page = operator.post(reverse("operator_new"), TYPED)
    assert "Another trust has this address" in page.text
    assert 'value="Cedar Trust"' in page.text


def test_the_operator_stays_outside(operator: Client, cast: Cast) -> None:
    assert operator.get("/t/alder/").status_code == 404
    page = operator.post(reverse("operator_new"), {**TYPED, "admin_email": "olga@example.org"})
    assert "stays outside every trust" in page.text
    assert not Trust.objects.filter(slug="cedar").exists()


def test_an_administrator_is_invited_into_a_trust_that_has_lost_its_own(operator: Client, cast: Cast) -> None:
    """With the reason in the trust's record, its own people told, and nothing of the trust shown."""
    with pytest.raises(ValidationError, match="Say why"):
        invite_administrator(cast.alder, email="x@example.org", name="X", by_operator=None)
    url = reverse("operator_trust", args=["alder"])
    typed = {"name": "Rita Rescue", "email": "rita@example.org"}
    assert "Say why somebody outside" in operator.post(url, typed).text
    page = operator.post(url, {**typed, "why": "The chair asked for it."}, follow=True)
    assert "Rita Rescue is invited" in page.text
    assert "Ben Osei" not in page.text
    assert "Olive" not in page.text
    with trust_scope(cast.alder):
        entry = AuditEntry.objects.get(did="person.invited")
        assert (entry.label, entry.after) == ("Rita Rescue", "Trust administrator")
        assert entry.why == "By the installation operator, olga@example.org. The chair asked for it."
        told = Notice.objects.filter(subject__startswith="Rita Rescue was invited").values_list(
            "to__user__name", flat=True
        )
        assert set(told) == {"Olive Admin", "Ruth Ellison"}
    record = cast.client(cast.olive).get(reverse("audit", args=["alder"]))
    assert record.context["lines"][0].who == "The installation operator"


def test_the_operator_sees_what_national_data_is_loaded(operator: Client) -> None:
    page = operator.get(reverse("operator"))
    assert page.text.count("Not loaded yet") == 6
    Establishment.objects.create(urn="810009", name="Far Away", source="test", as_at=date(2026, 11, 1))
    Inspection.objects.create(urn="810009", framework="graded_1_to_4", source="test", as_at=date(2026, 10, 1))
    page = operator.get(reverse("operator"))
    assert page.text.count(f'href="{reverse("register_import")}"') == 2
    for words in ("1 November 2026", "1 October 2026", "Inspections"):
        assert words in page.text


def test_the_operator_sends_only_their_own_invitation_again(operator: Client, cast: Cast) -> None:
    operator.post(reverse("operator_new"), TYPED)
    with trust_scope(Trust.objects.get(slug="cedar")):
        own = Invitation.objects.get()
    assert operator.post(reverse("operator_resend", args=["cedar", own.pk])).status_code == 302
    with trust_scope(cast.alder):
        theirs = Invitation.objects.create(
            email="a@example.org", name="A", role="trustee", invited_by=cast.olive, expires_at=own.expires_at
        )
    assert operator.post(reverse("operator_resend", args=["alder", theirs.pk])).status_code == 404


@pytest.mark.parametrize("name", ["operator", "operator_new"])
def test_the_operators_pages_are_not_there_for_others(cast: Cast, name: str) -> None:
    assert cast.client(cast.olive).get(reverse(name)).status_code == 404
    assert Client().get(reverse(name)).url.startswith(reverse("account_login"))


def test_the_operator_arrives_at_the_trusts(operator: Client, cast: Cast) -> None:
    assert operator.get("/").url == reverse("operator")
    assert "Alder Trust" in operator.get(reverse("operator")).text


def test_the_list_of_trusts_takes_a_fixed_number_of_queries(operator: Client, queries) -> None:
    url = reverse("operator")
    few = len(queries(lambda: operator.get(url)))
    for number in range(30):
        create_trust(f"Trust {number}", slug=f"t-{number}", by_operator=None)
    assert len(queries(lambda: operator.get(url))) == few


def test_the_commands_do_the_same(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    monkeypatch.setenv("OPERATOR_PASSWORD", "five lime oak river")
    call_command("create_operator", "Olga@Example.org", stdout=out)
    assert User.objects.get(email="olga@example.org").is_operator
    words = ["Cedar Trust", "cedar", "--admin-name", "Sam Reed", "--admin-email", "sam@example.org"]
    call_command("create_trust", *words, stdout=out)
    assert "/invitation/" in out.getvalue()
    with pytest.raises(CommandError, match="Another trust"):
        call_command("create_trust", *words, stdout=out)
    monkeypatch.setenv("OPERATOR_PASSWORD", "short")
    with pytest.raises(CommandError, match="too short"):
        call_command("create_operator", "second@example.org", stdout=out)


def test_from_the_operator_to_an_administrator_with_real_transactions(transactional_db: None) -> None:
    """The scopes are durable: this story would fail where one was opened inside another transaction."""
    client = Client()
    person = UserFactory(name="Olga Operator", email="olga@example.org", is_operator=True)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(reverse("operator_new"), TYPED).status_code == 302
    link = re.search(r"/invitation/[\w-]+/", mail.outbox[0].body)
    assert link is not None
    newcomer = Client()
    newcomer.post(link[0], {"password": "five lime oak river", "again": "five lime oak river"})
    assert "Three steps to begin" in newcomer.get("/", follow=True).text
    newcomer.post(reverse("strategy_choose", args=["cedar"]), {"name": "two_axes", "starts_on": "2026-09-01"})
    typed = {"name": "Nia Bell", "email": "nia@example.org", "role": "ceo"}
    newcomer.post(reverse("people", args=["cedar"]), typed)
    assert mail.outbox[1].to == ["nia@example.org"]
    bad = newcomer.post(reverse("people", args=["cedar"]), {**typed, "email": "sam@example.org"})
    assert "themselves" in bad.text
