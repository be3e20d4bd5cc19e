"""Excel files, opened only after their directory was read, and only in a child process with little memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Generator
from pathlib import Path

from .refusal import Refused

MOST_UNPACKED = 300 * 1024 * 1024
MOST_FILES = 2_000
SECONDS = 60
CHILD = Path(__file__).with_name("sheet_child.py")


def refuse_archive(path: Path) -> None:
    """Refuse by the archive's directory alone: what it would unpack to, how many files, whether it is a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("The Excel file is damaged or cut short. Download it again.") from None
    unpacked = sum(file.file_size for file in files)
    if unpacked > MOST_UNPACKED:
        most = MOST_UNPACKED // 2**20
        raise Refused(f"The file would unpack to {unpacked // 2**20:,} MB. The most that is opened is {most} MB.")
    if len(files) > MOST_FILES:
        raise Refused(f"The archive holds {len(files):,} files. The most that is opened is {MOST_FILES:,}.")
    if any(file.flag_bits & 1 for file in files):
        raise Refused("The file has a password. Save it without one.")
    if not any(file.filename.startswith("xl/") for file in files):
        raise Refused("This is a zip archive, not an Excel file. Unpack it and choose the CSV file inside.")


def sheet_rows(path: Path, *, results: bool = False) -> Generator[list[str], None, None]:
    """Rows of the first sheet as text, dates as YYYY-MM-DD, formulas as they are or their `results`. Raises Refused."""
    refuse_archive(path)
    command = [sys.executable, "-I", str(CHILD), str(path.resolve()), str(SECONDS), *(["results"] if results else [])]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603 - our own file
    assert child.stdout is not None
    try:
        for line in child.stdout:
            yield json.loads(line)
        whole = child.wait() == 0
    except ValueError:
        whole = False
    finally:
        child.kill()
        child.communicate()
    if not whole:
        raise Refused("The Excel file is damaged, or needs more memory or time than is given to it.")
