"""What is known of a school: inspections, published figures, returns, self-evaluations, and the sources of ratings."""

from .inspections import Inspection, Source
from .published import PublishedFigure, Release, Span, Status
from .returns import Benchmark, ColumnMatch, Figure, Return, State, Target
from .sef import SefEdition, SefSection, SelfEvaluation

__all__ = [
    "Benchmark",
    "ColumnMatch",
    "Figure",
    "Inspection",
    "PublishedFigure",
    "Release",
    "Return",
    "SefEdition",
    "SefSection",
    "SelfEvaluation",
    "Source",
    "Span",
    "State",
    "Status",
    "Target",
]
