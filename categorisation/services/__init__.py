"""Every change to assessments, ratings, facts, proposals and decisions."""

from .assessments import Conflict, Saved, entry_of, save_ratings, submit_assessment
from .beginning import open_assessment
from .decisions import decide_category, reply_to_decision
from .facts import declare_fact, end_fact, move_fact
from .filling import accept_suggestions, carry_forward
from .moderation import agree_assessment, moderate_rating, return_assessment
from .proposals import propose_anew, propose_categories

__all__ = [
    "Conflict",
    "Saved",
    "accept_suggestions",
    "agree_assessment",
    "carry_forward",
    "decide_category",
    "declare_fact",
    "end_fact",
    "entry_of",
    "moderate_rating",
    "move_fact",
    "open_assessment",
    "propose_anew",
    "propose_categories",
    "reply_to_decision",
    "return_assessment",
    "save_ratings",
    "submit_assessment",
]
