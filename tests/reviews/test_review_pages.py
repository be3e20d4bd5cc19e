"""The pages of reviews: who reads what, what is told, and how many questions are asked of the database."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pikepdf
import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from monitoring.models import Visit
from monitoring.services import begin_visit
from reviews.models import Finding, Review, ReviewMember
from reviews.rules.kinds import PLAIN
from reviews.rules.owed import Placed
from reviews.services.disputes import raise_dispute
from schools.filled import blank
from schools.models import Membership
from schools.strategy import read_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, TODAY, Cast, stopped_at
from tests.factories import SchoolFactory, member
from tests.reviews.reviews_world import WORDS, review_at

REVIEWS = "/t/alder/reviews/"
TYPED = {
    "kind": "governance", "days": "2", "dates": "1 December 2026\n2 December 2026", "entitlement": "",
    "focus": "Reading", "outcomes": "A plan.", "outside": "",
}  # fmt: skip


_today = stopped_at(TODAY)


def made(cast: Cast, step: str = "proposed", **more: Any) -> tuple[Review, Membership]:
    with trust_scope(cast.alder):
        review = review_at(cast, step, **more)
        return review, ReviewMember.objects.select_related("membership__user").get(review=review).membership


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def read(client: Client, page: str) -> dict[str, str]:
    """What the button that signs sends with it."""
    found = re.search(r'name="read" value="(\w+)"', client.get(page).content.decode())
    assert found
    return {"read": found[1]}


def test_ada_proposes_ben_signs_and_the_head_of_ashmere_writes(cast: Cast):
    ada, ben = cast.client(cast.ada), cast.client(cast.ben)
    with trust_scope(cast.alder):
        nia = member("Nia Price", "head", cast.ashmere)
    there = ada.post(f"/t/alder/schools/{cast.dunmere.pk}/reviews/new/", TYPED)["Location"]
    assert ada.post(f"{there}team/", {"member-person": nia.pk, "member-is_lead": "on"}).status_code == 302
    assert "Not signed yet" in text_of(ben.get(there))
    assert "Say below who leads" not in text_of(ada.get(there))
    assert "The terms have changed since" in text_of(ben.post(f"{there}sign/", {"read": "other"}, follow=True))
    assert "Signed. The other side signs next." in text_of(ben.post(f"{there}sign/", read(ben, there), follow=True))
    assert "Both sides have agreed." in text_of(ada.post(f"{there}sign/", read(ada, there), follow=True))
    lead = cast.client(nia)
    assert lead.post(f"{there}begin/", {"begin-reason": "The head asked for it."}).status_code == 302
    assert lead.post(f"{there}write/", {"version": "1", **WORDS, "then": "next"})["Location"] == f"{there}findings/"
    assert lead.post(f"{there}send/").status_code == 302
    assert "Pupils read widely." in text_of(ben.get(there))
    refused = ben.post(f"{there}reply/", {"reply": "comment", "text": ""})
    assert (refused.status_code, "Write what is not right." in text_of(refused)) == (422, True)
    ben.post(f"{there}reply/", {"reply": "comment", "text": "It was Year 4."})
    said = {"publish-became": "changed", "publish-became_text": "Year 4 it is.", "publish-reason": "It is done."}
    lead.post(f"{there}publish/", said)
    page = text_of(ben.get(there))
    assert "It was Year 4." in page
    assert "Published" in page
    offer = f"{there}findings/{_excellence(cast)}/offer/"
    assert "Whom to ask" in text_of(ben.post(offer, follow=True))


def _excellence(cast: Cast) -> int:
    with trust_scope(cast.alder):
        return Finding.objects.get(kind="excellence").pk


@pytest.mark.parametrize("step", ["proposed", "draft", "sent", "published"])
def test_who_reads_what(cast: Cast, step: str):
    review, lead = made(cast, step)
    page, words = f"{REVIEWS}{review.pk}/", WORDS["www"]
    told = {name: cast.client(who).get(page) for name, who in (("ada", cast.ada), ("ben", cast.ben), ("lead", lead))}
    assert {one.status_code for one in told.values()} == {200}
    reads = {name: words in text_of(one) for name, one in told.items()}
    written = step not in ("proposed",)
    assert reads == {"ada": written, "lead": written, "ben": step in ("sent", "published")}
    others = {cast.client(who).get(page).status_code for who in (cast.tom, cast.gita)}
    assert others == ({200} if step == "published" else {404})
    assert cast.client(cast.cleo).get(page).status_code == 404
    assert cast.client(cast.olive).get(page).status_code == 403


def test_ben_answers_for_his_school_and_does_nothing_else(cast: Cast):
    review, _ = made(cast, "draft")
    ben, page = cast.client(cast.ben), f"{REVIEWS}{review.pk}/"
    assert ben.get(f"{page}write/").status_code == 403
    assert ben.post(f"{page}write/save/", {"version": "1", **WORDS}).status_code == 403
    for act in ("send", "publish", "begin", "withdraw", "terms", "team"):
        assert ben.post(f"{page}{act}/").status_code == 403, act
    assert ben.get(f"/t/alder/schools/{cast.dunmere.pk}/reviews/new/").status_code == 403
    assert cast.client(cast.cleo).post(f"{page}sign/").status_code == 404


def test_the_list_shows_a_head_their_own_and_asks_as_often_for_thirty(cast: Cast, queries: Callable[..., list[str]]):
    review, lead = made(cast, "published")
    assert "Governance review" in text_of(cast.client(cast.ben).get(REVIEWS))
    with trust_scope(cast.alder):
        stranger = member("Sam Other", "head", SchoolFactory(name="Other"))
    assert "There is no review to read yet." in text_of(cast.client(stranger).get(REVIEWS))
    ada = cast.client(cast.ada)
    ada.get(REVIEWS)
    one = len(queries(lambda: ada.get(REVIEWS)))
    page_one = len(queries(lambda: ada.get(f"{REVIEWS}{review.pk}/")))
    with trust_scope(cast.alder):
        for _ in range(30):
            review_at(cast, lead=lead)
        for number in range(29):
            Finding.objects.create(review=review, kind="finding", text=f"Finding {number}")
    assert len(queries(lambda: ada.get(REVIEWS))) == one
    assert len(queries(lambda: ada.get(f"{REVIEWS}{review.pk}/"))) == page_one


def test_two_writers_without_scripts_choose_between_both(cast: Cast):
    review, lead = made(cast, "draft")
    form = f"{REVIEWS}{review.pk}/write/"
    ada, nia = cast.client(cast.ada), cast.client(lead)
    ada.post(form, {"version": "2", **WORDS, "www": "Ada’s words."})
    clash = nia.post(form, {"version": "2", **WORDS, "www": "Nia’s words."})
    assert clash.status_code == 409
    assert "Ada Whitlock changed this" in text_of(clash)
    chosen = {"version": str(clash.context["version"]), **WORDS, "www": "Nia’s words.", "keep-www": "both"}
    assert nia.post(form, chosen).status_code == 302
    with trust_scope(cast.alder):
        assert Review.objects.get().answers["www"] == "Ada’s words.\n\nNia’s words."


def test_before_a_name_is_sent_its_lead_is_asked_once_more(cast: Cast):
    review, lead = made(cast, "draft")
    nia, page = cast.client(lead), f"{REVIEWS}{review.pk}/"
    told = nia.post(f"{page}write/save/", {"version": "2", **WORDS, "www": "Miss Smith reads well."}).json()
    assert "“Miss Smith”" in told["named"]["www"]
    assert "“Miss Smith”" in text_of(nia.get(f"{page}write/"))
    asked = nia.post(f"{page}send/")
    assert asked.status_code == 422
    assert f'{page}write/#id_www">What went well</a>: This seems to name a person' in text_of(asked)
    sent = nia.post(f"{page}send/", {"as_it_is": asked.context["asks"]["mark"]}, follow=True)
    assert "Sent. The head reads in the morning that it is there." in text_of(sent)


def test_a_finding_and_a_reply_that_name_somebody_are_taken_when_sent_again(cast: Cast):
    review, lead = made(cast, "draft")
    page, nia, ben = f"{REVIEWS}{review.pk}/", cast.client(lead), cast.client(cast.ben)
    finding = {"kind": "finding", "text": "Miss Smith leads it.", "criterion": "", "area": "", "evidence": ""}
    asked = nia.post(f"{page}findings/", finding)
    assert (asked.status_code, "“Miss Smith”" in text_of(asked)) == (422, True)
    assert nia.post(f"{page}findings/", finding | {"as_it_is": asked.context["sure"]}).status_code == 302
    nia.post(f"{page}send/")
    reply = {"reply": "comment", "text": "Mr Brown leads it."}
    asked = ben.post(f"{page}reply/", reply)
    assert (asked.status_code, "“Mr Brown”" in text_of(asked)) == (422, True)
    assert ben.post(f"{page}reply/", reply | {"as_it_is": asked.context["sure"]}).status_code == 302


def test_autosave_speaks_its_protocol(cast: Cast):
    review, lead = made(cast, "draft")
    save = f"{REVIEWS}{review.pk}/write/save/"
    ada = cast.client(cast.ada)
    told = ada.post(save, {"version": "2", **WORDS, "www": "Ada’s words."}).json()
    assert (told["version"], told["errors"]) == (3, {})
    clash = cast.client(lead).post(save, {"version": "2", **WORDS, "www": "Mine."})
    assert clash.status_code == 409
    [one] = clash.json()["conflicts"]
    assert (one["field"], one["label"], one["by"], one["theirs"], one["mine"]) == (
        "www", "What went well", "Ada Whitlock", "Ada’s words.", "Mine.",
    )  # fmt: skip
    long = ada.post(save, {"version": "3", **WORDS, "www": "Ada’s words.", "ebi": "x" * 9000})
    assert list(long.json()["errors"]) == ["ebi"]
    other, _ = made(cast, "sent", lead=lead)
    assert ada.post(f"{REVIEWS}{other.pk}/write/save/", {"version": "2", **WORDS}).status_code == 400


def test_the_chief_executive_mediates_unless_party_to_it(cast: Cast):
    review, _ = made(cast, "draft")
    with trust_scope(cast.alder):
        concern = raise_dispute(review, by=cast.ben, text="It began late.")
        director = member("Dee Rector", "director")
    mediate = f"{REVIEWS}{review.pk}/concern/{concern.pk}/"
    assert cast.client(director).post(mediate, {"mediation-words": "We met."}).status_code == 403
    assert cast.client(cast.ada).post(mediate, {"mediation-words": "We met."}).status_code == 403
    ruth = cast.client(cast.ruth)
    assert ruth.post(mediate, {"mediation-words": ""}).status_code == 422
    closed = ruth.post(mediate, {"mediation-words": "One more day.", "then": "close"}, follow=True)
    assert "The concern is closed and on record." in text_of(closed)
    assert "One more day." in text_of(cast.client(cast.ben).get(f"{REVIEWS}{review.pk}/"))
    with trust_scope(cast.alder):
        again = raise_dispute(review, by=cast.ben, text="Again.")
        ReviewMember.objects.create(review=review, membership=cast.ruth)
    mediate = f"{REVIEWS}{review.pk}/concern/{again.pk}/"
    assert ruth.post(mediate, {"mediation-words": "Mine."}).status_code == 403
    assert cast.client(director).post(mediate, {"mediation-words": "We met."}).status_code == 302


def test_nobody_of_the_school_is_offered_for_its_team(cast: Cast):
    review, lead = made(cast)
    page = cast.client(cast.ada).get(f"{REVIEWS}{review.pk}/")
    people = page.context["member_form"].fields["person"].queryset
    with trust_scope(cast.alder):
        names = set(people.values_list("user__name", flat=True))
    assert {"Ben Osei", "Gita Chair", lead.user.name}.isdisjoint(names)
    assert "Ruth Ellison" in names
    wrong = cast.client(cast.ada).post(f"{REVIEWS}{review.pk}/team/", {"member-person": cast.ben.pk})
    assert wrong.status_code == 422
    assert "does not belong to this school" in text_of(wrong)


def test_the_programme_of_a_school_and_of_all(cast: Cast, queries: Callable[..., list[str]]):
    made(cast, "agreed")
    page = f"/t/alder/schools/{cast.dunmere.pk}/programme/"
    ben = text_of(cast.client(cast.ben).get(page))
    assert "Trust training day" in ben
    assert "Beyond the offer" in ben
    assert "Governance review" in ben
    assert "None is planned." in text_of(cast.client(cast.ben).get(f"{page}?year=2025"))
    assert cast.client(cast.ben).get(page.replace(str(cast.dunmere.pk), str(cast.ashmere.pk))).status_code == 404
    assert cast.client(cast.cleo).get(page).status_code == 404
    ada = cast.client(cast.ada)
    assert "Dunmere Primary" in text_of(ada.get("/t/alder/programme/"))
    few = len(queries(lambda: ada.get("/t/alder/programme/")))
    with trust_scope(cast.alder):
        SchoolFactory.create_batch(30)
    assert len(queries(lambda: ada.get("/t/alder/programme/"))) == few
    assert cast.client(cast.ben).get("/t/alder/programme/").status_code == 403


def test_the_programme_counts_the_visits_that_carry_an_entitlement_out(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    placed = {cast.dunmere.pk: [Placed(date(2026, 7, 1), "operational", "refine")]}
    monkeypatch.setattr("reviews.queries.programme.placed_of", lambda schools: placed)
    with trust_scope(cast.alder):
        form = next(one for one in cast.version.strategy.forms if one.key == "health_safety_review")
        day = date(2026, 12, 1)
        begin_visit(cast.dunmere, cast.version, form, by=cast.ada, by_school=False, planned_for=day)
        done = begin_visit(cast.dunmere, cast.version, form, by=cast.ada, by_school=False)
        sent = {"state": "submitted", "submitted_at": timezone.now(), "submitted_by": cast.ada}
        Visit.objects.filter(pk=done.pk).update(on=TODAY, reply_due_on=TODAY, **sent)
        begin_visit(cast.dunmere, cast.version, form, by=cast.ben, by_school=True)
    page = cast.client(cast.ben).get(f"/t/alder/schools/{cast.dunmere.pk}/programme/")
    [line] = [one for one in page.context["programme"].lines if one.key == "safety_audit"]
    assert (line.entitled, line.planned, line.done, line.beyond) == (1, 1, 1, 1)
    assert f'/monitoring/{done.pk}/">' in text_of(page)


def test_the_report_is_a_tagged_pdf_for_who_may_read_it(cast: Cast):
    review, _ = made(cast, "sent")
    page = f"{REVIEWS}{review.pk}/file/"
    answer = cast.client(cast.ben).get(page)
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
    assert "governance-review-dunmere-primary-2026-11-16.pdf" in answer["Content-Disposition"]
    other, _ = made(cast, "draft", lead=cast.tom)
    assert cast.client(cast.ben).get(f"{REVIEWS}{other.pk}/file/").status_code == 404
    assert cast.client(cast.cleo).get(page).status_code == 404


def test_the_form_of_a_review_is_printed_blank_for_its_team(cast: Cast):
    review, lead = made(cast, "draft")
    page = f"{REVIEWS}{review.pk}/paper/"
    assert page in text_of(cast.client(lead).get(f"{REVIEWS}{review.pk}/write/"))
    answer = cast.client(lead).get(page)
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert (bool(document.Root.MarkInfo.Marked), str(document.Root.Lang)) == (True, "en-GB")
    assert "review-dunmere-primary.pdf" in answer["Content-Disposition"]
    for who in (cast.ben, cast.gita, cast.cleo):
        assert cast.client(who).get(page).status_code == 404


@pytest.mark.parametrize("name", ["two_axes", "no_categories", "numbered_categories", "sustain_to_stabilise"])
def test_every_form_of_reviews_has_a_paper_with_each_field(name: str):
    strategy = read_strategy((STRATEGIES / f"{name}.toml").read_text())
    for form in (PLAIN, *(one for one in strategy.forms if one.kind == "review")):
        paper = render_to_string("components/filled_paper.html", {"paper": blank(strategy, form)})
        words = unescape(paper)
        assert not [
            one.label for one in (*form.head_fields.values(), *form.row_fields.values()) if one.label not in words
        ]


def test_the_api_tells_the_same_as_the_pages(cast: Cast):
    review, _ = made(cast, "draft")
    there = f"/api/v1/t/alder/reviews/{review.pk}/"
    ada = cast.client(cast.ada).get(there).json()
    assert ada["filled"]["answers"] == WORDS
    assert [field["key"] for field in ada["definition"]["footer"]] == ["www", "ebi", "excellence"]
    ben = cast.client(cast.ben).get(there).json()
    assert (ben["filled"], ben["findings"], ben["state"], ben["days"]) == (None, None, "draft", "2.0")
    published, _ = made(cast, "published", lead=cast.tom)
    rows = cast.client(cast.gita).get("/api/v1/t/alder/reviews/?state=published").json()["results"]
    assert [row["id"] for row in rows] == [published.pk]
    whole = cast.client(cast.gita).get(f"/api/v1/t/alder/reviews/{published.pk}/").json()
    assert (whole["reply_text"], len(whole["findings"])) == ("It was Year 4.", 3)
    assert cast.client(cast.cleo).get(there).status_code == 404


def test_a_person_of_two_schools_runs_no_review_of_their_own(cast: Cast):
    """A lead who also governs at the school acts for neither the team nor the trust there."""
    review, _ = made(cast)
    with trust_scope(cast.alder):
        cast.ada.grants.create(role="governor", school=cast.dunmere)
    ada = cast.client(cast.ada)
    assert ada.post(f"{REVIEWS}{review.pk}/sign/").status_code == 403
    assert ada.post(f"{REVIEWS}{review.pk}/withdraw/", {"withdraw-reason": "No."}).status_code == 403
