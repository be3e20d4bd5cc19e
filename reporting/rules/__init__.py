"""Rules of reports: which are due, which part a section is, and the sentences they say. Values in, values out."""

from .due import MAKEABLE, Due, Term, kinds_of, reports_due
from .parts import PARTS, plan_of

__all__ = ["MAKEABLE", "PARTS", "Due", "Term", "kinds_of", "plan_of", "reports_due"]
