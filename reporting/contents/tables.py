"""The parts of a report that are plain tables and lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reporting.contents.facts import Group, Listing, Table, Tables
from reporting.contents.gather import Found
from reporting.contents.given import by_school
from reporting.contents.levels import level_in_force, support_of
from reporting.contents.moves import full_label
from reporting.queries.categories import level_word
from reporting.queries.overview import SchoolLine
from reporting.rules.sentences import Tally, plural
from reporting.rules.sentences import questions as asked
from reporting.rules.words import in_months, late, promised
from schools.words import capital, counted, listed, on, verb


def support(found: Found, tally: Tally, title: str) -> Tables:
    """What the strategy promises each school where it stands, and what came of it this year."""
    rows = tuple(_support_rows(found))
    core = [promised(one) for one in found.strategy.entitlements if not one.levels]
    every = f"Every school has: {listed(core, most=12)}." if core else ""
    head = (capital(found.strategy.identity.words.category), "Schools", "What the strategy promises each")
    promise = Table(
        "", "" if rows else every or "The strategy promises nothing by level.",
        "Promised by the strategy at each level", head, rows, note=every if rows else "", name="support",
    )  # fmt: skip
    return Tables(
        title or "Support promised and given",
        "What each school is promised where it stands, and what came of it.",
        (Group("Promised", "", (promise,)), Group("Given", "", (by_school(found),))),
    )


def _support_rows(found: Found) -> Iterator[tuple[str, ...]]:
    """A row for each level somebody is at, those needing most support first."""
    schools: dict[tuple[int, str, str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for sheet, line in found.lines:
        for axis in sheet.axes:
            level = level_in_force(found, sheet, line, axis.key)
            items = support_of(sheet.strategy, axis.key, level.key) if level else ()
            if level and items:
                label = axis.label if len(sheet.axes) > 1 else ""
                key = sheet.strategy.identity.key
                schools[-level.tone, label, level_word(sheet.strategy, level), key, items].append(line.name)
    for (_, label, word, _, items), names in sorted(schools.items(), key=lambda pair: (pair[0][1], pair[0][0])):
        yield f"{label}: {word}" if label else word, listed(names, most=60), "; ".join(items)


def concerns(found: Found, tally: Tally, title: str) -> Table | None:
    """Facts the strategy names that are true of a school now. None where the strategy names none."""
    labels = {fact.key: fact.label for sheet in found.sheet.sheets for fact in sheet.strategy.facts}
    if not labels:
        return None
    names = {line.school_id: line.name for _, line in found.lines}
    rows = tuple(
        (names[fact.school_id], labels[fact.key], on(fact.since), fact.note)
        for fact in found.facts
        if fact.key in labels and fact.school_id in names
    )
    lede = "What has been declared and not ended." if rows else "Nothing of this kind is declared for any school."
    return Table(
        title or "Declared of schools", lede, "Declared and in force", ("School", "What", "Since", "Note"), rows,
        name="concerns",
    )  # fmt: skip


def overdue(found: Found, tally: Tally, title: str) -> Table:
    """What schools have not sent."""
    matrix = found.strategy.identity.words.matrix
    late_lines = found.sheet.overdue()
    rows = tuple(
        (line.name, capital(matrix), on(line.matrix_due_on), late((found.today - line.matrix_due_on).days))
        for line in late_lines
        if line.matrix_due_on
    )
    lede = f"{counted(len(rows), matrix + ' has', plural(matrix) + ' have').capitalize()} not been sent."
    if not rows:
        lede = f"No {matrix} is overdue on {on(found.today)}."
    return Table(
        title or "Overdue", lede, f"Overdue on {on(found.today)}", ("School", "What", "Was due", "Late"), rows,
        numbers=(3,), name="overdue",
    )  # fmt: skip


def evidence(found: Found, tally: Tally, title: str) -> Table:
    """How well each school is known: counts, never a share or a mark."""
    rows = tuple(_evidence_row(line) for _, line in found.lines)
    lede = (
        f"{capital(counted(tally.unknown, 'judgement is', 'judgements are'))} unknown and "
        f"{counted(tally.stale, 'rests', 'rest')} on evidence older than the strategy allows. None is counted as good."
    )
    return Table(
        title or "What is unknown or out of date",
        lede,
        "Criteria by how well they are known",
        ("School", "Asked", "Known", "Unknown", "Out of date", "One source", "Oldest"),
        rows,
        numbers=(1, 2, 3, 4, 5, 6),
        note="“Part known” criteria, where what is missing could still change the level, are counted as unknown.",
        name="evidence",
    )


def _evidence_row(line: SchoolLine) -> tuple[str, ...]:
    asked_cells = [cell for cell in line.cells if cell.applies]
    known = sum(cell.step != 0 for cell in asked_cells)
    stale = [cell.stale_months for cell in asked_cells if cell.stale_months is not None]
    single = sum(cell.step != 0 and cell.one_source for cell in asked_cells)
    counts = (len(asked_cells), known, len(asked_cells) - known, len(stale), single)
    return line.name, *map(str, counts), in_months(max(stale)) if stale else "current" if known else "–"


def practice(found: Found, tally: Tally, title: str) -> Table:
    """Criteria on which a school is at the strongest level, on current evidence of more than one kind."""
    strong: dict[str, list[str]] = defaultdict(list)
    for sheet, line in found.lines:
        for cell in line.cells:
            if cell.applies and cell.position == 0 and cell.stale_months is None and not cell.one_source:
                strong[full_label(sheet, cell.key)].append(line.name)
    rows = tuple((label, listed(sorted(names), most=12)) for label, names in strong.items())
    lede = "Schools at the strongest level of a criterion, on current evidence of more than one kind. Ask them how."
    if not rows:
        lede = "No school is at the strongest level of a criterion on current evidence of more than one kind."
    return Table(
        title or "Practice to share", lede, "Where strong practice is", ("Criterion", "Schools"), rows, name="practice"
    )


def priorities(found: Found, tally: Tally, title: str) -> Table:
    """Criteria several schools need support with."""
    rows = tuple((label, str(count), str(_known(found, label))) for label, count in tally.priorities)
    lede = f"{capital(counted(len(rows), 'criterion', 'criteria'))} {verb(len(rows))} weak in more than one school."
    if not rows:
        lede = "No criterion is weak in more than one school."
    return Table(
        title or "Shared priorities",
        lede,
        "Criteria that several schools need support with",
        ("Criterion", "Schools that need support", "Schools where it is known"),
        rows,
        numbers=(1, 2),
        name="priorities",
    )


def _known(found: Found, label: str) -> int:
    return sum(
        cell.applies and cell.step != 0 and full_label(sheet, cell.key) == label
        for sheet, line in found.lines
        for cell in line.cells
    )


def questions(found: Found, tally: Tally, title: str) -> Listing:
    """Questions the readers might ask; each comes from a fact in the report."""
    return Listing(title or "Questions to ask", "Each comes from something in this report.", asked(tally))
