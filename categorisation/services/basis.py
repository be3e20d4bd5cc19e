"""What a decision rests on: the school's latest agreed matrix and what the rules made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from categorisation.models import Assessment, Decision, Proposal
from schools.models import Period, School, StrategyVersion
from schools.queries import Followed, strategy_of
from schools.strategy import Axis, Strategy


@dataclass(frozen=True)
class Basis:
    """What is known when people decide on one axis. `period` is the one the decision belongs to."""

    version: StrategyVersion
    period: Period
    axis: Axis
    assessment: Assessment | None
    proposal: Proposal | None
    before: Decision | None  # the decision that stands

    @property
    def strategy(self) -> Strategy:
        return self.version.strategy

    @property
    def concludes(self) -> bool:
        """Whether this is a re-assessment that concludes more than the level."""
        return self.axis.concludes and self.before is not None


def basis_of(
    school: School, axis: str, *, period: Period, today: date, followed: Followed | None = None
) -> Basis | None:
    """What a decision in this period rests on; None where the school's strategy has no such axis.

    That is the latest agreed matrix: of the term, or where the school is looked at half-termly of a half of it, and the
    decision then belongs to the matrix's own period. A matrix of an earlier term counts only while nobody has decided
    on it, and the decision belongs to `period`.
    """
    now, matrix = strategy_of(school, today, followed), _latest_agreed(school, period)
    before = Decision.objects.filter(school=school, axis=axis).order_by("-effective_on", "-pk").first()
    proposal = Proposal.objects.filter(assessment=matrix, axis=axis).first() if matrix else None
    of_term = matrix is not None and _same_term(matrix.period, period)
    if matrix is not None and now is not None and matrix.strategy_version.key != now.key:
        matrix = None  # rated under another strategy
    if matrix is None or not (of_term or _waits(proposal, before)):
        matrix = proposal = None
    version = matrix.strategy_version if matrix else now
    if version is None or axis not in version.strategy.axis_by_key:
        return None
    of_period = matrix.period if matrix and of_term else period
    return Basis(version, of_period, version.strategy.axis_by_key[axis], matrix, proposal, before)


def _latest_agreed(school: School, period: Period) -> Assessment | None:
    rows = Assessment.objects.agreed().filter(school=school, period__starts_on__lte=period.ends_on)
    return (
        rows.select_related("period", "strategy_version")
        .defer("strategy_version__text", "strategy_version__document")
        .order_by("-period__starts_on", "-period__half")
        .first()
    )


def _same_term(one: Period, other: Period) -> bool:
    return (one.year, one.season) == (other.year, other.season)


def _waits(proposal: Proposal | None, before: Decision | None) -> bool:
    """Whether nobody has decided since the rules proposed."""
    if proposal is None or before is None:
        return proposal is not None
    return before.proposal_id != proposal.pk and before.decided_at < proposal.made_at
