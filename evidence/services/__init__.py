"""Every change to what is known of a school."""

from .inspections import INSPECTION_FILES, import_inspections

__all__ = ["INSPECTION_FILES", "import_inspections"]
