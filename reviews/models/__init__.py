"""Reviews from agreement to publication, the register of practice, and the people who work in other schools."""

from .register import PenPortrait, PortraitPhoto, Practice, PracticeRequest
from .reviews import Dispute, Finding, Review, ReviewMember
from .sharing import ReviewShare
from .wishes import ReviewWish
from .years import ProgrammeEdition, YearProgramme

__all__ = [
    "Dispute",
    "Finding",
    "PenPortrait",
    "PortraitPhoto",
    "Practice",
    "PracticeRequest",
    "ProgrammeEdition",
    "Review",
    "ReviewMember",
    "ReviewShare",
    "ReviewWish",
    "YearProgramme",
]
