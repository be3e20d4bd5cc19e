"""Every change to a return: opened, filled in, sent, queried, agreed, chased; and the files it is filled in from."""

from .chasing import chase_returns, remind_schools
from .files import workbook_of
from .filling import taken
from .group_names import remember_groups
from .opening import asked_return, open_return
from .saving import Conflict, Saved, confirm_filled, mark_blank, name_classes, save_cells
from .sending import GIVE, LOOK, agree_return, box, faults_of, first_box, send_back, submit_return
from .uploads import FileTable, as_json, from_json, meanings_for, read_file, read_rows, remember, take_rows

__all__ = [
    "GIVE",
    "LOOK",
    "Conflict",
    "FileTable",
    "Saved",
    "agree_return",
    "as_json",
    "asked_return",
    "box",
    "chase_returns",
    "confirm_filled",
    "faults_of",
    "first_box",
    "from_json",
    "mark_blank",
    "meanings_for",
    "name_classes",
    "open_return",
    "read_file",
    "read_rows",
    "remember",
    "remember_groups",
    "remind_schools",
    "save_cells",
    "send_back",
    "submit_return",
    "take_rows",
    "taken",
    "workbook_of",
]
