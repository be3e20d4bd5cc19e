"""Reviews in each state and the register of practice, planted in the demo, and their forms filled in wrongly."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from plans.services import AgreedOn, NewAction, agree_from_findings
from reviews.models import Finding, PenPortrait, Practice, PracticeRequest, Review, ReviewWish
from reviews.queries.reviews import form_for
from reviews.rules.kinds import kinds_of, offered
from reviews.services.agreeing import SCHOOL, TRUST, Terms, propose_review, sign_review
from reviews.services.disputes import mediate_dispute, raise_dispute
from reviews.services.findings import FindingEntry, add_finding, criteria_of
from reviews.services.portraits import write_portrait
from reviews.services.publishing import begin_review, publish_review, reply_to_review, send_review
from reviews.services.register import (
    PracticeEntry,
    answer_request,
    ask_to_visit,
    offer_finding,
    offer_practice,
)
from reviews.services.team import add_member
from reviews.services.wishes import ask_for_review
from reviews.services.writing import save_answers
from schools.filled import LONGEST_TEXT
from schools.models import Membership, RoleGrant, School
from schools.queries import strategy_of
from schools.strategy.forms import FormField
from tests.journeys.forms_with_faults import Form

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

PUT_RIGHT = {"became": "changed", "became_text": "It says Year 4 now."}
STEPS = ("proposed", "agreed", "draft", "sent", "answered", "published")
WORDS = "Pupils read widely and talk about what they read."

Rows = dict[str, list[dict[str, Any]]]


def _holding(*roles: str, besides: int | None = None) -> Membership:
    grants = RoleGrant.objects.current().filter(role__in=roles).order_by("pk")
    if besides is not None:
        grants = grants.exclude(school=besides)
    return grants.select_related("membership__user")[0].membership


def _schools() -> tuple[School, School]:
    """Two schools with heads of their own."""
    grants = RoleGrant.objects.current().filter(role="head").order_by("pk").select_related("school")
    first = grants[0]
    second = next(one for one in grants if one.membership_id != first.membership_id)
    return first.school, second.school


def _head(school: School) -> Membership:
    grants = RoleGrant.objects.current().filter(role="head", school=school).order_by("pk")
    return grants.select_related("membership__user")[0].membership


def _answer(field: FormField, strategy: Any) -> Any:
    values: dict[str, Any] = {"date": timezone.localdate().isoformat(), "number": "2", "yes_no": "yes", "time": "09:30"}
    if field.shape == "level":
        return strategy.levels_of(field.scale)[0].key
    if field.shape in ("choice", "choices"):
        return field.options[0] if field.shape == "choice" else [field.options[0]]
    return values.get(field.shape, WORDS)


def _review(school: School, step: str) -> Review:
    version, today, reached = strategy_of(school, timezone.localdate()), timezone.localdate(), STEPS.index(step)
    assert version is not None
    lead, head = _holding("si_lead"), _head(school)
    kinds = kinds_of(version.strategy)
    forms = {one.key: version.strategy.form_by_key[one.form] for one in kinds if one.form}
    dated = [key for key, form in forms.items() if any(field.shape == "date" for field in form.head_fields.values())]
    kind = next(one for one in kinds if one.key in (dated or forms or {kinds[0].key: None}))
    dates = (today - timedelta(days=7), today + timedelta(days=12))
    terms = Terms(Decimal(2), dates, "How reading is taught.", "A plan for the weakest readers.")
    review = propose_review(school, version, by=lead, kind=kind.key, terms=terms)
    add_member(review, _holding("head", besides=school.pk), by=lead, is_lead=True, availability="Both days")
    if reached >= 1:
        sign_review(review, TRUST, by=lead)
        sign_review(review, SCHOOL, by=head)
    if reached >= 2:
        begin_review(review, by=lead)
        form = form_for(review)
        answers = {key: _answer(field, version.strategy) for key, field in form.head_fields.items()}
        answers |= {f"r0-{key}": _answer(field, version.strategy) for key, field in form.row_fields.items()}
        save_answers(review, answers, by=lead, version=1)
        criterion = next((key for key, _ in criteria_of(review)), "")
        add_finding(review, FindingEntry("excellence", WORDS, criterion, "", "Books of Year 4."), by=lead)
    if reached >= 3:
        send_review(review, by=lead)
    if reached >= 4:
        reply_to_review(review, by=head, reply="comment", text="It was Year 4.")
    if reached >= 5:
        publish_review(review, by=lead, **PUT_RIGHT)
    return review


def plant_reviews() -> None:
    """A review in each state with concerns, and the register with a wish to visit. Once in a trust."""
    if Review.objects.filter(focus="How reading is taught.").exists():
        return
    school, other = _schools()
    found = {step: _review(school, step) for step in STEPS}
    raise_dispute(found["draft"], by=_head(school), text="It began late.")
    closed = raise_dispute(found["published"], by=_head(school), text="Two lessons were not seen.")
    mediate_dispute(closed, by=_holding("ceo"), words="One more day in school.", close=True)
    for item in _menu(school.pk)[:1]:
        version = strategy_of(school, timezone.localdate())
        assert version is not None
        ask_for_review(school, version, by=_head(school), item=item, note="For our new leader.")
    first = Finding.objects.select_related("review__school", "review__strategy_version")
    offer_finding(first.filter(review=found["published"], kind="excellence")[0], by=_head(school))
    Finding.objects.create(review=found["published"], kind="excellence", text="Early writing.")
    better = Finding.objects.filter(review=found["published"])[0]
    soon = timezone.localdate() + timedelta(days=5)
    action = NewAction("Writing in every subject.", _head(school), due_on=soon, impact_check_on=soon)
    agree_from_findings(found["published"], [AgreedOn(action, better)], by=_head(school))
    entry = PracticeEntry("Phonics every day", WORDS, "primary", "Reading lead", "Reading", "Books.")
    offered = offer_practice(other, entry, by=_head(other))
    asked = ask_to_visit(offered, school, by=_head(school), note="We begin in spring.")
    answer_request(asked, by=_head(other), state="accepted", answer="Come on Monday.")
    wish = Practice.objects.get(from_finding__review=found["published"])
    ask_to_visit(wish, other, by=_head(other), note="To see it at work.")
    if not PenPortrait.objects.exists():
        write_portrait(by=_head(other), role="Head", experience=WORDS, training="Coaching", availability="Tuesdays")


def _of(state: str, **more: Any) -> Review:
    return Review.objects.filter(focus="How reading is taught.", state=state, **more).order_by("pk")[0]


def rows_of_reviews() -> Rows:
    """By route, what its address names."""
    plant_reviews()
    shown = [_of(state) for state in ("proposed", "agreed", "draft", "published")]
    shown += [_of("accuracy", replied_at=None), _of("accuracy", replied_at__isnull=False)]
    draft = shown[2]
    return {
        "review": [{"pk": one.pk} for one in shown],
        "review_new": [{"school_id": draft.school_id}],
        "review_terms": [{"pk": shown[0].pk}],
        "review_write": [{"pk": draft.pk}],
        "review_findings": [{"pk": draft.pk}],
        "review_finding": [{"pk": draft.pk, "finding_id": one.pk} for one in draft.findings.order_by("pk")[:1]],
        "review_actions": [{"pk": shown[3].pk}],
        "review_wish": [{"pk": one.pk} for one in ReviewWish.objects.order_by("pk")[:1]],
        "programme": [{"school_id": draft.school_id}],
        "practice_page": [{"pk": one.pk} for one in Practice.objects.filter(ended_at=None).order_by("pk")[:2]],
    }


def _wishes_with_faults(at: Any) -> list[Form]:
    """Where a school has asked for a review."""
    wishes = ReviewWish.objects.filter(state="asked").order_by("pk")[:1]
    return [Form("review_wish", "si_lead", at("review_wish", pk=one.pk), {"reason": ""}) for one in wishes]


def _menu(school_id: int) -> list[str]:
    version = strategy_of(School.objects.get(pk=school_id), timezone.localdate())
    return [one.key for one in offered(version.strategy)] if version else []


def reviews_with_faults(addresses: Addresses) -> list[Form]:
    """Every form of reviews and of the register, as those send it who may."""
    slug = addresses.trust.slug

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **more})

    new, draft, waiting = _of("proposed"), _of("draft"), _of("accuracy", replied_at=None)
    published, answered = _of("published"), _of("accuracy", replied_at__isnull=False)
    head, page = f"head of {draft.school_id}", at("review", pk=new.pk)
    finding = draft.findings.order_by("pk")[0]
    asked = PracticeRequest.objects.filter(state="asked").select_related("practice").order_by("pk")[0]
    entry = at("practice_page", pk=asked.practice_id)
    other = Practice.objects.filter(ended_at=None).exclude(school=draft.school_id).order_by("pk")[0]
    fields = form_for(draft).head_fields
    dated = {key: "soon" for key, field in fields.items() if field.shape == "date"}
    wrong = dated or {next(iter(fields)): "x" * (LONGEST_TEXT + 1)}
    of_draft = at("review_findings", pk=draft.pk)
    undated = {"action-0-what": "More writing.", "action-0-due": "soon"}
    return [
        Form("review_new", "si_lead", at("review_new", school_id=draft.school_id), {"days": "", "dates": "soon"}),
        *_wishes_with_faults(at),
        Form("review_terms", "si_lead", at("review_terms", pk=new.pk), {"days": "many"}),
        Form("review_withdraw", "si_lead", page, {"withdraw-reason": ""}, "/withdraw/"),
        Form("review_team", "si_lead", page, {"member-person": ""}, "/team/"),
        Form("review_write", "si_lead", at("review_write", pk=draft.pk), wrong),
        Form("review_findings", "si_lead", of_draft, {"text": ""}),
        Form("review_finding", "si_lead", at("review_finding", pk=draft.pk, finding_id=finding.pk), {"text": ""}),
        Form("review_reply", head, at("review", pk=waiting.pk), {"text": ""}, "/reply/"),
        Form("review_publish", "si_lead", at("review", pk=answered.pk), {"publish-became": ""}, "/publish/"),
        Form("review_share", "si_lead", at("review", pk=published.pk), {"share-audience": ""}, "/share/"),
        Form("review_concern", head, page, {"concern-text": ""}, "/concern/"),
        Form("review_actions", head, at("review_actions", pk=published.pk), undated),
        Form("review_mediate", "ceo", at("review", pk=draft.pk), {"mediation-words": ""}, "/concern/"),
        Form("practice_new", head, at("practice_new"), {"title": "", "text": ""}),
        Form("practice_ask", head, at("practice_page", pk=other.pk), {"visit-note": ""}, "/ask/"),
        Form("practice_answer", head, entry, {}, "/requests/"),
        Form("practice_end", head, entry, {"end-reason": ""}, "/end/"),
        Form("portrait", "si_lead", at("portrait"), {"role": ""}),
    ]
