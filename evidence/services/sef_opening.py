"""Beginning a self-evaluation: for which term, and with which words."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from evidence.models import SefSection, SelfEvaluation
from evidence.queries.sef import due_day, edition_before, entries_in, is_asked, layout_for, versions_for
from evidence.rules.sef_entry import SectionEntry, carried_over
from schools.models import Period, School, StrategyVersion
from schools.queries import current_period
from schools.words import on

NO_STRATEGY = "The trust has not published a strategy for this school yet, so nothing can be begun."


def open_sef(school: School, period: Period) -> SelfEvaluation:
    """The school's self-evaluation of the term, made on first use from last term's words. Not an act.

    What is carried over is marked so until somebody touches it. Raises ValidationError where none is asked for.
    """
    found = SelfEvaluation.objects.filter(school=school, period=period).first()
    if found is not None:
        return found
    today = timezone.localdate()
    version = _version(school, period, today)
    if (refusal := why_not_open(school, period, version, today=today)) or version is None:
        raise ValidationError(refusal)
    sef, made = SelfEvaluation.objects.get_or_create(
        school=school,
        period=period,
        defaults={
            "strategy_version": version,
            "layout": version.strategy.self_evaluation.layout,
            "due_on": due_day(period, version.strategy),
        },
    )
    if made:
        SefSection.objects.bulk_create(_carried(sef))
    return sef


def _version(school: School, period: Period, today: date) -> StrategyVersion | None:
    versions = versions_for(period, today)
    return versions.get(school.pk) or versions.get(None)


def why_not_open(school: School, period: Period, version: StrategyVersion | None, *, today: date) -> str:
    """Why the school cannot begin one for this period, in a sentence; empty when it can. One query."""
    if period.half or period.school_id not in (None, school.pk):
        return "It is written once a term, not for a half term."
    if version is None:
        return NO_STRATEGY
    sef, term = version.strategy.self_evaluation, f"{period.label[:1].lower()}{period.label[1:]}"
    if period.starts_on > today:
        return f"The {term} begins on {on(period.starts_on)}. Its {sef.label} can be begun from then on."
    if not sef.in_term(period.season):
        return f"The trust asks for no {sef.label} in the {period.season} term."
    if not is_asked(version.strategy, school, period, today):
        return f"{school.known_as} was not in the trust in the {term}."
    return "" if period in _writable(today) else f"The {term} is over, so its {sef.label} cannot be begun any more."


def _writable(today: date) -> list[Period]:
    """The current term, and the one before it for those who are late."""
    now = current_period(today)
    before = current_period(now.starts_on - timedelta(days=1)) if now else None
    return [period for period in (now, before) if period is not None]


def _carried(sef: SelfEvaluation) -> list[SefSection]:
    """A section for each area; with last term's words where it had the same area."""
    before = entries_in(edition_before(sef.school_id, sef.period))
    return [
        _section(sef, area.key, carried_over(area, before[area.key]) if area.key in before else SectionEntry())
        for area in layout_for(sef).areas
    ]


def _section(sef: SelfEvaluation, area: str, entry: SectionEntry) -> SefSection:
    return SefSection(part_of=sef, area=area, carried=not entry.is_empty, **entry.as_kept())
