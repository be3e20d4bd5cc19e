"""Small charts as SVG: the same call draws the page's and the PDF's.

Colours are attributes, because the PDF and a strict content policy both refuse style inside an SVG; on a page the
style sheet then repaints the school's line in the trust's accent by its class. A year we do not know is a gap, never a
bridge. The last value stands at the end of its line, so there is no legend to look up. The table with the figures
belongs beside every chart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString

from schools.words import amount_words

Values = Sequence[float | None]

_INK, _NOTE, _RULE, _US = "#474d54", "#5f656c", "#ddd7cb", "#2b4a86"
_FONT = 'font-family="Source Sans 3, sans-serif"'


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values land: a box in pixels, and the range that fills it."""

    left: float
    right: float
    top: float
    foot: float
    low: float
    high: float
    places: int
    """How many points there are along the box."""

    def x(self, place: float) -> float:
        step = (self.right - self.left) / max(self.places - 1, 1)
        return self.left + place * step

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.foot - share * (self.foot - self.top)


def line_chart(
    name: str,
    labels: Sequence[str],
    ours: Values,
    *,
    us: str,
    national: Values = (),
    them: str = "National",
    unit: str = "%",
    ident: str,
    floor: float | None = None,
    ceiling: float | None = None,
) -> SafeString:
    """A line over a few years, with the national one dashed behind it.

    `labels` has one entry a year, `ours` and `national` a value or None for each. `ident` must be unique on its page.
    `floor` and `ceiling` fix the axis, so that small multiples side by side can be compared.
    """
    known = [value for value in (*ours, *national) if value is not None]
    low, high = _span(known, floor, ceiling)
    frame = _Frame(12, 184, 14, 80, low, high, len(labels))
    title, said = escape(name), escape(_spoken(labels, ours, us=us, national=national, them=them, unit=unit))
    body = [f'<path d="M4 90H192" stroke="{_RULE}"/>']
    body += _dashed(frame, national, width="1.5", dash="4 3")
    body += _solid(frame, ours)
    body += _ends(frame, ours, national, unit)
    body += _years(frame, labels)
    return SafeString(
        f'<svg viewBox="0 0 236 112" role="img" aria-labelledby="{escape(ident)}-t {escape(ident)}-d">'
        f'<title id="{escape(ident)}-t">{title}</title><desc id="{escape(ident)}-d">{said}</desc>{"".join(body)}</svg>'
    )


def _span(known: Sequence[float], floor: float | None, ceiling: float | None) -> tuple[float, float]:
    """The range of the axis. A flat line lies in the middle rather than on the foot."""
    low = min(known, default=0.0) if floor is None else floor
    high = max(known, default=1.0) if ceiling is None else ceiling
    return (low, high) if high > low else (low - 1, low + 1)


def _last(values: Values) -> tuple[int, float] | None:
    """The last known value and its place."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    return known[-1] if known else None


def _runs(frame: _Frame, values: Values) -> Iterable[str]:
    """The path of each unbroken run of two or more known values."""
    run: list[str] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            run.append(f"{frame.x(place):.1f} {frame.y(value):.1f}")
            continue
        if len(run) > 1:
            yield f"M{'L'.join(run)}"
        run = []


def _dashed(frame: _Frame, values: Values, *, width: str, dash: str) -> list[str]:
    return [
        f'<path d="{line}" fill="none" stroke="{_NOTE}" stroke-width="{width}" stroke-dasharray="{dash}"/>'
        for line in _runs(frame, values)
    ]


def _us_path(line: str) -> str:
    return f'<path class="us" d="{line}" fill="none" stroke="{_US}" stroke-width="2.25"/>'


def _dot(x: float, y: float, radius: str, edge: str = "") -> str:
    return f'<circle class="us-fill" cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{_US}"{edge}/>'


def _solid(frame: _Frame, values: Values) -> list[str]:
    """Our line with a dot for every known year, so that a year between two gaps is still seen."""
    last = _last(values)
    dots = [
        _dot(frame.x(place), frame.y(value), "3.6" if last and place == last[0] else "2.4")
        for place, value in enumerate(values)
        if value is not None
    ]
    return [_us_path(line) for line in _runs(frame, values)] + dots


def _ends(frame: _Frame, ours: Values, national: Values, unit: str) -> list[str]:
    """The last value of each line, moved apart where they would lie on each other."""
    us, them = _last(ours), _last(national)
    our_y = frame.y(us[1]) + 4 if us else 0.0
    their_y = frame.y(them[1]) + 4 if them else 0.0
    if us and them and abs(our_y - their_y) < 12:
        middle, ours_above = (our_y + their_y) / 2, our_y <= their_y
        our_y, their_y = (middle - 6, middle + 6) if ours_above else (middle + 6, middle - 6)
    drawn = []
    if us:
        look = f'class="us-text" {_FONT} font-size="13" font-weight="600" fill="{_US}"'
        drawn.append(_end(frame.x(us[0]), our_y, look, _said(us[1], unit)))
    if them:
        drawn.append(_end(frame.x(them[0]), their_y, f'{_FONT} font-size="12" fill="{_NOTE}"', _said(them[1], unit)))
    return drawn


def _end(x: float, y: float, look: str, words: str) -> str:
    return f'<text x="{x + 10:.0f}" y="{y:.1f}" {look}>{words}</text>'


def _years(frame: _Frame, labels: Sequence[str]) -> list[str]:
    """The years under the line; the outer two lean inwards so that they stay on the picture."""
    last = len(labels) - 1
    # More than six years would run into each other: then every other one, counted back from the latest.
    every = -(-len(labels) // 6) if labels else 1
    leaning = {0: ("start", -6), **({last: ("end", 6)} if last > 0 else {})}
    drawn = []
    for place, label in enumerate(labels):
        if (last - place) % every:
            continue
        anchor, shift = leaning.get(place, ("middle", 0))
        drawn.append(
            f'<text x="{frame.x(place) + shift:.1f}" y="106" {_FONT} font-size="12" fill="{_INK}"'
            f' text-anchor="{anchor}">{escape(label)}</text>'
        )
    return drawn


def _number(value: float) -> str:
    """At most one decimal, and none where it is nought; a true minus sign."""
    return f"{value:.1f}".removesuffix(".0").replace("-", "−")


def _said(value: float, unit: str) -> str:
    return f"{_number(value)}{escape(unit)}"


def _spoken(labels: Sequence[str], ours: Values, *, us: str, national: Values, them: str, unit: str) -> str:
    """The chart in words: where each line began and ended, and which years are not known."""
    said = []
    for who, values in ((us, ours), (them, national)):
        known = [(label, value) for label, value in zip(labels, values, strict=False) if value is not None]
        if len(known) > 1:
            (first, began), (latest, ended) = known[0], known[-1]
            said.append(f"{who} {_number(began)}{unit} in {first} to {_number(ended)}{unit} in {latest}.")
        elif known:
            said.append(f"{who} {_number(known[0][1])}{unit} in {known[0][0]}.")
    unknown = [label for label, value in zip(labels, ours, strict=False) if value is None]
    if unknown:
        said.append(f"Not known: {', '.join(unknown)}.")
    return " ".join(said) or "No figures yet."


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def bias_chart(
    name: str,
    points: Sequence[tuple[str, float, float, str]],
    *,
    above: str,
    below: str,
    ident: str,
    most: float = 3,
) -> SafeString:
    """A mean distance and its spread on each occasion, above and below a line of agreement, the oldest first.

    Each of `points` is the occasion’s short name, the mean, its spread, and both in words. `above` and `below` say what
    a distance either way means; beyond `most` a dot stays at the edge.
    """
    frame = _Frame(34, 318, 26, 118, -most, most, max(len(points), 2))
    said = "; ".join(words for *_, words in points) or "No figures yet."
    middle = frame.y(0)
    body = [
        f'<path d="M20 {middle:.1f}H332" stroke="{_INK}" stroke-width="1"/>',
        f'<text x="20" y="12" {_FONT} font-size="12" fill="{_NOTE}">{escape(above)}</text>',
        f'<text x="20" y="136" {_FONT} font-size="12" fill="{_NOTE}">{escape(below)}</text>',
    ]

    def y(value: float) -> float:
        return frame.y(max(-most, min(most, value)))

    places = [(frame.x(place), y(mean)) for place, (_, mean, _, _) in enumerate(points)]
    if len(places) > 1:
        line = "L".join(f"{x:.1f} {height:.1f}" for x, height in places)
        body.append(f'<path d="M{line}" fill="none" stroke="{_US}" stroke-width="1.5"/>')
    named = {0, len(points) - 1}
    for place, ((label, mean, spread, _), (x, height)) in enumerate(zip(points, places, strict=True)):
        if spread:
            body.append(f'<path d="M{x:.1f} {y(mean - spread):.1f}V{y(mean + spread):.1f}" stroke="{_NOTE}"/>')
        body.append(_dot(x, height, "4"))
        if place in named:
            anchor = "start" if place == 0 else "end"
            body += [
                f'<text x="{x + 8 if place == 0 else x - 8:.1f}" y="{height + (-6 if mean >= 0 else 15):.1f}"'
                f' text-anchor="{anchor}" {_FONT} font-size="12" fill="{_INK}">{_signed(mean)}</text>',
                f'<text x="{20 if place == 0 else 332}" y="154" text-anchor="{anchor}" {_FONT} font-size="12"'
                f' fill="{_NOTE}">{escape(label)}</text>',
            ]
    return SafeString(
        f'<svg viewBox="0 0 352 160" role="img" aria-labelledby="{escape(ident)}-t {escape(ident)}-d">'
        f'<title id="{escape(ident)}-t">{escape(name)}</title><desc id="{escape(ident)}-d">{escape(said)}</desc>'
        f"{''.join(body)}</svg>"
    )


def moved_chart(
    name: str, points: Sequence[tuple[Decimal, int, str]], *, ident: str, unit: str, least: int = 2
) -> SafeString:
    """How much of something came (across) beside how many levels a school moved (upwards: stronger).

    Each of `points` is how much, in `unit`, the levels moved, and both in words. Every dot stands exactly where it
    belongs; several on one place are one larger dot with their number in it. At least `least` levels are shown
    each way.
    """
    largest = max([amount for amount, _, _ in points], default=Decimal(1)) or Decimal(1)
    most = max([least, *(abs(steps) for _, steps, _ in points)])
    frame = _Frame(44, 318, 14, 14 + 52 * most, -most, most, 2)
    body = [_level(frame, step) for step in range(-most, most + 1)]
    foot = frame.foot + 24
    body += [
        f'<text x="44" y="{foot:.0f}" {_FONT} font-size="12" fill="{_INK}">none</text>',
        f'<text x="332" y="{foot:.0f}" text-anchor="end" {_FONT} font-size="12" fill="{_INK}">'
        f"{amount_words(largest, unit)}</text>",
    ]
    together: dict[tuple[Decimal, int], list[str]] = {}
    for amount, steps, words in points:
        together.setdefault((amount, steps), []).append(words)
    for (amount, steps), told in sorted(together.items(), key=lambda one: -len(one[1])):
        body.append(_heap(frame.x(float(amount / largest)), frame.y(steps), told))
    said = "; ".join(words for *_, words in points) or "No figures yet."
    return SafeString(
        f'<svg viewBox="0 0 352 {foot + 8:.0f}" role="img" aria-labelledby="{escape(ident)}-t {escape(ident)}-d">'
        f'<title id="{escape(ident)}-t">{escape(name)}</title><desc id="{escape(ident)}-d">{escape(said)}</desc>'
        f"{''.join(body)}</svg>"
    )


def _level(frame: _Frame, step: int) -> str:
    """The line of those who moved so far, with how far."""
    said, colour = (f"{step:+d}".replace("-", "−"), _RULE) if step else ("0", _INK)
    return (
        f'<path d="M30 {frame.y(step):.1f}H332" stroke="{colour}"/>'
        f'<text x="22" y="{frame.y(step) + 4:.1f}" text-anchor="end" {_FONT} font-size="12" fill="{_NOTE}">'
        f"{said}</text>"
    )


def _heap(x: float, y: float, words: Sequence[str]) -> str:
    """A dot; of several on one place a larger one with their number. What it stands for is told beside the pointer."""
    count = len(words)
    number = (
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" {_FONT} font-size="11" font-weight="600"'
        f' fill="#ffffff">{count}</text>'
    )
    dot = _dot(x, y, "5" if count == 1 else "9", ' stroke="#ffffff"')
    return f"<g><title>{escape('; '.join(words))}</title>{dot}{number if count > 1 else ''}</g>"
