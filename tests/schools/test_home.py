"""Where people arrive, what the frame shows them, and the demo's door."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from schools.models import RoleGrant, Trust
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import MembershipFactory, UserFactory


def also_in_birch(cast: Cast, person) -> None:
    with trust_scope(cast.birch):
        RoleGrant.objects.create(membership=MembershipFactory(user=person.user), role="trustee")


def test_home_leads_to_the_only_trust(cast: Cast) -> None:
    assert cast.client(cast.ada).get("/").url == "/t/alder/"
    assert Client().get("/").url.startswith(reverse("account_login"))


def test_home_lists_several_trusts(cast: Cast) -> None:
    also_in_birch(cast, cast.ada)
    page = cast.client(cast.ada).get("/")
    assert "Alder Trust" in page.text
    assert "Birch Trust" in page.text


def test_home_of_somebody_without_a_trust_says_what_to_do(db: None) -> None:
    client = Client()
    client.force_login(UserFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "belong to no trust" in client.get("/").text


def test_the_administrator_begins_at_set_up(cast: Cast) -> None:
    assert cast.client(cast.olive).get("/t/alder/").url == reverse("setup", args=["alder"])


def test_a_trust_that_ended_for_me_is_not_there(cast: Cast) -> None:
    assert cast.client(cast.cleo).get("/t/alder/").status_code == 404


def test_sections_are_at_most_eleven_and_follow_the_role(cast: Cast) -> None:
    for person in (cast.ada, cast.ben, cast.ruth, cast.tom, cast.gita, cast.olive, cast.carl):
        page = cast.client(person).get(reverse("account", args=["alder"]))
        labels = [each["label"] for each in page.context["sections"]]
        assert len(labels) <= 11
        assert ("People" in labels) == (person == cast.olive)
        assert ({"Plans", "Support"} <= set(labels)) == (person not in (cast.olive, cast.carl))


def test_a_page_lights_the_section_that_it_is_part_of(cast: Cast) -> None:
    for path, section in (
        ("plans/", "Plans"),
        ("appraisals/", "Plans"),
        ("exchange/", "Support"),
        ("concerns/", "Overview"),
    ):
        sections = cast.client(cast.ada).get(f"/t/alder/{path}").context["sections"]
        assert [each["label"] for each in sections if each["current"]] == [section]


def test_an_administrator_with_another_role_keeps_one_word_for_set_up(cast: Cast) -> None:
    with trust_scope(cast.alder):
        RoleGrant.objects.create(membership=cast.ruth, role="admin")
    page = cast.client(cast.ruth).get(reverse("account", args=["alder"]))
    labels = [each["label"] for each in page.context["sections"]]
    assert labels[-1] == "Set-up"
    assert "Calendar" not in labels


def test_the_frame_names_the_strategy(cast: Cast) -> None:
    page = cast.client(cast.ben).get(reverse("account", args=["alder"]))
    assert "Academic and operational support on four levels, version 1" in page.text


def test_the_trusts_colour_is_served_and_kept_by_the_browser(cast: Cast) -> None:
    client, url = cast.client(cast.ben), reverse("brand_css", args=["alder"])
    answer = client.get(url)
    assert answer.text.startswith(":root{--accent:#2b4a86;")
    assert answer["Cache-Control"] == "private, max-age=60"
    assert "immutable" in client.get(f"{url}?2b4a86")["Cache-Control"]
    assert f'href="{url}?2b4a86"' in client.get(reverse("account", args=["alder"])).text
    assert cast.client(cast.cleo).get(url).status_code == 404


@pytest.mark.parametrize("path", ["account/", "strategy/", "setup/", "people/", "record/", "setup/strategy/"])
def test_pages_have_no_inline_script_or_style(cast: Cast, path: str) -> None:
    page = cast.client(cast.olive).get(f"/t/alder/{path}")
    assert page.status_code == 200
    for marked in ("<style", " style=", " onclick=", "javascript:"):
        assert marked not in page.text
    assert page.text.count("<script") == page.text.count("<script src=")


# The demo


def demo_person(cast: Cast):
    user = UserFactory(name="Demo Head", email="head@demo.example")
    with trust_scope(cast.alder):
        RoleGrant.objects.create(membership=MembershipFactory(user=user), role="head", school=cast.dunmere)
    return user


def test_the_demo_signs_in_with_one_press(cast: Cast, settings) -> None:
    settings.DEMO = True
    user, client = demo_person(cast), Client()
    page = client.get("/demo/")
    assert "Demo Head" in page.text
    assert "Ben Osei" not in page.text
    assert client.post("/demo/sign-in/", {"person": user.pk}).url == "/"
    assert client.get("/").url == "/t/alder/"


def test_the_demo_signs_in_as_nobody_else(cast: Cast, settings) -> None:
    settings.DEMO = True
    assert Client().post("/demo/sign-in/", {"person": cast.ben.user.pk}).status_code == 404
    assert Client(enforce_csrf_checks=True).post("/demo/sign-in/", {"person": demo_person(cast).pk}).status_code == 403


def test_there_is_no_demo_door_elsewhere(cast: Cast, settings) -> None:
    settings.DEMO = False
    user = demo_person(cast)
    assert Client().get("/demo/").status_code == 404
    assert Client().post("/demo/sign-in/", {"person": user.pk}).status_code == 404


def test_home_takes_no_more_queries_for_many_trusts(cast: Cast, queries) -> None:
    also_in_birch(cast, cast.ada)
    client = cast.client(cast.ada)
    client.get("/")
    few = len(queries(lambda: client.get("/")))
    for number in range(30):
        with trust_scope(Trust.objects.create(slug=f"extra-{number}", name=f"Extra {number}")):
            RoleGrant.objects.create(membership=MembershipFactory(user=cast.ada.user), role="trustee")
    assert len(queries(lambda: client.get("/"))) == few
