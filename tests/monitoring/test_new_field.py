"""A field added to a strategy file is there on screen, on paper and in the API; last year's form stays as it was."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from monitoring.models import Visit
from schools.services.strategies import publish_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, Cast
from tests.journeys.paper import letters, printed
from tests.monitoring.visits_world import ANSWERS, begun, final

LABEL, ASKED, SAID = "Pupils spoken to", "How many, and from which groups.", "Six, two of them disadvantaged"
ROW = f'[[forms.rows]]\nkey = "spoken_to"\nlabel = "{LABEL}"\nkind = "text"\nhint = "{ASKED}"\n\n'
BEFORE = '[[forms.rows]]\nkey = "comment"\n'
OF_THE_MOMENT = re.compile(r'csrf[^ ]*" value="[^"]*"|<footer.*?</footer>', re.DOTALL)
"""A number against forgery; and the foot of every page, which names the strategy of today."""

HERE, API = "/t/alder/monitoring/", "/api/v1/t/alder/visits/"


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def ada(cast: Cast) -> Client:
    return cast.client(cast.ada)


def add_the_field(cast: Cast) -> None:
    """The trust publishes its file again, with one field more."""
    text = (STRATEGIES / "two_axes.toml").read_text()
    head, form = text.split('key = "monitoring_form"', 1)
    text = (
        head.replace("version = 1", "version = 2", 1)
        + 'key = "monitoring_form"'
        + form.replace(BEFORE, ROW + BEFORE, 1)
    )
    with trust_scope(cast.alder):
        publish_strategy(text, by=None, starts_on=date(2026, 11, 20))


def make(cast: Cast, how: Any) -> Visit:
    with trust_scope(cast.alder):
        return how(cast)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return OF_THE_MOMENT.sub("", answer.content.decode())


def on_paper(client: Client, address: str) -> str:
    return letters(printed(client.get(address).content))


def seen(client: Client, old: Visit, record: Visit) -> dict[str, Any]:
    """All that is shown of two visits of last year: one being written, one that is final."""
    pages = [f"{HERE}{old.pk}/write/", f"{HERE}{record.pk}/"]
    found: dict[str, Any] = {at: page(client, at) for at in pages}
    found["printed"] = on_paper(client, f"{HERE}{record.pk}/file/")
    for visit in (old, record):
        found[f"api {visit.pk}"] = client.get(f"{API}{visit.pk}/").json()
    return found


def test_a_new_field_is_everywhere_and_last_years_form_is_as_it_was(cast: Cast, ada: Client) -> None:
    old, record = make(cast, begun), make(cast, final)
    before = seen(ada, old, record)
    assert not any(letters(LABEL) in letters(str(one)) for one in before.values())
    add_the_field(cast)
    assert seen(ada, old, record) == before

    paper = on_paper(ada, "/t/alder/monitoring/forms/monitoring_form/file/")
    assert letters(LABEL) in paper
    chosen = {"school": cast.dunmere.pk, "form": "monitoring_form", "planned_for": ""}
    write = ada.post(f"{HERE}begin/", chosen)["Location"]
    screen = page(ada, write)
    assert LABEL in screen
    assert ASKED in screen
    assert 'name="r0-spoken_to"' in screen

    typed = {**ANSWERS, "date": "18 November 2026", "r0-impact_check_on": "15 January 2027", "r0-spoken_to": SAID}
    there = ada.post(write, {"version": "1", **typed, "then": "send"})["Location"]
    shown = page(ada, there)
    assert LABEL in shown
    assert SAID in shown
    assert letters(SAID) in on_paper(ada, f"{there}file/")
    whole = ada.get(there.replace(HERE, API)).json()
    assert [field["key"] for field in whole["definition"]["rows"]][:3] == ["class_year", "spoken_to", "comment"]
    assert whole["filled"]["rows"][0]["spoken_to"] == SAID
    assert seen(ada, old, record) == before


def test_the_old_form_refuses_the_new_field(cast: Cast, ada: Client) -> None:
    old = make(cast, begun)
    add_the_field(cast)
    typed = {"version": 1, "answers": {}, "rows": [{"spoken_to": SAID}]}
    refused = ada.patch(f"{API}{old.pk}/answers/", typed, content_type="application/json")
    assert refused.status_code == 400
    assert "r0-spoken_to" in refused.content.decode()
