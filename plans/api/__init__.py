"""Plans, actions, checklists, concerns and support as programs read them."""

from .appraisals import Appraisals
from .checklists import ChecklistItemEntry, ChecklistItems
from .concerns import Concerns
from .exchange import Offers
from .matching import Matches, Matchings
from .plans import Actions, Plans
from .support import SupportBookings, SupportLedger, SupportRequests

__all__ = [
    "Actions",
    "Appraisals",
    "ChecklistItemEntry",
    "ChecklistItems",
    "Concerns",
    "Matches",
    "Matchings",
    "Offers",
    "Plans",
    "SupportBookings",
    "SupportLedger",
    "SupportRequests",
]
