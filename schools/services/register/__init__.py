"""Imports of published files: recognised by their columns, checked whole, then applied or refused whole."""

from . import values
from .applying import Counts, Origin, upsert
from .holdings import HELD, Holding, holdings
from .importing import UPLOADS, ImportResult, Kinds, Options, date_in_name, import_file
from .layouts import Column, Layout
from .refusal import Refused
from .staging import Fault, Progress

__all__ = [
    "HELD",
    "UPLOADS",
    "Column",
    "Counts",
    "Fault",
    "Holding",
    "ImportResult",
    "Kinds",
    "Layout",
    "Options",
    "Origin",
    "Progress",
    "Refused",
    "date_in_name",
    "holdings",
    "import_file",
    "upsert",
    "values",
]
