"""A step that several roles decide in turn (S0-35): each agrees, nobody for two, and whoever refuses ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from plans.models import Concern, StageChange, StepAgreement
from plans.queries.concern_history import history_of
from plans.queries.deciding import steps_to_decide
from plans.rules.ladder import Step
from plans.services.deciding import why_not_decide
from plans.services.escalating import raise_concern, withdraw_step
from schools.models import AuditEntry, Notice, RoleGrant
from schools.queries import current_period
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.plans.ladder_world import TODAY, LadderWorld, make_ladder_world

NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)
LAST = "level_4"


@pytest.fixture
def scc(db: None) -> Iterator[LadderWorld]:
    with time_machine.travel(NOON, tick=False):
        made = make_ladder_world()
        with trust_scope(made.trust):
            yield made


def refused(call: Any) -> str:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call()
    return " ".join(caught.value.messages)


def proposed(scc: LadderWorld, by: str = "lead") -> Concern:
    """Onto the last stage, that it waits."""
    return scc.raised(by=by, stage=LAST)


def waiting(scc: LadderWorld) -> StageChange:
    return StageChange.objects.get(outcome="")


def why_not(scc: LadderWorld, concern: Concern, key: str) -> str:
    return why_not_decide(scc.access(key), scc.fresh(concern), waiting(scc))


def listed_for(scc: LadderWorld) -> set[str]:
    """In whose lists the step waits, as `why_not_decide` has it too."""
    period = current_period(TODAY)
    assert period is not None
    found = {key for key in scc.people if steps_to_decide(scc.access(key), [scc.version], period).exists()}
    concern = waiting(scc).concern
    assert found == {key for key in scc.people if not why_not(scc, concern, key)}
    return found


def told(scc: LadderWorld) -> set[str]:
    asked = set(Notice.objects.filter(subject__contains="to decide").values_list("to", flat=True))
    return {key for key, person in scc.people.items() if person.pk in asked}


def test_each_agrees_in_turn_and_the_last_gives_it_force(scc: LadderWorld) -> None:
    concern = proposed(scc)
    assert (listed_for(scc), told(scc)) == ({"ceo"}, {"ceo"})
    assert "The chief executive answers first, then you." in refused(lambda: scc.decide(concern, by="trust_chair"))
    scc.decide(concern, by="ceo", words="It cannot wait.")
    assert (scc.fresh(concern).state, waiting(scc).decided_by) == ("proposed", None)
    assert (listed_for(scc), told(scc)) == ({"trust_chair"}, {"ceo", "trust_chair"})
    assert not Notice.objects.filter(to=scc.people["lead"]).exists()
    assert "You have agreed to this step already" in refused(lambda: scc.decide(concern, by="ceo"))
    scc.decide(concern, by="trust_chair", words="The board agrees.")
    standing = scc.standing(concern)
    assert standing.stage is not None
    assert (standing.stage.key, standing.stay.since) == (LAST, TODAY)
    assert Notice.objects.filter(to=scc.people["lead"], subject__contains="agreed").count() == 1
    [step] = [one for one in history_of(scc.fresh(concern), whole=False) if one.kind == "step"]
    assert "agreed by Cora Chief as chief executive on 20 November 2026, decided by Tess Chair as chair of" in step.who
    assert ("In the words of the chief executive", "It cannot wait.") in step.parts
    assert AuditEntry.objects.get(did="concern.agreed").after == "Level 4: agreed as chief executive"


@pytest.mark.parametrize("agreed", [False, True])
def test_whoever_declines_ends_it(scc: LadderWorld, agreed: bool) -> None:
    concern = proposed(scc)
    if agreed:
        scc.decide(concern, by="ceo")
    scc.decide(concern, by="trust_chair" if agreed else "ceo", outcome="declined", words="Not yet.")
    assert scc.fresh(concern).state == "declined"
    [event] = history_of(scc.fresh(concern), whole=True)
    assert ("agreed by Cora Chief" in event.who) == agreed
    assert event.title.startswith("Declined: onto the ladder")


def test_who_proposed_it_takes_it_back_between_the_two(scc: LadderWorld) -> None:
    concern = proposed(scc)
    scc.decide(concern, by="ceo")
    withdraw_step(concern, by=scc.people["lead"])
    assert scc.fresh(concern).state == "declined"


def test_who_proposed_it_is_stood_in_for_by_who_does_not_answer_later(scc: LadderWorld) -> None:
    """The chair stands in for the chief executive too, and answers in her own turn."""
    concern = proposed(scc, by="ceo")
    assert (listed_for(scc), told(scc)) == ({"director"}, {"director"})
    scc.decide(concern, by="director")
    assert listed_for(scc) == {"trust_chair"}
    scc.decide(concern, by="trust_chair")
    assert scc.fresh(concern).state == "open"


def test_one_person_in_both_roles_answers_for_one(scc: LadderWorld) -> None:
    RoleGrant.objects.create(membership=scc.people["ceo"], role="trust_chair")
    concern = proposed(scc)
    scc.decide(concern, by="ceo")
    assert listed_for(scc) == {"trust_chair"}
    RoleGrant.objects.filter(membership=scc.people["trust_chair"]).update(ended_at=NOON)
    said = refused(lambda: raise_concern(scc.other, scc.entry(stage=LAST), by=scc.people["lead"]))
    assert "nobody is there for one of them" in said


def test_nobody_answers_where_nobody_would_be_left_for_the_next(scc: LadderWorld) -> None:
    concern = proposed(scc)
    RoleGrant.objects.filter(membership=scc.people["trust_chair"]).update(ended_at=NOON)
    said = refused(lambda: scc.decide(concern, by="ceo"))
    assert said == "Nobody could then answer for the chair of the trust. Nobody answers for two."
    scc.decide(concern, by="ceo", outcome="declined", words="Not without the board.")


def test_only_that_a_school_comes_there_or_stays_is_decided_by_both(scc: LadderWorld) -> None:
    concern = scc.opened()
    for key in ("level_2", "level_3"):
        concern = scc.moved(concern, Step.UP)
        assert scc.standing(concern).stage.key == key  # type: ignore[union-attr]
    for step in (Step.UP, Step.HOLD):
        scc.propose(concern, step)
        scc.decide(concern, by="ceo")
        assert listed_for(scc) == {"trust_chair"}
        scc.decide(concern, by="trust_chair")
    concern = scc.moved(concern, Step.DOWN)
    assert scc.standing(concern).stage.key == "level_3"  # type: ignore[union-attr]


def test_the_database_refuses_a_second_answer_of_one_person_or_role(scc: LadderWorld) -> None:
    concern = proposed(scc)
    scc.decide(concern, by="ceo")
    for role, by, name in (("ceo", "director", "once_a_role"), ("trust_chair", "ceo", "once_a_person")):
        with pytest.raises(DatabaseError, match=f"step_agreement_{name}"), transaction.atomic():
            StepAgreement.objects.create(change=waiting(scc), role=role, by=scc.people[by], at=NOON)
