"""Self-evaluations over the API: the visibility of the pages, and a section written on a version."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from evidence.models import SelfEvaluation
from evidence.queries.sef import entries_now
from evidence.services.sef import return_sef
from evidence.services.sef_opening import open_sef
from evidence.services.sef_writing import save_section
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.evidence.sef_world import agreed, fill, sent, words

HOME = "/api/v1/t/alder/self_evaluations/"


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def draft(cast: Cast) -> SelfEvaluation:
    with trust_scope(cast.alder):
        return open_sef(cast.dunmere, cast.autumn)


def write(client: Client, sef: SelfEvaluation, body: dict[str, Any], area: str = "inclusion") -> Any:
    return client.patch(f"{HOME}{sef.pk}/areas/{area}/", json.dumps(body), "application/json")


GOOD = {
    "judgement": "Strong standard",
    "strengths": "Pupils read **widely**.",
    "development": "Writing.",
    "evidence": [{"what": "Books", "on": "2026-10-16", "source": "Book look"}],
}


def test_a_section_is_written_and_read_again(cast: Cast, draft: SelfEvaluation) -> None:
    ben = cast.client(cast.ben)
    saved = write(ben, draft, {"version": 1, **GOOD})
    assert (saved.status_code, saved.json()["version"]) == (200, 2)
    assert write(ben, draft, {"version": 2, "strengths": "New."}).status_code == 200
    whole = ben.get(f"{HOME}{draft.pk}/").json()
    assert (whole["state"], whole["edition"], whole["layout"]) == ("draft", None, "report_card_2025")
    assert whole["areas"]["inclusion"] == {"label": "Inclusion", **GOOD, "strengths": "New."}
    assert len(whole["areas"]) == 8


def test_the_second_writer_gets_both_sides(cast: Cast, draft: SelfEvaluation) -> None:
    with trust_scope(cast.alder):
        save_section(draft, "inclusion", words("Theirs."), by=cast.ada)
    answer = write(cast.client(cast.ben), draft, {"version": 1, "strengths": "Mine."})
    assert answer.status_code == 409
    told = answer.json()
    assert (told["by"], told["version"]) == ("Ada Whitlock", 2)
    assert (told["theirs"]["strengths"], told["mine"]["strengths"]) == ("Theirs.", "Mine.")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "version"),
        ({"version": 9}, "version"),
        ({"version": 1, "judgement": "Excellent"}, "judgement"),
        ({"version": 1, "strengths": "a" * 8001}, "strengths"),
        ({"version": 1, "evidence": [{"on": "2030-01-01"}]}, "evidence"),
        ({"version": 1, "evidence": [{}] * 13}, "evidence"),
        ({"version": 1, "state": "agreed"}, "state"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(
    cast: Cast, draft: SelfEvaluation, body: dict[str, Any], said: str
) -> None:
    answer = write(cast.client(cast.ben), draft, body)
    assert answer.status_code == 400
    assert next(iter(answer.json()["errors"])).startswith(said)


def test_there_is_no_such_section(cast: Cast, draft: SelfEvaluation) -> None:
    assert write(cast.client(cast.ben), draft, {"version": 1}, "post_16").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("ada", 404), ("gita", 404), ("tom", 404), ("ruth", 404), ("olive", 403)])
def test_a_draft_is_the_schools_own(cast: Cast, draft: SelfEvaluation, who: str, status: int) -> None:
    client = cast.client(getattr(cast, who))
    assert client.get(f"{HOME}{draft.pk}/").status_code == status
    assert write(client, draft, {"version": 1}).status_code in (403, 404)


def test_after_sending_others_read_the_edition_and_never_the_draft(cast: Cast) -> None:
    with trust_scope(cast.alder):
        sef = sent(cast)
        return_sef(sef, by=cast.ada, note="What changed?")
        fill(SelfEvaluation.objects.get(), by=cast.ben, strengths="Being rewritten.")
        assert entries_now(sef)["inclusion"].strengths == "Being rewritten."
    ada, ben = (cast.client(who).get(f"{HOME}{sef.pk}/").json() for who in (cast.ada, cast.ben))
    assert (ada["edition"], ada["areas"]["inclusion"]["strengths"]) == (1, "Pupils read widely.")
    assert (ben["edition"], ben["areas"]["inclusion"]["strengths"]) == (None, "Being rewritten.")
    assert ben["comment"] == "What changed?"


def test_the_list_holds_what_each_may_read(cast: Cast, draft: SelfEvaluation) -> None:
    with trust_scope(cast.alder):
        agreed(cast, cast.ashmere)

    def states(who: str) -> list[str]:
        return [row["state"] for row in cast.client(getattr(cast, who)).get(HOME).json()["results"]]

    assert (states("ben"), states("ada"), states("tom")) == (["draft"], ["agreed"], ["agreed"])
    assert cast.client(cast.ada).get(f"{HOME}?state=draft").json()["count"] == 0
    assert cast.client(cast.cleo).get(HOME).status_code == 404
