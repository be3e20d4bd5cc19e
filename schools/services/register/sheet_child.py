"""Run as a program of its own: reads one Excel file and writes its first sheet as lines of JSON. Imports no Django."""

from __future__ import annotations

import json
import resource
import sys
from datetime import date, datetime
from typing import Any

MEMORY = 1024 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 1_000


def limit(seconds: int) -> None:
    """From here on the process may use this much memory and time, and write no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def as_text(cell: Any) -> str:
    """A cell as a CSV file would have it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def main(path: str, seconds: int) -> int:
    """Write the rows. The exit status is 0 only when all were written."""
    from python_calamine import CalamineWorkbook

    limit(seconds)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        return 3
    for row in sheet.iter_rows():
        sys.stdout.write(json.dumps([as_text(cell) for cell in row]) + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
