"""How an import says no."""

from __future__ import annotations


class Refused(ValueError):
    """The file cannot be imported. The text is a sentence for the person who chose it."""
