"""Plans, actions, checklists, concerns and support as programs read them."""

from .checklists import ChecklistItemEntry, ChecklistItems
from .concerns import Concerns
from .plans import Actions, Plans
from .support import SupportBookings, SupportLedger, SupportRequests

__all__ = [
    "Actions",
    "ChecklistItemEntry",
    "ChecklistItems",
    "Concerns",
    "Plans",
    "SupportBookings",
    "SupportLedger",
    "SupportRequests",
]
