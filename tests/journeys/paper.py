"""What is printed: the text of a PDF as another program reads it."""

from __future__ import annotations

import re
import subprocess


def printed(content: bytes) -> str:
    """All its text, in the order it was laid out."""
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return read.stdout.decode()


def letters(text: str) -> str:
    """Letters and figures alone: lines end and words divide where there is room."""
    return re.sub(r"[\W_]+", "", text.lower())
