"""A school's own page: for chairs, one a school; for the local body, with every indicator."""

from __future__ import annotations

from collections.abc import Sequence

from categorisation.models import Rating
from categorisation.rules.suggestion import from_record
from reporting.contents.facts import Criterion, HistoryRow, SchoolCategory, SchoolPage, Schools, Tile
from reporting.contents.gather import Found
from reporting.contents.history import history_of
from reporting.contents.levels import explanation, reason_of, reply_of, small, support_of_line
from reporting.contents.matrix import category_cell, cell_of, in_groups
from reporting.contents.moves import full_label
from reporting.queries.categories import level_word
from reporting.queries.overview import Category, SchoolLine, Sheet
from reporting.rules.sentences import Tally, questions
from reporting.rules.words import in_months
from schools.strategy import Kpi
from schools.words import capital, on


def schools(found: Found, tally: Tally, title: str) -> Schools:
    """Every school of the report, in the order of need."""
    local = found.strategy.identity.words.local_body
    lede = f"The same page for every school, so that each {local} has the same to go on."
    pages = tuple(_page(found, tally, sheet, line) for sheet, line in found.lines)
    return Schools(title or ("School by school" if len(pages) > 1 else "The school"), lede, pages)


def _page(found: Found, tally: Tally, sheet: Sheet, line: SchoolLine) -> SchoolPage:
    placed = {one.axis for one in line.categories}
    return SchoolPage(
        name=line.name,
        small=small(found, line),
        categories=tuple(_category(found, sheet, line, one) for one in line.categories),
        terms=tuple(period.short for period in found.periods) if placed else (),
        history=tuple(
            HistoryRow(axis.label, history_of(found, line, axis.key)) for axis in sheet.axes if axis.key in placed
        ),
        criteria=tuple(_criteria(found, sheet, line)),
        unknown=_unknown(found, sheet, line),
        support=support_of_line(found, sheet, line),
        questions=_questions(tally, line),
        matrix=capital(sheet.strategy.identity.words.matrix),
    )


def _category(found: Found, sheet: Sheet, line: SchoolLine, category: Category) -> SchoolCategory:
    words = explanation(found.proposals.get((line.school_id, category.axis)))
    decisions = found.decided(line.school_id, category.axis)
    latest = decisions[-1] if decisions and category.state == "agreed" else None
    cell = category_cell(category)
    return SchoolCategory(
        axis=category.axis_label,
        tile=Tile(cell.word, cell.step),
        note=_note(category, cell.was),
        reason=reason_of(latest) if latest else "",
        reply=reply_of(found, latest) if latest else None,
        up=words.up[:3] if words else (),
        held=words.held[:3] if words else (),
    )


def _note(category: Category, was: str) -> str:
    if category.state == "proposed":
        return "Proposed by the rules; not decided yet."
    if category.since is None:
        return "Not decided yet."
    return f"Agreed {on(category.since)}{f', was {was}' if was else ''}."


def _criteria(found: Found, sheet: Sheet, line: SchoolLine) -> Sequence[Criterion]:
    groups = [(label, column) for label, columns in in_groups(sheet) for column in columns]
    if found.kind.template == "school":
        return _indicators(found, sheet, line)
    cells = {cell.key: cell for cell in line.cells}
    shown = []
    for label, column in groups:
        cell = cell_of(cells[column.key])
        note = f"was {cell.was}" if cell.was else cell.sub
        if cell.step != "na":
            months = cells[column.key].stale_months
            old = f"evidence {in_months(months)} old" if months is not None else note
            shown.append(Criterion(label, full_label(sheet, column.key), Tile(cell.word, cell.step), old))
    return shown


def _indicators(found: Found, sheet: Sheet, line: SchoolLine) -> list[Criterion]:
    """Every indicator of the latest agreed matrix, with the school's words and the moderator's. One query."""
    strategy = sheet.strategy
    ratings = {
        rating.kpi.key: rating
        for rating in Rating.objects.filter(
            school=line.school_id, period__starts_on=line.rated_on, assessment__state="agreed"
        ).select_related("kpi")
    }
    return [
        _indicator(found, sheet, criterion.label, kpi, ratings.get(kpi.key))
        for criterion in strategy.criteria
        for kpi in criterion.kpis
        if strategy.asks(kpi, line.phase)
    ]


def _indicator(found: Found, sheet: Sheet, group: str, kpi: Kpi, rating: Rating | None) -> Criterion:
    levels = sheet.strategy.levels_of(kpi.scale)
    counts = rating.counts_as if rating else None
    level = levels[counts - 1] if counts else None
    tile = Tile(level_word(sheet.strategy, level), level.tone) if level else Tile("Unknown", 0)
    said = [rating.note] if rating and rating.note else []
    suggestion = from_record(rating.measured) if rating else None
    if suggestion and (words := suggestion.as_read(sees_counts=False).in_short):
        said.append(words)
    if rating and rating.moderated_level is not None:
        said.append(f"Moderated: {rating.moderated_reason}")
    kinds = sheet.strategy.matrix.sources_in_words(rating.sources) if rating else ""
    dated = on(rating.evidence_on) if rating and rating.evidence_on else ""
    return Criterion(group, kpi.label, tile, ", ".join(filter(None, (dated, kinds))), tuple(said))


def _unknown(found: Found, sheet: Sheet, line: SchoolLine) -> tuple[str, ...]:
    """What we do not know, said once however many axes say it; counted where there are no axes."""
    told: dict[str, bool] = {}
    for axis in sheet.axes:
        words = explanation(found.proposals.get((line.school_id, axis.key)))
        told.update(dict.fromkeys(words.unknown if words else (), True))
    if sheet.axes:
        return tuple(told)[:6]
    unknown = [full_label(sheet, cell.key) for cell in line.cells if cell.applies and cell.step == 0]
    return tuple(f"{label}: not known." for label in unknown[:6])


def _questions(tally: Tally, line: SchoolLine) -> tuple[str, ...]:
    """The report's questions about this school, without its name in front."""
    own = Tally(
        since=tally.since,
        schools=1,
        up=tuple(name for name in tally.up if name == line.name),
        down=tuple(name for name in tally.down if name == line.name),
        weakest=tuple(one for one in tally.weakest if one.school == line.name),
        thin=tuple(one for one in tally.thin if one[0] == line.name),
    )
    return tuple(capital(one.removeprefix(f"{line.name}: ")) for one in questions(own))
