"""Rules of the foundation: values in, values out."""

from .colours import LEAST_CONTRAST, PAPER, WHITE, accent_contrast, accent_fault, accent_tokens, contrast, mixed
from .days import (
    LONDON,
    PROCLAIMED,
    PUT_OFF,
    SATURDAY,
    SEPTEMBER,
    academic_year,
    bank_holidays,
    easter_sunday,
    first_of_year,
    humane_time,
    is_working_day,
    months_after,
    working_days_after,
)
from .order import in_new_order

__all__ = [
    "LEAST_CONTRAST",
    "LONDON",
    "PAPER",
    "PROCLAIMED",
    "PUT_OFF",
    "SATURDAY",
    "SEPTEMBER",
    "WHITE",
    "academic_year",
    "accent_contrast",
    "accent_fault",
    "accent_tokens",
    "bank_holidays",
    "contrast",
    "easter_sunday",
    "first_of_year",
    "humane_time",
    "in_new_order",
    "is_working_day",
    "mixed",
    "months_after",
    "working_days_after",
]
