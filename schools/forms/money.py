"""Pounds, as people write them."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from schools.forms.boxes import BOX

ASK_POUNDS = "Enter pounds, for example 1,200"
_WRITTEN = re.compile(r"£?\s*(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)")


class PoundsField(forms.DecimalField):
    """A sum: 1200, 1,200, £1,200 or £1,200.50. `digits` in all, two of them pence."""

    def __init__(self, *, digits: int = 10, **kwargs: Any) -> None:
        most = f"Enter at most £{10 ** (digits - 2) - 1:,}.99"
        errors = {
            "invalid": ASK_POUNDS,
            "min_value": "Enter 0 or more",
            "max_digits": most,
            "max_whole_digits": most,
            "max_decimal_places": "Enter pence as two digits, for example 1,200.50",
        }
        kwargs.setdefault("widget", forms.TextInput(attrs={**BOX, "inputmode": "decimal"}))
        super().__init__(max_digits=digits, decimal_places=2, error_messages=errors, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Without the sign and the commas; anything else stays, to be refused."""
        written = _WRITTEN.fullmatch(str(value).strip()) if value not in self.empty_values else None
        return super().to_python(written[1].replace(",", "") if written else value)
