"""The API of risk matrices, ratings, proposals and decisions."""

from .assessments import AssessmentRatings, Assessments
from .decisions import Decisions, Proposals
from .ratings import Ratings

__all__ = ["AssessmentRatings", "Assessments", "Decisions", "Proposals", "Ratings"]
