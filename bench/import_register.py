"""Prints the speed of the register's import against a bare COPY, and its memory at 2,000 and 27,000 rows.

`python bench/import_register.py [--rounds 5]` with DATABASE_URL set to a database made for it: the register there is
emptied of the invented schools (URN 500000 and up) again.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")

import django  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.make_gias import write  # noqa: E402
from schools.services.register import import_file  # noqa: E402

TABLE = "schools_establishment"
GOAL = 0.25
AS_AT = date(2026, 9, 1)


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"delete from {TABLE} where urn >= '500000'")


def imported(path: Path) -> float:
    """Seconds for reading, checking and applying the whole file."""
    began = time.perf_counter()
    result = import_file(path, as_at=AS_AT)
    assert not result.faults, result.faults[:3]
    return time.perf_counter() - began


def copied(rows: bytes) -> float:
    """Seconds for a bare COPY of the same schools, cleaned beforehand, into the same table with its indexes."""
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(f"copy {TABLE} from stdin") as copy:
        copy.write(rows)
    return time.perf_counter() - began


def clean_rows() -> bytes:
    """What COPY gives back of the schools that were imported."""
    query = f"copy (select * from {TABLE} where urn >= '500000') to stdout"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(bytes(block) for block in copy)


def peak(path: Path) -> tuple[float, float]:
    """Memory of a process of its own before importing the file and at its highest since, in MB."""
    answer = subprocess.run([sys.executable, __file__, "--peak", str(path)], capture_output=True, text=True, check=True)
    before, after = answer.stdout.split()
    return float(before), float(after)


def print_peak(path: Path) -> None:
    connection.ensure_connection()
    gc.collect()
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest so far counts no more
    imported(path)
    print(before, resident("VmHWM"))


def resident(which: str) -> float:
    """Of this process and none before it: getrusage would count what its parent held when it started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{which}:")[2].split()[0]) / 1024


def measure(rounds: int, folder: Path, rows: int = 27_000) -> None:
    large, small = folder / "large.csv", folder / "small.csv"
    write(large, rows)
    write(small, 2_000)
    empty()
    imported(large)
    cleaned = clean_rows()
    times: dict[str, list[float]] = {"import": [], "copy": [], "again": []}
    for _ in range(rounds):
        empty()
        times["copy"].append(copied(cleaned))
        empty()
        times["import"].append(imported(large))
        times["again"].append(imported(large))
    speed = {what: rows / statistics.median(taken) for what, taken in times.items()}
    print(f"{rows:,} schools, {large.stat().st_size / 2**20:.1f} MB, median of {rounds} rounds in turn")
    print(f"bare COPY            {speed['copy']:>9,.0f} rows/s")
    for what, label in (("import", "import, new"), ("again", "import, brought up")):
        ratio = speed[what] / speed["copy"]
        print(f"{label:<20} {speed[what]:>9,.0f} rows/s, ratio {ratio:.2f} (goal {GOAL})")
    for path, count in ((small, 2_000), (large, rows)):
        before, after = peak(path)
        print(f"peak memory at {count:>6,} rows: {after:.1f} MB ({after - before:+.1f} MB over the process before)")
    empty()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peak", type=Path)
    options = parser.parse_args()
    if options.peak:
        print_peak(options.peak)
    else:
        with tempfile.TemporaryDirectory() as made:
            measure(options.rounds, Path(made))
