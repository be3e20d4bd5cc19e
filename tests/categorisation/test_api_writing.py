"""Ratings written over the API: by key, on a version, by those who may, and nothing beside them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from categorisation.models import Assessment, Rating
from categorisation.rules.entry import Entry
from categorisation.services import open_assessment, save_ratings, submit_assessment
from schools.models import AuditEntry
from schools.services.tokens import create_token
from schools.tenancy import trust_scope
from tests.categorisation.test_api import keys_of
from tests.categorisation.test_matrix_pages import rate_all
from tests.conftest import TODAY, Cast

HOME = "/api/v1/t/alder/"


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def matrix(cast: Cast) -> Assessment:
    """Dunmere's, begun."""
    with trust_scope(cast.alder):
        found = open_assessment(cast.dunmere, cast.autumn)
        assert found.strategy_version.strategy, "read while the trust is open"
        return found


def rate(client: Client, matrix: Assessment, body: Any, **headers: str) -> Any:
    data = body if isinstance(body, str) else json.dumps(body)
    return client.patch(f"{HOME}assessments/{matrix.pk}/ratings/", data, "application/json", headers=headers)


GOOD = {"level": "strong", "note": "Better than summer.", "evidence_on": "2026-10-16", "sources": ["data", "records"]}


@pytest.fixture
def good(matrix: Assessment) -> dict[str, Any]:
    """A rating in the strategy's own words."""
    return GOOD | {"level": keys_of(matrix)[1]}


def test_writing_on_the_condition_that_nothing_changed(cast: Cast, matrix: Assessment, good: dict[str, Any]) -> None:
    ben = cast.client(cast.ben)
    body = {"version": 1, "ratings": {"attendance": good}}
    assert rate(ben, matrix, body, **{"If-Match": '"4"'}).status_code == 412
    saved = rate(ben, matrix, body, **{"If-Match": '"1"'})
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')


def test_a_head_writes_by_key_and_reads_it_again(cast: Cast, matrix: Assessment, good: dict[str, Any]) -> None:
    ben = cast.client(cast.ben)
    unknown = {"level": "unknown", "note": "New leader.\r\nSee autumn."}
    answer = rate(ben, matrix, {"version": 1, "ratings": {"attendance": good, "persistent_absence": unknown}})
    assert answer.status_code == 200, answer.content
    assert answer.json()["version"] == 2
    assert answer.json()["saved_at"].startswith("2026-11-20T10:00")
    found = ben.get(f"{HOME}assessments/{matrix.pk}/").json()
    assert {name: found["ratings"]["attendance"][name] for name in good} == good
    assert found["ratings"]["persistent_absence"]["level"] == "unknown"
    assert found["ratings"]["persistent_absence"]["note"] == "New leader.\nSee autumn."
    assert found["rated"] == 2


def test_what_is_left_out_stays_and_null_takes_away(cast: Cast, matrix: Assessment, good: dict[str, Any]) -> None:
    ben = cast.client(cast.ben)
    rate(ben, matrix, {"version": 1, "ratings": {"attendance": good}})
    rate(ben, matrix, {"version": 2, "ratings": {"attendance": {"note": "Shorter."}}})
    rate(ben, matrix, {"version": 3, "ratings": {"attendance": {"level": None}}})
    with trust_scope(cast.alder):
        row = Rating.objects.get()
        assert (row.level, row.note, row.evidence_on) == (None, "Shorter.", date(2026, 10, 16))
        assert (row.author_id, row.of_version) == (cast.ben.pk, 4)


def test_the_second_of_two_people_gets_both_sides(cast: Cast, matrix: Assessment, good: dict[str, Any]) -> None:
    with trust_scope(cast.alder):
        save_ratings(matrix, {"attendance": Entry(3, "Maya wrote this.", None, ())}, by=cast.ada)
    ben = cast.client(cast.ben)
    answer = rate(ben, matrix, {"version": 1, "ratings": {"attendance": good, "persistent_absence": good}})
    assert answer.status_code == 409
    [clash] = answer.json()["conflicts"]
    assert (answer.json()["version"], clash["kpi"], clash["by"]) == (2, "attendance", "Ada Whitlock")
    assert (clash["theirs"]["level"], clash["theirs"]["note"]) == (keys_of(matrix)[2], "Maya wrote this.")
    assert clash["mine"] == good
    with trust_scope(cast.alder):
        assert Rating.objects.count() == 1, "nothing of the refused save is stored"
    other = rate(ben, matrix, {"version": 1, "ratings": {"persistent_absence": good}})
    assert (other.status_code, other.json()["version"]) == (200, 3), "another indicator is no conflict"


def test_a_retried_save_changes_nothing(cast: Cast, matrix: Assessment, good: dict[str, Any]) -> None:
    ben = cast.client(cast.ben)
    answers = [rate(ben, matrix, {"version": 1, "ratings": {"attendance": good}}) for _ in range(2)]
    assert [(one.status_code, one.json()["version"]) for one in answers] == [(200, 2), (200, 2)]


def test_a_sent_matrix_is_closed(cast: Cast, matrix: Assessment, good: dict[str, Any]) -> None:
    with trust_scope(cast.alder):
        submit_assessment(matrix := rate_all(cast), by=cast.ben, today=TODAY)
    body = {"version": matrix.version, "ratings": {"attendance": good | {"note": "Late."}}}
    answer = rate(cast.client(cast.ben), matrix, body)
    assert answer.status_code == 400
    assert answer.json() == {"errors": {"": ["This matrix is submitted, so it can no longer be changed."]}}


BAD: list[tuple[Any, str]] = [
    ({"ratings": {"attendance": GOOD}}, "version"),
    ({"version": 0, "ratings": {"attendance": {}}}, "version"),
    ({"version": 999, "ratings": {"attendance": {}}}, "version"),
    ({"version": 10**30, "ratings": {"attendance": {}}}, "version"),
    ({"version": "one", "ratings": {"attendance": {}}}, "version"),
    ({"version": 1}, "ratings"),
    ({"version": 1, "ratings": {}}, "ratings"),
    ({"version": 1, "ratings": []}, "ratings"),
    ({"version": 1, "ratings": {"attendance": []}}, "ratings.attendance"),
    ({"version": 1, "ratings": {"no_such_kpi": {}}}, "ratings.no_such_kpi"),
    ({"version": 1, "ratings": {"\ud800": {}}}, "ratings.?"),
    ({"version": 1, "ratings": {"attendance": {"level": "splendid"}}}, "ratings.attendance.level"),
    ({"version": 1, "ratings": {"attendance": {"level": 2}}}, "ratings.attendance.level"),
    ({"version": 1, "ratings": {"attendance": {"level": "\x00"}}}, "ratings.attendance.level"),
    ({"version": 1, "ratings": {"attendance": {"note": "x" * 2001}}}, "ratings.attendance.note"),
    ({"version": 1, "ratings": {"attendance": {"note": "\x00"}}}, "ratings.attendance.note"),
    ({"version": 1, "ratings": {"attendance": {"note": "\ud800"}}}, "ratings.attendance.note"),
    ({"version": 1, "ratings": {"attendance": {"note": None}}}, "ratings.attendance.note"),
    ({"version": 1, "ratings": {"attendance": {"evidence_on": "16 October"}}}, "ratings.attendance.evidence_on"),
    ({"version": 1, "ratings": {"attendance": {"sources": ["gossip"]}}}, "ratings.attendance.sources.0"),
    ({"version": 1, "ratings": {"attendance": {"sources": ["data"] * 2}}}, "ratings.attendance.sources.1"),
    ({"version": 1, "ratings": {"attendance": {"sources": ["data"] * 13}}}, "ratings.attendance.sources"),
    ([], ""),
    ("a matrix", "detail"),
    ("[" * 90_000, "detail"),
    ('{"version": NaN}', "detail"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_what_makes_no_sense_is_refused_by_field(cast: Cast, matrix: Assessment, body: Any, field: str) -> None:
    answer = rate(cast.client(cast.ben), matrix, body)
    assert answer.status_code == 400, answer.content
    refusal = answer.json()
    assert field in (refusal if field == "detail" else refusal["errors"])
    assert all(isinstance(text, str) for texts in refusal.get("errors", {}).values() for text in texts)
    with trust_scope(cast.alder):
        assert not Rating.objects.exists()


def test_too_much_at_once_is_refused_unread(cast: Cast, matrix: Assessment) -> None:
    answer = rate(cast.client(cast.ben), matrix, '{"version": 1, "x": "' + "x" * 1024 * 1024 + '"}')
    assert (answer.status_code, set(answer.json())) == (413, {"detail"})


def test_only_json_is_read(cast: Cast, matrix: Assessment) -> None:
    page = f"{HOME}assessments/{matrix.pk}/ratings/"
    assert cast.client(cast.ben).patch(page, "version=1", "application/x-www-form-urlencoded").status_code == 415


FIELDS = sorted(
    {field.attname for model in (Assessment, Rating) for field in model._meta.fields}
    | {field.name for model in (Assessment, Rating) for field in model._meta.fields}
)
WRITABLE = {"version", "level", "note", "evidence_on", "sources"}


@pytest.mark.parametrize("field", [name for name in FIELDS if name not in WRITABLE])
def test_nobody_sets_what_is_not_theirs_to_set(
    cast: Cast, matrix: Assessment, good: dict[str, Any], field: str
) -> None:
    ben, value = cast.client(cast.ben), cast.birchwood.pk
    with trust_scope(cast.alder):
        before = Assessment.objects.values().get()
    for body in (
        {"version": 1, "ratings": {"attendance": good}, field: value},
        {"version": 1, "ratings": {"attendance": good | {field: value}}},
    ):
        answer = rate(ben, matrix, body)
        assert answer.status_code == 400
        [(where, sentences)] = answer.json()["errors"].items()
        assert where.endswith(field)
        assert "cannot be set here" in sentences[0]
    with trust_scope(cast.alder):
        assert Assessment.objects.values().get() == before
        assert not Rating.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("ada", 403), ("gita", 403), ("tom", 403), ("olive", 403), ("cleo", 404)])
def test_who_may_not_write(cast: Cast, matrix: Assessment, good: dict[str, Any], who: str, status: int) -> None:
    answer = rate(cast.client(getattr(cast, who)), matrix, {"version": 1, "ratings": {"attendance": good}})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["detail"] == "Headteacher or School leader can rate the risk matrix."
    assert rate(Client(), matrix, {}).status_code == 401


def test_a_head_does_not_write_for_another_school(cast: Cast, good: dict[str, Any]) -> None:
    with trust_scope(cast.alder):
        other = open_assessment(cast.ashmere, cast.autumn)
    assert rate(cast.client(cast.ben), other, {"version": 1, "ratings": {"attendance": good}}).status_code == 404


def test_a_browser_needs_its_csrf_token_and_a_token_needs_none(
    cast: Cast, matrix: Assessment, good: dict[str, Any]
) -> None:
    body = {"version": 1, "ratings": {"attendance": good}}
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.ben.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    refused = rate(browser, matrix, body)
    assert (refused.status_code, set(refused.json())) == (403, {"detail"})
    with trust_scope(cast.alder):
        _, secret = create_token("Dashboard", by=cast.ben, days=1)
    program = Client(enforce_csrf_checks=True)
    assert rate(program, matrix, body, Authorization=f"Token {secret}").status_code == 200
    stale = rate(browser, matrix, body, Authorization="Token no-longer")
    assert stale.status_code == 403, "a token that does not work is no way round it"


def test_a_draft_leaves_no_act(cast: Cast, matrix: Assessment, good: dict[str, Any]) -> None:
    rate(cast.client(cast.ben), matrix, {"version": 1, "ratings": {"attendance": good}})
    with trust_scope(cast.alder):
        assert not AuditEntry.objects.filter(by=cast.ben).exists()


def test_writing_stays_within_a_dozen_statements(
    cast: Cast, matrix: Assessment, good: dict[str, Any], queries: Any
) -> None:
    ben = cast.client(cast.ben)
    rate(ben, matrix, {"version": 1, "ratings": {"attendance": good}})
    body = {"version": 2, "ratings": dict.fromkeys(("attendance", "persistent_absence"), good | {"note": "Again."})}
    answers = []
    sent = queries(lambda: answers.append(rate(ben, matrix, body)))
    assert answers[0].json()["version"] == 3
    assert len(sent) <= 13, "\n".join(sent)
