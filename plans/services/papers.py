"""A document kept with a plan: added, and taken away."""

from __future__ import annotations

from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Plan, PlanPaper
from plans.rules.paper import KINDS, NotTaken, kind_of_file, name_of_file
from schools.audit import record_act
from schools.models import Membership

from .writing import open_plan

MOST_PAPERS = 10


def add_paper(plan: Plan, content: bytes, *, name: str, by: Membership) -> PlanPaper:
    """Keep a document with the plan.

    Raises ValidationError beside the file where it is none that is taken, is there already, or they are too many.
    """
    locked = open_plan(plan, by=by)
    if locked.strategy_version_id is None:
        raise ValidationError("Begin to write this plan first.")
    try:
        kind = kind_of_file(content)
    except NotTaken as refused:
        raise ValidationError({"file": str(refused)}) from None
    digest, kept = sha256(content).hexdigest(), locked.papers.filter(taken_away_at=None)
    known = set(kept.values_list("digest", flat=True))
    if digest in known:
        raise ValidationError({"file": "This very document is there already."})
    if len(known) >= MOST_PAPERS:
        raise ValidationError({"file": f"At most {MOST_PAPERS} documents stand with a plan. Take one away first."})
    called = name_of_file(name, kind)
    record_act("plan.paper", locked, by=by, school=locked.school, after=called, label=locked.title)
    return PlanPaper.objects.create(
        plan=locked, name=called, kind=KINDS[kind], content=content, size=len(content), digest=digest,
        added_at=timezone.now(), added_by=by,
    )  # fmt: skip


def take_paper_away(paper: PlanPaper, *, by: Membership) -> None:
    """Take a document away. It stays with what was sent while it was there; what no edition holds is gone for good."""
    locked = open_plan(paper.plan, by=by)
    record_act("plan.paper_away", locked, by=by, school=locked.school, before=paper.name, label=locked.title)
    row = PlanPaper.objects.select_for_update().get(pk=paper.pk)
    if any(one["id"] == row.pk for edition in locked.editions.all() for one in edition.document.get("papers", ())):
        row.taken_away_at = row.taken_away_at or timezone.now()
        row.save(update_fields=["taken_away_at"])
    else:
        row.delete()
