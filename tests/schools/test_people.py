"""Roles: granted by somebody else, ended at once, and never the last administrator's."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from schools.models import ApiToken, AuditEntry, Notice, RoleGrant, Trust
from schools.services.people import end_membership, end_role, grant_role
from schools.services.tokens import create_token
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import MembershipFactory, member


def test_a_role_is_granted_with_its_history(open_alder: Trust, cast: Cast) -> None:
    grant = grant_role(cast.ada, "head", by=cast.olive, school=cast.ashmere, why="Acting up until Easter")
    entry = AuditEntry.objects.get(did="role.granted")
    assert (entry.by, entry.after, entry.why) == (
        cast.olive,
        "Headteacher of Ashmere Primary",
        "Acting up until Easter",
    )
    assert grant.granted_by == cast.olive
    assert grant.history.get().pgh_context_id == entry.act


def test_nobody_grants_a_role_to_themselves(open_alder: Trust, cast: Cast) -> None:
    with pytest.raises(ValidationError, match="themselves"):
        grant_role(cast.olive, "ceo", by=cast.olive)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(membership=cast.olive, role="ceo", granted_by=cast.olive)


@pytest.mark.parametrize(
    ("role", "with_school", "words"),
    [("head", False, "Choose the school"), ("trustee", True, "whole trust"), ("operator", False, "from the list")],
)
def test_a_role_says_whether_it_needs_a_school(
    open_alder: Trust, cast: Cast, role: str, with_school: bool, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        grant_role(cast.ada, role, by=cast.olive, school=cast.ashmere if with_school else None)


def test_a_role_is_held_once(open_alder: Trust, cast: Cast) -> None:
    with pytest.raises(ValidationError, match="already"):
        grant_role(cast.ruth, "ceo", by=cast.olive)


@pytest.mark.parametrize(("role", "told"), [("head", 1), ("director", 1), ("trustee", 0)])
def test_the_chief_executive_is_told_of_weighty_roles(open_alder: Trust, cast: Cast, role: str, told: int) -> None:
    grant_role(cast.carl, role, by=cast.olive, school=cast.ashmere if role == "head" else None)
    assert Notice.objects.filter(to=cast.ruth, subject__contains="Carl Clerk is now").count() == told


def test_the_last_administrator_stays(open_alder: Trust, cast: Cast) -> None:
    grant = RoleGrant.objects.get(membership=cast.olive)
    for leave in (lambda: end_role(grant, by=cast.olive), lambda: end_membership(cast.olive, by=cast.olive)):
        with pytest.raises(ValidationError, match="last trust administrator"):
            leave()
    second = member("Second Admin", "admin")
    end_role(grant, by=second)
    assert not RoleGrant.objects.current().filter(membership=cast.olive).exists()


def test_leaving_ends_roles_and_tokens(open_alder: Trust, cast: Cast) -> None:
    create_token("spreadsheet", by=cast.ada, days=30)
    end_membership(cast.ada, by=cast.olive, why="Moved away")
    assert not RoleGrant.objects.current().filter(membership=cast.ada).exists()
    assert ApiToken.objects.get(user=cast.ada.user).ended_at is not None
    with pytest.raises(ValidationError, match="has left"):
        grant_role(cast.ada, "trustee", by=cast.olive)


def test_rights_end_at_the_next_request(cast: Cast) -> None:
    client, url = cast.client(cast.ada), reverse("account", args=["alder"])
    assert client.get(url).status_code == 200
    with trust_scope(cast.alder):
        end_membership(cast.ada, by=cast.olive)
    assert client.get(url).status_code == 404


# Pages


def test_the_administrator_sees_people_and_others_are_told_who_may(cast: Cast) -> None:
    url = reverse("people", args=["alder"])
    page = cast.client(cast.olive).get(url)
    assert "Ben Osei" in page.text
    assert "Cleo Birch" not in page.text
    assert cast.client(cast.ben).get(url).status_code == 403
    assert cast.client(cast.cleo).get(url).status_code == 404


def test_the_people_page_grants_and_ends(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("person", args=["alder", cast.carl.pk])
    client.post(url, {"role": "head", "school": cast.ashmere.pk})
    with trust_scope(cast.alder):
        grant = RoleGrant.objects.get(membership=cast.carl, role="head")
    assert "Headteacher, Ashmere Primary" in client.get(url).text
    client.post(reverse("role_end", args=["alder", grant.pk]), {"why": "Ended early"})
    with trust_scope(cast.alder):
        assert RoleGrant.objects.get(pk=grant.pk).ended_at is not None
    assert "Ended early" in client.get(url).text


def test_a_refusal_is_shown_and_what_was_typed_stays(cast: Cast) -> None:
    page = cast.client(cast.olive).post(reverse("person", args=["alder", cast.ben.pk]), {"role": "head", "school": ""})
    assert "Choose the school" in page.text
    assert '<option value="head" selected>' in page.text


def test_the_administrator_cannot_grant_themselves_by_the_page(cast: Cast) -> None:
    page = cast.client(cast.olive).post(reverse("person", args=["alder", cast.olive.pk]), {"role": "ceo"})
    assert page.status_code == 200
    with trust_scope(cast.alder):
        assert not RoleGrant.objects.filter(membership=cast.olive, role="ceo").exists()


def test_a_person_of_another_trust_is_not_there(cast: Cast) -> None:
    client = cast.client(cast.olive)
    assert client.get(reverse("person", args=["alder", cast.cleo.pk])).status_code == 404
    assert client.post(reverse("person_end", args=["alder", cast.cleo.pk])).status_code == 404


def test_people_take_as_many_queries_for_one_as_for_thirty(cast: Cast, queries) -> None:
    client, url = cast.client(cast.olive), reverse("people", args=["alder"])
    client.get(url)
    few = queries(lambda: client.get(url))
    with trust_scope(cast.alder):
        for number in range(30):
            member(f"Extra {number}", "head", cast.dunmere)
    assert len(queries(lambda: client.get(url))) == len(few)
    assert len(few) <= 12


def test_the_switcher_remembers_my_trusts(cast: Cast) -> None:
    with trust_scope(cast.birch):
        RoleGrant.objects.create(membership=MembershipFactory(user=cast.ada.user), role="trustee")
    client = cast.client(cast.ada)
    assert "Birch Trust" in client.get("/").text
    assert 'href="/t/birch/"' in client.get(reverse("account", args=["alder"])).text
