"""A re-assessment after which all stays as it is, as a service takes it and as it is typed."""

from __future__ import annotations

from categorisation.rules.conclusion import FITS, STAYS, Conclusion

ALL_STAYS = Conclusion(provision=FITS, capacity=STAYS)
ALL_STAYS_TYPED = {"provision": FITS, "capacity": STAYS}
