"""Plans of schools: what they say, what is agreed in them, and who approved them; and schools on a ladder."""

from .action import COUNTS_ON, DONE_BY, Action
from .appraisal import Appraisal, AppraisalObjective
from .approval import ApprovalStep, PlanEdition
from .checklist import ChecklistItem
from .concern import Concern, DutyDone, StageChange, StepAgreement, WatchLook
from .condition import Condition
from .exchange import MatchLine, MatchRun, Offer, OfferNotTo
from .letter import Letter, Recipient
from .paper import PlanPaper
from .plan import Milestone, Plan, Priority
from .progress import ProgressDraft, ProgressUpdate
from .support import SupportBooking, SupportRequest
from .validation import Validation
from .verdict import CLOSING, Verdict

__all__ = [
    "CLOSING",
    "COUNTS_ON",
    "DONE_BY",
    "Action",
    "Appraisal",
    "AppraisalObjective",
    "ApprovalStep",
    "ChecklistItem",
    "Concern",
    "Condition",
    "DutyDone",
    "Letter",
    "MatchLine",
    "MatchRun",
    "Milestone",
    "Offer",
    "OfferNotTo",
    "Plan",
    "PlanEdition",
    "PlanPaper",
    "Priority",
    "ProgressDraft",
    "ProgressUpdate",
    "Recipient",
    "StageChange",
    "StepAgreement",
    "SupportBooking",
    "SupportRequest",
    "Validation",
    "Verdict",
    "WatchLook",
]
