"""The pages of an upload: choose the file, say what its columns mean, see what it would change."""

from __future__ import annotations

from typing import Any

import pytest

from evidence.models import Figure
from evidence.queries.returns_sheet import sheet_of
from evidence.rules.grid import Place
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.evidence.return_tables import as_csv, bad_file, read
from tests.evidence.returns_world import begun, url

ATTENDANCE = Place("attendance_rate")


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def test_a_file_in_three_steps(cast: Cast) -> None:
    with trust_scope(cast.alder):
        begun(cast)
    ben = cast.client(cast.ben)
    page = ben.post(url(cast, "return_upload"), {"file": as_csv(("Year group", "Good", "Of"), ("Year 1", 20, 30))})
    assert "What do the columns mean?" in page.content.decode()
    carried = {"table": page.context["table"], "version": "1"}
    columns = {"col-0": "year_group|||"}
    columns |= {f"col-{place}": f"figure|benchmark_on_track|all|{part}" for place, part in ((1, "n"), (2, "d"))}
    page = ben.post(url(cast, "return_upload"), carried | columns)
    assert "would be new or another" in page.content.decode()
    with trust_scope(cast.alder):
        assert not Figure.objects.exclude(author=None).exists()
    assert ben.post(url(cast, "return_upload"), carried | columns | {"take": "all"}).url == url(cast, "return_page")
    with trust_scope(cast.alder):
        assert Figure.objects.exclude(author=None).get().numerator == 20


def test_bad_rows_are_shown_and_only_the_good_ones_are_taken_when_asked(cast: Cast) -> None:
    with trust_scope(cast.alder):
        begun(cast)
    ben = cast.client(cast.ben)
    good = ("Attendance", "All pupils", "", "290", "300")
    page = ben.post(url(cast, "return_upload"), {"file": bad_file(good)})
    data = {"table": page.context["table"], "version": "1"}
    data |= {column["name"]: column["chosen"] for column in page.context["columns"]}
    text = ben.post(url(cast, "return_upload"), data).content.decode()
    assert "Take the good rows only" in text
    assert "Put these figures in" not in text
    assert ben.post(url(cast, "return_upload"), data | {"take": "all"}).status_code == 422
    ben.post(url(cast, "return_upload"), data | {"take": "good"})
    with trust_scope(cast.alder):
        assert [figure.measure for figure in Figure.objects.exclude(author=None)] == ["attendance_rate"]


def test_what_an_unknown_group_is_can_be_said_is_remembered_and_can_be_put_right(cast: Cast) -> None:
    with trust_scope(cast.alder):
        begun(cast)
    ben, address = cast.client(cast.ben), url(cast, "return_upload")
    file = (("Measure", "Group", "Number", "Out of"), ("Attendance", "Vulnerable", "93", "100"))
    page = ben.post(address, {"file": as_csv(*file)})
    data = {"table": page.context["table"], "version": "1"}
    data |= {column["name"]: column["chosen"] for column in page.context["columns"]}
    asked = ben.post(address, data)
    assert asked.context["named"] == [("called-vulnerable", "Vulnerable", "")]
    assert "“Vulnerable”</label>" in asked.content.decode()
    for key in ("disadvantaged", "send"):
        told = ben.post(address, data | {"called-vulnerable": key})
        assert told.context["named"] == [("called-vulnerable", "Vulnerable", key)]
        assert list(told.context["reading"].entries) == [Place("attendance_rate", key)]
    ben.post(address, data | {"called-vulnerable": "no such group"})
    with trust_scope(cast.alder):
        assert list(read(sheet_of(begun(cast)), as_csv(*file)).entries) == [Place("attendance_rate", "send")]
    assert not ben.post(address, data | {"called-vulnerable": ""}).context["reading"].entries


@pytest.mark.parametrize("sent", ["", "[]", "{}", '{"header": ["a"], "rows": [[1]]}', "[" * 100_000])
def test_a_page_that_carries_no_table_is_refused(cast: Cast, sent: str) -> None:
    with trust_scope(cast.alder):
        begun(cast)
    answer = cast.client(cast.ben).post(url(cast, "return_upload"), {"table": sent, "take": "all"})
    assert answer.status_code == 422
    assert "did not arrive whole" in answer.content.decode()


def test_the_spreadsheet_is_for_those_who_see_every_figure(cast: Cast) -> None:
    with trust_scope(cast.alder):
        begun(cast)
    answer = cast.client(cast.ben).get(url(cast, "return_template"))
    assert answer["Content-Disposition"].endswith('autumn.xlsx"')
    assert b"".join(answer).startswith(b"PK")
    for person in (cast.ada, cast.cleo):
        assert cast.client(person).get(url(cast, "return_template")).status_code == 404
