"""What a plan says as a whole document, as it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from evidence.rules.arithmetic import in_words
from plans.models import Action, Milestone, Plan, PlanPaper, Priority
from plans.queries.plans import kind_of, priorities_of, strategy_in
from plans.queries.sources import visit_about
from plans.rules.document import Document, Focus, Line, Paper, Section, Stage
from schools.models import StrategyVersion
from schools.strategy import Strategy
from schools.strategy.provision import PlanType, section_key
from schools.words import on


def with_papers(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """The same plans, each with the documents kept with it. No query more, and one less in `documents_of`."""
    rows = PlanPaper.objects.filter(plan=OuterRef("pk"), taken_away_at=None).order_by("added_at", "pk")
    return plans.annotate(kept=ArraySubquery(rows.values(json=JSONObject(id="pk", name="name", size="size"))))


def document_of(plan: Plan, priorities: Sequence[Priority] | None = None) -> Document:
    """The plan as it stands, whole. As many queries as `documents_of`."""
    known = None if priorities is None else {plan.pk: priorities}
    return documents_of([plan], known)[plan.pk]


def documents_of(
    plans: Sequence[Plan], priorities: Mapping[int, Sequence[Priority]] | None = None
) -> dict[int, Document]:
    """Several plans as they stand, by plan. Four queries: two less where their `priorities` are known, one less of
    those read `with_papers`, and one more where an action answers a visit of another version than the plans'.
    """
    known = priorities_of(plans) if priorities is None else priorities
    lines, papers = _lines_of(plans), _papers_of(plans)
    return {one.pk: _document(one, known.get(one.pk, []), lines[one.pk], papers[one.pk]) for one in plans}


def _lines_of(plans: Sequence[Plan]) -> dict[int, list[tuple[int | None, Line]]]:
    """By plan its actions, each with its priority. The visit that one answers is of an app above, read by its link."""
    rows = Action.objects.filter(plan__in=plans).select_related("owner__user", "finding").order_by("due_on", "pk")
    told = {name: f"visit_actions__visit__{name}" for name in ("on", "form", "subject")}
    visit = JSONObject(version="visit_actions__visit__strategy_version", **told)  # one at most
    read = [(row, row.visit) for row in rows.annotate(visit=visit)]
    versions = {one.strategy_version.pk: one.strategy_version for one in plans if one.strategy_version}
    if others := {visit["version"] for _, visit in read} - {None, *versions}:
        versions |= StrategyVersion.objects.in_bulk(others)
    found: dict[int, list[tuple[int | None, Line]]] = {one.pk: [] for one in plans}
    for row, visit in read:
        about = _visit_words(visit, versions, agreed=row.is_origin_fixed) if visit["version"] else ""
        found[row.plan_id].append((row.priority_id, _line(row, about)))
    return found


def _papers_of(plans: Sequence[Plan]) -> dict[int, list[Paper]]:
    if not all(hasattr(one, "kept") for one in plans):
        plans = list(with_papers(Plan.objects.filter(pk__in=[one.pk for one in plans])).only("pk"))
    return {one.pk: one.kept for one in plans}  # type: ignore[attr-defined]  # by with_papers


def _document(
    plan: Plan, priorities: Sequence[Priority], lines: Sequence[tuple[int | None, Line]], papers: list[Paper]
) -> Document:
    strategy, known = strategy_in(plan), {one.pk for one in priorities}
    actions = defaultdict[int | None, list[Line]](list)
    for priority, line in lines:
        actions[priority if priority in known else None].append(line)
    return Document(
        title=plan.title,
        year=plan.year,
        sections=_sections(kind_of(plan), plan),
        priorities=[_focus(one, strategy, actions[one.pk]) for one in priorities],
        actions=actions[None],
        papers=papers,
    )


def _sections(kind: PlanType | None, plan: Plan) -> list[Section]:
    found = []
    for label in kind.sections if kind else ():
        key, holds = section_key(label), kind.holds.get(label, "") if kind else ""
        found.append(Section(key=key, label=label, holds=holds, text=str(plan.answers.get(key) or "")))
    return found


def _focus(row: Priority, strategy: Strategy | None, actions: list[Line]) -> Focus:
    criterion = strategy.criterion_by_key.get(row.criterion) if strategy else None
    return Focus(
        id=row.pk,
        label=row.label,
        change=row.change,
        success=row.success,
        criterion=criterion.label if criterion else "",
        milestones=[_stage(one, strategy) for one in row.milestones.all()],
        actions=actions,
    )


def _stage(row: Milestone, strategy: Strategy | None) -> Stage:
    return Stage(
        id=row.pk, by=on(row.by_on), words=row.words, measure=row.measure, group=row.group,
        aim=aim_words(row, strategy),
    )  # fmt: skip


def aim_words(row: Milestone, strategy: Strategy | None) -> str:
    """For example “Attendance: 95.5%” or “Phonics, disadvantaged pupils: 80%”; blank for one in words alone."""
    measure = strategy.measure_by_key.get(row.measure) if strategy else None
    if measure is None or row.value is None:
        return ""
    group = strategy.group_by_key.get(row.group) if strategy and row.group != "all" else None
    of = f", {group.label[:1].lower()}{group.label[1:]}" if group else ""
    typed = -int(row.value.normalize().as_tuple().exponent)  # a target is shown as exactly as it was set
    return f"{measure.label}{of}: {in_words(row.value, max(measure.decimals, typed), measure.unit_shown)}"


def _line(row: Action, visit: str) -> Line:
    return Line(
        id=row.pk,
        what=row.what,
        owner=row.seen_to_by if row.owner_id or row.owner_words else "",
        due=on(row.due_on) if row.due_on else "",
        check=on(row.impact_check_on) if row.impact_check_on else "",
        success=row.success,
        budget=f"{row.budget:,.2f}".removesuffix(".00") if row.budget is not None else "",
        training=row.training,
        support=row.support,
        finding=row.finding.text if row.finding else "",
        visit=visit,
        appraisal="Also a target of an appraisal" if row.appraisal else "",
        verdict=row.get_verdict_display() if row.verdict else "",
        evidence=row.verdict_evidence,
        closed=on(timezone.localdate(row.closed_at)) if row.closed_at else "",
    )


def _visit_words(visit: Mapping[str, Any], versions: Mapping[int, StrategyVersion], *, agreed: bool) -> str:
    """“Agreed on the visit of 3 November 2026, Reading”; without a subject to be told, with the name of its form."""
    form = versions[visit["version"]].strategy.form_by_key[visit["form"]]
    about, came = visit_about(form, visit["subject"]) or form.label, "Agreed on" if agreed else "Answers"
    day = f" of {on(date.fromisoformat(visit['on']))}," if visit["on"] else ":"
    return f"{came} the visit{day} {about}"
