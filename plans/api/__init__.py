"""Plans, actions and support as programs read them."""

from .plans import Actions, Plans
from .support import SupportBookings, SupportLedger, SupportRequests

__all__ = ["Actions", "Plans", "SupportBookings", "SupportLedger", "SupportRequests"]
