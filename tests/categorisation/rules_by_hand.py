"""The rules a second time, in the plainest way and without the code under test; and ratings to try both on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

from hypothesis import strategies as st

from categorisation.rules import Change, Evidence
from schools.strategy import Kpi, Strategy, read_strategy, strategy_from

TODAY = date(2026, 11, 20)
TABLES = Path(__file__).parent / "tables"
SHIPPED = {
    path.stem: read_strategy(path.read_text(encoding="utf-8"), name=path.name)
    for path in sorted((Path(__file__).parents[2] / "strategies").glob("*.toml"))
}
SHIPPED_AXES = [(name, axis.key) for name, strategy in SHIPPED.items() for axis in strategy.axes]

Ratings = Mapping[str, str | None]


def evidence_of(ratings: Ratings, **details) -> dict[str, Evidence]:
    return {kpi: Evidence(kpi, level, **details) for kpi, level in ratings.items()}


def scale_keys(strategy: Strategy, scale: str) -> list[str]:
    return [level.key for level in strategy.levels_of(scale)]


def asked(strategy: Strategy, axis: str, phase: str) -> list[Kpi]:
    """Every KPI the axis rests on: of criteria that inform it, may limit it or must be known."""
    rule = strategy.rule_by_axis[axis]
    besides = {cap.criterion for cap in rule.caps} | set(rule.minimum.criteria)
    chosen = [one for one in strategy.criteria if axis in one.axes or one.key in besides]
    return [kpi for one in chosen for kpi in one.kpis if strategy.asks(kpi, phase)]


def weaker_middle(values: Iterable[tuple[int, int]]) -> int:
    """Write each value as often as it weighs, sort, take the middle; of two middles the weaker."""
    written = sorted(value for value, weight in values for _ in range(weight))
    return written[len(written) // 2]


def level_by_hand(strategy: Strategy, axis: str, ratings: Ratings, phase: str, end: str, facts=frozenset()) -> int:
    """The axis position at one end of the range."""
    rule = strategy.rule_by_axis[axis]
    place = {}
    for one in strategy.criteria:
        kpis = [kpi for kpi in one.kpis if strategy.asks(kpi, phase)]
        if not kpis:
            continue
        scale = scale_keys(strategy, kpis[0].scale)
        unknown = scale[0] if end == "best" else scale[-1]
        values = [(scale.index(ratings.get(kpi.key) or unknown), kpi.weight) for kpi in kpis]
        place[one.key] = max(values)[0] if one.combine == "worst" else weaker_middle(values)
    result = _rule_by_hand(strategy, axis, place, end)
    levels = scale_keys(strategy, strategy.axis_by_key[axis].scale)
    for cap in rule.caps:
        if cap.fact:
            holds = cap.fact in facts
        else:
            scale = scale_keys(strategy, strategy.criterion_by_key[cap.criterion].kpis[0].scale)
            holds = cap.criterion in place and place[cap.criterion] >= scale.index(cap.at_or_below)
        if holds:
            result = max(result, levels.index(cap.no_better_than))
    return result


def _rule_by_hand(strategy: Strategy, axis: str, place: dict[str, int], end: str) -> int:
    rule = strategy.rule_by_axis[axis]
    informing = [one for one in strategy.criteria if axis in one.axes and one.key in place]
    if rule.kind == "worst_column":
        return max(place[one.key] for one in informing)
    if rule.kind == "best_fit":
        return weaker_middle((place[one.key], one.weight) for one in informing)
    if rule.kind == "table":
        ends = []
        for one in informing:
            value = scale_keys(strategy, one.kpis[0].scale)[place[one.key]]
            fitting = [n for n, row in enumerate(rule.rows) if value in row.allows[one.key]]
            ends.append((min(fitting) if end == "best" else max(fitting), one.weight))
        return weaker_middle(ends)
    total = sum(one.weight for one in informing)
    mean = sum(
        Fraction(place[one.key], len(scale_keys(strategy, one.kpis[0].scale)) - 1) * one.weight / total
        for one in informing
    )
    return min(n for n, band in enumerate(rule.bands) if mean <= Fraction(str(band.up_to)))


def brute_force(
    strategy: Strategy, axis: str, ratings: Ratings, phase: str, *, up: bool, most: int = 3, facts=frozenset()
) -> list[tuple[Change, ...]]:
    """Try every set of one, then two, then three changes; the sets of the first size that has any, as documented."""
    now = level_by_hand(strategy, axis, ratings, phase, "worst", facts)
    kpis = asked(strategy, axis, phase)
    for size in range(1, most + 1):
        found = []
        for places in combinations(range(len(kpis)), size):
            best = _least_steps(strategy, axis, ratings, phase, [kpis[n] for n in places], now, up, facts)
            if best:
                found.append((best[0], places, best[1]))
        if found:
            return [changes for _, _, changes in sorted(found, key=lambda one: one[:2])[:5]]
    return []


def _least_steps(strategy, axis, ratings, phase, kpis, now, up, facts):
    """Of all ways to change exactly these KPIs that work: the least total of steps, then the strongest first target."""
    working = []
    for changes in product(*(list(_changes(strategy, kpi, ratings.get(kpi.key), up)) for kpi in kpis)):
        changed = {**ratings, **{change.kpi: change.to for _, _, change in changes}}
        level = level_by_hand(strategy, axis, changed, phase, "worst", facts)
        if level < now if up else level > now:
            steps = sum(steps for steps, _, _ in changes)
            working.append((steps, tuple(to for _, to, _ in changes), tuple(change for _, _, change in changes)))
    if not working:
        return None
    steps, _, changes = min(working, key=lambda one: one[:2])
    return steps, changes


def _changes(strategy: Strategy, kpi: Kpi, was: str | None, up: bool) -> Iterator[tuple[int, int, Change]]:
    levels = scale_keys(strategy, kpi.scale)
    now = len(levels) - 1 if was is None else levels.index(was)
    for to in range(now) if up else range(now + 1, len(levels)):
        yield abs(now - to), to, Change(kpi.key, was, levels[to])


# What to try them on


@st.composite
def ratings_of(draw, strategy: Strategy, *, unknown: bool = True) -> dict[str, str | None]:
    """Any ratings. Drawn near one level more often than not, as a real school's are."""
    lean = draw(st.one_of(st.none(), st.floats(0, 1)))
    found: dict[str, str | None] = {}
    for kpi in strategy.kpis():
        levels = scale_keys(strategy, kpi.scale)
        choices = [*levels, None] if unknown else levels
        if lean is not None and draw(st.booleans()):
            found[kpi.key] = levels[round(lean * (len(levels) - 1))]
        else:
            found[kpi.key] = draw(st.sampled_from(choices))
    return found


@st.composite
def small_strategies(draw) -> Strategy:
    """Two or three criteria with up to three KPIs, three levels, any rule, any caps."""
    kind = draw(st.sampled_from(["best_fit", "worst_column", "table", "weighted_score"]))
    criteria = [_criterion(draw, number) for number in range(draw(st.integers(2, 3)))]
    criteria.append({**_criterion(draw, 9), "axes": []})
    rule = {"kind": kind, "axis": "overall", "label": "Rule", "caps": _caps(draw, criteria)}
    rule["minimum"] = {"share": draw(st.sampled_from([0.0, 0.6]))}
    if kind == "table":
        spans = {one["key"]: draw(st.sampled_from(SPANS)) for one in criteria if one["axes"]}
        rule["rows"] = [
            {
                "level": level,
                "allows": {
                    key: [v for v, span in zip(LEVELS, some, strict=True) if n in span] for key, some in spans.items()
                },
            }
            for n, level in enumerate(LEVELS)
        ]
    if kind == "weighted_score":
        first, second = sorted(draw(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True)))
        ends = [first / 10, second / 10, 1]
        rule["bands"] = [{"level": level, "up_to": up_to} for level, up_to in zip(LEVELS, ends, strict=True)]
    return strategy_from(
        {
            "identity": {"key": "small", "version": 1, "title": "S", "summary": "S", "phases": ["primary"]},
            "scales": [{"key": "s", "label": "S", "levels": [{"key": k, "label": k, "tone": 3} for k in LEVELS]}],
            "axes": [{"key": "overall", "label": "Overall", "scale": "s"}],
            "facts": [{"key": "watched", "label": "Watched"}],
            "criteria": criteria,
            "rules": [rule],
        }
    )


LEVELS = ["a", "b", "c"]
SPANS = [  # for each value a, b, c: the rows that allow it; every row allows something, no weaker value a stronger row
    ((0,), (1,), (2,)),
    ((0, 1), (1,), (2,)),
    ((0, 1), (0, 1, 2), (2,)),
    ((0,), (0, 1), (1, 2)),
    ((0, 1), (1, 2), (2,)),
    ((0, 1), (1, 2), (1, 2)),
]


def _criterion(draw, number: int) -> dict:
    kpis = [
        {"key": f"k{number}_{n}", "label": f"K {number}.{n}", "scale": "s", "weight": draw(st.integers(1, 3))}
        for n in range(draw(st.integers(1, 3)))
    ]
    combine = draw(st.sampled_from(["best_fit", "worst"]))
    weight = draw(st.integers(1, 3))
    key = f"c{number}"
    return {"key": key, "label": key, "axes": ["overall"], "combine": combine, "weight": weight, "kpis": kpis}


def _caps(draw, criteria: list[dict]) -> list[dict]:
    caps = []
    for one in draw(st.lists(st.sampled_from(criteria), max_size=2, unique_by=lambda one: one["key"])):
        at, no_better = draw(st.sampled_from(LEVELS[1:])), draw(st.sampled_from(LEVELS))
        caps.append({"label": "C", "criterion": one["key"], "at_or_below": at, "no_better_than": no_better})
    if draw(st.booleans()):
        caps.append({"label": "Watched", "fact": "watched", "no_better_than": "b"})
    return caps
