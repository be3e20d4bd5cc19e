"""The head and the foot of a matrix, as escaped strings: with 39 columns template loops cost as much as the rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from reporting.queries.cells import Column
from reporting.queries.overview import SchoolLine
from schools.strategy import Level
from schools.words import listed

GAP, NO_GAP = SafeString(' class="gap"'), SafeString("")


def gaps(ordered: Sequence[Column], starts: set[str]) -> list[SafeString]:
    """The class of each column: a gap stands before the first of each band."""
    return [GAP if column.key in starts else NO_GAP for column in ordered]


ROOMY = 9
"""Up to so many columns share the width evenly."""


def cols(classes: Sequence[SafeString]) -> SafeString:
    """The widths of the columns."""
    if len(classes) <= ROOMY:
        return SafeString("<col>" * len(classes))
    return SafeString("".join('<col class="c-gap">' if gap else "<col>" for gap in classes))


def heads(ordered: Sequence[Column], classes: Sequence[SafeString], *, many: bool) -> SafeString:
    """A heading for each column; written upwards where there are many."""
    label = '<span class="turn">{}</span>' if many else "{}"
    shape = '<th role="columnheader" scope="col"{}>' + label + "</th>"
    return format_html_join("", shape, ((gap, one.label) for gap, one in zip(classes, ordered, strict=True)))


def foot(
    lines: Sequence[SchoolLine],
    ordered: Sequence[Column],
    order: Sequence[int],
    classes: Sequence[SafeString],
    axes: int,
) -> SafeString:
    """What each column adds up to: counts of schools, nothing averaged."""
    weak, unsure = [0] * len(ordered), [0] * len(ordered)
    weakest = [max(len(column.levels) - 2, 1) for column in ordered]
    for line in lines:
        for place, at in enumerate(order):
            cell = line.cells[at]
            weak[place] += cell.position is not None and cell.position >= weakest[place]
            unsure[place] += cell.unsure
    rows = ((f"Schools at {weakest_words(ordered)}", weak), ("Unknown or out of date", unsure))
    return format_html_join(
        "",
        '<tr role="row"><th role="rowheader" scope="row" colspan="{}">{}</th>{}<td role="cell" class="rest"></td></tr>',
        ((axes + 1, label, _counts(counts, classes)) for label, counts in rows),
    )


def _counts(counts: Sequence[int], classes: Sequence[SafeString]) -> SafeString:
    cells = (f'<td role="cell"{gap}>{f"<b>{n}</b>" if n else 0}</td>' for n, gap in zip(counts, classes, strict=True))
    return SafeString("".join(cells))  # whole numbers and our own classes only


def weakest_words(ordered: Sequence[Column]) -> str:
    """“Reinforce or Stabilise”; where scales differ, what they have in common."""
    pairs: set[tuple[Level, ...]] = {column.levels[max(len(column.levels) - 2, 1) :] for column in ordered}
    if len(pairs) != 1:
        return "the two weakest levels"
    return listed([level.label for level in pairs.pop()]).replace(" and ", " or ")


def bands_of(bands: Sequence[tuple[str, int]]) -> SafeString:
    """The names over groups of columns."""
    shape = '<th role="columnheader" scope="colgroup" class="gap" colspan="{}"><span>{}</span></th>'
    return format_html_join("", shape, ((span, label) for label, span in bands))
