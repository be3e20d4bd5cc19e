"""What the inventory asks of reviews beyond the words of a strategy: one test for each item, named by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from evidence.models import Source
from reviews.models import Dispute, Finding, Review
from reviews.queries.programme import programmes
from reviews.queries.register import Sought, found_practices
from reviews.queries.reviews import form_for
from reviews.services.agreeing import SCHOOL, TRUST, Terms, propose_review, sign_review
from reviews.services.disputes import mediate_dispute, raise_dispute
from reviews.services.findings import FindingEntry, add_finding
from reviews.services.publishing import begin_review, publish_review, reply_to_review, send_review
from reviews.services.register import PracticeEntry, offer_practice
from reviews.services.team import add_member
from reviews.services.wishes import ask_for_review, propose_wished
from reviews.services.writing import save_answers
from schools.models import Membership, School, StrategyVersion
from schools.strategy import SchoolPhase
from schools.strategy.forms import FormField
from schools.tenancy import trust_scope
from tests.conftest import TODAY, start_trust
from tests.factories import SchoolFactory, member

BEFORE, AFTER = (date(2026, 11, 16), date(2026, 11, 17)), date(2027, 1, 14)
SHAPES: dict[str, Any] = {"date": "2026-11-16", "number": "2", "yes_no": "yes", "time": "09:30"}


@dataclass(frozen=True)
class Here:
    """A trust under one strategy, with a school, its head, and who leads improvement."""

    version: StrategyVersion
    school: School
    lead: Membership
    head: Membership
    ceo: Membership

    def terms(self, entitlement: str = "", days: str = "3", dates: tuple[date, ...] = (*BEFORE, AFTER)) -> Terms:
        return Terms(Decimal(days), dates, "Early reading", "A plan.", entitlement=entitlement)

    def review(self, kind: str, **more: Any) -> Review:
        """Agreed by both sides, with somebody who leads the team."""
        made = propose_review(self.school, self.version, by=self.lead, kind=kind, terms=self.terms(**more))
        add_member(made, self.ceo, by=self.lead, is_lead=True)
        sign_review(made, TRUST, by=self.lead)
        sign_review(made, SCHOOL, by=self.head)
        return made

    def published(self, kind: str, *found: FindingEntry) -> Review:
        made = self.review(kind)
        begin_review(made, by=self.lead)
        fields = form_for(made).head_fields
        save_answers(made, {key: self._answer(one) for key, one in fields.items()}, by=self.lead, version=1)
        for entry in found:
            add_finding(made, entry, by=self.lead)
        send_review(made, by=self.lead)
        reply_to_review(made, by=self.head, reply="accurate")
        return publish_review(made, by=self.lead)

    def _answer(self, field: FormField) -> Any:
        if field.shape == "level":
            return self.version.strategy.levels_of(field.scale or "")[0].key
        if field.shape in ("choice", "choices"):
            return field.options[0] if field.shape == "choice" else [field.options[0]]
        return SHAPES.get(field.shape, f"Words on {field.key}")

    def line(self, key: str) -> tuple[Any, Any, Any]:
        [found] = programmes([self.school], 2026, today=TODAY)
        return next((one.entitled, one.planned, one.done) for one in found.programme.lines if one.key == key)


def trust_under(strategy: str) -> Iterator[Here]:
    trust, version = start_trust("cedar", strategy)
    with time_machine.travel(TODAY, tick=False), trust_scope(trust):
        school = SchoolFactory()
        people = (member("Ann Lead", "si_lead"), member("Hal Head", "head", school), member("Cy Chief", "ceo"))
        yield Here(version, school, *people)


@pytest.fixture
def s4(db: None) -> Iterator[Here]:
    yield from trust_under("no_categories")


@pytest.fixture
def s1(db: None) -> Iterator[Here]:
    yield from trust_under("sustain_to_stabilise")


@pytest.mark.parametrize("phase", list(SchoolPhase))
def test_s1_02_a_school_of_any_phase_offers_practice_that_is_found(s1: Here, phase: SchoolPhase):
    entry = PracticeEntry("Calm mornings", "Come and see.", phase.value, "Pastoral lead")
    made = offer_practice(s1.school, entry, by=s1.head)
    assert list(found_practices(Sought(words="calm", phase=phase.value))) == [made]


def test_s1_29_what_a_review_of_the_core_offer_found_stands_with_the_evidence_for_the_next_decision(s1: Here):
    criterion = s1.version.strategy.criteria[0].key
    review = s1.published("peer_review", FindingEntry("finding", "Books are full.", criterion))
    rows = Source.objects.filter(school=s1.school, kind="review", original_id=review.pk, area=criterion)
    assert [one.note for one in rows] == ["Finding: Books are full."]


def test_s4_18_a_validation_from_outside_is_put_on_record(s4: Here):
    review = s4.published("impact_validation")
    assert (review.state, review.published_by) == ("published", s4.lead)


def test_s4_19_three_days_in_either_pattern_are_booked_and_counted(s4: Here):
    s4.review("qa_two_days", entitlement="qa_days")
    assert s4.line("qa_days") == (3, 1, 2)
    Review.objects.update(state="withdrawn")
    for day in (date(2026, 11, 16), date(2027, 2, 3), date(2027, 5, 5)):
        s4.review("qa_each_term", entitlement="qa_days", days="1", dates=(day,))
    assert s4.line("qa_days") == (3, 2, 1)


def test_s4_21_the_feedback_report_has_its_three_headings_and_they_are_its_findings(s4: Here):
    review = s4.published("qa_two_days")
    said = {one.kind for one in Finding.objects.filter(review=review)}
    assert said == {"www", "ebi", "excellence"}
    labels = [
        one.label
        for one in form_for(review).by_meaning.values()
        if one.means in ("strengths", "development", "excellence")
    ]
    assert labels == ["What went well", "Even better if", "Area of excellence"]


def test_s4_22_a_school_chooses_from_the_menu_and_its_optional_days_are_counted(s4: Here):
    wish = ask_for_review(s4.school, s4.version, by=s4.head, item="pupil_premium", note="Our strategy is new.")
    terms = replace(s4.terms("optional_days", "2", BEFORE), focus="Pupil premium strategy")
    review = propose_wished(wish, by=s4.lead, kind="pupil_premium_review", terms=terms)
    assert (review.focus, review.dates) == ("Pupil premium strategy", list(BEFORE))
    assert s4.line("optional_days") == (3, 2, 0), "it is done once both sides have agreed and its days are over"


def test_s4_27_nothing_begins_before_both_sides_have_agreed(s4: Here):
    review = propose_review(s4.school, s4.version, by=s4.lead, kind="qa_two_days", terms=s4.terms())
    add_member(review, s4.ceo, by=s4.lead, is_lead=True)
    sign_review(review, TRUST, by=s4.lead)
    with pytest.raises(ValidationError, match="both sides have signed"):
        begin_review(review, by=s4.lead)


def test_s4_28_the_chief_executive_mediates_and_it_is_on_record(s4: Here):
    review = propose_review(s4.school, s4.version, by=s4.lead, kind="qa_two_days", terms=s4.terms())
    concern = raise_dispute(review, by=s4.head, text="The day does not suit.")
    mediate_dispute(concern, by=s4.ceo, words="We met.", close=False)
    mediate_dispute(concern, by=s4.ceo, words="Another day.", close=True)
    kept = Dispute.objects.get()
    assert (kept.text, kept.mediation, kept.outcome) == ("The day does not suit.", "We met.", "Another day.")
