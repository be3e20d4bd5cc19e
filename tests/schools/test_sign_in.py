"""Sign-in: throttled and locked before a password is hashed, and the same answer whoever is asked for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as own_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.urls import reverse

from schools.sign_in import client_ip
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


def test_the_address_of_whoever_signs_in_counts_as_proved(db: None) -> None:
    user = UserFactory(password=PASSWORD)
    client = Client()
    attempt(user.email, PASSWORD, client)
    assert user.email in client.get(reverse("account_email")).content.decode()
    known = EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")
    assert list(known) == [(user.email, True, True)]  # so a second factor is set up without proving it once more


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


def test_what_a_page_asks_for_by_itself_is_not_sent_to_sign_in(cast: Cast) -> None:
    """The form it would get has a token, which would take the place of the one in the form that is open."""
    browser = Client()
    answer = browser.get("/t/alder/brand.css", headers={"Sec-Fetch-Dest": "style"})
    assert (answer.status_code, answer.content, dict(browser.cookies)) == (401, b"", {})
    assert browser.get("/t/alder/people/", headers={"Sec-Fetch-Dest": "document"}).status_code == 302


def test_a_role_may_need_a_second_factor(cast: Cast, settings) -> None:
    settings.MFA_REQUIRED_ROLES = ["si_lead"]
    answer = cast.client(cast.ada).get(reverse("account", args=["alder"]))
    assert answer.status_code == 302
    assert answer.url == reverse("mfa_activate_totp")
    assert cast.client(cast.olive).get(reverse("account", args=["alder"])).status_code == 200


def test_a_role_that_does_not_exist_is_said_when_we_start(settings) -> None:
    settings.MFA_REQUIRED_ROLES = ["ceo", "trust_admin"]
    with pytest.raises(
        ImproperlyConfigured, match=r"^MFA_REQUIRED_ROLES names no role: trust_admin\. The names are: head,"
    ):
        apps.get_app_config("schools").ready()
    settings.MFA_REQUIRED_ROLES = ["ceo", "admin", "operator"]
    apps.get_app_config("schools").ready()


def test_the_example_names_only_roles_that_exist(settings) -> None:
    example = (own_settings.BASE_DIR / ".env.example").read_text()
    suggested = re.search(r"For example: (\S+)\nMFA_REQUIRED_ROLES=", example)
    settings.MFA_REQUIRED_ROLES = suggested[1].split(",")
    apps.get_app_config("schools").ready()


def test_the_operator_may_need_a_second_factor(db: None, settings) -> None:
    settings.MFA_REQUIRED_ROLES = ["operator"]
    operator, client = UserFactory(name="Olga Operator", is_operator=True), Client()
    client.force_login(operator, backend="allauth.account.auth_backends.AuthenticationBackend")
    pages = [reverse(name) for name in ("operator", "operator_new", "register_import")]
    assert {client.get(page).url for page in pages} == {reverse("mfa_activate_totp")}
    Authenticator.objects.create(user=operator, type=Authenticator.Type.TOTP, data={})
    assert {client.get(page).status_code for page in pages} == {200}


PROXY, LENA, OTHER = "10.0.0.7", "203.0.113.5", "198.51.100.8"


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, None, PROXY),
        (0, LENA, PROXY),  # no proxy of ours: anybody may have written it
        (1, LENA, LENA),
        (1, f"{OTHER}, {LENA}", LENA),  # a hop added by the visitor
        (1, f"{OTHER},{OTHER}, {LENA} ", LENA),
        (2, f"{OTHER}, {LENA}, 192.0.2.1", LENA),
        (2, LENA, LENA),  # around the outer proxy
        (1, "2001:db8::1", "2001:db8::1"),
        (1, None, PROXY),  # a health check
        (1, "unknown", PROXY),
        (1, f"{LENA},", PROXY),
    ],
)
def test_who_asks_is_whom_our_proxy_saw(settings, proxies: int, header: str | None, seen: str) -> None:
    settings.PROXY_COUNT = proxies
    said = {"HTTP_X_FORWARDED_FOR": header} if header is not None else {}
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR=PROXY, **said)) == seen


def behind_proxy(seen: str, *, forged: str = "") -> Client:
    """A browser whose requests come by our proxy."""
    return Client(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"{forged}, {seen}" if forged else seen)


def test_behind_a_proxy_the_lock_is_for_one_visitor(db: None, settings) -> None:
    settings.PROXY_COUNT = 1
    UserFactory(email="lena@example.org", password=PASSWORD)
    for number in range(settings.AXES_FAILURE_LIMIT):  # a new hop for each, as if it were somebody else
        attempt("lena@example.org", f"wrong {number}", behind_proxy(OTHER, forged=f"192.0.2.{number}"))
    assert attempt("lena@example.org", PASSWORD, behind_proxy(OTHER, forged=LENA)).status_code == 429
    assert attempt("lena@example.org", PASSWORD, behind_proxy(LENA)).status_code == 302


def test_behind_a_proxy_the_limit_is_for_one_visitor(db: None, settings, hashed: list[str]) -> None:
    settings.PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip", "login_failed": "20/m/ip"}
    said = [attempt(f"a{n}@example.org", "wrong", behind_proxy(OTHER, forged=f"192.0.2.{n}")) for n in range(5)]
    assert [answer.status_code for answer in said] == [200, 200, 200, 429, 429]
    assert attempt("b@example.org", "wrong", behind_proxy(LENA)).status_code == 200


PROVIDERS = {
    "MICROSOFT_CLIENT_ID": "m", "MICROSOFT_SECRET": "s", "MICROSOFT_SETTINGS": "",
    "GOOGLE_CLIENT_ID": "g", "GOOGLE_SECRET": "s",
    "OPENID_CONNECT_CLIENT_ID": "o", "OPENID_CONNECT_SECRET": "s",
    "OPENID_CONNECT_SETTINGS": '{"server_url": "https://id.example:8443/realms/alder"}',
    "SIGN_IN_ORIGINS": "https://pages.example",
}  # fmt: skip


def installed(**more: str) -> dict:
    """Settings of an installation with these values in its environment."""
    code = (
        "import json, trust_si.settings as s;"
        "form_action = s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'];"
        "print(json.dumps({'form_action': form_action, 'providers': s.SOCIALACCOUNT_PROVIDERS}))"
    )
    env = {name: value for name, value in os.environ.items() if name not in PROVIDERS} | more
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=own_settings.BASE_DIR, env=env, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_forms_go_to_the_providers_that_are_set_up_and_nowhere_else() -> None:
    assert installed(SIGN_IN_ORIGINS="https://pages.example") == {"form_action": ["'self'"], "providers": {}}
    assert installed(GOOGLE_CLIENT_ID="g", GOOGLE_SECRET="s")["form_action"] == [
        "'self'",
        "https://accounts.google.com",
    ]
    assert installed(**PROVIDERS)["form_action"] == [
        "'self'", "https://login.microsoftonline.com", "https://accounts.google.com", "https://id.example:8443",
        "https://pages.example",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "vouches"),
    [
        ("", False),
        ('{"tenant": "organizations", "verified_email": true}', False),  # anybody's directory may claim any address
        ('{"tenant": "1f6a"}', True),
        ('{"tenant": "1f6a", "verified_email": false}', False),
    ],
)
def test_only_a_microsoft_directory_of_ones_own_vouches_for_addresses(said: str, vouches: bool) -> None:
    found = installed(**{**PROVIDERS, "MICROSOFT_SETTINGS": said})["providers"]["microsoft"]["APPS"][0]["settings"]
    assert found["verified_email"] is vouches


def test_the_email_with_a_new_password_is_written_by_a_person(db: None) -> None:
    UserFactory(email="lena@example.org", name="Lena Park", password=PASSWORD)
    for email, subject, words in (
        ("lena@example.org", "Trust SI: Choose a new password", "Dear Lena Park,"),
        ("nobody@example.org", "Trust SI: Nobody has an account with this address", "there is nothing to change"),
    ):
        mail.outbox.clear()
        Client().post(reverse("account_reset_password"), {"email": email})
        assert mail.outbox[0].subject == subject
        assert words in mail.outbox[0].body
        assert "example.com" not in mail.outbox[0].body
