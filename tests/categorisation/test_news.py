"""Who hears that a matrix was sent, came back or is agreed, and when."""

from __future__ import annotations

from typing import Any

import pytest

from categorisation.models import Assessment
from categorisation.services import (
    agree_assessment,
    moderate_rating,
    return_assessment,
    save_ratings,
    submit_assessment,
)
from schools.models import Membership, Notice, School
from tests.categorisation.test_matrix_pages import GOOD, rate_all
from tests.conftest import TODAY, Cast
from tests.factories import member

MORNING = "2026-11-23T08:00:00+00:00"
NOTE = "What changed in Year 4?"


@pytest.fixture(autouse=True)
def _on_a_friday_night(time_machine: Any, open_alder: Any) -> None:
    time_machine.move_to("2026-11-20T22:30Z")


def heard() -> dict[str, list[Notice]]:
    found: dict[str, list[Notice]] = {}
    for notice in Notice.objects.select_related("to__user").order_by("pk"):
        found.setdefault(notice.to.user.name, []).append(notice)
    Notice.objects.all().delete()
    return found


def sent(cast: Cast, by: Membership | None = None) -> Assessment:
    return submit_assessment(rate_all(cast), by=by or cast.ben, today=TODAY)


def test_the_improvement_lead_hears_in_the_morning(cast: Cast) -> None:
    matrix = sent(cast)
    told = heard()
    assert set(told) == {"Ada Whitlock"}
    [notice] = told["Ada Whitlock"]
    assert notice.not_before.isoformat() == MORNING
    assert notice.subject == "Dunmere Primary: risk matrix sent to you"
    assert notice.body.startswith("Ben Osei sent the risk matrix for autumn term 2026/27.")
    assert notice.path == f"/t/alder/schools/{cast.dunmere.pk}/matrix/{matrix.period_id}/moderate/"


def test_every_free_lead_hears_and_nobody_of_their_own_doing(cast: Cast) -> None:
    member("Otto Other", "si_lead")
    lena = member("Lena Leader", "si_lead")
    lena.grants.create(role="leader", school=cast.dunmere)
    gone = member("Gus Gone", "si_lead")
    gone.ended_at = "2026-11-01T10:00Z"
    gone.save()
    sent(cast)
    assert set(heard()) == {"Ada Whitlock", "Otto Other"}


def test_where_no_lead_is_free_the_stand_in_hears(cast: Cast) -> None:
    """The strategy names the director, then the chief executive, for a lead who is party to it."""
    cast.ada.grants.create(role="head", school=cast.dunmere)
    sent(cast, by=cast.ada)
    assert set(heard()) == {"Ruth Ellison"}
    Assessment.objects.all().delete()
    member("Dora Director", "director")
    sent(cast, by=cast.ada)
    assert set(heard()) == {"Dora Director"}


def test_the_heads_and_who_sent_it_read_the_question(cast: Cast) -> None:
    member("Hal Head", "head", cast.dunmere)
    member("Lia Leader", "leader", cast.dunmere)
    member("Other Head", "head", cast.ashmere)
    matrix = sent(cast)
    heard()
    return_assessment(matrix, by=cast.ada, note=NOTE)
    told = heard()
    assert set(told) == {"Ben Osei", "Hal Head"}
    [notice] = told["Ben Osei"]
    assert NOTE in notice.body
    assert notice.subject == "Dunmere Primary: risk matrix sent back with a question"
    assert notice.not_before.isoformat() == MORNING


def test_who_sent_it_and_has_left_the_school_hears_nothing(cast: Cast) -> None:
    matrix = sent(cast)
    cast.ben.grants.update(ended_at="2026-11-20T23:00Z")
    cast.ben.grants.create(role="head", school=cast.ashmere)
    heard()
    return_assessment(matrix, by=cast.ada, note=NOTE)
    assert heard() == {}


def test_the_heads_hear_that_it_is_agreed(cast: Cast) -> None:
    matrix = sent(cast)
    heard()
    moderate_rating(matrix, "attendance", by=cast.ada, level=3, reason="Year 4 is at 88%.")
    agree_assessment(matrix, by=cast.ada)
    [notice] = heard()["Ben Osei"]
    assert notice.subject == "Dunmere Primary: risk matrix agreed"
    assert "one rating with another level than yours" in notice.body
    assert notice.not_before.isoformat() == MORNING


def test_sent_again_the_lead_hears_what_was_rated_anew(cast: Cast) -> None:
    matrix = sent(cast)
    moderate_rating(matrix, "attendance", by=cast.ada, level=3, reason="Year 4 is at 88%.")
    matrix = return_assessment(matrix, by=cast.ada, note=NOTE)
    heard()
    save_ratings(matrix, {"attendance": type(GOOD)(1, "Better.", GOOD.evidence_on, GOOD.sources)}, by=cast.ben)
    assert heard() == {}, "writing is no news"
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    assert "changed one rating you had moderated" in heard()["Ada Whitlock"][0].body


def test_nobody_outside_the_trust_hears(cast: Cast) -> None:
    agree_assessment(sent(cast), by=cast.ada)
    assert set(heard()) == {"Ada Whitlock", "Ben Osei"}


def test_a_long_name_does_not_stop_the_matrix(cast: Cast) -> None:
    School.objects.filter(pk=cast.dunmere.pk).update(name="D" * 200)
    cast.dunmere.refresh_from_db()
    sent(cast)
    assert heard()["Ada Whitlock"][0].subject.endswith("D: risk matrix sent to you")
