"""Which documents are taken as a plan, told by what is in them and not by their name."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from zipfile import BadZipFile, ZipFile

MOST_BYTES = 8 * 1024 * 1024
LONGEST_NAME = 150  # characters

PDF = "application/pdf"
KINDS = {
    "pdf": PDF,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
"""The ending of a name, and the media type it is served as."""

HEARTS = {"docx": "word/document.xml", "odt": "content.xml"}
"""What makes a packed file a text."""

NOT_TAKEN = "Choose a PDF, a Word document (.docx) or an OpenDocument text (.odt)."


class NotTaken(ValueError):
    """The file is none that is kept; the words say why."""


def kind_of_file(content: bytes) -> str:
    """“pdf”, “docx” or “odt”. Raises NotTaken, in words for a person, for every other file and for one with macros."""
    if not content:
        raise NotTaken("The file is empty.")
    if len(content) > MOST_BYTES:
        raise NotTaken(f"The file has more than {MOST_BYTES // 1024**2} MB. Send a smaller one, for example a PDF.")
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    try:
        with ZipFile(BytesIO(content)) as packed:
            names = set(packed.namelist())
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        raise NotTaken(NOT_TAKEN) from None
    if any("vbaproject" in name.lower() or name.startswith("Basic/") for name in names):
        raise NotTaken("This document holds macros. Save it without them, or as a PDF.")
    for kind, heart in HEARTS.items():
        if heart in names:
            return kind
    raise NotTaken(NOT_TAKEN)


def name_of_file(typed: str, kind: str) -> str:
    """The name without folders and with the ending that its content has."""
    stem = PurePath(typed.replace("\\", "/")).name.replace("\x00", "")
    stem = stem.removesuffix(PurePath(stem).suffix).strip() or "Plan"
    return f"{stem[: LONGEST_NAME - len(kind) - 1]}.{kind}"
