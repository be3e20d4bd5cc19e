"""A school asks for a review from the menu; the trust proposes it, which counts apart, or says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from reviews.models import Review, ReviewWish
from reviews.queries.programme import programmes
from reviews.rules.kinds import kinds_of, offered
from reviews.rules.programme import ASKED
from reviews.services.agreeing import SCHOOL, TRUST, sign_review
from reviews.services.wishes import ask_for_review, decline_wish, propose_wished
from schools.models import Notice
from schools.strategy import read_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, TODAY, Cast, stopped_at
from tests.reviews.reviews_world import TERMS
from tests.reviews.test_review_pages import TYPED

WISH = {"item": "send_review", "note": "Our new leader begins in January.", "suits": "After February half term"}


_today = stopped_at(TODAY)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def asked(cast: Cast, **more: str) -> ReviewWish:
    return ask_for_review(cast.dunmere, cast.version, by=cast.ben, **{**WISH, **more})


@pytest.mark.parametrize("name", [path.stem for path in STRATEGIES.glob("*.toml")])
def test_what_is_on_the_menu_is_a_kind_of_review(name: str):
    strategy = read_strategy((STRATEGIES / f"{name}.toml").read_text())
    assert {one.review for one in offered(strategy)} <= {one.key for one in kinds_of(strategy)}
    assert len(offered(strategy)) == {"two_axes": 4, "no_categories": 5}.get(name, 0)
    assert "joint_visit" not in {one.key for one in kinds_of(strategy)}, "a visit, and no review"


def test_ben_asks_ada_proposes_it_and_it_counts_on_a_line_of_its_own(cast: Cast):
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    ask = f"/t/alder/schools/{cast.dunmere.pk}/support/ask/"
    assert "SEND review" in text_of(ben.get(ask))
    typed = {
        "item": WISH["item"],
        "need": WISH["note"],
        "suits": WISH["suits"],
        "priority": "now",
        "risk": "criterion:leadership",
    }
    assert ben.post(ask, typed)["Location"] == ask
    with trust_scope(cast.alder):
        wish = ReviewWish.objects.get()
        assert (wish.note, wish.suits) == (WISH["note"], WISH["suits"])
        assert (wish.priority, wish.criterion) == ("now", "leadership")
        assert Notice.objects.filter(to=cast.ada, path=f"/t/alder/reviews/asked/{wish.pk}/").count() == 1
    assert WISH["note"] in text_of(ada.get("/t/alder/reviews/"))
    assert "Asked for: SEND review" in text_of(ada.get("/t/alder/overview/"))
    page = text_of(ada.get(f"/t/alder/reviews/asked/{wish.pk}/"))
    new = f"/t/alder/schools/{cast.dunmere.pk}/reviews/new/?wish={wish.pk}"
    assert f'href="{new}"' in page
    form = ada.get(new).context["form"]
    assert (form["kind"].value(), form["focus"].value(), form["entitlement"].value()) == ("send", WISH["note"], ASKED)
    assert ada.post(new, {**TYPED, "kind": "send", "entitlement": ASKED}).status_code == 302
    with trust_scope(cast.alder):
        wish.refresh_from_db()
        assert (wish.state, wish.review.kind, wish.review.state) == ("proposed", "send", "proposed")
    assert f'href="/t/alder/reviews/{wish.review_id}/"' in text_of(ben.get(ask))
    assert "Asked for from the menu" in text_of(ben.get(f"/t/alder/schools/{cast.dunmere.pk}/programme/"))


def test_it_takes_nothing_from_what_the_school_is_entitled_to(cast: Cast):
    with trust_scope(cast.alder):
        before = programmes([cast.dunmere], 2026, today=TODAY)[0].programme
        review = propose_wished(asked(cast), by=cast.ada, kind="send", terms=replace(TERMS, entitlement=ASKED))
        sign_review(review, TRUST, by=cast.ada)
        sign_review(review, SCHOOL, by=cast.ben)
        after = programmes([cast.dunmere], 2026, today=TODAY)[0].programme
    own = [line for line in after.lines if line.key == ASKED]
    assert [(line.entitled, line.planned, line.done) for line in own] == [(None, 1, 1)]
    assert [line for line in after.lines if line.key != ASKED] == list(before.lines)


def test_the_trust_declines_with_a_reason_once(cast: Cast):
    with trust_scope(cast.alder):
        wish = asked(cast)
        with pytest.raises(ValidationError, match="asked for this already"):
            asked(cast)
    ada, there = cast.client(cast.ada), f"/t/alder/reviews/asked/{wish.pk}/"
    assert ada.post(there, {"reason": ""}).status_code == 422
    assert ada.post(there, {"reason": "Next year."}).status_code == 302
    assert "Next year." in text_of(cast.client(cast.ben).get(f"/t/alder/schools/{cast.dunmere.pk}/support/ask/"))
    with trust_scope(cast.alder):
        with pytest.raises(ValidationError, match="answered this already"):
            decline_wish(wish, by=cast.ada, reason="Again.")
        with pytest.raises(ValidationError, match="answered this already"):
            propose_wished(wish, by=cast.ada, kind="send", terms=TERMS)
        assert not Review.objects.exists()
        assert asked(cast).state == "asked"


def test_the_api_tells_it_to_both_sides(cast: Cast):
    with trust_scope(cast.alder):
        wish = asked(cast)
    at = f"/api/v1/t/alder/review_wishes/{wish.pk}/"
    for who in (cast.ada, cast.ben):
        row = cast.client(who).get(at).json()
        assert (row["item"], row["note"], row["state"], row["review"]) == ("send_review", WISH["note"], "asked", None)
    assert [cast.client(who).get(at).status_code for who in (cast.tom, cast.gita, cast.cleo)] == [404] * 3


def test_who_asks_and_who_answers(cast: Cast):
    with trust_scope(cast.alder):
        wish = asked(cast)
        for wrong in ({"item": "coaching"}, {"note": " "}):
            with pytest.raises(ValidationError):
                asked(cast, **wrong)
    ask, there = f"/t/alder/schools/{cast.dunmere.pk}/support/ask/", f"/t/alder/reviews/asked/{wish.pk}/"
    people = ("ada", "ben", "ruth", "gita", "tom", "cleo")
    found = {name: [cast.client(getattr(cast, name)).get(at).status_code for at in (ask, there)] for name in people}
    assert found == {
        "ada": [403, 200], "ben": [200, 403], "ruth": [403, 200], "gita": [403, 403], "tom": [403, 403],
        "cleo": [404, 404],
    }  # fmt: skip
