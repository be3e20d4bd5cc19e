"""What is done with a visit."""

from .beginning import begin_visit, remove_visit
from .clock import close_windows, remove_old_notes
from .considering import consider_visit
from .following import follow_up
from .replying import reply_to_visit
from .sending import Sent, send_visit
from .writing import save_visit

__all__ = [
    "Sent",
    "begin_visit",
    "close_windows",
    "consider_visit",
    "follow_up",
    "remove_old_notes",
    "remove_visit",
    "reply_to_visit",
    "save_visit",
    "send_visit",
]
