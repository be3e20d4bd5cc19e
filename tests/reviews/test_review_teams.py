"""What a strategy says of the team of a kind of review: who leads it, and how many work beside the lead."""

from __future__ import annotations

import pytest
import time_machine
from django.core.exceptions import ValidationError

from reviews.models import Review, ReviewMember
from reviews.services.agreeing import SCHOOL, TRUST, propose_review, sign_review
from reviews.services.publishing import begin_review
from reviews.services.team import add_member, remove_member
from schools.models import Membership, RoleGrant, School
from schools.queries import strategy_of
from schools.tenancy import trust_scope
from tests.conftest import TODAY, start_trust
from tests.factories import SchoolFactory, member
from tests.reviews.reviews_world import TERMS

QA = "qa_two_days"


@pytest.fixture(autouse=True)
def _in_a_trust_without_categories(db: None):
    with time_machine.travel(TODAY, tick=False):
        trust, _ = start_trust("cedar", strategy="no_categories")
        with trust_scope(trust):
            yield


def proposed(kind: str = QA) -> tuple[Review, Membership, School]:
    """A review of one school, who plans it, and another school."""
    school, other = SchoolFactory(name="Fern Primary"), SchoolFactory(name="Gorse Primary")
    version = strategy_of(school, TODAY)
    lead = member("Ivy Long", "si_lead")
    return propose_review(school, version, by=lead, kind=kind, terms=TERMS), lead, other


def test_a_head_or_the_chief_executive_leads_quality_assurance_and_nobody_else():
    review, ivy, other = proposed()
    for person in (ivy, member("Lee Hart", "leader", other)):
        with pytest.raises(ValidationError) as refused:
            add_member(review, person, by=ivy, is_lead=True)
        assert list(refused.value.message_dict) == ["is_lead"]
        assert "led by: headteacher, chief executive or director of education" in refused.value.messages[0]
    add_member(review, member("Nia Price", "head", other), by=ivy, is_lead=True)
    add_member(review, member("Cy Oakes", "ceo"), by=ivy, is_lead=True)  # takes over
    assert ReviewMember.objects.get(review=review, is_lead=True).membership.user.name == "Cy Oakes"


def test_three_work_beside_the_lead_and_no_fourth():
    review, ivy, other = proposed()
    three = [add_member(review, member(f"Jo {name}", "leader", other), by=ivy) for name in ("Ash", "Bay", "Elm")]
    fourth, head = member("Jo Fir", "leader", other), member("Nia Price", "head", other)
    with pytest.raises(ValidationError, match="at most three people beside its lead"):
        add_member(review, fourth, by=ivy)
    add_member(review, head, by=ivy, is_lead=True)
    with pytest.raises(ValidationError, match="at most three people"):  # the lead before would be a fourth
        add_member(review, member("Cy Oakes", "ceo"), by=ivy, is_lead=True)
    remove_member(three[0], by=ivy)
    add_member(review, member("Di Rowan", "director"), by=ivy, is_lead=True)
    assert ReviewMember.objects.filter(review=review, is_lead=False).count() == 3


def test_other_kinds_take_anybody_and_as_many_as_they_like():
    review, ivy, other = proposed(kind="subject_review")
    add_member(review, ivy, by=ivy, is_lead=True)
    for name in ("Ash", "Bay", "Elm", "Fir"):
        add_member(review, member(f"Jo {name}", "leader", other), by=ivy)
    assert ReviewMember.objects.filter(review=review).count() == 5


def test_who_is_no_longer_a_head_does_not_begin_it():
    review, ivy, other = proposed()
    nia = member("Nia Price", "head", other)
    add_member(review, nia, by=ivy, is_lead=True)
    sign_review(review, TRUST, by=ivy)
    sign_review(review, SCHOOL, by=member("Hal Finch", "head", review.school))
    RoleGrant.objects.filter(membership=nia).update(role="leader")
    with pytest.raises(ValidationError, match="Nia Price holds no role that leads this"):
        begin_review(review, by=ivy)
