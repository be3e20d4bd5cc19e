"""Plans of schools: what they say, what is agreed in them, and who approved them."""

from .action import Action
from .approval import ApprovalStep, PlanEdition
from .plan import Milestone, Plan, Priority
from .support import SupportBooking, SupportRequest

__all__ = ["Action", "ApprovalStep", "Milestone", "Plan", "PlanEdition", "Priority", "SupportBooking", "SupportRequest"]
