"""What waits for people of visits, reviews, practice and actions, on the pages they begin at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import time_machine

from plans.models import Action
from plans.services import AgreedOn, NewAction, agree_from_findings
from reviews.models import Finding, Review
from reviews.services.agreeing import TRUST, sign_review
from reviews.services.disputes import raise_dispute
from reviews.services.register import PracticeEntry, ask_to_visit, offer_practice
from schools.models import Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.monitoring.visits_world import final, sent
from tests.reporting.stories import moment
from tests.reviews.reviews_world import review_at

MY_SCHOOL, OVERVIEW = "/t/alder/my-school/", "/t/alder/overview/"


_today = stopped_at(moment(TODAY, 9))


def page(cast: Cast, who: Membership, address: str = MY_SCHOOL) -> str:
    return " ".join(cast.client(who).get(address).content.decode().split())


def agreed(cast: Cast, due: date, check: date) -> Action:
    review = Review.objects.filter(state="published").first() or review_at(cast, "published")
    action = NewAction(f"Do it by {due}.", cast.ben, "", max(due, TODAY), max(check, TODAY))
    finding = Finding.objects.filter(review=review)[0]
    [made] = agree_from_findings(review, [AgreedOn(action, finding)], by=cast.ben)
    Action.objects.filter(pk=made.pk).update(due_on=due, impact_check_on=check)  # agreed while they were to come
    return made


def test_a_visit_waits_for_the_schools_reply_and_then_to_be_considered(cast: Cast) -> None:
    with trust_scope(cast.alder):
        visit = sent(cast)
    link = f'href="/t/alder/monitoring/{visit.pk}/"'
    html = page(cast, cast.ben)
    assert f"{link}>Monitoring form, Science: is it accurate?" in html
    assert "Due Fri 27 Nov" in html
    assert link not in page(cast, cast.gita)  # a chair of governors does not reply for the school
    with trust_scope(cast.alder):
        other = final(cast)
    said = f'href="/t/alder/monitoring/{other.pk}/">Monitoring form, Science: to consider'
    assert said in page(cast, cast.ben)
    assert said not in page(cast, cast.gita)


def test_an_agreement_waits_for_each_side_until_it_has_signed(cast: Cast) -> None:
    with trust_scope(cast.alder):
        review = review_at(cast)
    said = f'href="/t/alder/reviews/{review.pk}/">Governance review: sign the work agreement'
    assert said in page(cast, cast.ben)
    assert said in page(cast, cast.ada, OVERVIEW)
    assert said not in page(cast, cast.tom, OVERVIEW)
    with trust_scope(cast.alder):
        sign_review(review, TRUST, by=cast.ada)
    assert said in page(cast, cast.ben)
    assert said not in page(cast, cast.ada, OVERVIEW)


def test_a_review_is_read_for_accuracy_by_its_day_and_then_published(cast: Cast) -> None:
    with trust_scope(cast.alder):
        review_at(cast, "sent")
    said = "Governance review: read it for accuracy"
    assert said in page(cast, cast.ben)
    assert "ready to publish" not in page(cast, cast.ada, OVERVIEW)
    with time_machine.travel(moment(date(2026, 11, 28), 9), tick=False):
        assert said not in page(cast, cast.ben)
        assert "Governance review: ready to publish" in page(cast, cast.ada, OVERVIEW)


def test_a_concern_waits_for_the_guarantor_alone(cast: Cast) -> None:
    with trust_scope(cast.alder):
        raise_dispute(review_at(cast, "draft"), by=cast.ben, text="It began late.")
    assert "Governance review: a concern waits for you" in page(cast, cast.ruth, OVERVIEW)
    assert "a concern waits" not in page(cast, cast.ada, OVERVIEW)


def test_a_wish_to_visit_waits_for_the_school_that_offers(cast: Cast) -> None:
    with trust_scope(cast.alder):
        nia = member("Nia Price", "head", cast.ashmere)
        entry = PracticeEntry("Phonics every day", "Text.", "primary", "Reading lead")
        practice = offer_practice(cast.dunmere, entry, by=cast.ben)
        ask_to_visit(practice, cast.ashmere, by=nia, note="We begin in spring.")
    assert f'href="/t/alder/practice/{practice.pk}/">A school asks to visit: Phonics' in page(cast, cast.ben)
    assert "asks to visit" not in page(cast, nia)


def test_impact_checks_near_and_past_and_actions_past_their_day(cast: Cast) -> None:
    with trust_scope(cast.alder):
        near = agreed(cast, date(2026, 11, 20), date(2026, 11, 30))
        past = agreed(cast, date(2026, 11, 10), date(2026, 11, 13))
        late = agreed(cast, date(2026, 11, 18), date(2027, 1, 15))
        far = agreed(cast, date(2026, 12, 18), date(2027, 2, 15))
    html = page(cast, cast.ben)
    shown = {one.pk: html.count(f'href="/t/alder/actions/{one.pk}/"') for one in (near, past, late, far)}
    assert shown == {near.pk: 1, past.pk: 1, late.pk: 1, far.pk: 0}
    assert "This action is past its day." in html
    late_days = f"Overdue by {(TODAY - date(2026, 11, 18)).days} day"
    assert late_days in page(cast, cast.ben, f"/t/alder/schools/{cast.dunmere.pk}/actions/")
    assert late_days in page(cast, cast.ben, "/t/alder/calendar/")
    assert "One impact check is due" in page(cast, cast.ada, OVERVIEW)
    assert "impact check" not in page(cast, cast.tom, OVERVIEW)
    with trust_scope(cast.alder):
        Action.objects.filter(pk=past.pk).update(owner=cast.ada)
    own = page(cast, cast.ada, OVERVIEW)
    assert (own.count(f'href="/t/alder/actions/{past.pk}/"'), "One impact check is due" in own) == (1, False)


def test_nothing_waits_where_nothing_is_asked(cast: Cast) -> None:
    assert "Waiting for you" not in page(cast, cast.ada, OVERVIEW)
    assert "Waiting for you" not in page(cast, cast.tom, OVERVIEW)


def test_the_lists_ask_one_question_whatever_waits(
    cast: Cast, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    clients = {MY_SCHOOL: cast.client(cast.ben), OVERVIEW: cast.client(cast.ada)}

    def count() -> list[int]:
        return [len(queries(lambda at=at, client=client: client.get(at))) for at, client in clients.items()]

    count()
    before = count()
    with trust_scope(cast.alder):
        review_at(cast, lead=member("Ola Reed", "head", cast.ashmere))
        for n in range(10):
            sent(cast)
            agreed(cast, date(2026, 11, n + 1), date(2026, 11, n + 10))
    assert count() == before


def test_the_page_of_a_school_leads_to_its_visits_reviews_actions_and_practice(cast: Cast) -> None:
    html = page(cast, cast.ben, f"/t/alder/schools/{cast.dunmere.pk}/")
    for url in (f"monitoring/?school={cast.dunmere.pk}", f"schools/{cast.dunmere.pk}/programme/", "actions/"):
        assert url in html


def test_what_a_school_shows_others_is_its_own(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offer_practice(cast.dunmere, PracticeEntry("Phonics every day", "Text.", "primary", "Lead"), by=cast.ben)
        offer_practice(cast.ashmere, PracticeEntry("Early writing", "Text.", "primary", "Lead"), by=cast.ada)
    link = f"/t/alder/practice/?school={cast.dunmere.pk}"
    assert f'href="{link}"' in page(cast, cast.ben, f"/t/alder/schools/{cast.dunmere.pk}/")
    own = page(cast, cast.ben, link)
    assert ("Phonics every day" in own, "Early writing" in own) == (True, False)
    assert f'name="school" value="{cast.dunmere.pk}"' in own
    assert "Early writing" in page(cast, cast.ben, "/t/alder/practice/?school=x")
