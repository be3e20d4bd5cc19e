"""Progress of a plan told by another program: written box by box as on the page, and sent once."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.forms.named import names_in
from plans.api.input import number_once
from plans.api.plans import UpdateOut
from plans.api.sections import KeptOut, kept, words_by, words_in
from plans.api.writing import PlanWriting
from plans.models import Plan, ProgressDraft
from plans.queries.documents import document_of
from plans.queries.plans import priorities_of, require_sender
from plans.queries.progress import asked_of, draft_of, sent_as
from plans.rules.progress import CHANGED, DONE, abouts, form_of
from plans.rules.targets import NOTE, STANDS
from plans.services import save_progress, send_progress
from schools.access import Permission
from schools.api import Refused
from schools.api.answers import CONFLICT, VersionIn, conflict, read_answers, require_had
from schools.filled import Value
from schools.strategy.forms import Form, FormField

ALL_THE_SAME = " To send it as it is, send `as_it_is` as well."


class BoxOut(serializers.Serializer):
    """One box of the next update: what was done for a priority, what changed, how a target in words stands."""

    name = serializers.CharField(help_text="To send its words under.")
    label = serializers.CharField()  # type: ignore[assignment]
    hint = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField(), help_text="Where one of them is chosen.")
    required = serializers.BooleanField(help_text="Whether the update is not sent without it.")  # type: ignore[assignment]
    priority = serializers.IntegerField(allow_null=True, help_text="Null also where it is about no priority.")
    target = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField(help_text="What is written so far.")


class ProgressOut(serializers.Serializer):
    """The next update of a plan while it is written."""

    version = serializers.IntegerField(help_text="To write on.")
    due_on = serializers.DateField(allow_null=True)
    boxes = BoxOut(many=True)


class ProgressIn(VersionIn):
    """Some boxes of the update. What is left out stays as it is."""

    answers = words_by("By the name of the box; blank or null empties it.")


class ProgressSendIn(VersionIn):
    """The same, or nothing more than is written already; and that it goes out."""

    answers = words_by("By the name of the box; blank or null empties it.", needed=False)
    token = number_once("update")
    as_it_is = serializers.BooleanField(
        required=False, default=False, help_text="Send it though a person seems to be named in it."
    )


class _Telling(PlanWriting):
    """The next update of a plan, for who tells of it."""

    def update(self) -> tuple[Plan, ProgressDraft | None, Form]:
        """The plan, what is written so far, and the boxes there are today."""
        plan, today = self.writable(), timezone.localdate()
        priorities = priorities_of([plan]).get(plan.pk, [])
        form = form_of(abouts(document_of(plan, priorities)), asked_of(priorities, today=today), today=today)
        return plan, draft_of(plan), form

    def typed(
        self, plan: Plan, draft: ProgressDraft | None, form: Form, sent: dict[str, Any]
    ) -> dict[str, Value | None]:
        """What can be kept of what was sent. Raises Refused by field."""
        require_had(draft.version if draft else 1, sent)
        assert plan.strategy_version is not None  # `writable` has seen to it
        return read_answers(plan.strategy_version.strategy, form, sent["answers"], "answers")


class PlanProgress(_Telling):
    """Read the next update of a plan while it is written."""

    operation, answers = "plans_progress", {200: ProgressOut}
    http_method_names = ["get", "head"]
    also = ()

    def get(self, request: Request, **kwargs: str) -> Response:
        """Its boxes as they are today, with what is written so far. For who writes the plan."""
        plan, draft, form = self.update()
        written = draft.answers if draft else {}
        told = {
            "version": draft.version if draft else 1,
            "due_on": plan.update_due_on,
            "boxes": [_box(field, written.get(field.key)) for field in form.header],
        }
        return Response(ProgressOut(told).data)


def _box(field: FormField, answer: Value | None) -> dict[str, Any]:
    column, _, number = field.key.partition("_")
    row = int(number) if number else None
    return {
        "name": field.key, "label": field.label, "hint": field.hint, "options": field.options,
        "required": field.required, "priority": (row or None) if column in (DONE, CHANGED) else None,
        "target": row if column in (STANDS, NOTE) else None, "answer": answer or "",
    }  # fmt: skip


class PlanProgressAnswers(_Telling):
    """Write in the next update of a plan."""

    operation, takes = "plans_write_progress", ProgressIn
    answers = {200: KeptOut, **CONFLICT}
    http_method_names = ["patch"]

    def patch(self, request: Request, **kwargs: str) -> Response:
        """It is kept, and read by nobody else before it is sent. What others wrote in other boxes stands."""
        (plan, draft, form), sent = self.update(), self.taken()
        typed = self.typed(plan, draft, form, sent)
        saved = save_progress(plan, typed, by=self.access.membership, version=sent["version"])
        return kept(saved, typed, plan.school_id)


class PlanProgressSend(_Telling):
    """Send the next update of a plan."""

    needs, operation, takes = Permission.SEND_PLANS, "plans_send_progress", ProgressSendIn
    answers = {200: UpdateOut, 201: UpdateOut, **CONFLICT}

    def post(self, request: Request, **kwargs: str) -> Response:
        """Whoever oversees the plan is told, and it does not change any more. Refused by box while one is lacking."""
        plan, draft, form = self.update()
        require_sender(self.access, plan)
        sent = self.taken()
        if before := sent_as(plan, sent["token"]):
            return Response(UpdateOut(before).data)
        typed = self.typed(plan, draft, form, sent)
        if not sent["as_it_is"]:
            _refuse_names(form, {**(draft.answers if draft else {}), **typed}, plan.school_id)
        made = send_progress(plan, typed, by=self.access.membership, version=sent["version"], token=sent["token"])
        if made.saved.conflicts:
            return conflict(made.saved)
        if made.lacks:
            raise Refused({"answers": {name: [words] for name, words in made.lacks.items()}})
        return Response(UpdateOut(made.update).data, status=201)


def _refuse_names(form: Form, typed: dict[str, Value | None], school_id: int | None) -> None:
    prose = {field.key: typed.get(field.key) for field in form.header if field.is_prose}
    if named := names_in(words_in(prose), school_id):
        raise Refused({"answers": {name: [words + ALL_THE_SAME] for name, words in named.items()}})
