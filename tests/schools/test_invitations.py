"""Invitations: a link that works once, for one address, for fourteen days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schools.models import AuditEntry, Invitation, InvitationKey, Membership, Notice, RoleGrant, User
from schools.services.invitations import accept_invitation, invite_person, resend_invitation, withdraw_invitation
from schools.services.people import end_membership
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import PASSWORD, UserFactory

NEW = {"password": "five lime oak river", "again": "five lime oak river"}


@pytest.fixture
def invite(cast: Cast) -> Callable[..., str]:
    """Invite and give back the path of the link."""

    def send(email: str = "nia@example.org", role: str = "head", **fields) -> str:
        school = cast.ashmere if role == "head" else None
        with trust_scope(cast.alder):
            _, link = invite_person(email, name="Nia Bell", role=role, school=school, by=cast.olive, **fields)
        return "/" + link.split("/", 3)[3]

    return send


def test_the_email_holds_the_link_and_the_database_only_its_hash(
    cast: Cast, invite, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        path = invite()
    secret = path.split("/")[2]
    assert path in mail.outbox[0].body
    assert "Headteacher of Ashmere Primary" in mail.outbox[0].body
    assert not InvitationKey.objects.filter(token_hash__contains=secret).exists()


def test_somebody_new_sets_a_password_and_is_in(cast: Cast, invite) -> None:
    client, path = Client(), invite()
    assert "Join Alder Trust" in client.get(path).text
    answer = client.post(path, NEW)
    assert answer.url == reverse("trust_home", args=["alder"])
    assert client.get(reverse("account", args=["alder"])).status_code == 200
    with trust_scope(cast.alder):
        grant = RoleGrant.objects.get(membership__user__email="nia@example.org")
        assert (grant.role, grant.school, grant.granted_by) == ("head", cast.ashmere, cast.olive)
        assert Notice.objects.filter(to=cast.ruth, subject__startswith="Nia Bell is now").exists()
        assert AuditEntry.objects.filter(did="invitation.accepted", label="Nia Bell").exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "nia.bell@example", "again": "nia.bell@example"}, "too similar"),
        ({"password": "five lime oak river", "again": "other"}, "differ"),
    ],
)
def test_a_weak_password_is_refused(cast: Cast, invite, typed: dict[str, str], words: str) -> None:
    page = Client().post(invite("nia.bell@example.org"), typed)
    assert words in page.text
    assert not User.objects.filter(email="nia.bell@example.org").exists()


def test_a_link_works_once(cast: Cast, invite) -> None:
    path = invite()
    Client().post(path, NEW)
    page = Client().get(path)
    assert page.status_code == 410
    assert "accepted already" in page.text
    assert Client().post(path, NEW).status_code == 410


def test_a_link_expires(cast: Cast, invite) -> None:
    path = invite()
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1), tick=False):
        assert "expired" in Client().get(path).text
        assert Client().post(path, NEW).status_code == 410
        with pytest.raises(ValidationError, match="expired"):
            accept_invitation(path.split("/")[2], password=NEW["password"])


def test_a_withdrawn_link_says_so(cast: Cast, invite) -> None:
    path = invite()
    with trust_scope(cast.alder):
        withdraw_invitation(Invitation.objects.get(), by=cast.olive)
    assert "withdrawn" in Client().get(path).text


def test_sending_again_replaces_the_link(cast: Cast, invite) -> None:
    old = invite()
    with trust_scope(cast.alder):
        link = resend_invitation(Invitation.objects.get(), by=cast.olive)
    assert Client().get(old).status_code == 404
    assert Client().get("/" + link.split("/", 3)[3]).status_code == 200


def test_an_unknown_link_is_a_plain_sentence(db: None) -> None:
    page = Client().get("/invitation/nothing-like-it/")
    assert page.status_code == 404
    assert "not known" in page.text


def test_who_is_signed_in_accepts_with_one_press(cast: Cast, invite) -> None:
    with trust_scope(cast.birch):
        end_membership(cast.cleo, by=cast.cleo)
    client = cast.client(cast.cleo)
    path = invite(cast.cleo.user.email, "trustee")
    assert "Accept the invitation" in client.get(path).text
    client.post(path)
    with trust_scope(cast.alder):
        assert RoleGrant.objects.get(membership__user=cast.cleo.user).role == "trustee"


def test_who_has_an_account_signs_in_first(cast: Cast, invite) -> None:
    cast.cleo.user.set_password(PASSWORD)
    cast.cleo.user.save()
    page = Client().get(invite(cast.cleo.user.email, "trustee"))
    assert "Sign in to accept" in page.text
    assert 'type="password"' not in page.text


def test_a_link_for_another_address_is_refused(cast: Cast, invite) -> None:
    client, path = cast.client(cast.ben), invite()
    page = client.get(path)
    assert page.status_code == 403
    assert "somebody else" in page.text
    assert "nia@example.org" not in page.text
    assert client.post(path).status_code == 403


def test_nobody_invites_themselves_the_operator_or_a_holder_of_the_role(cast: Cast) -> None:
    UserFactory(email="op@example.org", is_operator=True)
    for email, role, words in (
        (cast.olive.user.email, "ceo", "themselves"),
        ("op@example.org", "ceo", "outside every trust"),
        (cast.ruth.user.email, "ceo", "already"),
    ):
        with trust_scope(cast.alder), pytest.raises(ValidationError, match=words):
            invite_person(email, name="X", role=role, by=cast.olive)


def test_the_operator_cannot_accept(cast: Cast, invite) -> None:
    path = invite()
    person = UserFactory(email="nia@example.org", is_operator=True)
    with pytest.raises(ValidationError, match="cannot join"):
        accept_invitation(path.split("/")[2], user=person)


def test_somebody_who_left_comes_back_by_invitation(cast: Cast, invite) -> None:
    with trust_scope(cast.alder):
        end_membership(cast.carl, by=cast.olive)
    path = invite(cast.carl.user.email, "clerk")
    accept_invitation(path.split("/")[2], user=cast.carl.user)
    with trust_scope(cast.alder):
        assert Membership.objects.get(pk=cast.carl.pk).ended_at is None
        assert RoleGrant.objects.current().filter(membership=cast.carl).count() == 1


def test_the_page_invites_resends_and_withdraws(cast: Cast, django_capture_on_commit_callbacks) -> None:
    client, url = cast.client(cast.olive), reverse("people", args=["alder"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"name": "Nia Bell", "email": "Nia@Example.org", "role": "trustee", "school": ""})
    assert mail.outbox[0].to == ["nia@example.org"]
    assert re.search(r"/invitation/[\w-]{40,}/", mail.outbox[0].body)
    with trust_scope(cast.alder):
        pk = Invitation.objects.get().pk
    client.post(reverse("invitation_act", args=["alder", pk]), {"act": "withdraw"})
    assert "Invited" not in client.get(url).text
    assert cast.client(cast.ada).post(reverse("invitation_act", args=["alder", pk])).status_code == 403
    assert cast.client(cast.cleo).post(reverse("invitation_act", args=["birch", pk])).status_code == 403


def test_the_password_set_by_invitation_signs_in(cast: Cast, invite) -> None:
    Client().post(invite(), NEW)
    client = Client()
    answer = client.post(reverse("account_login"), {"login": "nia@example.org", "password": NEW["password"]})
    assert answer.status_code == 302


# When the email cannot go out


@pytest.fixture
def no_post(settings) -> None:
    settings.EMAIL_BACKEND = "tests.schools.failing_mail.Backend"


def test_an_email_that_fails_is_told_and_sent_again(cast: Cast, no_post, settings, django_capture_on_commit_callbacks):
    client, url = cast.client(cast.olive), reverse("people", args=["alder"])
    typed = {"name": "Nia Bell", "email": "nia@example.org", "role": "trustee", "school": ""}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url, typed, follow=True)
    page = client.get(url)
    assert "has been sent" not in answer.text
    assert "An email could not be sent" in page.text
    assert [each.name for each in page.context["unsent"]] == ["Nia Bell"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with trust_scope(cast.alder):
        pk = Invitation.objects.get().pk
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("invitation_act", args=["alder", pk]), {"act": "resend"})
    assert mail.outbox[0].to == ["nia@example.org"]
    page = client.get(url)
    assert "could not be sent" not in page.text
    assert "Sent " in page.text


def test_it_is_told_with_real_transactions(live_cast: Cast, no_post) -> None:
    """The note that it went out has a transaction of its own, after the one that invites."""
    client, url = live_cast.client(live_cast.olive), reverse("people", args=["alder"])
    typed = {"name": "Nia Bell", "email": "nia@example.org", "role": "trustee", "school": ""}
    assert "could not be sent" in client.post(url, typed, follow=True).text


def test_the_operator_is_told_too(cast: Cast, no_post, django_capture_on_commit_callbacks) -> None:
    operator = Client()
    operator.force_login(UserFactory(email="op@example.org", is_operator=True))
    typed = {"name": "Cedar", "slug": "cedar", "admin_name": "Sam Reed", "admin_email": "sam@example.org"}
    with django_capture_on_commit_callbacks(execute=True):
        operator.post(reverse("operator_new"), typed)
    assert "The email could not be sent." in operator.get(reverse("operator_trust", args=["cedar"])).text
