"""Forms as they are filled in: one flat mapping of name to value, read, checked, merged and put into words."""

from .answers import Answers, FilledRow, as_record, from_record, lacking, rows_of
from .merging import Clash, Merged, merge
from .names import MOST_ROWS, field_of, label_of, names_of, place_of, row_name
from .shown import Answer, ShownForm, blank, definition, shown
from .values import LONGEST_LINE, LONGEST_TEXT, UnreadableError, Value, in_words, read, read_field

__all__ = [
    "LONGEST_LINE",
    "LONGEST_TEXT",
    "MOST_ROWS",
    "Answer",
    "Answers",
    "Clash",
    "FilledRow",
    "Merged",
    "ShownForm",
    "UnreadableError",
    "Value",
    "as_record",
    "blank",
    "definition",
    "field_of",
    "from_record",
    "in_words",
    "label_of",
    "lacking",
    "merge",
    "names_of",
    "place_of",
    "read",
    "read_field",
    "row_name",
    "rows_of",
    "shown",
]
