"""A school on a ladder, moved by another program: raised, proposed, decided, told of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.concerns import ConcernWhole
from plans.api.input import LONGEST_KEY, day, key, number_of, text
from plans.models import Concern, Letter
from plans.queries.concerns import Standing, in_full, readable_concerns, standing_of
from plans.queries.letters import told_of
from plans.rules.ladder import Step
from plans.services.escalating import (
    LONGEST_WHY_NOW,
    LONGEST_WORDS,
    ConcernEntry,
    StepEntry,
    decide_step,
    propose_step,
    raise_concern,
    withdraw_step,
)
from plans.services.notifying import LONGEST_LETTER, MOST_RECIPIENTS, To, send_letter
from schools.access import Access, Permission
from schools.api import Refused, StrictSerializer, TrustView
from schools.models import School
from schools.services.news import LONGEST_SUBJECT
from schools.words import listed

P = Permission
MOST_TESTS = 40
PROPOSED = [one.value for one in Step if one != Step.OPEN]


def concern_as_read(access: Access, concern: Concern) -> dict[str, Any]:
    """The concern as it stands now, whole."""
    return ConcernWhole(in_full(readable_concerns(access)).get(pk=concern.pk)).data


class _Reasons(StrictSerializer):
    """Why, what was talked through with the school, and when it is looked at again."""

    reason = text(LONGEST_WORDS, "The school will read this.", needed=True)
    causes = text(LONGEST_WORDS, "Needed of a step onto the ladder, and of one up.")
    discussed_with = text(300, "By role. Needed where the causes are.")
    discussed_on = day("Needed where the causes are.")
    review_on = day("The day it is looked at again; not where the school leaves the ladder.")


class ConcernIn(_Reasons):
    """A concern about a school. It is proposed: somebody else decides."""

    ladder = text(LONGEST_KEY, "Its key in the strategy.", needed=True)
    stage = key("The key of the stage; blank for the first.")
    entry_tests = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_WORDS), max_length=MOST_TESTS,
        help_text="Those that apply, in the words of the ladder and its stages; at least one.",
    )  # fmt: skip
    evidence = text(LONGEST_WORDS, "What shows it, and where that is written.", needed=True)
    sources = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_KEY), max_length=MOST_TESTS, required=False, default=list,
        help_text="What it rests on: the kind and the number of what is on record, for example decision-12.",
    )  # fmt: skip
    why_now = text(LONGEST_WHY_NOW, "Why who decides is told at once; blank: on the next working morning.")


class ExitTestIn(StrictSerializer):
    """A test of the stage that is met, and what shows it."""

    test = text(LONGEST_WORDS, "In the words of the strategy.", needed=True)
    evidence = text(LONGEST_WORDS, needed=True)


class StepIn(_Reasons):
    """The next step of a school on a ladder."""

    step = text(LONGEST_KEY, f"{', '.join(PROPOSED[:-1])} or {PROPOSED[-1]}.", needed=True)
    stage = key("The key of the stage, for a step back onto the ladder; blank for the first.")
    plan_words = text(LONGEST_WORDS, "What the plan of the stage gains; it can be said later.")
    exit_tests = ExitTestIn(many=True, required=False, default=list)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A step that there is; a stage and tests only where they belong."""
        wrong, step = {}, data["step"]
        if step not in PROPOSED:
            wrong["step"] = f"Say {', '.join(PROPOSED[:-1])} or {PROPOSED[-1]}."
        if data["stage"] and step != Step.BACK:
            wrong["stage"] = "Only a step back onto the ladder names its stage."
        if data["exit_tests"] and step != Step.CLOSE:
            wrong["exit_tests"] = "Only a step off the ladder tells which tests are met."
        if step == Step.CLOSE and (data["review_on"] or data["plan_words"]):
            wrong["review_on" if data["review_on"] else "plan_words"] = "A step off the ladder has none."
        if wrong:
            raise serializers.ValidationError(wrong)
        return data


class DecisionIn(StrictSerializer):
    """What somebody decides about a step that waits."""

    outcome = text(LONGEST_KEY, "agreed or declined.", needed=True)
    words = text(LONGEST_WORDS, "Needed where it is declined.")
    why_now = text(LONGEST_WHY_NOW, "Why who proposed it is told at once; blank: on the next working morning.")


class ToIn(StrictSerializer):
    """Somebody the letter goes to: a person with an account, or a name and how the letter reaches it."""

    told_as = text(300, "The words of the stage that name them; blank for somebody else.")
    person = number_of("The membership of somebody who holds such a role now.")
    name = text(120)
    address = text(300, "An address, or “by hand”.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A person, or a name with an address."""
        wrong = {}
        if data["person"] and (data["name"] or data["address"]):
            wrong["name"] = "Name a person by number or in words, not both."
        elif not data["person"] and not data["name"]:
            wrong["name"] = "Say to whom it goes."
        elif not data["person"] and not data["address"]:
            wrong["address"] = f"Say how the letter reaches {data['name']}."
        if wrong:
            raise serializers.ValidationError(wrong)
        return data


class LetterIn(StrictSerializer):
    """A letter about the step by which the school came where it is."""

    to = ToIn(many=True)
    subject = text(LONGEST_SUBJECT, needed=True)
    why_now = text(500, "Why it cannot wait; blank: it arrives at the next humane time of the school.")
    text = text(LONGEST_LETTER, needed=True)

    def validate_to(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """As many as one letter has."""
        if len(rows) > MOST_RECIPIENTS:
            raise serializers.ValidationError(f"A letter goes to at most {MOST_RECIPIENTS} people.")
        return rows


class LetterOut(serializers.ModelSerializer):
    """A letter as it was sent. It never changes."""

    to = serializers.SerializerMethodField(help_text="The names of those it went to.")

    class Meta:
        model = Letter
        fields = ["id", "concern", "to", "subject", "text", "sent_at", "arrives_at", "why_now"]
        read_only_fields = fields

    def get_to(self, letter: Letter) -> list[str]:
        return [one.name for one in letter.recipients.all()]


class SchoolConcerns(TrustView):
    """Raise a concern about a school."""

    needs, model, tag, operation = P.RAISE_CONCERN, School, "Concerns", "concerns_raise"
    http_method_names = ["post"]
    also = (413, 415)
    takes = ConcernIn
    answers = {201: ConcernWhole}

    def rows(self) -> QuerySet[School]:
        return School.objects.visible_to(self.access).select_related("trust")

    def post(self, request: Request, **kwargs: str) -> Response:
        """The first step onto a ladder of the school’s strategy, for somebody else to decide."""
        school: School = self.get_object()
        self.access.require(P.RAISE_CONCERN, school.pk)
        sent = self.taken()
        about = {name: sent.pop(name) for name in ("ladder", "entry_tests", "evidence", "sources")}
        concern = raise_concern(school, ConcernEntry(**about, step=StepEntry(**sent)), by=self.access.membership)
        return Response(concern_as_read(self.access, concern), status=201)


class ConcernMoving(TrustView):
    needs, model, tag = P.RAISE_CONCERN, Concern, "Concerns"
    http_method_names = ["post"]
    also = (413, 415)
    answers = {200: ConcernWhole}

    def rows(self) -> QuerySet[Concern]:
        return readable_concerns(self.access)

    def theirs(self) -> Concern:
        """The concern, for who may do this at its school."""
        concern: Concern = self.get_object()
        self.access.require(self.needs, concern.school_id)
        return concern

    def standing(self) -> Standing:
        return standing_of(in_full(self.rows()).get(pk=self.theirs().pk), today=timezone.localdate())

    def told(self, concern: Concern) -> Response:
        return Response(concern_as_read(self.access, concern))


class ConcernSteps(ConcernMoving):
    """Propose the next step of a school on a ladder."""

    operation, takes = "concerns_propose", StepIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """Somebody else decides it; until then nothing else can be proposed."""
        standing, sent = self.standing(), self.taken()
        tests = standing.stage.exit_tests if standing.stage else ()
        step, met = Step(sent.pop("step")), _met(tests, sent.pop("exit_tests"))
        try:
            propose_step(standing.concern, step, StepEntry(**sent, exit_tests=met), by=self.access.membership)
        except ValidationError as refusal:
            raise Refused(_by_field(refusal, tests)) from None
        return self.told(standing.concern)


class ConcernDecide(ConcernMoving):
    """Decide the step that waits."""

    needs, operation, takes = P.DECIDE, "concerns_decide", DecisionIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """By who decides, and never by who proposed it. Agreed, it holds from today.

        Where several decide in turn, it holds once the last has agreed.
        """
        concern = self.theirs()
        decide_step(concern, access=self.access, **self.taken())
        return self.told(concern)


class ConcernWithdraw(ConcernMoving):
    """Take back the step that waits."""

    operation = "concerns_take_back"

    def post(self, request: Request, **kwargs: str) -> Response:
        """Before it is decided. A concern whose first step it is, is not opened."""
        concern = self.theirs()
        withdraw_step(concern, by=self.access.membership)
        return self.told(concern)


class ConcernLetters(ConcernMoving):
    """Send a letter about a concern."""

    operation, takes, answers = "concerns_letter", LetterIn, {201: LetterOut}

    def post(self, request: Request, **kwargs: str) -> Response:
        """It is kept as it was sent, and arrives at a humane time of the school."""
        standing, sent = self.standing(), self.taken()
        to = _recipients(standing, sent.pop("to"))
        letter = send_letter(standing.concern, by=self.access.membership, to=to, **sent)
        return Response(LetterOut(letter).data, status=201)


def _met(tests: tuple[str, ...], sent: list[dict[str, str]]) -> dict[str, str]:
    """Evidence by test. Raises Refused for a test that the stage does not have."""
    strange = [one["test"] for one in sent if one["test"] not in tests]
    if strange:
        raise Refused({"exit_tests": [f"The stage has no such test: {listed(strange)}"]})
    return {one["test"]: one["evidence"] for one in sent}


def _by_field(refusal: ValidationError, tests: tuple[str, ...]) -> Mapping[str, Any]:
    """The sentences by field; those of tests stand together in `exit_tests`, each with its test."""
    if not hasattr(refusal, "error_dict"):
        return {"": refusal.messages}
    said = dict(refusal.message_dict)
    lacking = [f"{words}: {test}" for n, test in enumerate(tests) for words in said.pop(f"exit-{n}", ())]
    return said | ({"exit_tests": lacking} if lacking else {})


def _recipients(standing: Standing, sent: list[dict[str, Any]]) -> list[To]:
    """Raises Refused for words that the stage does not have, and for who holds no such role."""
    people = {one.words: {person.pk: person for person in one.people} for one in told_of(standing)}
    wrong: dict[str, list[str]] = {}
    found = []
    for place, one in enumerate(sent):
        person = people.get(one["told_as"], {}).get(one["person"])
        if one["told_as"] and one["told_as"] not in people:
            wrong[f"to.{place}.told_as"] = ["The stage asks to tell nobody of these words."]
        elif one["person"] and person is None:
            wrong[f"to.{place}.person"] = ["Nobody of this number holds that role here."]
        name = person.user.name if person else one["name"]
        found.append(To(one["told_as"], name, one["address"], person))
    if wrong:
        raise Refused(wrong)
    return found
