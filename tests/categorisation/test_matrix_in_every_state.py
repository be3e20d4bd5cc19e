"""A second tab: every request that changes a matrix, sent in every state it can be in, is done or refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from categorisation.models import Assessment, Rating
from categorisation.services import agree_assessment, return_assessment, submit_assessment
from schools.models import StrategyChoice
from schools.tenancy import trust_scope
from tests.categorisation.test_matrix_pages import behaviour, numbers, rate_all, url
from tests.conftest import TODAY, Cast

STATES = ("not begun", "draft", "submitted", "returned", "agreed")
TYPED = "Better than summer."
CLOSED = "so it can no longer be changed"


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def bring_to(cast: Cast, state: str) -> None:
    with trust_scope(cast.alder):
        if state == "not begun":
            return
        matrix = rate_all(cast)
        if state != "draft":
            submit_assessment(matrix, by=cast.ben, today=TODAY)
        if state == "returned":
            return_assessment(matrix, by=cast.ada, note="Look at attendance again.")
        if state == "agreed":
            agree_assessment(matrix, by=cast.ada)


def now(cast: Cast) -> tuple[list[Any], list[Any]]:
    with trust_scope(cast.alder):
        ratings = Rating.objects.order_by("pk").values_list(
            "pk", "level", "note", "moderated_level", "moderated_reason"
        )
        return list(Assessment.objects.values_list("pk", "state", "version")), list(ratings)


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def moderation(cast: Cast, **more: str) -> dict[str, str]:
    number = numbers(cast)["attendance"]
    return {"kpi": "attendance", f"k{number}-level": "3", f"k{number}-reason": "Year 4 is at 88%.", **more}


HEAD = {
    "matrix_begin": lambda cast: {},
    "begin and carry": lambda cast: {"carry": "1"},
    "matrix_carry": lambda cast: {},
    "carry one": lambda cast: {"kpi": "attendance", "criterion": "behaviour"},
    "carry nonsense": lambda cast: {"kpi": "no such", "criterion": "no/such"},
    "criterion": lambda cast: behaviour(cast) | {"version": "9"},
    "matrix_submit": lambda cast: {},
}
NAMES = {
    "begin and carry": "matrix_begin", "carry one": "matrix_carry", "carry nonsense": "matrix_carry",
}  # fmt: skip
OPEN_TO_SCHOOL = ("draft", "returned")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", HEAD)
def test_a_head_from_another_tab(cast: Cast, act: str, state: str) -> None:
    bring_to(cast, state)
    ben, name, before = cast.client(cast.ben), NAMES.get(act, act), now(cast)
    more = {"criterion": "behaviour"} if name == "criterion" else {}
    answer = ben.post(url(cast, name, **more), HEAD[act](cast))
    if state == "not begun" and name != "matrix_begin":
        assert answer.status_code == 404
        return
    if state in OPEN_TO_SCHOOL or name == "matrix_begin":
        assert answer.status_code == 302
    closed = state in ("submitted", "agreed") and act != "matrix_begin"
    assert (CLOSED in (said(answer) + answer.content.decode())) == closed
    if closed:
        assert now(cast) == before
    if closed and act == "criterion":
        assert answer.status_code == 422
        assert TYPED in answer.content.decode(), "nothing typed is lost"
        assert "data-autosave" not in answer.content.decode()
    elif closed:
        assert answer.url == url(cast, "matrix")
        assert CLOSED in ben.get(answer.url).content.decode()


@pytest.mark.parametrize("state", STATES)
def test_autosave_from_another_tab(cast: Cast, state: str) -> None:
    bring_to(cast, state)
    answer = cast.client(cast.ben).post(
        url(cast, "matrix_autosave", criterion="behaviour"), behaviour(cast) | {"version": "9"}
    )
    expected = {"not begun": 404, "draft": 200, "returned": 200}.get(state, 400)
    assert answer.status_code == expected
    if expected == 400:
        assert CLOSED in answer.json()["errors"]["__all__"][0]


LEAD = {
    "moderate_rating": moderation,
    "matrix_return": lambda cast: {"note": "Look at behaviour again."},
    "return without a word": lambda cast: {"note": ""},
    "matrix_agree": lambda cast: {},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", LEAD)
def test_a_lead_from_another_tab(cast: Cast, act: str, state: str) -> None:
    bring_to(cast, state)
    ada, before = cast.client(cast.ada), now(cast)
    name = "matrix_return" if act == "return without a word" else act
    data = LEAD[act](cast)
    answer = ada.post(url(cast, name), data)
    if state in ("not begun", "draft"):
        assert answer.status_code == 404, "a draft is the school's own"
    elif state == "submitted":
        assert answer.status_code == (422 if act == "return without a word" else 302)
    elif act == "matrix_agree":
        assert answer.url == url(cast, "matrix")
        assert "only a submitted one is moderated" in ada.get(answer.url).content.decode()
    else:
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "This matrix has moved on" in html
        assert all(typed in html for key, typed in data.items() if key.endswith(("reason", "note")))
    if state not in ("submitted", "not begun"):
        assert now(cast) == before


@pytest.mark.parametrize("name", ["moderate_rating", "matrix_return", "matrix_agree"])
def test_who_leads_the_school_is_told_that_somebody_else_moderates(cast: Cast, name: str) -> None:
    bring_to(cast, "submitted")
    with trust_scope(cast.alder):
        cast.ada.grants.create(role="head", school=cast.dunmere)
    ada = cast.client(cast.ada)
    for answer in (ada.post(url(cast, name), LEAD[name](cast)), ada.get(url(cast, "matrix_moderate"))):
        assert answer.status_code == 403
        assert "somebody else moderates" in answer.content.decode()
    assert "Moderate</a>" not in ada.get(url(cast, "matrix")).content.decode()


def test_a_draft_of_ones_own_school_is_not_moderated(cast: Cast) -> None:
    """Who leads the school and moderates in the trust sees the draft, and has nothing to moderate in it yet."""
    bring_to(cast, "draft")
    with trust_scope(cast.alder):
        cast.ada.grants.create(role="head", school=cast.dunmere)
    ada = cast.client(cast.ada)
    for name in ("moderate_rating", "matrix_return"):
        answer = ada.post(url(cast, name), LEAD[name](cast))
        assert answer.status_code == 422
        assert "moved on" in answer.content.decode()


def test_begin_without_a_strategy_says_so(cast: Cast) -> None:
    with trust_scope(cast.alder):
        StrategyChoice.objects.all().delete()
    ben = cast.client(cast.ben)
    answer = ben.post(url(cast, "matrix_begin"))
    assert answer.url == url(cast, "matrix")
    page = ben.get(answer.url).content.decode()
    assert "has not published a strategy" in page
    assert "Begin empty" not in page


def test_what_is_typed_while_somebody_else_sends_the_matrix_is_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race: still a draft when the request began, sent when it is saved."""
    bring_to(cast, "draft")
    from categorisation.views import matrix as views

    usual = views.entries_from

    def and_somebody_sends_it(forms: Any) -> Any:
        submit_assessment(Assessment.objects.get(), by=cast.ben, today=TODAY)
        return usual(forms)

    monkeypatch.setattr(views, "entries_from", and_somebody_sends_it)
    answer = cast.client(cast.ben).post(url(cast, "criterion", criterion="behaviour"), behaviour(cast))
    assert answer.status_code == 422
    assert CLOSED in answer.content.decode()
    assert TYPED in answer.content.decode()


def test_a_criterion_the_school_is_not_asked_leads_to_the_matrix(cast: Cast) -> None:
    with trust_scope(cast.alder):
        cast.dunmere.phase = "junior"
        cast.dunmere.save()
    bring_to(cast, "draft")
    page = url(cast, "criterion", criterion="early_years")
    ben: Client = cast.client(cast.ben)
    assert {ben.get(page).url, ben.post(page, {"version": "1"}).url} == {url(cast, "matrix")}
    assert ben.post(page + "save/", {"version": "1"}).status_code == 404
    assert ben.get(reverse("waiting", kwargs={"trust": "alder"})).status_code == 403
