"""Which kinds of evidence visits have brought, by school: the visits this person may know the subject of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from monitoring.models import Visit
from monitoring.queries.visits import LEADERS, of_visits, visit_forms
from monitoring.rules.triangulation import Look, Subject, triangulate, years_of_ages
from schools.access import Access, Permission, where_may
from schools.models import School
from schools.queries import Followed
from schools.rules import first_of_year
from schools.strategy import Strategy
from schools.strategy.forms import Form


@dataclass(frozen=True)
class Range:
    """The days asked about: this year and last, or one of them. `first` is the day the later year began."""

    key: str
    since: date
    first: date
    until: date


RANGES = {"": "This year and last", "this": "This year", "last": "Last year"}


def range_of(asked: str, today: date) -> Range:
    """The academic years meant by a word of RANGES; what is no such word means both."""
    this = first_of_year(today)
    last = date(this.year - 1, this.month, this.day)
    if asked == "this":
        return Range(asked, this, this, today)
    if asked == "last":
        return Range(asked, last, last, date(this.year, this.month - 1, 31))
    return Range("", last, this, today)


@dataclass
class OtherForm:
    """Visits with a form that asks for no subject."""

    label: str
    visits: int = 0
    last: date | None = None


@dataclass
class SchoolSeen:
    """One school's evidence. `hidden` counts visits whose subject only its leaders read."""

    school: School
    strategy: Strategy | None
    looks: list[Look] = field(default_factory=list)
    others: dict[str, OtherForm] = field(default_factory=dict)
    hidden: int = 0
    subjects: list[Subject] = field(default_factory=list)

    @property
    def kinds(self) -> dict[str, str]:
        return kinds_said(self.strategy) if self.strategy else {}

    @property
    def unsaid(self) -> list[str]:
        """Labels of the kinds that no form with a subject can say."""
        known, said = self.strategy.matrix.source_labels if self.strategy else {}, self.kinds
        return [label for key, label in known.items() if key not in said]


def seen_of_schools(
    access: Access, asked: Range, schools: Sequence[School] | None = None, *, followed: Followed
) -> list[SchoolSeen]:
    """Each school this person reads visits of, by name, with its subjects. Two queries, one with `schools`."""
    if schools is None:
        mine = where_may(access, Permission.SEE_VISITS, "pk")
        schools = list(School.objects.on(asked.until).filter(mine).order_by("name"))
    found = {school.pk: _begun(school, followed, asked.until) for school in schools}
    _read(access, asked, found, followed)
    for one in found.values():
        years = years_of_ages(one.school.age_low, one.school.age_high)
        one.subjects = triangulate(one.looks, one.kinds, since=asked.first, today=asked.until, years=years)
    return list(found.values())


def _begun(school: School, followed: Followed, day: date) -> SchoolSeen:
    version = followed.by(school, day)
    return SchoolSeen(school, version.strategy if version else None)


def _read(access: Access, asked: Range, found: dict[int, SchoolSeen], followed: Followed) -> None:
    """The final visits of the days asked about, each where it belongs. One query."""
    forms = {version.pk: version.strategy.form_by_key for version in followed.versions}
    reads: dict[int, bool] = defaultdict(bool, {key: access.may(Permission.LOG_VISITS, key) for key in found})
    rows = Visit.objects.filter(of_visits(access), school__in=found, final_at__isnull=False)
    rows = rows.filter(on__gte=asked.since, on__lte=asked.until).order_by("on", "pk")
    columns = ("school_id", "strategy_version_id", "form", "on", "subject", "year_groups", "sources")
    for school, version, key, on, subject, years, sources in rows.values_list(*columns):
        one, form = found[school], forms[version][key]
        if form.visibility == LEADERS and not reads[school]:
            one.hidden += 1
        elif subject and names_subject(form):
            one.looks.append(Look(on, subject, tuple(years), tuple(sources)))
        else:
            other = one.others.setdefault(key, OtherForm(form.label))
            other.visits, other.last = other.visits + 1, on


def names_subject(form: Form) -> bool:
    """Whether its subject, or its focus, is a few words and no paragraph."""
    field = form.by_meaning.get("subject") or form.by_meaning.get("focus")
    return field is not None and field.shape != "long_text"


def kinds_said(strategy: Strategy) -> dict[str, str]:
    """The kinds of evidence that a form with a subject can say, key to label, in the strategy's order."""
    forms = [form for form in visit_forms(strategy) if names_subject(form)]
    said = {source for form in forms for one in form.fields() for source in one.evidence.values()}
    said |= {form.evidence_is for form in forms if form.evidence_is}
    return {key: label for key, label in strategy.matrix.source_labels.items() if key in said}
