"""The way of a visit: planned, written by two, sent once, answered, considered, its notes removed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from evidence.models import Source
from monitoring.models import Visit, VisitAction
from monitoring.services import (
    close_windows,
    consider_visit,
    remove_old_notes,
    remove_visit,
    reply_to_visit,
    save_visit,
    send_visit,
)
from monitoring.services.considering import Agreed
from plans.models import Action
from plans.services import NewAction, give_verdict
from schools.models import AuditEntry, Notice, Trust
from tests.conftest import Cast
from tests.monitoring.visits_world import ANSWERS, begun, considered, final, sent

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, open_alder: Trust) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def test_what_is_known_stands_in_the_form(cast: Cast) -> None:
    visit = begun(cast)
    assert visit.answers == {"date": "2026-11-20", "lead": "Ada Whitlock"}
    assert (visit.state, visit.lead) == ("draft", cast.ada)


def test_a_planned_visit_is_told_to_the_head_and_is_written_later(cast: Cast) -> None:
    visit = begun(cast, planned_for=date(2026, 12, 1))
    assert (visit.state, visit.answers["date"]) == ("planned", "2026-12-01")
    assert Notice.objects.get().to == cast.ben
    save_visit(visit, {"focus": "Science"}, by=cast.ada, version=1)
    visit.refresh_from_db()
    assert visit.state == "draft"
    with pytest.raises(ValidationError):
        begun(cast, planned_for=date(2026, 11, 1))


def test_two_people_in_different_fields_never_meet_and_in_one_field_both_sides_stay(cast: Cast) -> None:
    visit = begun(cast)
    assert save_visit(visit, {"focus": "Science"}, by=cast.ada, version=1).version == 2
    assert not save_visit(visit, {"recommendations": "More."}, by=cast.ruth, version=1).conflicts
    (clash,) = save_visit(visit, {"focus": "Art"}, by=cast.ruth, version=1).conflicts
    assert (clash.clash.theirs, clash.clash.mine, clash.by) == ("Science", "Art", cast.ada)
    visit.refresh_from_db()
    assert (visit.answers["focus"], visit.answers["recommendations"]) == ("Science", "More.")


def test_what_a_device_never_changed_is_no_conflict(cast: Cast) -> None:
    visit = begun(cast)
    save_visit(visit, {"focus": "Science"}, by=cast.ada, version=1)
    saved = save_visit(visit, {"focus": None, "recommendations": "A"}, by=cast.ruth, version=1, base={"focus": None})
    assert not saved.conflicts
    visit.refresh_from_db()
    assert (visit.answers["focus"], visit.answers["recommendations"]) == ("Science", "A")


def test_what_is_lacking_keeps_the_draft_and_sends_nothing(cast: Cast) -> None:
    visit = begun(cast)
    made = send_visit(visit, {"focus": "Science"}, by=cast.ada, version=1)
    assert not made.is_sent
    assert {"method", "r0-class_year"} <= made.lacks.keys()
    visit.refresh_from_db()
    assert (visit.state, visit.answers["focus"]) == ("draft", "Science")
    ahead = send_visit(visit, {**ANSWERS, "date": "2026-12-24"}, by=cast.ada, version=2)
    assert list(ahead.lacks) == ["date"]


def test_sending_reads_what_the_form_says_and_opens_the_window(cast: Cast) -> None:
    visit = sent(cast)
    assert (visit.state, visit.on, visit.subject) == ("submitted", date(2026, 11, 18), "Science")
    assert (visit.year_groups, visit.sources) == (["3", "4", "5"], ["work", "views"])
    assert visit.reply_due_on == date(2026, 11, 27), "five working days"
    assert visit.final_at is None
    assert not Source.objects.exists()
    assert Notice.objects.get().to == cast.ben
    assert AuditEntry.objects.filter(did="visit.submitted").count() == 1


def test_a_token_is_taken_once(cast: Cast) -> None:
    visit, token = begun(cast), uuid4()
    first = send_visit(visit, ANSWERS, by=cast.ada, version=1, token=token)
    again = send_visit(visit, {**ANSWERS, "focus": "Late"}, by=cast.ada, version=1, token=token)
    assert (first.is_sent, first.again, again.is_sent, again.again) == (True, False, True, True)
    visit.refresh_from_db()
    assert visit.answers["focus"] == "Science"
    assert AuditEntry.objects.filter(did="visit.submitted").count() == 1
    with pytest.raises(ValidationError, match="no longer be changed"):
        send_visit(visit, ANSWERS, by=cast.ada, version=1, token=uuid4())
    with pytest.raises(ValidationError, match="another visit"):
        send_visit(begun(cast), ANSWERS, by=cast.ada, version=1, token=token)


def test_the_school_says_it_is_accurate_and_the_sources_are_written(cast: Cast) -> None:
    visit = final(cast)
    assert visit.final_at is not None
    rows = {row.evidence: row for row in Source.objects.filter(kind="visit", area="teaching_over_time")}
    assert rows.keys() == {"work", "views"}
    assert (rows["work"].on, rows["work"].original_id) == (date(2026, 11, 18), visit.pk)
    with pytest.raises(ValidationError, match="final"):
        reply_to_visit(visit, by=cast.ben, reply="comment", text="Late.")


def test_a_comment_needs_words_and_stands_beside_it(cast: Cast) -> None:
    visit = sent(cast)
    with pytest.raises(ValidationError) as refused:
        reply_to_visit(visit, by=cast.ben, reply="comment", text=" ")
    assert refused.value.message_dict.keys() == {"text"}
    visit = reply_to_visit(visit, by=cast.ben, reply="comment", text="It was Year 4.")
    assert (visit.reply, visit.reply_text, visit.replied_by) == ("comment", "It was Year 4.", cast.ben)


def test_a_judgement_box_becomes_a_source_on_its_scale(cast: Cast) -> None:
    visit = begun(cast, form="safeguarding_review")
    strategy = cast.version.strategy
    form = strategy.form_by_key["safeguarding_review"]
    level = strategy.levels_of(form.judgements[0].scale or "")[0].key
    answers: dict[str, Any] = {
        "date": "2026-11-18", "lead": "Trust lead", "record_checked": "yes", "culture": level, "strengths": "S.",
        "development": "D.", "r0-comment": "Sound.",
    }  # fmt: skip
    made = send_visit(visit, {**answers, "r0-area": form.row_fields["area"].options[0]}, by=cast.ada, version=1)
    assert made.is_sent, made
    reply_to_visit(visit, by=cast.ben, reply="accurate")
    assert list(Source.objects.values_list("area", "judgement")) == [("culture", level)]


def test_the_schools_own_record_is_final_at_once(cast: Cast) -> None:
    visit = sent(cast, by=cast.ben)
    assert (visit.by_school, visit.reply_due_on) == (True, None)
    assert visit.final_at is not None
    assert not Source.objects.exists(), "what a school says of itself is no independent evidence"


def test_the_window_closes_by_the_calendar(cast: Cast) -> None:
    visit = sent(cast)
    assert close_windows(today=date(2026, 11, 27)) == 0
    assert close_windows(today=date(2026, 11, 28)) == 1
    assert close_windows(today=date(2026, 11, 29)) == 0
    visit.refresh_from_db()
    assert (visit.final_at is not None, visit.reply) == (True, "")
    assert Source.objects.values("evidence").distinct().count() == 2
    assert AuditEntry.objects.get(did="visit.final").by is None


def test_agreed_actions_go_into_the_plan(cast: Cast) -> None:
    visit = considered(cast)
    assert (visit.state, visit.considered_on) == ("considered", TODAY)
    link = VisitAction.objects.select_related("action__plan").get()
    assert (link.slot, link.action.owner, link.action.plan.school) == (0, cast.ben, cast.dunmere)
    assert link.action.impact_check_on == date(2027, 1, 15)
    again = final(cast)
    other = NewAction("Something else.", None, "Subject leader", None, date(2027, 2, 12))
    consider_visit(again, by=cast.ben, on=TODAY, typed={}, agreed=[Agreed(other)])
    assert Action.objects.values("plan").distinct().count() == 1, "one plan"


@pytest.mark.parametrize("on", [date(2026, 11, 17), date(2026, 11, 21)])
def test_it_is_considered_after_it_took_place_and_not_in_the_future(cast: Cast, on: date) -> None:
    with pytest.raises(ValidationError):
        consider_visit(final(cast), by=cast.ben, on=on, typed={}, agreed=[])


def test_it_is_not_considered_before_it_is_final(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="not final"):
        consider_visit(sent(cast), by=cast.ben, on=TODAY, typed={}, agreed=[])


def test_an_action_is_closed_with_a_verdict_and_too_early_moves_the_day(cast: Cast) -> None:
    considered(cast)
    action = Action.objects.get()
    with pytest.raises(ValidationError):
        give_verdict(action, by=cast.ben, verdict="too_early", note="Not yet.")
    later = give_verdict(action, by=cast.ben, verdict="too_early", note="Not yet.", again_on=date(2027, 2, 1))
    assert (later.state, later.impact_check_on, later.closed_at) == ("open", date(2027, 2, 1), None)
    with pytest.raises(ValidationError, match="to be looked at on 1 February 2027"):
        give_verdict(action, by=cast.ben, verdict="worked", note="Books show it.", evidence="Six books.", why_early=" ")
    why = "Every class has changed already."
    closed = give_verdict(
        action, by=cast.ben, verdict="worked", note="Books show it.", evidence="Six books.", why_early=why
    )
    assert closed.why_early == why
    assert (closed.state, closed.verdict, closed.closed_by) == ("done", "worked", cast.ben)
    with pytest.raises(ValidationError, match="closed"):
        give_verdict(action, by=cast.ben, verdict="worked", note="Again.")


def test_notes_go_when_their_time_is_over_and_the_record_stays(cast: Cast) -> None:
    visit = sent(cast)
    visit = reply_to_visit(visit, by=cast.ben, reply="comment", text="A comment.")
    assert remove_old_notes(today=date(2029, 11, 17)) == 0
    assert remove_old_notes(today=date(2029, 11, 18)) == 1
    assert remove_old_notes(today=date(2029, 11, 19)) == 0
    visit.refresh_from_db()
    assert (visit.answers, visit.touched, visit.reply_text, visit.reply) == ({}, {}, "", "comment")
    assert (visit.on, visit.subject) == (date(2026, 11, 18), "Science")
    history = apps.get_model("monitoring", "VisitEvent")
    assert not {"answers", "touched", "reply_text"} & {field.name for field in history._meta.fields}


def test_only_its_lead_takes_away_what_was_never_sent(cast: Cast) -> None:
    visit = begun(cast)
    with pytest.raises(ValidationError, match="Ada Whitlock"):
        remove_visit(visit, by=cast.ruth)
    remove_visit(visit, by=cast.ada)
    assert not Visit.objects.exists()
    with pytest.raises(ValidationError, match="on record"):
        remove_visit(sent(cast), by=cast.ada)
