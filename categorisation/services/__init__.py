"""Every change to assessments, ratings, facts, proposals and decisions."""

from .assessments import Conflict, Saved, carry_forward, save_ratings, submit_assessment
from .beginning import open_assessment
from .decisions import decide_category, reply_to_decision
from .facts import declare_fact, end_fact
from .moderation import agree_assessment, moderate_rating, return_assessment
from .proposals import propose_categories

__all__ = [
    "Conflict",
    "Saved",
    "agree_assessment",
    "carry_forward",
    "decide_category",
    "declare_fact",
    "end_fact",
    "moderate_rating",
    "open_assessment",
    "propose_categories",
    "reply_to_decision",
    "return_assessment",
    "save_ratings",
    "submit_assessment",
]
