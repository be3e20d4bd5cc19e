"""Reviews in each of their states, and the register of practice, in a planted trust; and one request for each route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from plans.models import Action
from plans.services import AgreedOn, NewAction, agree_from_findings
from reviews.models import Finding, PortraitPhoto, Review
from reviews.services.agreeing import SCHOOL, TRUST, Terms, propose_review, sign_review
from reviews.services.disputes import mediate_dispute, raise_dispute
from reviews.services.findings import FindingEntry, add_finding
from reviews.services.portraits import write_portrait
from reviews.services.publishing import begin_review, publish_review, reply_to_review, send_review
from reviews.services.register import PracticeEntry, ask_to_visit, offer_finding, offer_practice
from reviews.services.sharing import share_review
from reviews.services.team import add_member
from reviews.services.wishes import ask_for_review
from reviews.services.writing import save_answers
from reviews.services.years import begin_year, save_year, sign_year
from schools.models import School
from schools.tenancy import trust_scope
from tests.architecture.planted import Planted, canary
from tests.factories import member

PUT_RIGHT = {"became": "changed", "became_text": "It says Year 4 now."}
STEPS = ("proposed", "agreed", "draft", "sent", "answered", "published")
WORDS = {"www": "Pupils read widely.", "ebi": "Writing at length.", "excellence": "Reading aloud. Every day."}
FORM = {"version": "99", **WORDS, "www": "Changed."}
FINDING = {"kind": "finding", "text": "Changed.", "criterion": "behaviour", "area": "inclusion", "evidence": "Books."}
TERMS = {
    "days": "2",
    "dates": "1 December 2026",
    "entitlement": "",
    "focus": "Changed.",
    "outcomes": "Changed.",
    "outside": "",
}


def terms(slug: str) -> Terms:
    words = f"{canary(slug)}words"
    return Terms(Decimal(2), (date(2026, 11, 16), date(2026, 11, 24)), words, words, words)


def review_at(here: Planted, school: School, step: str) -> Review:
    """A review that has come so far."""
    lead, head, reached = here.people["si_lead"], here.people["head"], STEPS.index(step)
    review = propose_review(school, here.rows["version"], by=lead, kind="governance", terms=terms(here.slug))
    add_member(review, here.people["director"], by=lead, is_lead=True, availability=f"{canary(here.slug)}days")
    if reached >= 1:
        sign_review(review, TRUST, by=lead)
        sign_review(review, SCHOOL, by=head)
    if reached >= 2:
        begin_review(review, by=lead)
        save_answers(review, {key: f"{canary(here.slug)}{text}" for key, text in WORDS.items()}, by=lead, version=1)
        entry = FindingEntry("excellence", f"{canary(here.slug)}found", "behaviour", "inclusion", "Books.")
        add_finding(review, entry, by=lead)
    if reached >= 3:
        send_review(review, by=lead)
    if reached >= 4:
        reply_to_review(review, by=head, reply="comment", text=f"{canary(here.slug)}comment")
    if reached >= 5:
        publish_review(review, by=lead, **PUT_RIGHT)
    review.refresh_from_db()
    return review


def agree_on(here: Planted, review: Review) -> Action:
    """An action from one of its findings."""
    action = NewAction(f"{canary(here.slug)}action", here.people["head"], "", date(2026, 11, 25), date(2026, 11, 30))
    agreed = [AgreedOn(action, Finding.objects.filter(review=review)[0])]
    return agree_from_findings(review, agreed, by=here.people["head"])[0]


def year_at(here: Planted, school: School, name: str) -> None:
    """The programme of a school's year: being written, or agreed by both sides."""
    lead, head = here.people["si_lead"], here.people["head"]
    row = begin_year(school, here.rows["version"], year=2026, by=lead)
    save_year(row, {"priorities": f"{canary(here.slug)}priorities"}, by=lead, version=1)
    if name == "year_agreed":
        sign_year(row, TRUST, by=lead, read=2)
        sign_year(row, SCHOOL, by=head, read=2)
    row.refresh_from_db()
    here.rows[name] = row


def tell_reviews(here: Planted) -> None:
    """A review in each state, concerns, and the register with a wish to visit."""
    school, other, head = here.rows["school"], here.rows["other_school"], here.people["head"]
    found = {step: review_at(here, school, step) for step in STEPS}
    here.rows |= {f"review_{step}": one for step, one in found.items()}
    here.rows["review_member"] = found["proposed"].members.get()
    here.rows["review_found"] = found["draft"].findings.get()
    here.rows["dispute"] = raise_dispute(found["draft"], by=head, text=f"{canary(here.slug)}concern")
    closed = raise_dispute(found["published"], by=head, text=f"{canary(here.slug)}concern")
    mediate_dispute(closed, by=here.people["ceo"], words=f"{canary(here.slug)}outcome", close=True)
    share_review(found["published"], by=head, audience="schools", note=f"{canary(here.slug)}note")
    first, second = Finding.objects.filter(review=found["published"], kind="excellence")
    here.rows["excellence"] = first
    here.rows["practice"] = offer_finding(second, by=head)
    entry = PracticeEntry(f"{canary(here.slug)}title", f"{canary(here.slug)}text", "primary", "English lead", "Reading")
    here.rows["practice_other"] = offer_practice(other, entry, by=here.people["si_lead"])
    here.rows["review_action"] = agree_on(here, found["published"])
    asked = ask_to_visit(here.rows["practice"], other, by=head, note=f"{canary(here.slug)}note")
    here.rows["practice_request"] = asked
    words = f"{canary(here.slug)}words"
    wish = {"item": "governance_review", "note": f"{canary(here.slug)}note", "suits": f"{canary(here.slug)}days"}
    here.rows["review_wish"] = ask_for_review(school, here.rows["version"], by=head, **wish)
    for name, of in (("year", school), ("year_agreed", other)):
        year_at(here, of, name)
    portrait = write_portrait(
        by=here.people["director"], role=words, experience=words, training=words, availability=words
    )
    PortraitPhoto.objects.create(portrait=portrait, content=words.encode())
    here.rows["portrait"] = portrait


def grow_reviews(here: Planted, school: School, n: int) -> None:
    """One more school with a published review, something in the register and a person who works elsewhere."""
    review = review_at(here, school, "published")
    for finding in Finding.objects.filter(review=review, kind="excellence"):
        practice = offer_finding(finding, by=here.people["si_lead"])
        ask_to_visit(practice, here.rows["school"], by=here.people["head"], note=f"Note {n}")
    agree_on(here, review)
    share_review(review, by=here.people["si_lead"], audience="schools")
    ask_for_review(school, here.rows["version"], by=here.people["head"], item="website_check", note=f"Note {n}")
    begin_year(school, here.rows["version"], year=2026, by=here.people["si_lead"])
    person = member(f"Works elsewhere {n}", "operations")
    add_member(here.rows["review_proposed"], person, by=here.people["si_lead"])
    write_portrait(by=person, role="Role", experience="Experience")


def _nothing(here: Planted) -> dict[str, Any]:
    return {}


def _always(**data: Any) -> Callable[[Planted], dict[str, Any]]:
    return lambda here: dict(data)


def _member(here: Planted) -> dict[str, Any]:
    return {"member-person": here.people["operations"].pk, "member-is_lead": "", "member-availability": "Mondays"}


def _agreed(here: Planted) -> dict[str, Any]:
    line = dict.fromkeys(("owner", "due", "support"), "")
    line |= {"what": "More writing.", "words": "English lead", "check": "15 January 2027"}
    return {f"action-0-{name}": said for name, said in line.items()}


def _visit(here: Planted) -> dict[str, Any]:
    return {"visit-school": here.rows["school"].pk, "visit-note": "To see it.", "visit-wanted_on": "1 December 2026"}


def _answer(here: Planted) -> dict[str, Any]:
    of = f"answer-{here.rows['practice_request'].pk}"
    return {f"{of}-state": "accepted", f"{of}-answer": "Come on Monday."}


def _practice(here: Planted) -> dict[str, Any]:
    words = {"title": "Title", "text": "Text.", "subject": "Maths", "evidence": "Figures.", "contact": "Maths lead"}
    return {"school": here.rows["school"].pk, "phase": "primary", **words}


def _signing(here: Planted) -> dict[str, Any]:
    """The terms as they stand on the page."""
    with trust_scope(here.trust):
        return {"read": Review.objects.get(pk=here.rows["review_proposed"].pk).terms_mark}


PORTRAIT = {"role": "Lead", "experience": "Ten years.", "training": "", "availability": "Mondays"}

REVIEW_ACTS: dict[str, tuple[Any, ...]] = {
    "review_new": ("si_lead", _always(kind="governance", **TERMS)),
    "review_wish": ("si_lead", _always(reason="Next year.")),
    "review_terms": ("si_lead", _always(**TERMS)),
    "review_sign": ("head", _signing),
    "review_withdraw": ("si_lead", _always(**{"withdraw-reason": "Not needed."})),
    "review_team": ("si_lead", _member),
    "review_leave": ("si_lead", _nothing),
    "review_begin": ("si_lead", _nothing),
    "review_write": ("director", _always(**FORM), 0),
    "review_autosave": ("director", _always(**FORM), 0),
    "review_findings": ("director", _always(**FINDING)),
    "review_finding": ("director", _always(**FINDING)),
    "review_send": ("director", _nothing),
    "review_reply": ("head", _always(reply="comment", text="It was Year 4.")),
    "review_publish": ("si_lead", _always(**{"publish-became": "kept", "publish-became_text": "It was Year 5."})),
    "review_share": ("si_lead", _always(**{"share-audience": "trustees", "share-note": "Reading."})),
    "review_actions": ("head", _agreed),
    "review_concern": ("head", _always(**{"concern-text": "It began late."})),
    "review_mediate": ("ceo", _always(**{"mediation-words": "We met.", "then": "close"})),
    "year_begin": ("head", _always(year="2027")),
    "year_write": ("head", _always(version="99", priorities="Changed."), 0),
    "year_autosave": ("si_lead", _always(version="99", priorities="Changed."), 0),
    "year_sign": ("head", _always(read="2")),
    "year_anew": ("si_lead", _always(**{"anew-reason": "The school has a new head."})),
    "practice_offer": ("head", _nothing),
    "practice_new": ("head", _practice),
    "practice_ask": ("head", _visit),
    "practice_answer": ("head", _answer),
    "practice_end": ("head", _always(**{"end-reason": "It has moved on."})),
    "portrait": ("si_lead", _always(**PORTRAIT)),
}
"""Route -> who sends what and, where it is no act, how many entries it leaves."""

REVIEW_POST_ONLY = frozenset(
    {"review_sign", "review_withdraw", "review_team", "review_leave", "review_begin", "review_autosave", "review_send"}
    | {
        "review_reply",
        "review_publish",
        "review_share",
        "review_concern",
        "review_mediate",
        "practice_offer",
        "practice_ask",
    }
    | {"practice_answer", "practice_end", "year_begin", "year_autosave", "year_sign", "year_anew"}
)

REVIEW_ROWS: dict[str, str] = {
    **dict.fromkeys(
        (
            "review.pk",
            "review_file.pk",
            "review_share.pk",
            "review_actions.pk",
            "practice_offer.pk",
            "api_reviews-detail.pk",
        ),
        "review_published",
    ),
    **{f"review_{name}.pk": "review_proposed" for name in ("terms", "sign", "withdraw", "team", "leave", "concern")},
    "review_wish.pk": "review_wish",
    "review_begin.pk": "review_agreed",
    **{
        f"review_{name}.pk": "review_draft"
        for name in ("write", "autosave", "paper", "findings", "finding", "send", "mediate")
    },
    **{f"year_{name}.pk": "year" for name in ("write", "autosave", "sign", "paper")},
    **dict.fromkeys(("year_anew.pk", "year_file.pk", "api_programmes-detail.pk"), "year_agreed"),
    "review_reply.pk": "review_sent",
    "review_publish.pk": "review_answered",
    "member_id": "review_member",
    "finding_id": "review_found",
    "practice_offer.finding_id": "excellence",
    "dispute_id": "dispute",
    **dict.fromkeys(("practice_page.pk", "practice_answer.pk", "practice_end.pk"), "practice"),
    "practice_ask.pk": "practice_other",
    "portrait_photo.pk": "portrait",
    "request_id": "practice_request",
    "api_practices-detail.pk": "practice",
    "api_review_wishes-detail.pk": "review_wish",
}
"""`parameter`, or `route.parameter` -> the planted row."""
