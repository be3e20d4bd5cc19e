"""Invented figures that agree with what the story says of each indicator. No official figure here is a real one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from evidence.models import Figure, PublishedFigure, Return, State, Target
from evidence.queries.returns import days_of, is_asked_in, tables_for
from evidence.rules.arithmetic import COUNTED
from evidence.rules.grid import Row, Table
from evidence.rules.suppression import THRESHOLD, possible_sessions
from evidence.services.hiding import settle
from reporting.management.demo.calendar import moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.ratings import Matrix
from reporting.management.demo.register import SOURCE
from reporting.management.demo.rows import insert_rows
from reporting.management.demo.story import SchoolPlan, Story, TrustPlan, chance
from schools.models import Membership, Period, School, StrategyVersion
from schools.strategy import Kpi, Role, Strategy
from schools.strategy.measures import Measure, official_measures

YEAR_GROUPS, CLASSES = 7, ("Ash", "Beech", "Cedar", "Elm", "Hazel", "Oak", "Rowan")
SHARES = {"disadvantaged": 0.28, "fsm_pp": 0.28, "pp": 0.28, "send": 0.17, "eal": 0.22, "more_able": 0.2}
"""How large a group is among all pupils."""

FEW = 0.12
QUERY = "Attendance looks high beside last term. Does it count the nursery?"
TERMS_BACK, ENGLAND = 4, "E92000001"
BEHIND = 0.6
"""Of what the threshold allows, how far inside it an invented figure lies."""


def write_england(story: Story, year: int) -> None:
    """Official figures of five years, for every span a school's figure may have."""
    rows = []
    for measure, told in story.figures.items():
        if "england" in told:
            for back in range(5):
                value = Decimal(str(round(told["england"] * (1 - 0.004 * back), 2)))
                span = official_measures()[measure].span
                rows.append(_england(measure, value, year - back, span))
    PublishedFigure.objects.bulk_create(rows, ignore_conflicts=True)


def _england(measure: str, value: Decimal, year: int, span: str) -> PublishedFigure:
    return PublishedFigure(
        place="england", code=ENGLAND, measure=measure, year=year, span=span, value=value, release="final",
        source=SOURCE, as_at=date(year + 1, 8, 31),
    )  # fmt: skip


class FigureWriter:
    """Writes the returns of one trust: those of earlier terms agreed, this term's sent by a few and queried of one."""

    def __init__(
        self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, matrices: Iterable[Matrix]
    ) -> None:
        self.story, self.plan, self.people, self.version = story, plan, people, version
        self.strategy: Strategy = version.strategy
        self.levels = _levels(matrices)
        self.kpis = {kpi.measure: kpi for kpi in self.strategy.kpis() if kpi.kind == "measured"}

    def write(self, schools: Mapping[str, School], terms: Sequence[Period], current: Period, today: date) -> None:
        """`terms` are those before the `current` one, the latest first."""
        agreed_by = self.people.members[self.plan.moderator]
        made: list[Return] = []
        for plan in self.plan.schools:
            school = schools[plan.key]
            for ago, period in enumerate(terms[:TERMS_BACK], start=1):
                if school.joined_on < period.ends_on and (school.left_on is None or school.left_on > period.ends_on):
                    made += self._returns(school, plan, period, ago, agreed_by)
        made += self._early(schools, current, today)
        Return.objects.bulk_create(made)
        figures = {one.pk: list(self._figures(one)) for one in made}
        for one in (each for each in made if each.state == State.AGREED):
            settle(one, figures[one.pk], threshold=THRESHOLD)
        Return.objects.bulk_update(made, ["released"], batch_size=500)
        insert_rows([figure for each in figures.values() for figure in each])
        self._targets(schools, terms[0].year + (terms[0].season == "summer"))

    def _returns(
        self, school: School, plan: SchoolPlan, period: Period, ago: int, agreed_by: Membership | None
    ) -> Iterator[Return]:
        head = self.people.head(plan.key, ago)
        for point in self.strategy.returns:
            if is_asked_in(point, period, school):
                opens, due = days_of(point, period.ends_on)
                sent = moment(min(due, period.ends_on) - timedelta(days=3), "15:10")
                yield Return(
                    school=school, period=period, strategy_version=self.version, point=point.key, state="agreed",
                    opens_on=opens, due_on=due, submitted_at=sent, submitted_by=head, version=4,
                    agreed_at=sent + timedelta(days=2), agreed_by=agreed_by,
                    analysis="The gap for disadvantaged pupils is the figure we watch." if point.analysis else "",
                )  # fmt: skip

    def _early(self, schools: Mapping[str, School], current: Period, today: date) -> Iterator[Return]:
        """Who has sent this term's figures before they are due: every fourth of those whose matrix is in."""
        done = [
            plan
            for plan in self.plan.schools
            if plan.state in ("submitted", "agreed") and not plan.left and self.people.of_school(Role.HEAD, plan.key, 0)
        ]
        for place, plan in enumerate(done[::4]):
            for one in self._returns(schools[plan.key], plan, current, 0, None):
                sent = moment(working_day(today - timedelta(days=1 + place)), "15:10")
                if one.opens_on < sent.date():
                    one.state, one.agreed_at, one.submitted_at = State.SUBMITTED, None, sent
                    if place == 1:
                        one.state, one.returned_note = State.RETURNED, QUERY
                    yield one

    def _figures(self, of: Return) -> Iterator[Figure]:
        point = self.strategy.return_by_key[of.point]
        for table in tables_for(self.strategy, point, of.school, of.period, CLASSES):
            if not table.optional:
                yield from self._table(of, table)

    def _table(self, of: Return, table: Table) -> Iterator[Figure]:
        """Each row, and the row of all from the others, so that they add up."""
        for group in table.groups:
            parts = [row for row in table.rows if row.year_group or row.class_name]
            made = [self._figure(of, table, row, group.key, len(parts)) for row in parts]
            yield from made
            for row in table.rows:
                if not row.year_group and not row.class_name:
                    figure = self._figure(of, table, row, group.key, 1)
                    if made and table.measure.kind in COUNTED:
                        figure.numerator = sum(one.numerator or 0 for one in made)
                        figure.denominator = sum(one.denominator or 0 for one in made)
                    yield figure

    def _figure(self, of: Return, table: Table, row: Row, group: str, rows: int) -> Figure:
        measure = table.measure
        about = (of.school.urn, measure.key, table.year, table.span, group, row.label)
        value = self._value(of, measure, group) + (chance(*about) - 0.5) * (4 if rows > 1 else 0)
        count = self._count(of, measure, group, rows)
        figure = Figure(
            part_of=of, school=of.school, period=of.period, measure=measure.key, group=group, year_group=row.year_group,
            class_name=row.class_name, year=table.year, span=table.span, author=of.submitted_by,
            written_at=of.submitted_at, submitted_at=of.submitted_at, of_version=3,
        )  # fmt: skip
        if measure.kind in COUNTED:
            base = 100 + value if measure.kind == "change" else value
            figure.numerator, figure.denominator = max(0, round(base * count / 100)), count
            if measure.kind == "share":
                figure.numerator = min(figure.numerator, count)
        elif measure.kind == "mean":
            figure.value, figure.denominator = Decimal(str(round(value, 1))), count
        else:
            figure.value = Decimal(of.school.pupils or 0) if measure.adds_up else Decimal(round(value))
        return figure

    def _count(self, of: Return, measure: Measure, group: str, rows: int) -> int:
        pupils = of.school.pupils or 200
        whole = pupils / YEAR_GROUPS if rows > 1 or measure.year_groups else float(pupils)
        part = whole if group == "all" else whole * SHARES.get(group, FEW)
        if measure.sessions:
            return max(1, round(part * 0.97 * possible_sessions(of.period.year, of.period.ends_on) * 0.8))
        if measure.topic == "staff":
            return round(pupils / 9) * 65
        if measure.topic == "money":
            return pupils * 5800
        if measure.key == "entry_roll_to_pan":
            return max(15, 15 * round((of.school.capacity or 210) / YEAR_GROUPS / 15))
        return max(1, round(part))

    def _value(self, of: Return, measure: Measure, group: str) -> float:
        """What all pupils reach, by the level the school's matrix gives it; a named group lies as far off as told."""
        told = self.story.figures.get(measure.key, self.story.figures["other"])
        kpi = self.kpis.get(measure.key)
        place = self.levels.get((of.school.pk, of.period.year, of.period.season, kpi.key)) if kpi else None
        lean = (chance(of.school.urn, measure.key, of.period.starts_on) - 0.5) * 2
        value = told["usual"] + lean * told["spread"]
        if kpi and place:
            value = _within(self.strategy, kpi, place, lean, told.get("england", told["usual"]), told["spread"])
        return value + (told.get("group", 0.0) if group != "all" else 0.0)

    def _targets(self, schools: Mapping[str, School], year: int) -> None:
        """A few for each school, and the trust's own."""
        by = self.people.holding(Role.CEO)
        wanted = [key for key in ("attendance_rate", "persistent_absence_rate", "ks2_rwm_expected") if self._asks(key)]
        rows = []
        for school in (None, *schools.values()):
            for key in wanted:
                england = self.story.figures[key]["england"]
                step = -1 if self.strategy.measure_by_key[key].better == "low" else 1
                last = Decimal(str(round(england + step * (1 + 2 * chance(school and school.urn, key)), 1)))
                rows += [
                    Target(
                        school=school, measure=key, year=year, season=season, value=last - step * Decimal(less), by=by
                    )
                    for season, less in (("autumn", "0.6"), ("spring", "0.3"), ("", "0"))
                ]
        Target.objects.bulk_create(rows)

    def _asks(self, measure: str) -> bool:
        return any(ask.measure == measure for point in self.strategy.returns for ask in point.asks)


def _levels(matrices: Iterable[Matrix]) -> dict[tuple[int, int, str, str], int]:
    """The level that counts, by school, term and indicator."""
    found = {}
    for matrix in matrices:
        for rating in matrix.ratings:
            if rating.counts_as:
                period = matrix.sitting.period
                found[matrix.sitting.school.pk, period.year, period.season, rating.kpi.key] = rating.counts_as
    return found


def _within(strategy: Strategy, kpi: Kpi, place: int, lean: float, england: float, spread: float) -> float:
    """A value whose suggestion is the level at this place."""
    bounds = [one.at_least if one.at_least is not None else one.at_most for one in kpi.thresholds]
    known = [float(one) for one in bounds if one is not None][: len(strategy.levels_of(kpi.scale)) - 1]
    if not known:
        return england
    way = 1 if kpi.thresholds[0].at_least is not None else -1
    limit = known[min(place, len(known)) - 1]
    room = abs(known[place - 2] - limit) if 1 < place <= len(known) else spread
    inside = room * BEHIND * (0.35 + 0.5 * abs(lean))
    found = limit + way * inside if place <= len(known) else limit - way * inside
    return found + (england if kpi.against == "difference" else 0.0)
