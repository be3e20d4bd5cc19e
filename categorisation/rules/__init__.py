"""How a category is proposed and explained. Values in, frozen records out: nothing here reads or writes anything."""

from .cadence import Period, asks_half_term, cadence_of, matrix_due, next_due, period_asked
from .evidence import Evidence, age_in_months, is_stale
from .matrix import criterion_level, criterion_range
from .proposal import AppliedCap, Change, ChangeSet, CriterionResult, Moves, Proposal, Reason, differs
from .propose import axes_for, propose
from .words import Explanation, explain

__all__ = [
    "AppliedCap",
    "Change",
    "ChangeSet",
    "CriterionResult",
    "Evidence",
    "Explanation",
    "Moves",
    "Period",
    "Proposal",
    "Reason",
    "age_in_months",
    "asks_half_term",
    "axes_for",
    "cadence_of",
    "criterion_level",
    "criterion_range",
    "differs",
    "explain",
    "is_stale",
    "matrix_due",
    "next_due",
    "period_asked",
    "propose",
]
