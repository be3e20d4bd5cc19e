"""Imports of published figures: what the files of the Department for Education and Ofsted say of schools and areas."""

from .kinds import FIGURE_FILES
from .similar import compare_similar

__all__ = ["FIGURE_FILES", "compare_similar"]
