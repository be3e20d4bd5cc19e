"""What follows from evidence alone: frameworks, figures, suppression. Values in, values out."""

from .inspections import (
    AFTER,
    BEFORE,
    CATEGORIES,
    FRAMEWORKS,
    JOINING_UNKNOWN,
    Area,
    Category,
    Framework,
    Grade,
    category_doubt,
    category_words,
    joining,
    read_frameworks,
    usual_category,
)

__all__ = [
    "AFTER",
    "BEFORE",
    "CATEGORIES",
    "FRAMEWORKS",
    "JOINING_UNKNOWN",
    "Area",
    "Category",
    "Framework",
    "Grade",
    "category_doubt",
    "category_words",
    "joining",
    "read_frameworks",
    "usual_category",
]
