"""Prints the speed of importing a country's key stage 2, absence, census and Ofsted rows against a bare COPY of them.

`bin/bench import_published [--rounds 3]`. The COPY writes the same rows, cleaned beforehand, into the same tables with
their indexes. Memory is that of a process of its own, at 2,000 and at 24,000 schools.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")

import django  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.import_register import resident  # noqa: E402
from bench.make_published import write  # noqa: E402
from schools.services.register import UPLOADS, import_file  # noqa: E402

TABLES = {"evidence_publishedfigure": "code", "evidence_inspection": "urn"}
GOAL = 0.40
SCHOOLS, FEW = 24_000, 2_000


def empty() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"delete from {table}")


def imported(paths: list[Path]) -> float:
    """Seconds for reading, checking and applying all files."""
    began = time.perf_counter()
    for path in paths:
        result = import_file(path, kinds=UPLOADS)
        assert not result.faults, result.faults[:3]
    return time.perf_counter() - began


def copied(cleaned: dict[str, bytes]) -> float:
    """Seconds for a bare COPY of the same rows, cleaned beforehand, into the same tables with their indexes."""
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in cleaned.items():
            with cursor.copy(f"copy {table} from stdin") as copy:
                copy.write(rows)
    return time.perf_counter() - began


def clean_rows() -> dict[str, bytes]:
    """What COPY gives back of what was imported."""
    found = {}
    for table in TABLES:
        with connection.cursor() as cursor, cursor.copy(f"copy (select * from {table} order by id) to stdout") as copy:
            found[table] = b"".join(bytes(block) for block in copy)
    return found


def peak(folder: Path) -> tuple[float, float]:
    """Memory of a process of its own before importing the files of a folder and at its highest since, in MB."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.import_published", "--peak", str(folder)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    before, after = answer.stdout.split()
    return float(before), float(after)


def print_peak(folder: Path) -> None:
    connection.ensure_connection()
    gc.collect()
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest so far counts no more
    imported(sorted(folder.glob("*.csv")))
    print(before, resident("VmHWM"))


def measure(rounds: int, folder: Path) -> None:
    large, small = folder / "large", folder / "small"
    for where, schools in ((large, SCHOOLS), (small, FEW)):
        where.mkdir()
        write(where, schools)
    paths = sorted(large.glob("*.csv"))
    empty()
    imported(paths)
    cleaned = clean_rows()
    rows = sum(block.count(b"\n") for block in cleaned.values())
    times: dict[str, list[float]] = {"copy": [], "import": [], "again": []}
    for _ in range(rounds):
        empty()
        times["copy"].append(copied(cleaned))
        empty()
        times["import"].append(imported(paths))
        times["again"].append(imported(paths))
    show(times, rows, paths)
    for where, schools in ((small, FEW), (large, SCHOOLS)):
        before, after = peak(where)
        more = after - before
        print(f"peak memory at {schools:>6,} schools: {after:.1f} MB ({more:+.1f} MB over the process before)")
    empty()


def show(times: dict[str, list[float]], rows: int, paths: list[Path]) -> None:
    size = sum(path.stat().st_size for path in paths) / 2**20
    speed = {what: rows / statistics.median(taken) for what, taken in times.items()}
    rounds = len(times["copy"])
    print(f"{rows:,} figures and inspections of {SCHOOLS:,} schools, {size:.1f} MB, median of {rounds} rounds in turn")
    print(f"bare COPY            {speed['copy']:>9,.0f} rows/s")
    for what, label in (("import", "import, new"), ("again", "import, the same again")):
        print(f"{label:<22} {speed[what]:>7,.0f} rows/s, ratio {speed[what] / speed['copy']:.2f} (goal {GOAL})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", type=Path)
    options = parser.parse_args()
    if options.peak:
        print_peak(options.peak)
    else:
        with tempfile.TemporaryDirectory() as made:
            measure(options.rounds, Path(made))
