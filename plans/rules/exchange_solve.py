"""The best matching, worked out by HiGHS as a mixed-integer problem. Nothing that a giver or a need limits is broken.

The optimiser is loaded when it is first asked, so that pages that match nothing do not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plans.rules.exchange import FURTHER_GIVER, Giver, Match, Need, Problem, tallied, worth, worth_of

BEST, IN_TIME, NOTHING = "best", "in_time", "nothing"
WORDS = {
    BEST: "This is the best matching there is.",
    IN_TIME: "The optimiser’s time was up. This is the best it had found; solving again may find a better one.",
    NOTHING: "There was nothing to match: no giver with days left comes into question for any need.",
}
SEED = 1


@dataclass(frozen=True)
class Solution:
    """The matches worked out beside those that are pinned, and how far the optimiser came."""

    matches: tuple[Match, ...]
    status: str  # BEST, IN_TIME or NOTHING
    worth: int  # of everything, pinned included


def solve(problem: Problem, *, seconds: float, gap: float = 0.0) -> Solution:
    """The matches that are worth most. `seconds` is the wall; `gap` how far from the best it may stop, 0.01 for 1 %.

    The same problem has the same answer, in whatever order its givers and needs are named.
    """
    pairs = list(problem.open_pairs())
    if not pairs:
        return Solution((), NOTHING, worth_of(problem, _known(problem)))
    begun = begin_with(problem, pairs)
    found, is_best = _optimised(problem, pairs, begun, seconds, gap)
    if not keeps(problem, found):  # figures that only nearly hold are no answer
        found, is_best = begun, False
    matches = max((found, begun), key=lambda one: worth_of(problem, one))
    return Solution(matches, BEST if is_best else IN_TIME, worth_of(problem, (*_known(problem), *matches)))


def _known(problem: Problem) -> list[Match]:
    return [one for one in problem.pinned if one.giver in problem.giver_by_key and one.need in problem.need_by_key]


def keeps(problem: Problem, matches: Sequence[Match]) -> bool:
    """Whether these matches, beside what is pinned, take from no giver and bring to no need more than is open."""
    taken, met, coming = problem.pinned_days()
    more, brought, come = tallied(matches)
    givers, needs = problem.giver_by_key, problem.need_by_key
    return all(more[key] <= givers[key].left - taken[key] for key in more) and all(
        brought[key] <= needs[key].days - met[key] and come[key] <= needs[key].most_givers - coming[key]
        for key in brought
    )


def begin_with(problem: Problem, pairs: Sequence[tuple[Giver, Need]]) -> tuple[Match, ...]:
    """A sound matching to begin with: the pair that is worth most first, as many days as both have."""
    taken, met, coming = problem.pinned_days()
    found = []
    for giver, need in sorted(pairs, key=lambda pair: -worth(*pair)):
        days = min(giver.left - taken[giver.key], need.days - met[need.key])
        if days > 0 and coming[need.key] < need.most_givers and worth(giver, need) * days > FURTHER_GIVER:
            taken[giver.key] += days
            met[need.key] += days
            coming[need.key] += 1
            found.append(Match(giver.key, need.key, days))
    return tuple(sorted(found))


def _optimised(
    problem: Problem, pairs: Sequence[tuple[Giver, Need]], begun: Sequence[Match], seconds: float, gap: float
) -> tuple[tuple[Match, ...], bool]:
    """What the optimiser found, and whether it is known to be the best.

    For each pair two numbers: how many days, and whether the giver comes at all. Only the second has to be asked to be
    whole: once it is known who comes, the days are a problem of transport, whose corners are whole numbers.
    """
    import highspy  # loaded late: 12 MB that only a matching needs

    model = highspy.Highs()
    for name, value in (
        ("output_flag", False), ("threads", 1), ("random_seed", SEED), ("time_limit", float(seconds)),
        ("mip_rel_gap", float(gap)), ("mip_abs_gap", 0.99),
    ):  # fmt: skip
        model.setOptionValue(name, value)
    taken, met, coming = problem.pinned_days()
    days_of: dict[str, list[int]] = {}
    for place, (giver, need) in enumerate(pairs):
        most = min(giver.left - taken[giver.key], need.days - met[need.key])
        for cost, high in ((float(-worth(giver, need)), most), (float(FURTHER_GIVER), 1)):
            model.addCol(cost, 0.0, float(high), 0, [], [])
        model.changeColIntegrality(2 * place + 1, highspy.HighsVarType.kInteger)
        days, comes = 2 * place, 2 * place + 1
        model.addRow(-model.getInfinity(), 0.0, 2, [days, comes], [1.0, float(-most)])
        for key in (f"giver {giver.key}", f"need {need.key}"):
            days_of.setdefault(key, []).append(days)
        days_of.setdefault(f"coming {need.key}", []).append(comes)
    for giver in sorted(problem.givers, key=lambda one: one.key):
        _at_most(model, days_of.get(f"giver {giver.key}"), giver.left - taken[giver.key])
    for need in sorted(problem.needs, key=lambda one: one.key):
        _at_most(model, days_of.get(f"need {need.key}"), need.days - met[need.key])
        _at_most(model, days_of.get(f"coming {need.key}"), need.most_givers - coming[need.key])
    _start_from(model, pairs, begun)
    model.run()
    values = list(model.getSolution().col_value)
    is_best = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    found = (
        [Match(giver.key, need.key, round(values[2 * n])) for n, (giver, need) in enumerate(pairs)] if values else []
    )
    return tuple(sorted(one for one in found if one.days > 0)), is_best


def _at_most(model: object, columns: list[int] | None, most: int) -> None:
    if columns:
        model.addRow(-model.getInfinity(), float(most), len(columns), columns, [1.0] * len(columns))  # type: ignore[attr-defined]


def _start_from(model: object, pairs: Sequence[tuple[Giver, Need]], begun: Sequence[Match]) -> None:
    """Let it begin with a sound matching, so that there is one whenever the time is up."""
    import highspy

    days = {(one.giver, one.need): one.days for one in begun}
    start = highspy.HighsSolution()
    mine = [days.get((giver.key, need.key), 0) for giver, need in pairs]
    start.col_value = [float(value) for many in mine for value in (many, min(many, 1))]
    model.setSolution(start)  # type: ignore[attr-defined]
