"""Audits and checks: recorded by the school or the trust, put right, taken back, and seen by nobody outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from evidence.models import Source
from evidence.queries.sources import checks_of
from evidence.services.sources import correct_source, record_source, withdraw_source
from schools.models import AuditEntry
from schools.strategy import Kpi
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast

GOOD = {"on": "2 November 2026", "outcome": "put_right", "who": "Trust safeguarding lead", "note": "Two forms filed."}


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def kpi(cast: Cast) -> Kpi:
    with trust_scope(cast.alder):
        return cast.version.strategy.kpi_by_key["single_central_record"]


def url(cast: Cast, name: str, **more: Any) -> str:
    return reverse(name, kwargs={"trust": "alder", "school_id": cast.dunmere.pk, **more})


def recorded(cast: Cast, kpi: Kpi, **changes: Any) -> Source:
    told = {"on": date(2026, 11, 2), "outcome": "put_right", "who": "Trust safeguarding lead", "note": "", **changes}
    return record_source(cast.dunmere, kpi, by=cast.ben, **told)


def test_a_head_records_a_check_and_finds_it(cast: Cast, kpi: Kpi) -> None:
    ben = cast.client(cast.ben)
    page = url(cast, "check_new", kpi="single_central_record")
    assert "Points still open" in ben.get(page).content.decode()
    assert ben.post(page, GOOD).url == url(cast, "checks")
    html = ben.get(url(cast, "checks")).content.decode()
    assert "2 November 2026: Points raised and put right the same day" in html
    assert "Trust safeguarding lead. Recorded by Ben Osei." in html
    with trust_scope(cast.alder):
        entry = AuditEntry.objects.get(did="check.recorded")
        assert entry.after == "2 November 2026: points raised and put right the same day"
        row = Source.objects.get()
        assert (row.kind, row.area, row.judgement) == ("check", "single_central_record", "put_right")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("on", "2 November 2027", "The day cannot be in the future"),
        ("on", "2 November 1906", "Enter a day of the last 20 years"),
        ("outcome", "splendid", "Choose how it ended"),
        ("outcome", "", "Choose how it ended"),
        ("who", "Miss Smith", "Give the role, not the name"),
    ],
)
def test_what_is_refused_comes_back_filled_in(cast: Cast, field: str, value: str, words: str) -> None:
    answer = cast.client(cast.ben).post(url(cast, "check_new", kpi="single_central_record"), GOOD | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Two forms filed." in answer.content.decode()


def test_one_a_day(cast: Cast, kpi: Kpi) -> None:
    with trust_scope(cast.alder):
        recorded(cast, kpi)
        with pytest.raises(ValidationError, match="There is one of 2 November 2026 already"):
            recorded(cast, kpi)


def test_it_is_put_right_with_a_reason(cast: Cast, kpi: Kpi) -> None:
    with trust_scope(cast.alder):
        source = recorded(cast, kpi)
    page = url(cast, "check_correct", source_id=source.pk)
    ben = cast.client(cast.ben)
    assert ben.post(page, GOOD | {"outcome": "open_points"}).status_code == 422
    assert ben.post(page, GOOD | {"outcome": "open_points", "reason": "One is open."}).status_code == 302
    with trust_scope(cast.alder):
        entry = AuditEntry.objects.get(did="check.corrected")
        assert (entry.before, entry.why) == (
            "2 November 2026: points raised and put right the same day",
            "One is open.",
        )
        assert Source.objects.get().judgement == "open_points"


def test_it_is_taken_back_with_a_reason(cast: Cast, kpi: Kpi) -> None:
    with trust_scope(cast.alder):
        source = recorded(cast, kpi)
    page, ben = url(cast, "check_withdraw", source_id=source.pk), cast.client(cast.ben)
    assert ben.post(page, {"reason": ""}).status_code == 422
    assert ben.post(page, {"reason": "Of Ashmere."}).status_code == 302
    with trust_scope(cast.alder):
        assert not Source.objects.exists()
        history = Source._meta.get_field("history").related_model.objects
        assert history.filter(pgh_context_id=AuditEntry.objects.get(did="check.withdrawn").act).count() == 1


def test_services_ask_for_a_reason(cast: Cast, kpi: Kpi) -> None:
    with trust_scope(cast.alder):
        source = recorded(cast, kpi)
        with pytest.raises(ValidationError, match="Say why"):
            correct_source(source, kpi, by=cast.ben, on=TODAY, outcome="no_points", who="", note="", reason=" ")
        with pytest.raises(ValidationError, match="Say why"):
            withdraw_source(source, kpi, by=cast.ben, reason="")


def test_who_may(cast: Cast, kpi: Kpi) -> None:
    with trust_scope(cast.alder):
        source = recorded(cast, kpi)
    new = url(cast, "check_new", kpi="single_central_record")
    for person in (cast.ada, cast.ben, cast.ruth):
        assert cast.client(person).get(new).status_code == 200
    for person in (cast.gita, cast.tom):
        html = cast.client(person).get(url(cast, "checks")).content.decode()
        assert "2 November 2026" in html
        assert "Record one" not in html
        assert cast.client(person).get(new).status_code == 403
        assert cast.client(person).post(url(cast, "check_withdraw", source_id=source.pk)).status_code == 403
    other = reverse("checks", kwargs={"trust": "alder", "school_id": cast.ashmere.pk})
    assert cast.client(cast.ben).get(other).status_code == 404
    assert cast.client(cast.ada).get(other).status_code == 200
    for name, more in (("checks", {}), ("check_correct", {"source_id": source.pk})):
        assert cast.client(cast.cleo).get(url(cast, name, **more)).status_code == 404
    assert cast.client(cast.ben).get(url(cast, "check_new", kpi="attendance")).status_code == 404


def test_the_list_asks_the_same_for_one_and_for_thirty(cast: Cast, kpi: Kpi, queries: Callable[..., list[str]]) -> None:
    with trust_scope(cast.alder):
        recorded(cast, kpi)
    ben = cast.client(cast.ben)
    few = len(queries(lambda: ben.get(url(cast, "checks"))))
    with trust_scope(cast.alder):
        for day in range(1, 31):
            recorded(cast, kpi, on=date(2026, 9, day))
        found = checks_of(cast.dunmere, cast.version.strategy, until=TODAY)
        assert {one.kpi.key: len(one.checks) for one in found}["single_central_record"] == 31
    assert len(queries(lambda: ben.get(url(cast, "checks")))) <= few
