"""What a review found becomes actions of the school's plan, and both pages lead to each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from plans.models import Action
from plans.rules.aiming import CHECK_PAST, FAR, PAST
from plans.services import AgreedOn, NewAction, agree_from_findings, give_verdict
from reviews.models import Finding, Review
from schools.models import AuditEntry, Notice
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.monitoring.visits_world import considered
from tests.reviews.reviews_world import WORDS, review_at

LINE = {
    "what": "Longer writing.",
    "owner": "",
    "words": "English lead",
    "due": "",
    "check": "15 January 2027",
}


_today = stopped_at(TODAY)


@pytest.fixture
def review(cast: Cast) -> Review:
    with trust_scope(cast.alder):
        return review_at(cast, "published")


def typed(number: int, **changes: str) -> dict[str, str]:
    return {f"action-{number}-{name}": value for name, value in {**LINE, **changes}.items()}


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def agreed(cast: Cast, review: Review, kind: str = "ebi", **more: Any) -> Action:
    action = NewAction(more.pop("what", "Write more."), cast.gita, "", date(2026, 12, 18), date(2027, 1, 15))
    finding = Finding.objects.get(review=review, kind=kind)
    return agree_from_findings(review, [AgreedOn(action, finding)], by=more.pop("by", cast.ben))[0]


def test_ben_agrees_an_action_and_both_pages_lead_to_each_other(cast: Cast, review: Review):
    ben, there = cast.client(cast.ben), f"/t/alder/reviews/{review.pk}/"
    assert f"{there}actions/" in text_of(ben.get(there))
    assert WORDS["ebi"] in text_of(ben.get(f"{there}actions/"))
    answer = ben.post(f"{there}actions/", typed(1))
    assert answer["Location"] == f"{there}#findings"
    with trust_scope(cast.alder):
        made = Action.objects.get()
        assert (made.finding.kind, made.plan.school, made.owner_words) == ("ebi", cast.dunmere, "English lead")
        assert made.impact_check_on == date(2027, 1, 15)
    assert LINE["what"] in text_of(ben.get(there))
    page = text_of(ben.get(f"/t/alder/actions/{made.pk}/"))
    assert f'href="{there}"' in page
    assert WORDS["ebi"] in page
    with trust_scope(cast.alder):
        give_verdict(
            made,
            by=cast.ben,
            verdict="partly",
            note="Books show it in Year 4.",
            evidence="Six books.",
            why_early="All see it.",
        )
    assert "It worked in part" in text_of(ben.get(there))


@pytest.mark.parametrize(("changes", "told"), [
    ({"due": "19 November 2026"}, PAST),
    ({"due": "1 January 2070"}, FAR),
    ({"check": "19 November 2026"}, CHECK_PAST),
    ({"check": "1 January 2070"}, FAR),
])  # fmt: skip
def test_no_action_is_agreed_for_a_day_that_is_past(
    cast: Cast, review: Review, changes: dict[str, str], told: str
) -> None:
    """In the words of the actions of a plan, beside the day."""
    ben, there = cast.client(cast.ben), f"/t/alder/reviews/{review.pk}/actions/"
    refused = ben.post(there, typed(1, **changes))
    assert (refused.status_code, told in text_of(refused)) == (422, True)
    assert ben.post(there, typed(1, due="20 November 2026", check="20 November 2026")).status_code == 302


@pytest.mark.parametrize(("due", "check"), [
    (date(2026, 11, 19), date(2027, 1, 15)), (None, date(2026, 11, 19)), (None, date(2070, 1, 1)),
])  # fmt: skip
def test_nor_by_a_program(cast: Cast, review: Review, due: date | None, check: date) -> None:
    with trust_scope(cast.alder):
        one = AgreedOn(NewAction("Read more.", cast.ben, "", due, check), Finding.objects.filter(review=review)[0])
        with pytest.raises(ValidationError, match="This day is"):
            agree_from_findings(review, [one], by=cast.ben)
        assert not Action.objects.exists()


def test_the_page_refuses_a_line_without_an_owner_and_no_line_at_all(cast: Cast, review: Review):
    ben, there = cast.client(cast.ben), f"/t/alder/reviews/{review.pk}/actions/"
    nobody = ben.post(there, typed(0, words=""))
    assert (nobody.status_code, "Say who sees to action 1" in text_of(nobody)) == (422, True)
    wordless = ben.post(there, typed(0, what=""))
    assert (wordless.status_code, "Say what will be done in action 1" in text_of(wordless)) == (422, True)
    nothing = ben.post(there, {})
    assert (nothing.status_code, "Write at least one action" in text_of(nothing)) == (422, True)
    assert ben.post(there, typed(0)).status_code == 302
    again = ben.post(there, typed(0))
    assert (again.status_code, "agreed already" in text_of(again)) == (422, True)
    with trust_scope(cast.alder):
        assert Action.objects.count() == 1


def test_who_agrees(cast: Cast, review: Review):
    there = f"/t/alder/reviews/{review.pk}/actions/"
    with trust_scope(cast.alder):
        nia = member("Nia Ford", "head", cast.ashmere)
    clients = {name: cast.client(getattr(cast, name)) for name in ("ada", "ben", "ruth", "gita", "tom", "cleo")}
    found = {name: client.get(there).status_code for name, client in clients.items()}
    assert found == {"ada": 200, "ben": 200, "ruth": 200, "gita": 403, "tom": 403, "cleo": 404}
    assert cast.client(nia).get(there).status_code == 404
    assert "Agree actions" not in text_of(clients["gita"].get(f"/t/alder/reviews/{review.pk}/"))


def test_nothing_is_agreed_before_it_is_published(cast: Cast):
    with trust_scope(cast.alder):
        review = review_at(cast, "answered")
        with pytest.raises(ValidationError, match="once the review is published"):
            agreed(cast, review)
    there = f"/t/alder/reviews/{review.pk}/"
    assert cast.client(cast.ben).get(f"{there}actions/")["Location"] == there


def test_the_owner_and_whoever_proposed_it_hear_of_it(cast: Cast, review: Review):
    with trust_scope(cast.alder):
        made = agreed(cast, review)
        assert Notice.objects.filter(to=cast.gita, path=f"/t/alder/actions/{made.pk}/").count() == 1
        assert Notice.objects.filter(to=cast.ada, subject__endswith="actions agreed").count() == 1
        assert AuditEntry.objects.filter(did="review.actions").count() == 1
        other = review_at(cast, "published", lead=member("Ola Reed", "head", cast.ashmere))
        foreign = Finding.objects.filter(review=other)[0]
        with pytest.raises(ValidationError, match="of another review"):
            agree_from_findings(
                review, [AgreedOn(NewAction("Read.", cast.ben, "", None, date(2027, 1, 15)), foreign)], by=cast.ben
            )


def test_the_api_shows_the_link_both_ways(cast: Cast, review: Review):
    with trust_scope(cast.alder):
        made = agreed(cast, review)
    api = "/api/v1/t/alder/"
    whole = cast.client(cast.ada).get(f"{api}reviews/{review.pk}/").json()
    assert {one["kind"]: one["actions"] for one in whole["findings"]} == {"www": [], "ebi": [made.pk], "excellence": []}
    row = cast.client(cast.ada).get(f"{api}actions/", {"review": review.pk}).json()["results"][0]
    assert (row["id"], row["finding"], row["review"]) == (made.pk, made.finding_id, review.pk)


def test_an_action_of_a_visit_leads_back_to_it(cast: Cast):
    with trust_scope(cast.alder):
        visit = considered(cast)
        made = Action.objects.get()
    page = text_of(cast.client(cast.ben).get(f"/t/alder/actions/{made.pk}/"))
    assert f'href="/t/alder/monitoring/{visit.pk}/"' in page


def test_the_pages_ask_the_same_with_more_actions(
    cast: Cast, review: Review, queries: Callable[[Callable[[], Any]], list[str]]
):
    client, there = cast.client(cast.ada), f"/t/alder/reviews/{review.pk}/"
    with trust_scope(cast.alder):
        agreed(cast, review)

    def count() -> list[int]:
        return [len(queries(lambda page=page: client.get(page))) for page in (there, f"{there}actions/")]

    count()
    one = count()
    with trust_scope(cast.alder):
        for n in range(30):
            agreed(cast, review, kind=("www", "ebi")[n % 2], what=f"Do {n}.")
    assert count() == one
