"""When a return is agreed others may read it: which of its cells they do not see is settled then, for all pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from evidence.models import Figure, Return, State
from evidence.rules.arithmetic import Amount
from evidence.rules.suppression import Quantities, Released, Sum, hide, is_small, possible_sessions, quantities
from schools.models import Trust
from schools.strategy import Strategy
from schools.strategy.measures import Measure

Cell = tuple[str, str, str]
"""Group, year group and class of a figure: what tells the cells of one measure's table apart."""

REST = "~rest"
"""In place of a group: what is left of a total when its parts are taken away. Nobody entered it."""


def amount_of(figure: Figure) -> Amount:
    """The figure as a value."""
    return Amount(figure.numerator, figure.denominator, figure.value, figure.status)


def hide_small_numbers(of_return: Return) -> int:
    """Mark the cells that nobody but the school and the data roles may see; how many there are. Four statements."""
    threshold = Trust.objects.get(pk=of_return.trust_id or 0).small_number_threshold
    figures = list(Figure.objects.filter(part_of=of_return))
    settle(of_return, figures, threshold=threshold)
    Figure.objects.bulk_update(figures, ["hidden"])
    of_return.save(update_fields=["released"])
    return sum(figure.hidden for figure in figures)


def hide_anew(trust: Trust, changed: list[str]) -> None:
    """With another threshold, settle what every agreed return hides once more. Part of the act that set it."""
    if "small_number_threshold" not in changed:
        return
    agreed = Return.objects.filter(state=State.AGREED).select_related("period", "strategy_version")
    for of_return in agreed.defer("strategy_version__text", "strategy_version__document"):
        hide_small_numbers(of_return)


def settle(of_return: Return, figures: Iterable[Figure], *, threshold: int) -> None:
    """Set `hidden` on the figures, and remember on the return what this release shows. Saves nothing.

    A later release of the same return then gives nothing more away.
    """
    strategy = of_return.strategy_version.strategy
    by_measure: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_measure[figure.measure].append(figure)
    released: dict[str, list] = {}
    for key, rows in by_measure.items():
        measure = strategy.measure_by_key.get(key)
        if measure is not None and measure.by_pupil:
            released |= _settle(measure, rows, strategy, of_return, threshold)
    of_return.released = {**of_return.released, **released}


def _settle(
    measure: Measure, rows: list[Figure], strategy: Strategy, of_return: Return, threshold: int
) -> dict[str, list]:
    """Set `hidden` on the figures of one measure; the release to remember."""
    sessions = possible_sessions(of_return.period.year, of_return.period.ends_on) if measure.sessions else 0
    amounts = {cell_of(row): amount_of(row) for row in rows if row.status == "number"}
    cells = {cell: quantities(measure.kind, amount) for cell, amount in amounts.items()}
    sums, rests = with_rests(cells, sums_of(cells, strategy))
    amounts |= {rest: _as_amount(measure.kind, left) for rest, left in rests.items()}
    small = {c for c, amount in amounts.items() if is_small(measure.kind, amount, threshold, sessions=sessions)}
    before = {
        cell: Released(was[0], tuple(was[1]))
        for cell in cells
        if (was := of_return.released.get(_name(measure.key, cell)))
    }
    hidden = hide(cells | rests, sums, small=small, before=before, unshown=rests)
    for row in rows:
        row.hidden = cell_of(row) in hidden
    return {_name(measure.key, cell): [cell in hidden, counts] for cell, counts in cells.items()}


def with_rests(
    cells: Mapping[Cell, Quantities], sums: Iterable[Sum[Cell]]
) -> tuple[list[Sum[Cell]], dict[Cell, Quantities]]:
    """Sums that hold, each with what is left of its total where the parts are not all there.

    Whoever is not in a group, or in a year group that was not given, can be worked out by taking away.
    """
    found, rests = [], {}
    for number, each in enumerate(sums):
        added = [sum(column) for column in zip(*(cells[part] for part in each.parts), strict=True)]
        left = tuple(total - part for total, part in zip(cells[each.total], added, strict=True))
        if any(left) and min(left) >= 0:
            rest = (REST, str(number), "")
            rests[rest] = left
            each = Sum(each.total, (*each.parts, rest))
        found.append(each)
    return found, rests


def _as_amount(kind: str, left: Quantities) -> Amount:
    """What is left, as a figure of the same kind."""
    if kind == "share" and len(left) > 1:
        return Amount(left[0], left[0] + left[1])
    if len(left) > 1:
        return Amount(left[0], left[1])
    return Amount(denominator=left[0]) if kind == "mean" else Amount(value=Decimal(left[0]))


def cell_of(figure: Figure) -> Cell:
    return figure.group, figure.year_group, figure.class_name


def _name(measure: str, cell: Cell) -> str:
    return "|".join((measure, *cell))


def sums_of(cells: Iterable[Cell], strategy: Strategy) -> Iterator[Sum[Cell]]:
    """Groups with everybody else, year groups, and classes, each with its total."""
    cells = list(cells)
    by_total: Mapping[Cell, dict[str, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for group, year, klass in cells:
        splits = strategy.group_by_key[group].splits if group in strategy.group_by_key else ""
        if group != "all":
            splits = splits or f"own {group}"
            by_total["all", year, klass][f"split {splits}"].append((group, year, klass))
        if klass:
            by_total[group, year, ""]["classes"].append((group, year, klass))
        elif year:
            by_total[group, "", ""]["years"].append((group, year, klass))
    for total, kinds in by_total.items():
        yield from (Sum(total, tuple(parts)) for parts in kinds.values() if total in set(cells))
