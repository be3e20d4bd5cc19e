"""The API's foundation: the view every noun is built on, and schools, periods and strategies.

Inside a trust the middleware has opened it and worked out `request.access`; a view adds what it `needs` and which rows
this person may read. Levels are spoken of by their keys, never by the numbers they are stored as.
"""

from .document import TrustSchema
from .filters import IdFilter, Moment, Order, RowFilters, Truth
from .input import Refused, StrictSerializer
from .nouns import Periods, Schools, Strategies
from .view import Rows, TrustView

__all__ = [
    "IdFilter",
    "Moment",
    "Order",
    "Periods",
    "Refused",
    "RowFilters",
    "Rows",
    "Schools",
    "Strategies",
    "StrictSerializer",
    "TrustSchema",
    "TrustView",
    "Truth",
]
