"""Matrices, ratings, proposals and decisions over the API: who reads which, and a school's ratings written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from categorisation.models import Assessment, Decision
from categorisation.services import (
    agree_assessment,
    decide_category,
    moderate_rating,
    open_assessment,
    reply_to_decision,
    return_assessment,
    submit_assessment,
)
from schools.models import Trust
from schools.tenancy import trust_scope
from tests.categorisation.test_matrix_pages import rate_all
from tests.conftest import TODAY, Cast
from tests.factories import SchoolFactory

HOME = "/api/v1/t/alder/"
SCHOOL_ROLES, TRUST_ROLES = ("ben", "gita"), ("ada", "ruth", "tom", "carl")


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


def agreed(cast: Cast) -> Assessment:
    submit_assessment(rate_all(cast), by=cast.ben, today=TODAY)
    return agree_assessment(Assessment.objects.get(school=cast.dunmere), by=cast.ada)


def read(cast: Cast, who: str, path: str, **headers: str) -> Any:
    return cast.client(getattr(cast, who)).get(HOME + path, headers=headers)


def seen_by(cast: Cast, noun: str) -> set[str]:
    """Who finds a row in the list; whoever is refused finds none."""
    people = (*SCHOOL_ROLES, *TRUST_ROLES, "olive")
    return {who for who in people if read(cast, who, f"{noun}/").json().get("count")}


def keys_of(matrix: Assessment, kpi: str = "attendance") -> list[str]:
    strategy = matrix.strategy_version.strategy
    return [level.key for level in strategy.levels_of(strategy.kpi_by_key[kpi].scale)]


# Who reads what


def test_who_reads_a_matrix_as_it_goes_from_draft_to_agreed(cast: Cast, matrix: Assessment) -> None:
    with trust_scope(cast.alder):
        rate_all(cast)
    assert seen_by(cast, "assessments") == seen_by(cast, "ratings") == {"ben"}
    assert read(cast, "ada", f"assessments/{matrix.pk}/").status_code == 404
    with trust_scope(cast.alder):
        submit_assessment(matrix, by=cast.ben, today=TODAY)
    leads = {"ada", "ruth"}  # the chief executive may moderate as well
    assert seen_by(cast, "assessments") == seen_by(cast, "ratings") == {"ben", *leads}
    with trust_scope(cast.alder):
        return_assessment(matrix, by=cast.ada, note="Look at attendance again.")
    assert seen_by(cast, "assessments") == {"ben", *leads}
    assert read(cast, "ben", f"assessments/{matrix.pk}/").json()["question"] == "Look at attendance again."
    with trust_scope(cast.alder):
        submit_assessment(matrix, by=cast.ben, today=TODAY)
        agree_assessment(matrix, by=cast.ada)
    everybody = {*SCHOOL_ROLES, *TRUST_ROLES}
    assert seen_by(cast, "assessments") == seen_by(cast, "ratings") == everybody
    assert read(cast, "ben", f"assessments/{matrix.pk}/").json()["question"] is None


def test_a_head_finds_nothing_of_another_school(cast: Cast, matrix: Assessment) -> None:
    with trust_scope(cast.alder):
        other = open_assessment(cast.ashmere, cast.autumn)
        Assessment.objects.filter(pk=other.pk).update(state="agreed", agreed_at="2026-11-01T10:00Z")
    assert read(cast, "ben", f"assessments/{other.pk}/").status_code == 404
    assert read(cast, "ben", f"assessments/?school={cast.ashmere.pk}").json()["count"] == 0
    assert read(cast, "ada", f"assessments/?school={cast.ashmere.pk}").json()["count"] == 1


@pytest.mark.parametrize("shown", [True, False])
def test_who_reads_proposals(cast: Cast, shown: bool) -> None:
    Trust.objects.filter(pk=cast.alder.pk).update(heads_see_proposals=shown)
    with trust_scope(cast.alder):
        agreed(cast)
    assert seen_by(cast, "proposals") == {"ada", "ruth", "tom", "carl"} | ({"ben"} if shown else set())
    for who in {"gita"} | (set() if shown else {"ben"}):
        refused = read(cast, who, "proposals/")
        assert refused.status_code == 403
        assert "Trust-wide roles see proposals" in refused.json()["detail"]


def test_a_proposal_explains_itself_in_sentences(cast: Cast) -> None:
    with trust_scope(cast.alder):
        matrix = agreed(cast)
    found = read(cast, "ada", f"proposals/?school={cast.dunmere.pk}&axis=academic").json()["results"]
    assert [(one["assessment"], one["axis"], one["period"]) for one in found] == [
        (matrix.pk, "academic", cast.autumn.pk)
    ]
    assert found[0]["level"] in {level.key for level in cast.version.strategy.axis_levels("academic")}
    assert found[0]["explanation"]["headline"]
    assert set(found[0]["explanation"]) == {"headline", "basis", "held", "unknown", "up", "down"}


def test_a_school_reads_a_decision_from_when_it_is_told(cast: Cast, time_machine: Any) -> None:
    with trust_scope(cast.alder):
        agreed(cast)
        made = decide_category(
            cast.dunmere, "academic", by=cast.ruth, level="reinforce", reason="Two leave.", period=cast.autumn
        )
    assert seen_by(cast, "decisions") == set(TRUST_ROLES)
    assert read(cast, "ben", f"decisions/{made.pk}/").status_code == 404
    time_machine.move_to("2026-11-23T09:00Z")
    assert seen_by(cast, "decisions") == {*SCHOOL_ROLES, *TRUST_ROLES}
    with trust_scope(cast.alder):
        reply_to_decision(Decision.objects.get(), by=cast.ben, text="We accept this.", today=date(2026, 11, 23))
    found = read(cast, "ben", f"decisions/{made.pk}/").json()
    assert (found["level"], found["reason"], found["decided_by"]) == ("reinforce", "Two leave.", "Ruth Ellison")
    assert (found["reply"]["text"], found["reply"]["by"]) == ("We accept this.", "Ben Osei")
    assert found["proposed"]["explanation"]["headline"]
    told_since = f"decisions/?since={'2026-11-21'}"
    assert read(cast, "ben", told_since).json()["count"] == 1, "a school asks by when it was told"
    assert read(cast, "ada", told_since).json()["count"] == 0


def test_ratings_by_filter(cast: Cast) -> None:
    with trust_scope(cast.alder):
        submit_assessment(rate_all(cast), by=cast.ben, today=TODAY)
        moderate_rating(Assessment.objects.get(), "attendance", by=cast.ada, level=3, reason="Year 4 is at 88%.")
        keys = keys_of(Assessment.objects.select_related("strategy_version").get())
    assert read(cast, "ada", f"ratings/?period={cast.autumn.pk}&state=submitted").json()["count"] == 39
    [row] = read(cast, "ada", "ratings/?moderated=true").json()["results"]
    assert (row["kpi"], row["level"], row["moderated_level"], row["counts_as"]) == (
        "attendance", keys[1], keys[2], keys[2]
    )  # fmt: skip
    assert (row["school"], row["moderated_reason"]) == (cast.dunmere.pk, "Year 4 is at 88%.")
    assert read(cast, "ada", "ratings/?kpi=attendance&since=2026-11-21T00:00:00Z").json()["count"] == 0


# Versions as tags


def test_a_matrix_with_a_rating_for_all_it_asks_and_its_version_as_a_tag(cast: Cast, matrix: Assessment) -> None:
    answer = read(cast, "ben", f"assessments/{matrix.pk}/")
    assert answer.headers["ETag"] == '"1"'
    body = answer.json()
    assert (body["asked"], body["rated"], len(body["ratings"])) == (39, 0, 39)
    assert body["ratings"]["attendance"]["level"] is None


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", '"1"', 304),
        ("If-None-Match", 'W/"1"', 304),
        ("If-None-Match", '"7", "1"', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"7"', 200),
        ("If-None-Match", "nonsense", 200),
        ("If-Match", '"1"', 200),
        ("If-Match", '"7"', 412),
        ("If-Match", "", 412),
    ],
)
def test_conditions_on_reading(cast: Cast, matrix: Assessment, header: str, value: str, status: int) -> None:
    answer = read(cast, "ben", f"assessments/{matrix.pk}/", **{header: value})
    assert answer.status_code == status
    if status == 304:
        assert (answer.content, answer.headers["ETag"]) == (b"", '"1"')


# As many queries for one row as for thirty


@pytest.mark.parametrize("noun", ["assessments", "ratings", "proposals", "decisions"])
def test_as_many_queries_for_one_row_as_for_thirty(cast: Cast, queries: Any, noun: str) -> None:
    with trust_scope(cast.alder):
        agreed(cast)
        decide_category(cast.dunmere, "academic", by=cast.ruth, level="reinforce", reason="Two.", period=cast.autumn)
        reply_to_decision_of_everybody(cast)
    ada, page = cast.client(cast.ada), f"{HOME}{noun}/?page_size=1"
    ada.get(page)  # the strategy is read once per process
    few = queries(lambda: ada.get(page))
    with trust_scope(cast.alder):
        more_of_everything(cast)
    answers = []
    many = queries(lambda: answers.append(ada.get(f"{HOME}{noun}/?page_size=30")))
    assert len(answers[0].json()["results"]) == 30
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= 8


def reply_to_decision_of_everybody(cast: Cast) -> None:
    from categorisation.models import Reply

    for decision in Decision.objects.filter(replies=None):
        Reply.objects.create(decision=decision, text="Thank you.", by=cast.ben, at=decision.tell_at)


def more_of_everything(cast: Cast) -> None:
    """Thirty more schools with an agreed matrix, two proposals, a decision and a reply each."""
    first = Assessment.objects.get()
    proposals, made = list(first.proposals.all()), Decision.objects.get()
    for school in SchoolFactory.create_batch(30):
        first.pk, first.school, first._state.adding = None, school, True
        first.save()
        for proposal in proposals:
            proposal.pk, proposal.assessment, proposal._state.adding = None, first, True
            proposal.save()
        made.pk, made.school, made.proposal, made._state.adding = None, school, proposals[0], True
        made.save()
    reply_to_decision_of_everybody(cast)
