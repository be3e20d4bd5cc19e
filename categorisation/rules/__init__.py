"""How a category is proposed and explained. Values in, frozen records out: nothing here reads or writes anything."""

from .cadence import Period, cadence_of, next_due
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
    "axes_for",
    "cadence_of",
    "criterion_level",
    "criterion_range",
    "differs",
    "explain",
    "is_stale",
    "next_due",
    "propose",
]
