"""Plans, actions, concerns and support as programs read them."""

from .concerns import Concerns
from .plans import Actions, Plans
from .support import SupportBookings, SupportLedger, SupportRequests

__all__ = ["Actions", "Concerns", "Plans", "SupportBookings", "SupportLedger", "SupportRequests"]
