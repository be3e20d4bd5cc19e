"""Returns over the API: read by the same rules as the pages, small numbers hidden, cells written on a version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from evidence.models import Return
from evidence.rules.cells import Entry
from evidence.rules.grid import Place
from evidence.services.returns import agree_return, save_cells, submit_return
from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.evidence.returns_world import agreed, begun, filled, sent

HOME = "/api/v1/t/alder/"
SMALL = Place("persistent_absence_rate", "send")
GOOD = {"measure": "attendance_rate", "numerator": "290", "denominator": 300}


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def results(client: Client, noun: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{HOME}{noun}/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def write(client: Client, of_return: Return, *figures: Any, version: int = 1, **headers: str) -> Any:
    body = json.dumps({"version": version, "figures": list(figures)})
    return client.put(f"{HOME}returns/{of_return.pk}/figures/", body, "application/json", headers=headers)


@pytest.fixture
def draft(cast: Cast) -> Return:
    with trust_scope(cast.alder):
        return begun(cast)


def test_each_reads_what_the_pages_show_them(cast: Cast) -> None:
    with trust_scope(cast.alder):
        begun(cast)
        sent(cast, cast.ashmere, by=cast.ruth)
    assert [one["state"] for one in results(cast.client(cast.ben), "returns")] == ["draft"]
    assert [one["state"] for one in results(cast.client(cast.ada), "returns")] == ["submitted"]
    assert results(cast.client(cast.tom), "returns") == []
    assert cast.client(cast.cleo).get(f"{HOME}returns/").status_code == 404
    assert cast.client(cast.olive).get(f"{HOME}returns/").status_code == 403
    assert results(cast.client(cast.ada), "figures", measure="roll")[0]["value"] == "200.000000"


def test_small_numbers_are_hidden_from_those_who_may_not_see_them(cast: Cast) -> None:
    with trust_scope(cast.alder):
        of_return = filled(begun(cast), by=cast.ben)
        save_cells(of_return, {SMALL: Entry(2, 10, note="Two of them.")}, by=cast.ben)
        submit_return(of_return, by=cast.ben)
        agree_return(of_return, by=cast.ada)
    words = "Two of them."
    for person, status, numerator, note in (
        (cast.ben, "number", 2, words),
        (cast.ada, "number", 2, words),
        (cast.tom, "hidden", None, ""),
    ):
        (figure,) = results(cast.client(person), "figures", measure=SMALL.measure, group=SMALL.group)
        assert (figure["status"], figure["numerator"], figure["note"]) == (status, numerator, note)
        assert (figure["value"] is None) == (figure["denominator"] is None) == (status == "hidden")


def test_a_list_takes_the_same_queries_for_a_few_figures_and_for_many(cast: Cast, queries: Any) -> None:
    with trust_scope(cast.alder):
        agreed(cast)
    ada = cast.client(cast.ada)
    few = queries(lambda: results(ada, "figures", measure="roll"))
    assert len(queries(lambda: results(ada, "figures"))) == len(few)


def test_cells_are_written_on_a_version(cast: Cast, draft: Return) -> None:
    ben = cast.client(cast.ben)
    assert write(ben, draft, GOOD, **{"If-Match": '"4"'}).status_code == 412
    answer = write(ben, draft, GOOD, {"measure": "roll", "value": "1,234"}, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json()["written"] == 2
    found = {one["measure"]: one for one in results(ben, "figures")}
    assert (found["attendance_rate"]["numerator"], found["attendance_rate"]["denominator"]) == (290, 300)
    assert found["roll"]["value"] == "1234.000000"
    with trust_scope(cast.alder):
        assert not AuditEntry.objects.filter(did__startswith="return.").exists()


def test_what_is_left_out_stays_and_blank_takes_away(cast: Cast, draft: Return) -> None:
    ben = cast.client(cast.ben)
    write(ben, draft, GOOD)
    write(ben, draft, {"measure": "attendance_rate", "numerator": 291}, version=2)
    write(ben, draft, {"measure": "attendance_rate", "denominator": None}, version=3)
    (figure,) = results(ben, "figures", measure="attendance_rate")
    assert (figure["numerator"], figure["denominator"]) == (291, None)
    write(ben, draft, {"measure": "attendance_rate", "status": "not_available"}, version=4)
    (figure,) = results(ben, "figures", measure="attendance_rate")
    assert (figure["status"], figure["numerator"]) == ("not_available", None)


@pytest.mark.parametrize(
    ("sent_figures", "errors"),
    [
        ([{"measure": "gld", "numerator": 1}], {"figures.0.measure": ["This return asks for no such figure."]}),
        ([GOOD, GOOD], {"figures.1.measure": ["This figure is named twice."]}),
        ([{"measure": "roll", "numerator": 5}], {"figures.0.numerator": ["This measure has no such part."]}),
    ],
)
def test_what_is_not_asked_is_refused_by_its_place(cast: Cast, draft: Return, sent_figures: Any, errors: Any) -> None:
    answer = write(cast.client(cast.ben), draft, *sent_figures)
    assert (answer.status_code, answer.json()) == (400, {"errors": errors})


def test_what_cannot_be_read_is_refused(cast: Cast, draft: Return) -> None:
    answer = write(cast.client(cast.ben), draft, {"measure": "roll", "value": "lots"})
    assert answer.status_code == 400
    assert "no number" in answer.json()["errors"]["figures.0.value"][0]
    assert write(cast.client(cast.ben), draft, {"measure": "roll", "colour": "red"}).status_code == 400
    assert write(cast.client(cast.ben), draft, GOOD, version=9).status_code == 400


def test_the_second_writer_gets_both_sides(cast: Cast, draft: Return) -> None:
    with trust_scope(cast.alder):
        save_cells(draft, {Place("attendance_rate"): Entry(1, 2)}, by=cast.ruth)
    answer = write(cast.client(cast.ben), draft, GOOD)
    (clash,) = answer.json()["conflicts"]
    assert (answer.status_code, clash["by"], clash["figure"]) == (409, "Ruth Ellison", "attendance_rate~all~~")
    assert (clash["theirs"]["numerator"], clash["mine"]["numerator"]) == (1, 290)


def test_only_the_school_writes_and_only_its_own(cast: Cast, draft: Return) -> None:
    assert write(cast.client(cast.ada), draft, GOOD).status_code == 403
    assert write(cast.client(cast.gita), draft, GOOD).status_code == 403
    assert write(cast.client(cast.cleo), draft, GOOD).status_code == 404
    with trust_scope(cast.alder):
        other = begun(cast, cast.ashmere)
    assert write(cast.client(cast.ben), other, GOOD).status_code == 404
