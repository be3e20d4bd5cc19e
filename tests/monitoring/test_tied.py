"""What a visit finds may be tied to a criterion of the strategy, row by row; the visit is then evidence of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from evidence.models import Source
from monitoring.models import Visit
from monitoring.rules.coverage import informed_by
from monitoring.services import reply_to_visit, send_visit
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.monitoring.visits_world import ANSWERS, begun
from tests.strategies.reading import keyed, shipped

STRATEGY = shipped("two_axes")
FORM = keyed(STRATEGY.forms)["monitoring_form"]
TIED = STRATEGY.criteria[-1]


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def at(name: str, visit: Visit) -> str:
    return reverse(name, kwargs={"trust": "alder", "pk": visit.pk})


def test_the_criterion_chosen_is_what_the_visit_informs() -> None:
    assert informed_by(FORM, {}) == list(FORM.informs)
    answers: dict[str, Any] = {"r0-comment": "Good.", "r0-criterion": TIED.key, "r3-criterion": TIED.key}
    assert informed_by(FORM, answers) == [*FORM.informs, TIED.key]


def test_it_is_chosen_in_the_form_read_in_the_record_and_a_source_of_the_criterion(cast: Cast) -> None:
    with trust_scope(cast.alder):
        visit = begun(cast)
    ada = cast.client(cast.ada)
    page = ada.get(at("visit_write", visit)).content.decode()
    assert f'<option value="{TIED.key}">' in page
    typed = {"version": "1", **ANSWERS, "date": "18 November 2026", "r0-criterion": TIED.key, "then": "send"}
    assert ada.post(at("visit_write", visit), typed | {"r1-criterion": ""}).status_code == 302
    with trust_scope(cast.alder):
        reply_to_visit(visit, by=cast.ben, reply="accurate")
        areas = set(Source.objects.filter(original_id=visit.pk).values_list("area", flat=True))
    assert areas == {*FORM.informs, TIED.key}
    assert TIED.label in ada.get(at("visit", visit)).content.decode()
    told = ada.get(f"/api/v1/t/alder/visits/{visit.pk}/").json()
    assert told["filled"]["rows"][0]["criterion"] == TIED.key
    asked = {field["key"]: field for field in told["definition"]["rows"]}["criterion"]
    assert {"key": TIED.key, "label": TIED.label} in asked["criteria"]


def test_what_is_no_criterion_is_refused_beside_the_field(cast: Cast) -> None:
    with trust_scope(cast.alder):
        visit = begun(cast)
    typed = {"version": "1", "r0-comment": "Good.", "r0-criterion": "no_such_criterion"}
    answer = cast.client(cast.ada).post(at("visit_save", visit), typed)
    assert answer.json()["errors"] == {"r0-criterion": ["Choose one of those listed"]}


def test_a_visit_tied_to_nothing_is_sent_as_ever(cast: Cast) -> None:
    with trust_scope(cast.alder):
        assert send_visit(begun(cast), ANSWERS, by=cast.ada, version=1).is_sent
