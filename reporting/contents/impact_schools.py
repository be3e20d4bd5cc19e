"""What a year changed at schools: where they stand, how they were inspected, how they judge themselves (S0-62)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Case, Count, F, Q, Value, When
from django.utils import timezone

from categorisation.models import Assessment, Decision, Rating
from evidence.models import SefEdition, SelfEvaluation
from evidence.queries.calibration import accuracy_of
from evidence.queries.inspections import InspectionShown, inspections_of, with_membership
from evidence.rules.inspections import AFTER
from reporting.contents.facts import Table
from reporting.contents.gather import Found
from reporting.contents.levels import place
from reporting.contents.slices import A_DAY, Slice, Year
from reporting.queries.overview import SchoolLine
from schools.models import School
from schools.strategy import Axis
from schools.strategy.provision import ImpactMeasure
from schools.words import capital, counted, on

LESS, MORE, SAME, FIRST, RESCALED, NOT_PLACED = "less", "more", "same", "first", "rescaled", "not placed"
MOVES = {
    LESS: "Need less support than before",
    MORE: "Need more support than before",
    SAME: "Stayed where they were",
    FIRST: "Placed for the first time",
    RESCALED: "Placed on another scale than before",
    NOT_PLACED: "Not placed",
}
SELDOM = {MOVES[RESCALED], MOVES[NOT_PLACED]}
"""Told only where there is such a school."""


Ways = dict[int, list[date]]
"""The days on which the school’s own judgement was the same (0), too generous (1), too cautious (-1); 2: unknown."""


def movement(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """On each axis, how many schools moved, from the end of one term to the end of the next."""
    several = len(found.sheet.sheets) > 1
    for sheet in found.sheet.sheets:
        for axis in sheet.axes:
            label = f"{axis.label}, {sheet.version.title}" if several else axis.label
            lines = [line for line in sheet.lines if axis.key in {one.axis for one in line.categories}]
            if lines:
                yield _moves(found, year, axis, lines, label)
    if not any(sheet.axes for sheet in found.sheet.sheets):
        yield Table("", "The strategy sorts no school into categories.")


def _moves(found: Found, year: Year, axis: Axis, lines: Sequence[SchoolLine], label: str) -> Table:
    moved = [[_direction(found, line, axis.key, one) for line in lines] for one in year.spans]
    rows = tuple((words, *(str(each.count(key)) for each in moved)) for key, words in MOVES.items())
    return Table(
        "", "", f"{label}: {counted(len(lines), 'school')}", ("Schools that", *year.labels),
        tuple(row for row in rows if row[0] not in SELDOM or any(cell != "0" for cell in row[1:])),
        numbers=year.numbers, name="slices",
    )  # fmt: skip


def _direction(found: Found, line: SchoolLine, axis: str, span: Slice) -> str:
    """Where a school stood when the span ended, beside where it stood when it began."""
    decisions = found.decided(line.school_id, axis)
    before, now = _last(decisions, span.since - A_DAY), _last(decisions, span.until)
    if now is None:
        return NOT_PLACED
    if before is None:
        return FIRST
    was, at = place(found, now, before.level), place(found, now, now.level)
    if was is None or at is None:
        return RESCALED
    return LESS if at < was else MORE if at > was else SAME


def _last(decisions: Sequence[Decision], day: date) -> Decision | None:
    """In force on a day; of two on one day the later corrects the earlier."""
    return next((one for one in reversed(decisions) if one.effective_on <= day), None)


def inspections(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """What was published in the year of the schools, each beside the inspection before it. One query."""
    rows = []
    shown = inspections_of([school.urn for school in found.schools.values()], found.today)
    for school in found.schools.values():
        every = shown[school.urn]
        for number, one in enumerate(every):
            published = one.published_on or one.inspected_on
            if published and year.holds(published):
                before = next((_outcome(each, school) for each in every[number + 1 :]), "None is known")
                rows.append((published, (school.known_as, on(published), _outcome(one, school), before)))
    if not rows:
        yield Table("", "No inspection of a school was published in this year.")
        return
    yield Table(
        "", "", "Inspections published in the year", ("School", "Published", "Outcome", "Before it"),
        tuple(row for _, row in sorted(rows)), name="inspections",
        note="Each in the words of its own framework; outcomes of different frameworks are not set against each other.",
    )  # fmt: skip


def _outcome(one: InspectionShown, school: School) -> str:
    """“Good (framework of 2019)”; area by area where there is no judgement of the whole; whether before joining."""
    grades = [f"{each.label}: {each.words}" for each in one.grades]
    said = one.overall.words if one.overall else "; ".join(grades) or "No grades were published"
    joining = with_membership(one, school.joined_on)
    told = [said, *filter(None, [one.category_words]), *([joining] if joining != AFTER else [])]
    return capital(f"{', '.join(told)} ({one.framework_label})")


def self_evaluations(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """How many were sent and agreed, and how schools judge themselves, term by term. Two queries."""
    schools = list(found.schools)
    rows = SelfEvaluation.objects.filter(school__in=schools, agreed_at__date__range=(year.since, year.until))
    agreed = [timezone.localdate(at) for at in rows.values_list("agreed_at", flat=True)]
    editions = _editions(schools, year.until)
    sent = [day for day, number, _ in (one for each in editions.values() for one in each) if number == 1]
    if not editions:
        yield Table("", "No school has sent a self-evaluation.")
        return
    yield Table(
        "", "", "Self-evaluations", ("What happened", *year.labels),
        (year.row("Sent by schools", sent), year.row("Agreed with the trust", agreed)),
        numbers=year.numbers, name="slices",
    )  # fmt: skip
    yield from _judgements(year, editions)


Edition = tuple[date, int, list[dict[str, object]]]
"""When it was sent, its number, and its areas."""


def _editions(schools: Sequence[int], until: date) -> dict[int, list[Edition]]:
    """By school what it has sent by this day, the earliest first."""
    found: dict[int, list[Edition]] = defaultdict(list)
    rows = SefEdition.objects.filter(part_of__school__in=schools, at__date__lte=until).order_by("at")
    for school, at, number, areas in rows.values_list("part_of__school", "at", "number", "content__areas"):
        found[school].append((timezone.localdate(at), number, areas))
    return found


def _judgements(year: Year, editions: dict[int, list[Edition]]) -> Iterator[Table]:
    """The areas by the word that schools choose for them, when the year began and at the end of each term."""
    ends = [year.since - A_DAY, *(one.until for one in year.slices)]
    counts = [Counter(_words(editions, day)) for day in ends]
    words = sorted({word for each in counts for word in each}, key=lambda one: (not one[0], one))
    if words:
        yield Table(
            "", "", "Areas of the schools’ self-evaluations, by the school’s own judgement",
            ("Judgement", "Before the year", *(one.label for one in year.slices)),
            tuple((word, *(str(each[step, word]) for each in counts)) for step, word in words),
            numbers=tuple(range(1, 2 + len(year.slices))), name="slices",
            note="Of each school its latest self-evaluation counts. What is left to words alone is not counted.",
        )  # fmt: skip


def _words(editions: dict[int, list[Edition]], day: date) -> Iterator[tuple[int, str]]:
    for each in editions.values():
        latest = [areas for at, _, areas in each if at <= day][-1:]
        for area in (area for areas in latest for area in areas):
            step, word = area["step"], area["word"]
            if area["judged"] and isinstance(step, int) and word:
                yield step, str(word)


def accuracy(found: Found, year: Year, measure: ImpactMeasure) -> Iterator[Table]:
    """How near schools’ own judgements came: to moderation, and to judgements from outside. Four queries."""
    yield _moderated(list(found.schools), year) or Table("", "No matrix was agreed in this year.")
    days = Ways({-1: [], 0: [], 1: []})
    for pair in (pair for one in accuracy_of([*found.schools.values()], year.until) for pair in one.accuracy.pairs):
        day = pair.outside.known_on or pair.outside.on
        if year.holds(day):
            days[(pair.distance > 0) - (pair.distance < 0)].append(day)
    told = _by_way(
        year, days, "Schools’ own judgements of an area, met by one from outside", "The school’s own was",
        {0: "The same", 1: "More generous", -1: "More cautious"},
    )  # fmt: skip
    yield told or Table("", "No judgement from outside met one of a school’s own in this year.")


def _moderated(schools: Sequence[int], year: Year) -> Table | None:
    """Ratings of the matrices that were agreed in each term: kept, or changed by the moderator, and which way."""
    agreed = Q(assessment__agreed_at__date__range=(year.since, year.until), assessment__state=Assessment.State.AGREED)
    rows = Rating.objects.filter(agreed, school__in=schools, level__gt=0)
    way = Case(
        When(moderated_level=0, then=Value(2)),
        When(moderated_level__gt=F("level"), then=Value(1)),
        When(moderated_level__gt=0, moderated_level__lt=F("level"), then=Value(-1)),
        default=Value(0),
    )
    counts = rows.annotate(way=way).values_list("assessment__agreed_at__date", "way").annotate(count=Count("pk"))
    days = Ways({-1: [], 0: [], 1: [], 2: []})
    for day, which, count in counts:
        days[which] += [day] * count
    return _by_way(
        year, days, "Ratings of the matrices agreed, beside their moderation", "The moderator",
        {0: "Left it as the school had it", 1: "Found it weaker than the school",
         -1: "Found it stronger than the school", 2: "Found that it is not known"},
    )  # fmt: skip


def _by_way(year: Year, days: Ways, caption: str, what: str, words: Mapping[int, str]) -> Table | None:
    """A row for each way; None where there is nothing to count."""
    if not any(days.values()):
        return None
    rows = tuple(year.row(label, days[way]) for way, label in words.items() if days[way] or way != 2)
    return Table("", "", caption, (what, *year.labels), rows, numbers=year.numbers, name="slices")
