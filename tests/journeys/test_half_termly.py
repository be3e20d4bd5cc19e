"""Over HTTP: a school in category 4 rates its half term, is decided on what was proposed, and goes back to terms."""

from __future__ import annotations

from typing import Any

import pytest

from categorisation.models import Decision, Proposal
from categorisation.services import decide_category
from schools.models import Period
from schools.tenancy import trust_scope
from tests.categorisation.concluding import ALL_STAYS_TYPED
from tests.journeys.test_all_strategies import Journey, journey, moderate_and_agree, rate_everything

__all__ = ["journey"]


@pytest.mark.django_db
@pytest.mark.parametrize("journey", ["numbered_categories"], indirect=True)
def test_from_rating_to_decision_in_a_half_term(journey: Journey, time_machine: Any) -> None:
    time_machine.move_to("2026-10-14T10:00Z")
    with trust_scope(journey.trust):
        known = {"level": "four", "reason": "The school needs much support.", "period": journey.period}
        decide_category(journey.school, "overall", by=journey.people["ceo"], **known)
        journey.period = Period.objects.get(year=2026, season="autumn", half=2)
    time_machine.move_to("2026-11-20T10:00Z")
    rate_everything(journey)
    moderate_and_agree(journey)
    with trust_scope(journey.trust):
        proposal = Proposal.objects.get()
    headline = proposal.explanation["words"]["headline"]
    page = journey.url("decide", school_id=journey.school.pk, axis="overall")
    assert page in journey.see("ceo", journey.url("school", school_id=journey.school.pk)).text
    assert f"<strong>{headline}</strong>" in journey.see("ceo", page).text
    journey.send("ceo", page, {"level": "three", "reason": "The panel saw better teaching.", **ALL_STAYS_TYPED})
    with trust_scope(journey.trust):
        made = Decision.objects.latest("decided_at")
        assert (made.proposal, made.period, made.was) == (proposal, journey.period, "four")
        decided = made.pk
    time_machine.move_to("2026-11-23T09:00Z")
    assert "second half" in journey.see("head", journey.url("decision", decision_id=decided)).text
    time_machine.move_to("2027-01-20T10:00Z")
    with trust_scope(journey.trust):
        spring = Period.objects.get(year=2026, season="spring", half=0)
    asked = journey.url("school", school_id=journey.school.pk)
    assert f"/matrix/{spring.pk}/" in journey.see("head", asked).text, "from the next term on, a matrix each term again"
