"""Plans, checklists, forms, reviews, meetings, returns and reports, each entry in the same shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schools.strategy.document import Strategy
from schools.strategy.provision import (
    Asked,
    CollectionPoint,
    Form,
    FormField,
    MeetingType,
    PlanType,
    ReportType,
    ReviewType,
)
from schools.words import capital, every, listed

from .words import counted, level_labels, phases


@dataclass(frozen=True)
class Entry:
    """One plan, form, meeting … as facts (a term and a text) and lists (a heading and its items)."""

    key: str
    label: str
    detail: str
    facts: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()


def _facts(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((term, capital(text)) for term, text in pairs if text)


def _lists(*pairs: tuple[str, Iterable[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((heading, tuple(items)) for heading, items in pairs if items)


def plans_of(strategy: Strategy, roles: Mapping[str, str]) -> tuple[Entry, ...]:
    return tuple(_plan(strategy, plan, roles) for plan in strategy.plan_types)


def _plan(strategy: Strategy, plan: PlanType, roles: Mapping[str, str]) -> Entry:
    words = level_labels(strategy)
    checklists = {one.key: one.label for one in strategy.checklists}
    by_level = "; ".join(f"{words[key]}: {every(how_often)}" for key, how_often in plan.update_by_level.items())
    by_its_day = plan.levels and not plan.keeps_going
    sent_within = f"within {counted(plan.begin_days, 'school day')}" if by_its_day else ""
    facts = _facts(
        ("For", listed((words[key] for key in plan.levels), "or") or _every_school(plan)),
        ("Sent to be approved", sent_within),
        ("Each action answers", listed((f"a {one}" for one in plan.links_back), "or")),
        ("Written by", listed(plan.written_by)),
        ("Approved by", ", then ".join(roles[role] for role in plan.approval)),
        ("Overseen by", listed(plan.overseen_by)),
        ("Updated", by_level or (every(plan.update_every) if plan.update_every else "")),
        ("Written anew", every(plan.refresh_every) if plan.refresh_every else ""),
        ("Validated", "by somebody from outside the school, at its end" if plan.validated else ""),
        ("Checklists", listed(checklists[key] for key in plan.checklists)),
        ("Begins with what is known", listed(plan.prefill)),
    )
    return Entry(
        plan.key,
        plan.label,
        plan.detail,
        facts,
        _lists(("Sections", plan.sections), ("A good plan", plan.quality_rules)),
    )


def _every_school(plan: PlanType) -> str:
    return "a school on a stage of the ladder that asks for it" if plan.only_on_ladder else "any school"


def checklists_of(strategy: Strategy) -> tuple[Entry, ...]:
    words = level_labels(strategy)
    return tuple(
        Entry(
            one.key,
            one.label,
            "",
            _facts(("When a school enters", words.get(one.level or "", ""))),
            _lists(*((group.label, group.items) for group in one.groups)),
        )
        for one in strategy.checklists
    )


def appraisals_of(strategy: Strategy, roles: Mapping[str, str]) -> tuple[Entry, ...]:
    """Who appraises whom, and for how long how it stands is kept."""
    return tuple(
        Entry(
            one.key,
            one.label,
            one.detail,
            _facts(
                ("Whose", listed((roles[role] for role in one.of), "or")),
                ("Led by", listed((roles[role] for role in one.by), "or")),
                ("With", listed(one.beside)),
                ("Shared with", listed(roles[role] for role in one.shared_with)),
                ("Kept for", f"{counted(one.kept_months, 'month')} after the year"),
            ),
            _lists(("Steps", one.steps)),
        )
        for one in strategy.appraisals
    )


FORM_KINDS = {
    "monitoring": "monitoring",
    "review": "review",
    "evidence": "record of evidence",
    "health_check": "health check",
    "checklist": "checklist",
    "programme": "record of a school and year, agreed by both sides",
}

READERS = {"school": "", "leaders": "the leaders of the school and the trust alone"}


def forms_of(strategy: Strategy) -> tuple[Entry, ...]:
    return tuple(_form(strategy, form) for form in strategy.forms)


def _form(strategy: Strategy, form: Form) -> Entry:
    def fields(some: Iterable[FormField]) -> tuple[str, ...]:
        return tuple(_field(strategy, field) for field in some)

    lists = _lists(
        ("Steps", form.steps),
        ("At the head", fields(form.header)),
        (f"For each {form.row_label.lower()}" if form.row_label else "Rows", fields(form.rows)),
        ("Judgements", fields(form.judgements)),
        ("At the foot", fields(form.footer)),
        *((f"Questions for {method.label}", (*method.questions, *method.evidence)) for method in form.methods),
    )
    facts = _facts(
        ("Kind", FORM_KINDS[form.kind]),
        ("Judgements follow", form.framework_words),
        ("Kind of evidence", strategy.matrix.source_labels[form.evidence_is] if form.evidence_is else ""),
        ("Read by", READERS[form.visibility]),
        ("Kept for", counted(form.retention_months, "month") if form.retention_months else ""),
    )
    return Entry(form.key, form.label, form.detail, facts, lists)


def _field(strategy: Strategy, field: FormField) -> str:
    options = listed(field.options, "or")
    if field.scale:
        options = listed((level.label for level in strategy.levels_of(field.scale)), "or")
    parts = (
        f"{field.label} ({options})" if options else field.label,
        field.hint,
        "Must be filled in." if field.required else "",
        "Written when it is considered." if field.at == "considered" else "",
    )
    return ". ".join(part.rstrip(".") for part in parts if part) + ("." if any(parts[1:]) else "")


def reviews_of(strategy: Strategy) -> tuple[Entry, ...]:
    return tuple(_review(strategy, review) for review in strategy.review_types)


def _review(strategy: Strategy, review: ReviewType) -> Entry:
    words = level_labels(strategy)
    forms = {form.key: form.label for form in strategy.forms}
    facts = _facts(
        ("How often", every(review.every) if review.every else ""),
        ("Length", counted(review.days, "day") if review.days else ""),
        ("Form", forms.get(review.form or "", "")),
        *((f"Form at {words[key]}", forms[form]) for key, form in review.form_by_level.items()),
        ("Team", listed(review.team)),
        *((f"Depth at {words[key]}", depth) for key, depth in review.depth.items()),
    )
    lists = _lists(("Looks at", review.focus), ("Steps", review.steps), ("Leads to", review.outputs))
    return Entry(review.key, review.label, review.detail, facts, lists)


def meetings_of(strategy: Strategy) -> tuple[Entry, ...]:
    return tuple(_meeting(strategy, meeting) for meeting in strategy.meetings)


def _meeting(strategy: Strategy, meeting: MeetingType) -> Entry:
    reports = {report.key: report.label for report in strategy.reports}
    facts = _facts(
        ("How often", every(meeting.every) if meeting.every else ""),
        ("Chair", meeting.chair),
        ("Who attends", listed(meeting.attends)),
        ("Decides", listed(strategy.axis_by_key[key].label for key in meeting.decides)),
        ("Receives", listed(reports[key] for key in meeting.receives)),
    )
    return Entry(meeting.key, meeting.label, meeting.detail, facts, _lists(("Agenda", meeting.agenda)))


def returns_of(strategy: Strategy) -> tuple[Entry, ...]:
    return tuple(_return(strategy, point) for point in strategy.returns)


def _return(strategy: Strategy, point: CollectionPoint) -> Entry:
    late = counted(point.due_days_after_end, "day")
    facts = _facts(
        ("How often", f"{every(point.every)}{', in ' + listed(point.terms, 'or') if point.terms else ''}"),
        ("Opens", f"{counted(point.opens_days_before_end, 'day')} before the period ends"),
        ("Due", f"{late} after the period ends" if point.due_days_after_end else "on the last day of the period"),
        ("Own analysis", point.analysis),
    )
    lists = _lists(("What is asked", tuple(_ask(strategy, ask) for ask in point.asks)))
    return Entry(point.key, point.label, point.detail, facts, lists)


ABOUT = {
    "term": "of the term",
    "to_date": "of the year to date",
    "rolling": "of the twelve months to the end of the term",
    "last_year": "of the year that ended last summer",
    "year": "of the whole year",
    "day": "on the day of the count",
}


def _ask(strategy: Strategy, ask: Asked) -> str:
    """For example “Attendance, of the year to date: all pupils, pupils with SEND; Years 1 to 6”."""
    measure = strategy.measure_by_key[ask.measure]
    groups = listed(_small(strategy.group_by_key[key].label) for key in ask.groups) if ask.groups != ("all",) else ""
    years = f"by year group ({listed(ask.year_groups)})" if ask.year_groups else ""
    split = "; ".join(part for part in (groups, years, "by class" if ask.by_class else "") if part)
    said = f"{measure.label}, {ABOUT[ask.about or measure.span]}{f': {split}' if split else ''}"
    notes = [phases(ask.phases)] if ask.phases else []
    notes += ["may stay blank"] if ask.optional else []
    return f"{said} ({'; '.join(notes)})" if notes else said


def _small(label: str) -> str:
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def reports_of(strategy: Strategy, roles: Mapping[str, str]) -> tuple[Entry, ...]:
    return tuple(_report(report, roles) for report in strategy.reports)


def _report(report: ReportType, roles: Mapping[str, str]) -> Entry:
    facts = _facts(
        ("For", listed(roles[role] for role in report.audience)),
        ("How often", every(report.every)),
        ("Made", f"{counted(report.days_before_end, 'day')} before the period ends"),
    )
    return Entry(report.key, report.label, report.detail, facts, _lists(("Parts", report.sections)))
