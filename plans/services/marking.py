"""Two people at one priority or action: at what a form was opened, and what reads otherwise since, by whose hand."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Action, Priority
from plans.queries.actions import origin_of
from plans.queries.answerable import answers_now
from plans.queries.documents import aim_words
from plans.queries.plans import strategy_in
from schools.audit import CHANGED_SINCE
from schools.models import AuditEntry
from schools.words import cut, on

from .aiming import said_of

DIGEST = 8
"""Characters that stand for one part of a row."""

LONGEST_MARK = 16 * DIGEST
LONGEST_NOW = 200  # characters of what a part reads now


def _of_priority(row: Priority) -> Mapping[str, object]:
    return {
        "The priority": row.label,
        "What will be different": row.change,
        "How you will know": row.success,
        "What it answers in the matrix": row.criterion,
        "The targets": sorted(map(str, map(said_of, row.milestones.all()))),
    }


def _of_action(row: Action) -> Mapping[str, object]:
    return {
        "What will be done": row.what,
        "Who sees to it": (row.owner_id, row.owner_words),
        "Done by": row.due_on,
        "Look at its impact on": row.impact_check_on,
        "The priority it serves": row.priority_id,
        "By what it will be judged": row.success,
        "Support": row.support,
        "Budget": row.budget,
        "Training": row.training,
        "A target of an appraisal": row.appraisal,
        "Whether it is open": row.state,
        "The plan it stands in": row.plan_id,
        "What it answers": answers_now(row).key,
    }


def _parts(row: Priority | Action) -> Mapping[str, object]:
    return _of_action(row) if isinstance(row, Action) else _of_priority(row)


def mark_of(row: Priority | Action) -> str:
    """Changes, part by part, whenever the row reads otherwise: what a form was opened at."""
    return "".join(sha256(str(part).encode()).hexdigest()[:DIGEST] for part in _parts(row).values())


def check_unchanged(row: Priority | Action, seen: str) -> None:
    """Refuse where somebody has written the row since it read as `seen`; blank asks for no check.

    The refusal says who and when, and how each part reads now that has changed.
    """
    now = mark_of(row)
    if not seen or seen == now:
        return
    changed = [
        f"“{label}” {_reads(row, label)}."
        for place, label in enumerate(_parts(row))
        if seen[place * DIGEST : (place + 1) * DIGEST] != now[place * DIGEST : (place + 1) * DIGEST]
    ]
    raise ValidationError(
        f"{_by_whom(row)} changed this after you had opened it. {' '.join(changed)} Nothing of yours is saved yet:"
        " save again to put it in place of that.",
        code=CHANGED_SINCE,
    )


def _by_whom(row: Priority | Action) -> str:
    """“Ben Osei, on 20 November 2026 at 15:04,”; “Somebody” where no act is on record."""
    events = [row.history.order_by("-pgh_id").first()]  # type: ignore[union-attr]
    if isinstance(row, Priority):
        events += [one.history.order_by("-pgh_id").first() for one in row.milestones.all()]  # type: ignore[attr-defined]
    acts = [one.pgh_context_id for one in events if one is not None]
    entry = AuditEntry.objects.filter(act__in=acts).select_related("by__user").order_by("-at", "-pk").first()
    if entry is None or entry.by is None:
        return "Somebody"
    at = timezone.localtime(entry.at)
    return f"{entry.by.user.name}, on {on(at.date())} at {at:%H:%M},"


def _reads(row: Priority | Action, label: str) -> str:
    words = _now(row, label)
    return f"now reads “{cut(words, LONGEST_NOW)}”" if words else "is now empty"


def _now(row: Priority | Action, label: str) -> str:
    """One part as it is read."""
    if isinstance(row, Priority):
        strategy = strategy_in(row.plan)
        if label == "The targets":
            targets = row.milestones.order_by("by_on", "pk")
            return "; ".join(f"{one.words or aim_words(one, strategy)} by {on(one.by_on)}" for one in targets)
        if label == "What it answers in the matrix":
            criterion = strategy.criterion_by_key.get(row.criterion) if strategy else None
            return criterion.label if criterion else row.criterion
        return str(_of_priority(row)[label])
    part, origin = _of_action(row)[label], origin_of(row)
    said = {
        "Who sees to it": row.seen_to_by,
        "Done by": on(row.due_on) if row.due_on else "",
        "Look at its impact on": on(row.impact_check_on) if row.impact_check_on else "",
        "The priority it serves": row.priority.label if row.priority else "",
        "Budget": f"£{row.budget:,.2f}" if row.budget is not None else "",
        "A target of an appraisal": "yes" if row.appraisal else "no",
        "Whether it is open": str(row.get_state_display()),
        "The plan it stands in": row.plan.title,
        "What it answers": origin.label if origin else "",
    }
    return said.get(label, str(part))
