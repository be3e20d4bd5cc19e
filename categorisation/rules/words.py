"""A proposal in plain English, for the page and the report alike. No mark-up: names stand in quotation marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor

from schools.strategy import Strategy
from schools.words import capital, counted, listed, number, on

from .proposal import Change, ChangeSet, Moves, Proposal, Reason, SeenKinds

MOST_NAMES = 4
"""Most indicators named in one sentence; the rest are counted."""


@dataclass(frozen=True)
class Explanation:
    """Sentences to show under headings. Each stands alone; several under `up`, or under `down`, are alternatives."""

    headline: str
    basis: tuple[str, ...]  # by which rule, on how much evidence, within which range
    held: tuple[str, ...]  # what held it
    unknown: tuple[str, ...]  # what we do not know
    up: tuple[str, ...]  # what would move it up
    down: tuple[str, ...]  # and down


def explain(
    strategy: Strategy,
    proposal: Proposal,
    *,
    sources: Mapping[str, str] | None = None,
    besides: Sequence[str] = (),
) -> Explanation:
    """Everything a head, the chief executive or a trustee needs to read to see why.

    `sources` says, by fact, where it comes from, for example “the inspection of 12 March 2024”; `besides` are sentences
    on what else the rules looked at, such as the accuracy of self-evaluation.
    """
    words = _Words(strategy, proposal.axis, sources or {})
    return Explanation(
        headline=words.headline(proposal),
        basis=(*words.basis(proposal), *besides),
        held=tuple(words.held(proposal)),
        unknown=tuple(words.unknown(proposal)),
        up=tuple(words.up(proposal)),
        down=tuple(words.moves(proposal.down, "There is no level below this one.")) if proposal.enough else (),
    )


class _Words:
    """The labels of one strategy and axis, and the sentences made of them."""

    def __init__(self, strategy: Strategy, axis: str, sources: Mapping[str, str]) -> None:
        self.strategy, self.sources = strategy, sources
        self.levels = {level.key: strategy.level_words(level) for level in strategy.axis_levels(axis)}
        self.kpis = {kpi.key: kpi for kpi in strategy.kpis()}
        self.first = strategy.axis_levels(axis)[0].key

    # The answer and what it stands on

    def headline(self, proposal: Proposal) -> str:
        if proposal.level is not None:
            return capital(self.levels[proposal.level])
        if proposal.is_range:
            return f"Not enough evidence: between {self.levels[proposal.best]} and {self.levels[proposal.worst]}"
        return f"Not enough evidence: no better than {self.levels[proposal.best]}"

    def basis(self, proposal: Proposal) -> Iterator[str]:
        yield f"Proposed by the rule “{proposal.rule_label}”. People decide."
        yield f"{proposal.known} of {proposal.asked} indicators {_is(proposal.known)} known."
        if proposal.enough and proposal.is_range:
            ends = f"from {self.levels[proposal.best]} to {self.levels[proposal.worst]}"
            yield f"The evidence allows {ends}. The weaker is proposed, as what is open is not counted as good."

        yield from (self._seen(seen) for seen in proposal.seen[:MOST_NAMES])
        if more := proposal.seen[MOST_NAMES:]:
            yield f"Visits bear out {number(len(more))} more, the last on {on(max(seen.on for seen in more))}."

    def _seen(self, seen: SeenKinds) -> str:
        rests = f"{self._names([seen.kpi])} rests on {counted(seen.kinds, 'kind of evidence', 'kinds of evidence')}"
        if not seen.added:
            return f"{rests}; a visit of {on(seen.on)} saw the same."
        added = self.strategy.matrix.sources_in_words(seen.added)
        return f"{rests}, of which visits add {added}, last on {on(seen.on)}."

    # What held it

    def held(self, proposal: Proposal) -> Iterator[str]:
        if proposal.level == self.first:
            yield "It is at the strongest level: nothing holds it back."
        for reason in proposal.reasons:
            yield from getattr(self, f"_{reason.kind}")(reason, proposal)
        for cap in proposal.caps_applied:
            if not proposal.enough and cap.certain and cap.no_better_than == proposal.best:
                yield self._limit("A limit is reached", cap.label, cap.no_better_than) + self._rests(cap.fact)

    def _criterion(self, reason: Reason, proposal: Proposal) -> Iterator[str]:
        level = self._criterion_label(reason.key, reason.level)
        points = self.levels[reason.points_to or ""]
        fits = "" if level == points else f", which points to {points}"
        if reason.unknown:
            verb = "is" if len(reason.unknown) == 1 else "are"
            yield f"{reason.label} counts as {level}{fits} until {self._names(reason.unknown)} {verb} rated."
        else:
            yield f"{reason.label} is at {level}{fits}: {self._names(reason.kpis)}."

    def _cap(self, reason: Reason, proposal: Proposal) -> Iterator[str]:
        start = "A limit is reached"
        if reason.unknown:
            start = f"Until {self._names(reason.unknown)} {_is(len(reason.unknown))} rated, a limit counts as reached"
        rests = f" It rests on {self._names(reason.kpis)}." if reason.kpis and not reason.unknown else ""
        yield self._limit(start, reason.label, reason.points_to or "") + (
            rests or self._rests(None if reason.level else reason.key)
        )

    def _rests(self, fact: str | None) -> str:
        """Where a fact comes from, if it is one and that is known."""
        source = self.sources.get(fact or "")
        return f" It rests on {source}." if source else ""

    def _limit(self, start: str, label: str, no_better_than: str) -> str:
        return f"{start}: {_sentence(label)} Nothing better than {self.levels[no_better_than]} is allowed."

    def _share(self, reason: Reason, proposal: Proposal) -> Iterator[str]:
        asked = self.strategy.rule_by_axis[proposal.axis].minimum.share
        known = floor(proposal.share_known * 100)
        yield f"Too little is known: {known}% of the evidence by weight. The rule asks for {asked * 100:g}%."

    def _sources(self, reason: Reason, proposal: Proposal) -> Iterator[str]:
        minimum = self.strategy.rule_by_axis[proposal.axis].minimum
        kinds = counted(minimum.sources, "kind of evidence", "kinds of evidence")
        yield f"Too little of it rests on {kinds} or more. The rule asks for {minimum.share * 100:g}% by weight."

    def _required(self, reason: Reason, proposal: Proposal) -> Iterator[str]:
        yield f"{reason.label} must be known, and nothing of it is."

    # What we do not know

    def unknown(self, proposal: Proposal) -> Iterator[str]:
        for row in proposal.criteria:
            missing = [kpi.key for kpi in self.strategy.criterion_by_key[row.key].kpis if kpi.key in proposal.missing]
            if missing:
                label = self.strategy.criterion_by_key[row.key].label
                names = "nothing is rated" if not row.known else f"{self._names(missing)} {_is(len(missing))} not rated"
                yield f"{label}: {names}."
        yield from self._old(proposal.ages)
        yield from self._counted(proposal.undated, "has no date of evidence", "have no date of evidence")
        yield from self._counted(proposal.single_source, "has one source or none", "have one source or none each")
        if not (proposal.missing or proposal.stale or proposal.undated or proposal.single_source):
            yield "Nothing is missing: every indicator is rated, dated and current."

    def _old(self, ages: Sequence[tuple[str, int]]) -> Iterator[str]:
        """A sentence for each while they are few; then one that counts them."""
        aged = [(f"“{self.kpis[kpi].label}”", months) for kpi, months in ages]
        if len(aged) <= MOST_NAMES:
            yield from (f"{name} rests on evidence {months} months old." for name, months in aged)
        else:
            named = [f"{name} ({months} months)" for name, months in aged[:MOST_NAMES]]
            yield f"Evidence is older than it may be for {listed([*named, f'{len(aged) - MOST_NAMES} more'])}."

    def _counted(self, kpis: Sequence[str], one: str, many: str) -> Iterator[str]:
        if kpis:
            yield f"{self._names(kpis)} {one if len(kpis) == 1 else many}."

    # What would move it

    def up(self, proposal: Proposal) -> Iterator[str]:
        if proposal.enough:
            yield from self.moves(proposal.up, "There is no level above this one.")
        elif proposal.reasons and proposal.reasons[0].kind == "sources":
            yield f"Another kind of evidence for {self._names(proposal.single_source)} would help most: a visit is one."
        elif proposal.enough_with:
            yield f"A rating for {self._names(proposal.enough_with)} would give enough evidence for a proposal."

    def moves(self, moves: Moves, at_the_end: str) -> Iterator[str]:
        if moves.to is None:
            yield at_the_end
        for label in moves.blocked_by:
            yield f"No rating alone would do it while this stands: {_sentence(label)}"
        if not moves.possible and not moves.blocked_by:
            yield f"No rating would give {self.levels[moves.to or '']} under this rule."
        if moves.needs_more_than:
            more = number(moves.needs_more_than)
            yield f"To {self.levels[moves.to or '']}: more than {more} ratings would have to change."
        for one in moves.sets:
            yield self._set(one)

    def _set(self, one: ChangeSet) -> str:
        changes = [self._change(change) for change in one.changes]
        return f"To {self.levels[one.reaches]}: {listed(changes)}."

    def _change(self, change: Change) -> str:
        kpi = self.kpis[change.kpi]
        label = {level.key: level.label for level in self.strategy.levels_of(kpi.scale)}
        if change.was is None:
            return f"“{kpi.label}” is rated {label[change.to]}"
        return f"“{kpi.label}” moves from {label[change.was]} to {label[change.to]}"

    # Names

    def _criterion_label(self, criterion: str, level: str | None) -> str:
        scale = self.strategy.criterion_by_key[criterion].kpis[0].scale
        return next(one.label for one in self.strategy.levels_of(scale) if one.key == level)

    def _names(self, kpis: Sequence[str]) -> str:
        named = [f"“{self.kpis[kpi].label}”" for kpi in kpis[:MOST_NAMES]]
        more = len(kpis) - MOST_NAMES
        return listed([*named, f"{more} more"] if more > 0 else named)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
