"""The record of a school's year: which form of the strategy it is, and what of it people write."""

from __future__ import annotations

from schools.strategy import Strategy
from schools.strategy.forms import Form


def form_of_year(strategy: Strategy) -> Form | None:
    """The strategy's form of kind `programme`; None where it has none, and then no year is written down."""
    return next((form for form in strategy.forms if form.kind == "programme"), None)


def to_write(form: Form) -> Form:
    """The form without the year, which the record has of its own."""
    parts = {
        part: tuple(field for field in getattr(form, part) if field.means != "year")
        for part in ("header", "judgements", "footer")
    }
    kept = {
        name: getattr(form, name) for name in Form.model_fields
    }  # a copy would keep what was worked out of the whole
    return Form(**kept | parts)
