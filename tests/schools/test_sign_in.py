"""Sign-in: throttled and locked before a password is hashed, and the same answer whoever is asked for."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse

from tests.conftest import Cast
from tests.factories import PASSWORD, UserFactory

LOGIN = "/account/login/"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been hashed, or checked against a hash, since the test began."""
    seen: list[str] = []
    verify, encode = Argon2PasswordHasher.verify, Argon2PasswordHasher.encode
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "verify",
        lambda self, password, encoded: (seen.append(password), verify(self, password, encoded))[1],
    )
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "encode",
        lambda self, password, salt: (seen.append(password), encode(self, password, salt))[1],
    )
    return seen


def attempt(email: str, password: str, client: Client | None = None):
    return (client or Client()).post(LOGIN, {"login": email, "password": password})


def test_an_email_and_a_password_sign_in(db: None) -> None:
    UserFactory(email="lena@example.org", password=PASSWORD)
    answer = attempt("Lena@Example.org", PASSWORD)
    assert answer.status_code == 302
    assert answer.url == "/"


def test_a_locked_account_is_refused_before_its_password_is_hashed(db: None, settings, hashed: list[str]) -> None:
    UserFactory(email="lena@example.org", password=PASSWORD)
    for number in range(settings.AXES_FAILURE_LIMIT):
        attempt("lena@example.org", f"wrong {number}")
    hashed.clear()
    answer = attempt("lena@example.org", PASSWORD)
    assert answer.status_code == 429
    assert hashed == []


def test_too_many_tries_from_one_place_are_refused_before_hashing(db: None, settings, hashed: list[str]) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip", "login_failed": "20/m/ip"}
    answers = [attempt(f"somebody{number}@example.org", "wrong") for number in range(5)]
    assert answers[-1].status_code == 429
    assert len(hashed) <= 3


def test_the_lock_is_for_one_address_and_place(db: None, settings) -> None:
    UserFactory(email="lena@example.org", password=PASSWORD)
    for number in range(settings.AXES_FAILURE_LIMIT):
        attempt("lena@example.org", f"wrong {number}")
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert attempt("lena@example.org", PASSWORD, elsewhere).status_code == 302


def _without_token(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|[\w.]+@example\.org', "", text)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(db: None, hashed: list[str]) -> None:
    UserFactory(email="lena@example.org", password=PASSWORD)
    hashed.clear()
    known, unknown = attempt("lena@example.org", "wrong"), attempt("nobody@example.org", "wrong")
    assert known.status_code == unknown.status_code == 200
    assert _without_token(known.text) == _without_token(unknown.text)
    assert len(hashed) == 2  # as much work for either, so the time tells nothing


def test_a_forgotten_password_gets_the_same_answer(db: None) -> None:
    UserFactory(email="lena@example.org", password=PASSWORD)
    url = reverse("account_reset_password")
    known, unknown = (Client().post(url, {"email": f"{name}@example.org"}) for name in ("lena", "nobody"))
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_nobody_signs_themselves_up(db: None) -> None:
    page = Client().post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert 'type="password"' not in page.text


@pytest.mark.parametrize("path", ["/t/alder/", "/t/alder/people/", "/t/no-such-trust/", "/t/no-such-trust/people/"])
def test_a_stranger_goes_to_sign_in_whether_or_not_the_trust_exists(cast: Cast, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer.url == f"{LOGIN}?next={path}"


def test_a_role_may_need_a_second_factor(cast: Cast, settings) -> None:
    settings.MFA_REQUIRED_ROLES = ["si_lead"]
    answer = cast.client(cast.ada).get(reverse("account", args=["alder"]))
    assert answer.status_code == 302
    assert answer.url == reverse("mfa_activate_totp")
    assert cast.client(cast.olive).get(reverse("account", args=["alder"])).status_code == 200
