"""The risk matrix's rows, as escaped strings.

A matrix of 50 schools by 39 indicators is 1,950 cells: a template tag in each would cost more than everything else
on the page. So each row is put together here, every text escaped exactly once, and the template prints the rows.
Shapes and arrows are the style sheet's, drawn from the classes; the word is always in the cell. Roles are written out
because the narrow layout changes `display`, and some browsers then forget that it is a table.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString

Step = Literal[0, 1, 2, 3, 4, 5, "na"]
Travel = Literal["up", "down", ""]

# Looked up rather than written in, so that nothing but these can reach a class attribute.
_TONES: dict[Step, str] = {0: "r0", 1: "r1", 2: "r2", 3: "r3", 4: "r4", 5: "r5", "na": "na"}
_TRAVELS: dict[Travel, str] = {"up": "up", "down": "down", "": ""}
_LONGEST_IN_LINE = 9  # letters that fit beside a shape: 'Reinforce'


@dataclass(frozen=True, slots=True)
class HeatCategory:
    """A school's category on one axis."""

    word: str
    step: Step
    url: str
    """Where it is explained; empty in print, and where there is nothing to explain yet."""
    state_label: str
    """'', 'proposed' or 'Not yet'."""
    travel: Travel
    was: str
    """The word before; empty if it did not move."""
    label: str
    """The axis: 'Academic'."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A rating of one criterion or indicator."""

    word: str
    step: Step
    sub: str
    """A note under the word: '13 months', 'one source'."""
    stale: bool
    travel: Travel
    was: str
    group_start: bool
    """The first of its axis: a gap stands before it."""
    calm: bool
    """Needs no look: left out of the card a phone shows, and counted in its last sentence."""
    label: str


@lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    """A matrix repeats a few words a thousand times."""
    return str(escape(text))


def _level(step: Step, inner: str) -> str:
    """The word on its line; over hatching it needs ground of its own."""
    ground = f'<span class="word">{inner}</span>' if step == 0 else inner
    return f'<span class="lv">{ground}</span>'


def _sub(text: str, *, hidden: str = "", travel: str = "", step: Step = 3) -> str:
    ground = f'<span class="word">{text}</span>' if step == 0 else text
    return (
        f'<span class="sub{" " + travel if travel else ""}">{ground}'
        f"{f'<span class=vh> {hidden}</span>' if hidden else ''}</span>"
    )


def _category(category: HeatCategory, school: str) -> str:
    word = _escaped(category.word or category.state_label or "Unknown")
    state = _escaped(category.state_label)
    axis = _escaped(category.label)
    lines = []
    if category.url:
        name = f"{word}{', ' + state if state and state != word else ''}: why {school} has this {axis.lower()} category"
        lines.append(_level(category.step, f'<a href="{_escaped(category.url)}" aria-label="{name}">{word}</a>'))
    else:
        lines.append(_level(category.step, word))
    if category.was:
        lines.append(_sub(f"was {_escaped(category.was)}", travel=_TRAVELS[category.travel], step=category.step))
    if state and state != word:
        lines.append(_sub(state, step=category.step))
    return f'<td role="cell" class="cat {_TONES[category.step]}" data-label="{axis}">{"".join(lines)}</td>'


@lru_cache(maxsize=8192)
def _cell(cell: HeatCell) -> str:
    classes = _TONES[cell.step]
    if cell.group_start:
        classes += " gap"
    if cell.stale:
        classes += " stale"
    if cell.calm:
        classes += " calm"
    label = "" if cell.calm else f' data-label="{_escaped(cell.label)}"'
    return f'<td role="cell" class="{classes}"{label}>{_cell_body(cell)}</td>'


def _cell_body(cell: HeatCell) -> str:
    if cell.step == "na":
        return '<span aria-hidden="true">–</span><span class="vh">Does not apply</span>'
    body = _level(cell.step, _escaped(cell.word or "Unknown"))
    if cell.was:
        body += _sub(_escaped(cell.was), hidden="before", travel=_TRAVELS[cell.travel], step=cell.step)
    if cell.sub:
        body += _sub(_escaped(cell.sub), hidden="old" if cell.stale else "", step=cell.step)
    return body


def _rest(cells: Sequence[HeatCell]) -> str:
    """What the card of a narrow screen leaves out, in one sentence, those needing most support first."""
    words = {cell.word: cell.step for cell in cells if cell.calm and isinstance(cell.step, int)}
    counts = Counter(cell.word for cell in cells if cell.calm and cell.step != "na")
    listed = sorted(counts, key=lambda word: -int(words[word]))
    if not listed:
        return ""
    return f"All the rest: {', '.join(f'{counts[word]} {_escaped(word)}' for word in listed)}."


def has_long_words(words: Iterable[str]) -> bool:
    """Whether a scale's words need the layout that stacks shape and word: 'improvement' is wider than a column."""
    return any(len(part) > _LONGEST_IN_LINE for word in words for part in word.split())


def heat_row(
    school_name: str,
    school_url: str,
    small: str,
    categories: Sequence[HeatCategory],
    cells: Sequence[HeatCell],
) -> SafeString:
    """One school's row of the matrix. An empty `school_url` writes the name without a link, for print.

    `small` is the second line under the name: '301 pupils'. The last cell is for narrow screens only.
    """
    name = _escaped(school_name)
    title = f'<a href="{_escaped(school_url)}">{name}</a>' if school_url else f"<b>{name}</b>"
    return SafeString(
        f'<tr role="row"><th role="rowheader" scope="row">{title}<small>{_escaped(small)}</small></th>'
        f"{''.join(_category(category, name) for category in categories)}"
        f"{''.join(map(_cell, cells))}"
        f'<td role="cell" class="rest">{_rest(cells)}</td></tr>'
    )
