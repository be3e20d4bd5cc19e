"""From the school's first rating to its reply, through the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from categorisation.models import Assessment, Rating
from categorisation.queries import entries_of
from categorisation.rules.entry import Entry, asked_of
from categorisation.services import (
    agree_assessment,
    carry_forward,
    decide_category,
    moderate_rating,
    open_assessment,
    reply_to_decision,
    return_assessment,
    save_ratings,
    submit_assessment,
)
from categorisation.services.read_row import differing_read_rows
from schools.models import AuditEntry, Interest, Meeting, Period, Trust
from tests.conftest import TODAY, Cast

GOOD = Entry(2, "As last term.", date(2026, 10, 16), ("data", "records"))

pytestmark = pytest.mark.usefixtures("open_alder")


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def matrix(cast: Cast, open_alder: Trust) -> Assessment:
    return open_assessment(cast.dunmere, cast.autumn)


def every(matrix: Assessment, entry: Entry = GOOD) -> dict[str, Entry]:
    return {kpi.key: entry for kpi in asked_of(matrix.strategy_version.strategy, "primary")}


@pytest.fixture
def submitted(cast: Cast, matrix: Assessment) -> Assessment:
    save_ratings(matrix, every(matrix), by=cast.ben)
    return submit_assessment(matrix, by=cast.ben, today=TODAY)


@pytest.fixture
def agreed(cast: Cast, submitted: Assessment) -> Assessment:
    return agree_assessment(submitted, by=cast.ada)


def test_a_draft_is_kept_and_read_back(cast: Cast, matrix: Assessment) -> None:
    save_ratings(matrix, {"attendance": Entry(3, "Half a sentence", None, ("data",))}, by=cast.ben)
    assert entries_of(matrix)["attendance"] == Entry(3, "Half a sentence", None, ("data",))
    assert differing_read_rows() == []


def test_saving_39_ratings_takes_few_statements(
    cast: Cast, matrix: Assessment, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    matrix = Assessment.objects.select_related("school", "strategy_version").get(pk=matrix.pk)
    assert len(queries(lambda: save_ratings(matrix, every(matrix), by=cast.ben))) == 5


def test_drafts_leave_no_history_and_submitting_does(cast: Cast, matrix: Assessment) -> None:
    save_ratings(matrix, every(matrix), by=cast.ben)
    history = Rating._meta.get_field("history").related_model.objects
    assert history.count() == 0
    submit_assessment(matrix, by=cast.ben, today=TODAY)
    entry = AuditEntry.objects.get(did="matrix.submitted")
    assert history.filter(pgh_context_id=entry.act).count() == len(every(matrix))


def test_two_people_on_different_ratings_are_both_kept(cast: Cast, matrix: Assessment) -> None:
    shown = matrix.version
    save_ratings(matrix, {"attendance": GOOD}, by=cast.ben, version=shown)
    saved = save_ratings(matrix, {"persistent_absence": GOOD}, by=cast.ada, version=shown)
    assert not saved.conflicts
    assert entries_of(matrix) == {"attendance": GOOD, "persistent_absence": GOOD}


def test_two_people_on_one_rating_are_told(cast: Cast, matrix: Assessment) -> None:
    shown = matrix.version
    save_ratings(matrix, {"attendance": GOOD}, by=cast.ben, version=shown)
    saved = save_ratings(matrix, {"attendance": Entry(4, "Mine", None, ())}, by=cast.ada, version=shown)
    assert [(c.theirs.author, c.mine.note) for c in saved.conflicts] == [(cast.ben, "Mine")]
    assert entries_of(matrix)["attendance"] == GOOD


def test_what_is_missing_is_named_by_field(cast: Cast, matrix: Assessment) -> None:
    entries = every(matrix) | {"attendance": Entry(4, "", date(2026, 10, 1), ("data",)), "bullying_logs": Entry()}
    save_ratings(matrix, entries, by=cast.ben)
    with pytest.raises(ValidationError) as refused:
        submit_assessment(matrix, by=cast.ben, today=TODAY)
    assert set(refused.value.message_dict) == {"note-attendance", "level-bullying_logs"}


def test_carrying_forward_takes_what_counted_last_time(cast: Cast, agreed: Assessment, time_machine: Any) -> None:
    time_machine.move_to("2027-01-20T10:00Z")
    spring = Period.objects.get(year=2026, season="spring", half=0)
    matrix = open_assessment(cast.dunmere, spring)
    carry_forward(matrix, by=cast.ben, today=date(2027, 1, 20))
    assert entries_of(matrix) == every(matrix)
    assert set(Rating.objects.filter(assessment=matrix).values_list("carried", flat=True)) == {True}


def test_self_and_moderated_ratings_are_both_kept(cast: Cast, submitted: Assessment) -> None:
    moderate_rating(submitted, "attendance", by=cast.ada, level=3, reason="Year 4 is at 88%.")
    rating = Rating.objects.get(assessment=submitted, kpi__key="attendance")
    assert (rating.level, rating.moderated_level, rating.counts_as) == (2, 3, 3)
    assert differing_read_rows() == []


def test_moderation_needs_a_reason(cast: Cast, submitted: Assessment) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        moderate_rating(submitted, "attendance", by=cast.ada, level=3, reason=" ")


def test_nobody_moderates_their_own_school(cast: Cast, submitted: Assessment) -> None:
    with pytest.raises(PermissionDenied):
        agree_assessment(submitted, by=cast.ben)


def test_a_returned_matrix_can_be_written_again(cast: Cast, submitted: Assessment) -> None:
    return_assessment(submitted, by=cast.ada, note="Look at attendance again.")
    matrix = Assessment.objects.get(pk=submitted.pk)
    save_ratings(matrix, {"attendance": Entry(3, "Seen.", date(2026, 11, 1), ("data",))}, by=cast.ben)
    assert submit_assessment(matrix, by=cast.ben, today=TODAY).state == "submitted"


def test_a_submitted_matrix_is_closed_to_the_school(cast: Cast, submitted: Assessment) -> None:
    with pytest.raises(ValidationError, match="can no longer be changed"):
        save_ratings(submitted, {"attendance": Entry()}, by=cast.ben)


def test_agreeing_proposes_each_axis_and_explains(cast: Cast, agreed: Assessment) -> None:
    proposals = {proposal.axis: proposal for proposal in agreed.proposals.all()}
    assert {axis: proposal.level for axis, proposal in proposals.items()} == {
        "academic": "refine",
        "operational": "refine",
    }
    assert proposals["academic"].explanation["words"]["headline"] == "Refine"


def test_a_decision_as_proposed_needs_no_reason(cast: Cast, agreed: Assessment) -> None:
    decision = decide_category(cast.dunmere, "academic", by=cast.ruth, level="refine", period=cast.autumn)
    assert (decision.level, decision.was) == ("refine", "")


def test_a_decision_that_differs_needs_a_reason(cast: Cast, agreed: Assessment) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        decide_category(cast.dunmere, "academic", by=cast.ruth, level="reinforce", period=cast.autumn)


@pytest.mark.parametrize("who", ["ben", "ada", "tom", "olive"])
def test_only_the_deciding_role_decides(cast: Cast, agreed: Assessment, who: str) -> None:
    with pytest.raises(PermissionDenied):
        decide_category(cast.dunmere, "academic", by=getattr(cast, who), level="refine", period=cast.autumn)


def test_a_declared_interest_keeps_a_person_from_deciding(cast: Cast, agreed: Assessment) -> None:
    meeting = Meeting.objects.create(
        kind="risk_meeting", title="Risk", period=cast.autumn, starts_at="2026-12-01T09:30Z"
    )
    Interest.objects.create(meeting=meeting, person=cast.ruth, school=cast.dunmere, nature="Was head there")
    with pytest.raises(PermissionDenied, match="interest"):
        decide_category(cast.dunmere, "academic", by=cast.ruth, level="refine", period=cast.autumn, meeting=meeting)


def test_the_school_is_told_in_the_morning_and_may_reply(cast: Cast, agreed: Assessment, time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T22:00Z")
    decision = decide_category(cast.dunmere, "academic", by=cast.ruth, level="refine", period=cast.autumn)
    notice = cast.ben.notices.get(subject__endswith="decided")
    assert notice.not_before.isoformat() == "2026-11-23T08:00:00+00:00"
    time_machine.move_to("2026-11-24T09:00Z")
    reply_to_decision(decision, by=cast.ben, text="We accept this.", today=date(2026, 11, 24))
    with pytest.raises(ValidationError, match="ended"):
        reply_to_decision(decision, by=cast.ben, text="Too late", today=date(2027, 1, 8))


def test_every_act_leaves_one_entry(cast: Cast, agreed: Assessment) -> None:
    decide_category(cast.dunmere, "academic", by=cast.ruth, level="refine", period=cast.autumn)
    acts = list(AuditEntry.objects.exclude(by=None).order_by("at").values_list("did", "by__user__name"))
    assert acts == [
        ("matrix.submitted", "Ben Osei"),
        ("matrix.agreed", "Ada Whitlock"),
        ("category.decided", "Ruth Ellison"),
    ]
