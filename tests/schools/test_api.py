"""The API's foundation: who gets in, one shape for every refusal, filters, pages, rates, and its document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from openapi_spec_validator import OpenAPIV30SpecValidator
from redis.exceptions import ConnectionError as RedisGone

from schools.access import Permission
from schools.api.view import TrustRate
from schools.models import ApiToken, AuditEntry, Membership, RoleGrant
from schools.services.tokens import create_token, end_token
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import SchoolFactory
from trust_si import api

HOME = "/api/v1/t/alder/"
NOUNS = (
    "schools", "periods", "strategies", "assessments", "ratings", "proposals", "decisions", "reports", "returns",
    "figures", "self_evaluations", "targets", "benchmarks", "visits", "actions", "plans", "reviews", "practices",
    "review_wishes", "support_requests", "support_bookings", "concerns", "programmes", "checklist_items",
    "offers", "matches", "matchings", "appraisals",
)  # fmt: skip
OTHERS = 61
# Ratings, figures, areas; four of visits; five read for a school; 17 of plans, 21 of support, six of concerns.


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def token_of(cast: Cast, person: Membership, days: int = 30) -> tuple[ApiToken, dict[str, str]]:
    with trust_scope(cast.alder if person.trust_id == cast.alder.pk else cast.birch):
        token, secret = create_token("Dashboard", by=person, days=days)
    return token, {"Authorization": f"Token {secret}"}


# Who gets in


@pytest.mark.parametrize("noun", NOUNS)
def test_a_stranger_learns_nothing_not_even_which_trusts_exist(cast: Cast, noun: str) -> None:
    real, invented = (Client().get(f"/api/v1/t/{slug}/{noun}/") for slug in ("alder", "no-such-trust"))
    assert (real.status_code, real.content) == (invented.status_code, invented.content)
    assert real.status_code == 401
    assert real.headers["WWW-Authenticate"] == "Token"
    assert set(real.json()) == {"detail"}


@pytest.mark.parametrize("noun", NOUNS)
def test_another_trust_is_not_there(cast: Cast, noun: str) -> None:
    cleo = cast.client(cast.cleo)
    foreign, absent = (cleo.get(f"/api/v1/t/{slug}/{noun}/") for slug in ("alder", "no-such-trust"))
    assert (foreign.status_code, foreign.json()) == (404, {"detail": "Not found."})
    assert foreign.content == absent.content


def test_ada_sees_every_school_ben_his_own_and_olive_no_matrices(cast: Cast) -> None:
    def names(person: Membership) -> list[str]:
        return [school["name"] for school in cast.client(person).get(HOME + "schools/").json()["results"]]

    assert names(cast.ada) == ["Ashmere Primary", "Dunmere Primary"]
    assert names(cast.ben) == ["Dunmere Primary"]
    assert cast.client(cast.ben).get(f"{HOME}schools/{cast.ashmere.pk}/").status_code == 404
    refused = cast.client(cast.olive).get(HOME + "assessments/")
    assert refused.status_code == 403
    assert "can see risk matrices." in refused.json()["detail"]


def test_foreign_and_absent_rows_answer_alike(cast: Cast) -> None:
    ada = cast.client(cast.ada)
    answers = [ada.get(f"{HOME}schools/{pk}/") for pk in (cast.birchwood.pk, 999_999, 10**17)]
    assert {(one.status_code, one.content) for one in answers} == {(404, b'{"detail":"Not found."}')}
    assert ada.get(f"{HOME}schools/{10**30}/").json() == {"detail": "Not found."}


def test_a_school_in_all_its_fields(cast: Cast) -> None:
    found = cast.client(cast.ada).get(f"{HOME}schools/{cast.dunmere.pk}/").json()
    assert found["urn"] == cast.dunmere.urn
    assert set(found) == {
        "id", "urn", "laestab", "ukprn", "name", "short_name", "phase", "age_low", "age_high", "pupils", "capacity",
        "la_name", "joined_on", "left_on", "as_at",
    }  # fmt: skip


def test_the_strategy_with_its_document(cast: Cast) -> None:
    ada = cast.client(cast.ada)
    [listed] = ada.get(HOME + "strategies/").json()["results"]
    assert "document" not in listed
    document = ada.get(f"{HOME}strategies/{listed['id']}/").json()["document"]
    assert [axis["key"] for axis in document["axes"]] == ["academic", "operational"]


# Tokens


def test_a_token_does_what_its_person_may_in_its_trust(cast: Cast) -> None:
    _, ben = token_of(cast, cast.ben)
    assert Client().get(HOME + "schools/", headers=ben).json()["count"] == 1
    assert Client().get("/api/v1/t/birch/schools/", headers=ben).status_code == 404


def test_a_token_of_one_trust_does_not_open_another_of_the_same_person(cast: Cast) -> None:
    with trust_scope(cast.birch):
        there = Membership.objects.create(user=cast.ada.user)
        RoleGrant.objects.create(membership=there, role="trustee")
    _, ada = token_of(cast, cast.ada)
    assert cast.client(cast.ada).get("/api/v1/t/birch/schools/").status_code == 200
    assert Client().get("/api/v1/t/birch/schools/", headers=ada).status_code == 404


def test_a_token_stops_when_it_is_ended_lapses_or_its_person_leaves(cast: Cast, time_machine: Any) -> None:
    ended, first = token_of(cast, cast.ben)
    with trust_scope(cast.alder):
        end_token(ended, by=cast.ben)
    assert Client().get(HOME + "schools/", headers=first).status_code == 401
    _, second = token_of(cast, cast.ben, days=1)
    time_machine.move_to("2026-11-22T10:00Z")
    assert Client().get(HOME + "schools/", headers=second).status_code == 401
    _, third = token_of(cast, cast.ben)
    with trust_scope(cast.alder):
        RoleGrant.objects.filter(membership=cast.ben).update(ended_at=timezone.now())
    assert Client().get(HOME + "schools/", headers=third).status_code == 404
    assert Client().get(HOME + "schools/", headers={"Authorization": "Token no-such"}).status_code == 401


# Filters, orders and pages


def many_schools(cast: Cast, count: int = 30) -> None:
    with trust_scope(cast.alder):
        SchoolFactory.create_batch(count)


def test_pages_hold_fifty_and_at_most_two_hundred(cast: Cast) -> None:
    many_schools(cast, 210)
    ada = cast.client(cast.ada)
    first = ada.get(HOME + "schools/").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (212, 50, None)
    assert len(ada.get(first["next"]).json()["results"]) == 50
    assert len(ada.get(HOME + "schools/?page_size=1000").json()["results"]) == 200
    assert ada.get(HOME + "schools/?page=99").json() == {"detail": "There is no such page."}


def test_filters_and_orders(cast: Cast) -> None:
    ada = cast.client(cast.ada)
    with trust_scope(cast.alder):
        SchoolFactory(name="Zed Secondary", phase="secondary", left_on=timezone.localdate() - timedelta(days=3))

    def names(query: str) -> list[str]:
        return [school["name"].split()[0] for school in ada.get(f"{HOME}schools/?{query}").json()["results"]]

    assert names("phase=secondary") == ["Zed"]
    assert names("current=true") == ["Ashmere", "Dunmere"]
    assert names("current=false") == ["Zed"]
    assert names("ordering=-name") == ["Zed", "Dunmere", "Ashmere"]
    assert names(f"urn={cast.birchwood.urn}") == []
    [term] = ada.get(HOME + "periods/?on=2026-11-20&half=0").json()["results"]
    assert (term["id"], term["label"]) == (cast.autumn.pk, "Autumn term 2026/27")


NASTY = [
    ("schools", "phase=nursery%00"),
    ("schools", "ordering=trust"),
    ("schools", "ordering=name__lookup"),
    ("schools", "trust=2"),
    ("schools", "trust__slug=birch"),
    ("schools", "_connector=OR"),
    ("schools", "%00=%00"),
    ("schools", "%ED%A0%80=1"),
    ("schools", "current=perhaps"),
    ("schools", f"page={'9' * 40}"),
    ("schools", "page=0"),
    ("periods", f"year={'9' * 40}"),
    ("periods", "year=NaN"),
    ("periods", "on=2026-13-45"),
    ("periods", "school=1.5"),
    ("periods", f"school={10**30}"),
    ("periods", "school=-1'; drop table x"),
    ("assessments", "state=open"),
    ("assessments", "since=yesterday"),
    ("assessments", "since=0001-01-01T00:00:00%2B14:00"),
    ("assessments", "since=9999-12-31T23:59:59-14:00"),
    ("ratings", "kpi=%00"),
    ("decisions", f"axis={'x' * 100}"),
    ("reports", "state=1"),
    ("reports", "since=%00"),
]


@pytest.mark.parametrize(("noun", "query"), NASTY)
def test_a_filter_that_makes_no_sense_is_refused_in_words(cast: Cast, noun: str, query: str) -> None:
    answer = cast.client(cast.ada).get(f"{HOME}{noun}/?{query}")
    assert answer.status_code in (400, 404)
    body = answer.json()
    assert set(body) in ({"errors"}, {"detail"})
    assert all(isinstance(text, str) for texts in body.get("errors", {}).values() for text in texts)


@pytest.mark.parametrize("value", [str(2**63 - 1), "0", "-5"])
def test_a_number_that_is_nobodys_finds_nothing(cast: Cast, value: str) -> None:
    assert cast.client(cast.ada).get(f"{HOME}assessments/?school={value}").json()["count"] == 0


@pytest.mark.parametrize("noun", ["schools", "periods", "strategies"])
def test_as_many_queries_for_one_row_as_for_thirty(cast: Cast, queries: Any, noun: str) -> None:
    ada = cast.client(cast.ada)
    few = queries(lambda: ada.get(f"{HOME}{noun}/?page_size=1"))
    many_schools(cast)
    many = queries(lambda: ada.get(f"{HOME}{noun}/?page_size=30"))
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= 7


# Methods and rates


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_only_read_cannot_be_written(cast: Cast, noun: str, method: str) -> None:
    answer = getattr(cast.client(cast.ruth), method)(HOME + noun + "/", {"name": "x"}, "application/json")
    assert answer.status_code == 405
    with trust_scope(cast.alder):
        assert not AuditEntry.objects.filter(by=cast.ruth).exists()


def test_too_many_requests_wait_and_trusts_are_counted_apart(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrustRate, "rate", "2/min", raising=False)
    with trust_scope(cast.birch):
        there = Membership.objects.create(user=cast.ada.user)
        RoleGrant.objects.create(membership=there, role="trustee")
    ada = cast.client(cast.ada)
    codes = [ada.get(HOME + "schools/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    refused = ada.get(HOME + "periods/")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "detail" in refused.json()
    assert ada.get("/api/v1/t/birch/schools/").status_code == 200
    assert cast.client(cast.ruth).get(HOME + "schools/").status_code == 200
    kept = [key for key in cache._cache if "rate" in key]
    assert len(kept) == 3
    assert all(f"trust:{trust.pk}:" in "".join(kept) for trust in (cast.alder, cast.birch))


def test_without_the_store_of_counts_nobody_is_held_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise RedisGone

    monkeypatch.setattr(TrustRate, "cache", type("Gone", (), {"get": gone, "set": gone})())
    assert cast.client(cast.ada).get(HOME + "schools/").status_code == 200


# The document


def test_every_view_says_what_it_needs(cast: Cast) -> None:
    inside = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/").url_patterns[-1]
    views = [pattern.callback.cls for pattern in inside.url_patterns]
    assert len(views) == OTHERS + 2 * len(NOUNS)
    assert all(isinstance(view.needs, Permission) for view in views)


def test_the_document_is_valid_open_to_all_and_complete(cast: Cast) -> None:
    answer = Client().get("/api/v1/schema")
    assert answer.status_code == 200
    document = answer.json()
    OpenAPIV30SpecValidator(document).validate()
    operations = [(path, method, it) for path, one in document["paths"].items() for method, it in one.items()]
    assert len(operations) == OTHERS + 2 * len(NOUNS)
    for path, method, operation in operations:
        assert {"400", "401", "403", "404", "429"} <= set(operation["responses"]), (path, method)
        assert "Retry-After" in operation["responses"]["429"]["headers"]
    rate = document["paths"]["/api/v1/t/{trust}/assessments/{id}/ratings/"]["patch"]
    assert {"200", "400", "409", "412"} <= set(rate["responses"])
    assert {"304", "412"} <= set(document["paths"]["/api/v1/t/{trust}/assessments/{id}/"]["get"]["responses"])


def test_the_document_is_made_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    from drf_spectacular.drainage import GENERATOR_STATS

    api.document.cache_clear()
    with GENERATOR_STATS.silence():
        api.document()
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_the_page_about_it_names_every_operation_and_asks_for_no_script(cast: Cast) -> None:
    for client in (Client(), cast.client(cast.ada)):
        answer = client.get("/api/v1/docs")
        page = answer.content.decode()
        assert answer.status_code == 200
        for path in api.document()["paths"]:
            assert path.removeprefix(api.INSIDE) in page
        assert "Alder" not in page
        assert "<style" not in page
