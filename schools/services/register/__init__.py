"""Imports of published files: recognised by their columns, checked whole, then applied or refused whole."""

from . import values
from .applying import Counts, Origin, upsert
from .holdings import HELD, Holding, holdings
from .importing import (
    UPLOADS,
    About,
    ImportResult,
    Kind,
    Kinds,
    LayoutKind,
    Options,
    Staged,
    date_in_name,
    import_file,
    not_ahead,
)
from .layouts import Column, Layout
from .reading import Table
from .refusal import Refused
from .staging import AT_ONCE, CHUNK, Fault, Progress, Reading

__all__ = [
    "AT_ONCE",
    "CHUNK",
    "HELD",
    "UPLOADS",
    "About",
    "Column",
    "Counts",
    "Fault",
    "Holding",
    "ImportResult",
    "Kind",
    "Kinds",
    "Layout",
    "LayoutKind",
    "Options",
    "Origin",
    "Progress",
    "Reading",
    "Refused",
    "Staged",
    "Table",
    "date_in_name",
    "holdings",
    "import_file",
    "not_ahead",
    "upsert",
    "values",
]
