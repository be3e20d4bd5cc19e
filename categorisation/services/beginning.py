"""Beginning a matrix: which period a school is asked for, and when its matrix is due."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.models import Assessment, Decision
from categorisation.queries import previous_entries, suggestions_of
from categorisation.rules import matrix_due, period_asked
from schools.models import Meeting, Period, School
from schools.queries import current_period, strategy_of
from schools.strategy import Strategy
from schools.words import on as day_words

from .filling import fill_suggested

A_DAY = timedelta(days=1)


def open_assessment(school: School, period: Period) -> Assessment:
    """The school's matrix for the period, made on first use with the strategy version then in force.

    What figures and dates suggest is filled in at once, so that little is left to do.

    Raises ValidationError where the school is not asked for a matrix of this period.
    """
    found = Assessment.objects.filter(school=school, period=period).first()
    if found is not None:
        return found
    refusal = why_not_begin(school, period, today=timezone.localdate())
    version = None if refusal else strategy_of(school, max(period.starts_on, school.joined_on))
    if version is None:
        raise ValidationError(refusal or NO_STRATEGY)
    assessment, made = Assessment.objects.get_or_create(
        school=school,
        period=period,
        defaults={"strategy_version": version, "due_on": due_day(period, version.strategy)},
    )
    if made and (suggestions := suggestions_of(assessment, today=timezone.localdate())):
        fill_suggested(assessment, before=previous_entries(assessment), suggestions=suggestions)
    return assessment


NO_STRATEGY = "The trust has not published a strategy for this school yet, so no matrix can be begun."


def why_not_begin(school: School, period: Period, *, today: date) -> str:
    """Why the school cannot begin a matrix of the period, in a sentence; empty when it can. At most ten queries."""
    if period.school_id not in (None, school.pk):
        return "These are the dates of another school."
    if not (in_trust := School.objects.filter(pk=school.pk)).on(today).exists():
        return f"{school.known_as} is not in the trust now, so it begins no matrix."
    if not in_trust.on(min(period.ends_on, today)).exists():
        return f"{school.known_as} joined the trust after the {_in_words(period)}."
    if period.starts_on > today:
        return f"The {_in_words(period)} begins on {day_words(period.starts_on)}. Its matrix can be begun from then on."
    if strategy_of(school, max(period.starts_on, school.joined_on)) is None:
        return NO_STRATEGY
    return _why_not_asked(school, period, today)


def _why_not_asked(school: School, period: Period, today: date) -> str:
    """The period asked for now may be begun, and the one before it late."""
    asked = asked_period(school, on=today)
    if asked is None or period == asked or period == asked_period(school, on=asked.starts_on - A_DAY):
        return ""
    rhythm = "each half term" if asked.half else "each term"
    now = f"{school.known_as} is asked for a matrix {rhythm}: now that of the {_in_words(asked)}."
    return now if bool(period.half) != bool(asked.half) else f"The {_in_words(period)} is over. {now}"


def _in_words(period: Period) -> str:
    return f"{period.label[:1].lower()}{period.label[1:]}"


def asked_period(school: School, *, on: date) -> Period | None:
    """The term, or where a category asks for it the half term, whose matrix the school is asked for on a day."""
    term, version = current_period(on), strategy_of(school, on)
    if term is None or version is None:
        return term
    axes = version.strategy.axis_by_key
    latest = Decision.objects.filter(school=school, axis__in=axes, effective_on__lte=on).latest_of_each()
    decided = [(axes[one.axis], one.level, one.effective_on) for one in latest]
    return period_asked(term, _half_term_on(school, term, on), decided)


def _half_term_on(school: School, term: Period, day: date) -> Period | None:
    """The half term of the term that has begun last by the day: by the school's own dates, where it has them."""
    halves = Period.objects.halves().filter(year=term.year, season=term.season)
    own = {half.half: half for half in halves.filter(school=school)}
    dates = {half.half: half for half in halves.filter(school=None)} | own
    begun = [half for half in dates.values() if half.starts_on <= day]
    return max(begun, key=lambda half: half.starts_on, default=None)


def due_day(period: Period, strategy: Strategy) -> date:
    """The strategy's days before the period's first meeting that decides, so that it can be moderated."""
    deciding = [meeting.key for meeting in strategy.meetings if meeting.decides]
    first = Meeting.objects.filter(period=period, kind__in=deciding).order_by("starts_at").first()
    meets = timezone.localdate(first.starts_at) if first else None
    return matrix_due(strategy, starts=period.starts_on, ends=period.ends_on, meets=meets)
