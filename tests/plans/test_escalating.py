"""A concern from its opening to the end of the watch: who proposes, who decides, and what each step brings with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from categorisation.models import SchoolFact
from plans.models import Concern, Letter, Recipient, StageChange, WatchLook
from plans.queries.concern_history import history_of
from plans.queries.letters import draft_of
from plans.rules.ladder import Step
from plans.services.approving import send_plan
from plans.services.deciding import why_not_decide
from plans.services.escalating import raise_concern, withdraw_step
from plans.services.notifying import To, arrival, send_letter
from plans.services.seeing_through import amend_plan, end_watch, record_duty, record_look
from schools.models import AuditEntry, Interest, Notice, RoleGrant
from schools.queries import act_words, current_period
from schools.rules import LONDON
from schools.services.meetings import plan_meeting
from schools.tenancy import trust_scope
from tests.factories import member
from tests.plans.ladder_world import LADDERS, REVIEW, TODAY, LadderWorld, make_ladder_world

NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)


@pytest.fixture(params=sorted(LADDERS))
def world(db: None, request: Any) -> Iterator[LadderWorld]:
    """Each strategy with a ladder, its trust open."""
    with time_machine.travel(NOON, tick=False):
        made = make_ladder_world(request.param)
        with trust_scope(made.trust):
            yield made


@pytest.fixture
def scc(db: None) -> Iterator[LadderWorld]:
    with time_machine.travel(NOON, tick=False):
        made = make_ladder_world()
        with trust_scope(made.trust):
            yield made


def facts(world: LadderWorld) -> list[str]:
    return list(SchoolFact.objects.current(TODAY).filter(school=world.school).values_list("key", flat=True))


def refused(call: Any) -> str:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call()
    return " ".join(caught.value.messages)


def test_nothing_is_so_before_another_person_has_agreed(world: LadderWorld) -> None:
    concern = world.raised()
    assert (concern.state, facts(world)) == ("proposed", [])
    assert Notice.objects.filter(to=world.people["ceo"], path=f"/t/alder/concerns/{concern.pk}/").count() == 1
    world.decide(concern)
    standing, first = world.standing(concern), world.ladder.stages[0]
    assert (standing.concern.state, standing.stage, standing.review_on) == ("open", first, REVIEW)
    assert facts(world) == [first.fact]
    assert SchoolFact.objects.get().note == "Reading is not improving as the plan hoped."
    assert AuditEntry.objects.filter(did="concern.decided", after=first.label).count() == 1


def test_up_two_stages_down_out_and_watched_with_the_fact_of_each_stage(world: LadderWorld) -> None:
    concern, stages = world.opened(), world.ladder.stages
    for step, place in ((Step.UP, 1), (Step.UP, 2), (Step.HOLD, 2), (Step.DOWN, 1), (Step.DOWN, 0)):
        concern = world.moved(concern, step)
        assert (world.standing(concern).stage, facts(world)) == (stages[place], [stages[place].fact])
    tests = dict.fromkeys(stages[0].exit_tests, "Seen on 16 November.")
    concern = world.moved(concern, Step.CLOSE, exit_tests=tests)
    standing = world.standing(concern)
    assert (concern.state, concern.left_on, facts(world)) == ("watched", TODAY, [])
    assert [one.number for one in standing.looks] == [1, 2]
    assert standing.steps == [Step.BACK]
    assert [one.words for one in standing.outstanding] == list(stages[0].notify)


def test_the_watch_is_two_looks_and_then_its_end(world: LadderWorld) -> None:
    concern, lead, ceo = world.left(), world.people["lead"], world.people["ceo"]
    look = {"by": lead, "words": "Leaders keep it up."}
    assert "every look was taken" in refused(lambda: end_watch(concern, by=ceo, words="Well."))
    assert "Choose what you found" in refused(lambda: record_look(concern, on=TODAY, finding="", **look))
    record_look(concern, on=TODAY, finding="holds", **look)
    first, second = world.standing(concern).looks
    assert "Look 2 is for the time from" in refused(lambda: record_look(concern, on=TODAY, finding="holds", **look))
    with time_machine.travel(second.due_on, tick=False):
        assert "Enter a day from" in refused(lambda: record_look(concern, on=first.due_on, finding="holds", **look))
        record_look(concern, on=second.due_on, finding="holds", **look)
        assert "No look" in refused(lambda: record_look(concern, on=second.due_on, finding="holds", **look))
        assert "somebody else ends the watch" in refused(lambda: end_watch(concern, by=lead, words="Well."))
        assert "Say how the school stands" in refused(lambda: end_watch(concern, by=ceo, words=" "))
        end_watch(concern, by=ceo, words="It holds.")
    assert world.fresh(concern).state == "ended"
    assert world.opened().pk != concern.pk  # and a new concern may be raised


def test_a_watch_does_not_end_while_what_led_to_it_shows(world: LadderWorld) -> None:
    """Whoever decides hears of it, and another look is due; or the school comes back onto the ladder."""
    concern, lead, ceo = world.left(), world.people["lead"], world.people["ceo"]
    for finding in ("holds", "slips", "holds"):
        due = world.standing(concern).next_look
        assert due is not None
        with time_machine.travel(due.due_on, tick=False):
            assert "every look was taken" in refused(lambda: end_watch(concern, by=ceo, words="Well."))
            record_look(concern, by=lead, on=due.due_on, finding=finding, words="Seen in every year.")
        assert world.standing(concern).slips == (finding == "slips")
    assert [one.number for one in world.standing(concern).looks] == [1, 2, 3]
    assert Notice.objects.filter(to=ceo, subject__endswith="shows again").count() == 1
    end_watch(concern, by=ceo, words="It holds.")
    assert world.fresh(concern).state == "ended"


def test_only_who_proposed_a_step_takes_it_back(world: LadderWorld) -> None:
    concern = world.opened()
    world.propose(concern, Step.UP, by="lead")
    for other in ("ceo", "director"):
        assert "can take it back" in refused(lambda who=other: withdraw_step(concern, by=world.people[who]))
    withdraw_step(concern, by=world.people["lead"])
    [taken_back] = [one for one in history_of(world.fresh(concern), whole=True) if "taken back by" in one.who]
    assert taken_back.title.startswith("Taken back: up to")


def test_a_school_that_slips_comes_back_onto_the_ladder(world: LadderWorld) -> None:
    concern = world.moved(world.left(), Step.BACK, stage=world.ladder.stages[1].key)
    assert (concern.state, concern.left_on, facts(world)) == ("open", None, [world.ladder.stages[1].fact])


def test_one_proposes_and_another_decides(scc: LadderWorld) -> None:
    concern = scc.raised(by="ceo")
    change = concern.changes.get()
    assert "You have proposed this step" in why_not_decide(scc.access("ceo"), concern, change)
    assert "Your role does not decide" in why_not_decide(scc.access("lead"), concern, change)
    assert refused(lambda: scc.decide(concern, by="ceo"))
    assert "Say why not" in refused(lambda: scc.decide(concern, by="director", outcome="declined"))
    assert "Choose what you decide" in refused(lambda: scc.decide(concern, by="director", outcome="later"))
    scc.decide(concern, by="director", outcome="declined", words="Wait for the visit.")  # stands in for the ceo
    assert (scc.fresh(concern).state, facts(scc)) == ("declined", [])
    told = Notice.objects.get(to=scc.people["ceo"], subject__contains="declined")
    assert "Wait for the visit." in told.body
    assert "No step" in refused(lambda: scc.decide(concern, by="director"))


def told(world: LadderWorld) -> set[str]:
    """Who was asked to decide a step."""
    asked = set(Notice.objects.filter(subject__contains="to decide").values_list("to", flat=True))
    return {key for key, person in world.people.items() if person.pk in asked}


def test_who_stands_in_decides_only_where_nobody_with_the_role_can(scc: LadderWorld) -> None:
    concern = scc.raised()
    assert told(scc) == {"ceo"}
    for key in ("trust_chair", "director"):
        said = refused(lambda who=key: scc.decide(concern, by=who))
        assert "The chief executive decides this place on the ladder. You stand in" in said
    scc.people["second"] = member("Cy Second", "ceo")
    elsewhere = raise_concern(scc.other, scc.entry(), by=scc.people["ceo"])
    scc.decide(elsewhere, by="second")  # another chief executive before any who stands in
    assert told(scc) == {"ceo", "second"}
    RoleGrant.objects.filter(membership=scc.people["second"]).update(ended_at=NOON)
    meeting = plan_meeting(
        "risk_meeting", by=scc.people["clerk"], title="Meeting", place="", starts_at=NOON + timedelta(days=9),
        period=current_period(TODAY), schools=[scc.school],
    )  # fmt: skip
    Interest.objects.create(meeting=meeting, person=scc.people["ceo"], school=scc.school, nature="Her sister leads it")
    assert "declared an interest" in refused(lambda: scc.decide(concern, by="ceo"))
    scc.decide(concern, by="trust_chair")
    assert scc.fresh(concern).state == "open"


def test_who_proposed_and_holds_the_role_is_stood_in_for(scc: LadderWorld) -> None:
    scc.raised(by="ceo")
    assert told(scc) == {"director", "trust_chair"}


def test_who_stands_in_ends_a_watch_only_where_the_holder_took_the_last_look(scc: LadderWorld) -> None:
    concern = scc.left()
    scc.looked(concern)
    assert "You stand in" in refused(lambda: end_watch(concern, by=scc.people["director"], words="It holds."))
    WatchLook.objects.update(by=scc.people["ceo"])
    end_watch(scc.fresh(concern), by=scc.people["director"], words="It holds.")
    assert scc.fresh(concern).state == "ended"


def test_the_database_itself_refuses_who_decides_their_own(scc: LadderWorld) -> None:
    change = scc.raised().changes.get()
    with pytest.raises(DatabaseError, match="stage_change_decided_by_another"), transaction.atomic():
        StageChange.objects.filter(pk=change.pk).update(
            outcome="agreed", since=TODAY, decided_by=change.proposed_by_id, decided_at=NOON
        )


def test_one_concern_at_a_time_and_one_step(scc: LadderWorld) -> None:
    concern = scc.opened()
    assert "on that ladder already" in refused(scc.raised)
    with pytest.raises(DatabaseError, match="concern_once_at_a_time"), transaction.atomic():
        Concern.objects.create(school=scc.school, ladder="scc", strategy_version=scc.version, trigger="x", evidence="x")
    scc.propose(concern, Step.UP)
    assert "it waits to be decided" in refused(lambda: scc.propose(concern, Step.HOLD))
    assert scc.standing(concern).steps == []
    withdraw_step(concern, by=scc.people["lead"])
    assert "cannot be taken" in refused(lambda: scc.propose(concern, Step.DOWN))  # it is at the first


@pytest.mark.parametrize(
    ("step", "left_out", "said"),
    [
        (Step.UP, {"reason": " "}, "Say why"),
        (Step.UP, {"causes": ""}, "Say what the causes are"),
        (Step.UP, {"discussed_with": ""}, "with whom"),
        (Step.UP, {"discussed_on": None}, "on which day"),
        (Step.UP, {"discussed_on": date(2026, 11, 21)}, "still to come"),
        (Step.HOLD, {"review_on": None}, "looked at again"),
        (Step.HOLD, {"review_on": TODAY}, "still to come"),
        (Step.CLOSE, {}, "Say what shows that it is met"),
        (Step.UP, {"plan_words": "More help."}, "not open yet"),
    ],
)
def test_what_a_step_has_to_say(scc: LadderWorld, step: Step, left_out: dict[str, Any], said: str) -> None:
    concern = scc.opened()
    assert said in refused(lambda: scc.propose(concern, step, **left_out))


def test_nobody_decides_for_a_school_in_which_they_have_a_part(scc: LadderWorld) -> None:
    concern = scc.raised()
    RoleGrant.objects.create(membership=scc.people["ceo"], role="head", school=scc.school)
    assert "role in this school" in refused(lambda: scc.decide(concern, by="ceo"))
    scc.decide(concern, by="trust_chair")
    assert scc.fresh(concern).state == "open"


def test_what_is_outstanding_is_ticked_told_and_amended(scc: LadderWorld) -> None:
    ladder, lead, plan = scc.ladder, scc.people["lead"], scc.plan()
    concern = scc.raised()
    assert [one.words for one in scc.standing(concern).outstanding] == list(ladder.before)
    for words in ladder.before:
        record_duty(concern, words, by=lead, on=TODAY, words="Done with the head.")
    assert scc.standing(concern).outstanding == ()
    assert "done already" in refused(lambda: record_duty(concern, ladder.before[0], by=lead, on=TODAY))
    scc.decide(concern)
    kinds = [one.kind for one in scc.standing(concern).outstanding]
    assert kinds == ["tell", "duty", "duty", "plan"]
    scc.letter(concern, "Headteacher")
    for duty in ladder.stages[0].duties:
        record_duty(concern, duty, by=lead, on=TODAY)
    amend_plan(concern, "A day of help a week.", by=lead)
    amend_plan(concern, "And a visit a month.", by=lead)
    assert [one.sentence for one in scc.standing(concern).outstanding] == [
        "Write it into the Individual School Action Plan (ISAP) and send it: it was not sent since 20 November 2026"
    ]
    send_plan(plan, by=scc.people["head"])
    standing = scc.standing(concern)
    assert (standing.outstanding, standing.open_plan) == ((), plan)
    assert standing.latest is not None
    assert standing.latest.plan_words == "A day of help a week.\n\nAnd a visit a month."
    concern = scc.moved(concern, Step.UP)
    assert [one.kind for one in scc.standing(concern).outstanding] == ["tell", "tell", "duty", "duty", "duty", "plan"]


def test_the_plan_gains_something_in_the_proposal_itself(scc: LadderWorld) -> None:
    plan, concern = scc.plan(), scc.opened()
    concern = scc.moved(concern, Step.UP, plan_words="Two days of help a week.")
    change = scc.standing(concern).entered
    assert change is not None
    assert (change.plan, change.plan_words) == (plan, "Two days of help a week.")
    assert "send it" in scc.standing(concern).outstanding[-1].words, "words about a plan are no plan"
    send_plan(plan, by=scc.people["head"])
    assert "plan" not in [one.kind for one in scc.standing(concern).outstanding]


def test_the_longest_stay_counts_down_and_past_zero(scc: LadderWorld) -> None:
    concern = scc.opened()  # on 20 November, at most two terms: eighty days into the autumn term
    standing = scc.standing(concern)
    assert standing.stay.until == date(2027, 7, 1)
    assert (standing.countdown, standing.is_over) == ("223 days left", False)
    late = scc.standing(concern, date(2027, 7, 13))
    assert (late.countdown, late.is_over) == ("12 days over", True)


def test_a_letter_is_kept_as_it_was_sent_and_arrives_at_a_humane_time(scc: LadderWorld) -> None:
    concern, head = scc.opened(), scc.people["head"]
    to = [To("Headteacher", "Hal Head", person=head), To("Headteacher", "The deputy", "by post")]
    with time_machine.travel(datetime(2026, 12, 18, 15, tzinfo=LONDON), tick=False):  # the last day of term
        letter = send_letter(concern, by=scc.people["lead"], to=to, subject="Where we are", text="Dear Hal,")
    assert letter.arrives_at == datetime(2027, 1, 4, 7, 30, tzinfo=LONDON)
    notice = Notice.objects.get(to=head)
    assert (notice.not_before, notice.body) == (letter.arrives_at, "Dear Hal,")
    assert [(one.name, one.address) for one in letter.recipients.all()] == [("Hal Head", ""), ("The deputy", "by post")]
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(text="Other words.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Recipient.objects.filter(letter=letter).delete()


def test_the_mail_of_a_letter_names_the_school_once_and_greets_once(scc: LadderWorld) -> None:
    concern, head = scc.opened(), scc.people["head"]
    subject, text = draft_of(scc.standing(concern), sender=scc.people["lead"])
    assert (subject.startswith(scc.school.known_as), text.startswith("Dear colleague,")) == (True, True)
    send_letter(
        concern, by=scc.people["lead"], to=[To("Headteacher", "Hal Head", person=head)], subject=subject, text=text
    )
    notice = Notice.objects.get(to=head)
    assert (notice.subject, notice.body) == (subject, text.removeprefix("Dear colleague,").lstrip())
    send_letter(
        concern,
        by=scc.people["lead"],
        to=[To("Headteacher", "Hal Head", person=head)],
        subject="A visit",
        text="We come.",
    )
    assert Notice.objects.filter(to=head, subject=f"{scc.school.known_as}: A visit", body="We come.").exists()


def test_a_reason_lets_a_letter_arrive_at_once(scc: LadderWorld) -> None:
    concern, evening = scc.opened(), datetime(2026, 11, 20, 20, tzinfo=LONDON)
    with time_machine.travel(evening, tick=False):
        assert arrival(scc.school, evening) == datetime(2026, 11, 23, 7, 30, tzinfo=LONDON)
        letter = scc.letter(concern, "Headteacher", why_now="The inspection begins on Monday.")
    assert (letter.arrives_at, letter.why_now) == (evening, "The inspection begins on Monday.")
    assert AuditEntry.objects.filter(did="concern.letter", why="The inspection begins on Monday.").count() == 1


INSPECTION = "The inspection begins on Monday."
EVENING = datetime(2026, 11, 20, 20, tzinfo=LONDON)


def test_a_reason_lets_who_decides_and_who_proposed_be_told_at_once(scc: LadderWorld) -> None:
    """The reason is kept with the step and in the record; without one they hear on the next working morning."""
    with time_machine.travel(EVENING, tick=False):
        concern = scc.raised(why_now=f" {INSPECTION} ")
        scc.decide(concern, why_now=INSPECTION)
        scc.propose(concern, Step.UP)
        scc.decide(concern, outcome="declined", words="Not yet.")
    asked, decided = (Notice.objects.filter(to=scc.people[key]).order_by("pk") for key in ("ceo", "lead"))
    monday = datetime(2026, 11, 23, scc.trust.news_hour, tzinfo=LONDON)
    for first, second in (asked, decided):
        assert (first.at_once, first.not_before, INSPECTION in first.body) == (True, EVENING, True)
        assert (second.at_once, second.not_before, INSPECTION in second.body) == (False, monday, False)
    opened, _ = concern.changes.order_by("pk")
    assert (opened.why_now, opened.decided_why_now) == (INSPECTION, INSPECTION)
    whys = AuditEntry.objects.filter(did__in=("concern.raised", "concern.decided")).order_by("pk")
    raised, agreed, declined = whys.values_list("why", flat=True)
    assert raised == f"Reading is not improving as the plan hoped. Told at once because: {INSPECTION}"
    assert (agreed, declined) == (f"Told at once because: {INSPECTION}", "Not yet.")
    told = dict(history_of(scc.fresh(concern), whole=True)[0].parts)
    assert told["Who decides was told at once because"] == INSPECTION
    assert told["Who proposed it was told at once because"] == INSPECTION


def test_the_reason_to_tell_at_once_is_short(scc: LadderWorld) -> None:
    assert "Use at most 500 characters" in refused(lambda: scc.raised(why_now="x" * 501))
    concern = scc.raised()
    assert "Use at most 500 characters" in refused(lambda: scc.decide(concern, why_now="x" * 501))


def test_a_letter_goes_to_somebody_and_says_something(scc: LadderWorld) -> None:
    concern = scc.raised()
    assert "Nothing was decided yet" in refused(lambda: scc.letter(concern, "Headteacher"))
    scc.decide(concern)
    assert "whom the letter goes to" in refused(lambda: scc.letter(concern))
    assert "Give the letter a subject" in refused(lambda: scc.letter(concern, "Headteacher", subject=" "))
    assert "Write the letter" in refused(lambda: scc.letter(concern, "Headteacher", text=""))


def test_every_act_is_on_record_in_words(scc: LadderWorld) -> None:
    scc.plan()
    concern = scc.opened()
    scc.letter(concern, "Headteacher")
    record_duty(concern, scc.ladder.before[0], by=scc.people["lead"], on=TODAY)
    amend_plan(concern, "More help.", by=scc.people["lead"])
    done = set(AuditEntry.objects.filter(did__startswith="concern.").values_list("did", flat=True))
    assert done == {f"concern.{one}" for one in ("raised", "decided", "letter", "duty", "plan")}
    assert all("oncern" in act_words(one) or "ladder" in act_words(one) for one in done)
