"""Targets on the way of plans that were sent, and what schools asked for that was put off to a later day."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import JSONField
from django.db.models.functions import Cast, JSONArray, JSONObject

from plans.models import Milestone, Plan, PlanEdition, SupportRequest
from plans.queries.documents import aim_words
from plans.queries.plans import read_plans
from plans.queries.support_asked import read_requests
from plans.rules.support import asked_label
from plans.rules.targets import MET
from reporting.rules.owed import Owed
from schools.words import cut

from .reading import Reader

TARGET, ASKED = "target", "support_request"
MOST_WORDS = 90  # characters of what is aimed at, or was asked for

OF_TARGET = JSONObject(
    pk="pk", words="words", measure="measure", group="group", value="value",
    version="priority__plan__strategy_version_id",
)  # fmt: skip
OF_REQUEST = JSONObject(item="item", need="need", version="strategy_version_id")


def targets(read: Reader, of_plans: Q) -> QuerySet[Milestone]:
    """Of open plans, those that stand in what was sent. No query by itself.

    Of one in words somebody says whether it is met, so it stays until they have; of a measure the figures tell.
    """
    plans = Plan.objects.filter(read_plans(read.access), state=Plan.State.OPEN, strategy_version__isnull=False)
    mine = JSONObject(priorities=JSONArray(JSONObject(milestones=JSONArray(JSONObject(id=OuterRef("pk"))))))
    sent = PlanEdition.objects.filter(plan=OuterRef("priority__plan"), document__contains=Cast(mine, JSONField()))
    to_come = Q(by_on__gte=read.today) & ~Q(outcome=MET)
    unsaid = Q(by_on__lt=read.today, measure="", outcome="")
    rows = Milestone.objects.filter(of_plans, to_come | unsaid, Exists(sent), priority__dropped_at=None)
    return rows.filter(priority__plan__in=plans.values("pk"), by_on__lte=read.until)


def put_off(read: Reader) -> QuerySet[SupportRequest]:
    """What these schools asked for and is looked at again on a day. No query by itself."""
    rows = SupportRequest.objects.filter(read_requests(read.access), school__in=read.schools)
    return rows.filter(state=SupportRequest.State.LATER, later_on__lte=read.until)


def of_target(read: Reader, pk: int, said: str, school: int | None, day: date) -> Owed:
    """On its day; one in words afterwards until somebody has said whether it is met."""
    told = json.loads(said)
    value = None if told["value"] is None else Decimal(str(told["value"]))
    row = Milestone(words=told["words"], measure=told["measure"], group=told["group"], value=value)
    aim = aim_words(row, read.followed.by_pk[told["version"]].strategy)
    words, to_come = cut(". ".join(filter(None, (aim, row.words))), MOST_WORDS), day >= read.today
    title = f"Target to reach: {words}" if to_come else f"Was the target met? {words}"
    return Owed("plan", day, title, school, page="plan", place={"pk": pk}, number=told["pk"])


def of_request(read: Reader, pk: int, said: str, school: int | None, day: date) -> Owed:
    """The day on which it is looked at again."""
    told = json.loads(said)
    label = asked_label(read.followed.by_pk[told["version"]].strategy, told["item"], told["need"])
    return Owed("support", day, f"Asked for and put off to this day: {label}", school, page=ASKED, place={"pk": pk})
