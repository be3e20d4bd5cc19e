"""Writes invented published files: `python bench/make_published.py FOLDER [--schools 24000]`.

Key stage 2 results, absence, census and inspections of the same invented schools, in the publishers' columns and codes.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

FIRST_URN = 500_000
GROUPS = ("", "_FSM6CLA1A", "_NotFSM6CLA1A")
SHARES = (
    "RWM_EXP",
    "RWM_HIGH",
    "READ_EXP",
    "READ_HIGH",
    "MAT_EXP",
    "MAT_HIGH",
    "GPS_EXP",
    "GPS_HIGH",
    "WRITTA_EXP",
    "WRITTA_HIGH",
)
SCORES = ("READ_AVERAGE", "MAT_AVERAGE", "GPS_AVERAGE")
KS2_COUNTS = ("TELIG", "TFSM6CLA1A", "TNotFSM6CLA1A")
KS2_HEAD = ("RECTYPE", "ALPHAIND", "LEA", "ESTAB", "URN", "SCHNAME", "PCODE", "NFTYPE", "ICLOSE", "AGERANGE", "TOTPUPS")
KS2 = (
    *KS2_HEAD, *KS2_COUNTS, *(f"PT{share}{group}" for share in SHARES for group in GROUPS),
    *(f"{score}{group}" for score in SCORES for group in GROUPS),
)  # fmt: skip
ABSENCE = ("LA", "ESTAB", "URN", "PERCTOT", "PPERSABS10")
CENSUS = (
    "URN", "LA", "Estab", "SCHOOLTYPE", "NOR", "NORG", "NORB", "TSENELSE", "PSENELSE", "TSENELK", "PSENELK", "NUMEAL",
    "PNUMEAL", "NUMFSMEVER", "NORFSMEVER", "PNUMFSMEVER",
)  # fmt: skip
OFSTED = (
    "URN", "Inspection start date of latest OEIF graded inspection", "Latest OEIF overall effectiveness",
    "Latest OEIF quality of education", "Latest OEIF behaviour and attitudes", "Latest OEIF personal development",
    "Latest OEIF effectiveness of leadership and management",
)  # fmt: skip
Row = Sequence[object]


def percent(chance: random.Random) -> str:
    """As the tables write it; one school in thirty is suppressed."""
    return "SUPP" if chance.random() < 1 / 30 else f"{chance.randrange(101)}%"


def numbers(number: int) -> tuple[int, int, int]:
    """LA, establishment number and URN of an invented school."""
    return 201 + number // 250 % 150, 2000 + number % 5000, FIRST_URN + number


def key_stage_2(number: int, chance: random.Random) -> Row:
    la, estab, urn = numbers(number)
    head = (1, number, la, estab, urn, f"Invented {number}", "ZZ1 1ZZ", "CY", 0, "4-11", chance.randrange(90, 600))
    shares = [percent(chance) for _ in SHARES for _ in GROUPS]
    return (*head, 60, 20, 40, *shares, *(chance.randrange(95, 112) for _ in SCORES for _ in GROUPS))


def absence(number: int, chance: random.Random) -> Row:
    return (*numbers(number), f"{chance.uniform(2, 12):.1f}", f"{chance.uniform(3, 40):.1f}")


def census(number: int, chance: random.Random) -> Row:
    (la, estab, urn), roll = numbers(number), chance.randrange(90, 1200)
    counts = [(part := chance.randrange(roll), f"{100 * part / roll:.2f}%") for _ in range(4)]
    pairs = [cell for pair in counts[:3] for cell in pair]
    return (
        urn,
        la,
        estab,
        "State-funded primary",
        roll,
        roll // 2,
        roll - roll // 2,
        *pairs,
        counts[3][0],
        roll,
        counts[3][1],
    )


def ofsted(number: int, chance: random.Random) -> Row:
    return (FIRST_URN + number, f"{1 + number % 28:02d}/03/2024", *(chance.randrange(1, 5) for _ in range(5)))


Maker = Callable[[int, random.Random], Row]
FILES: dict[str, tuple[Row, Maker]] = {
    "england_ks2final_2024-2025.csv": (KS2, key_stage_2),
    "england_abs_2024-2025.csv": (ABSENCE, absence),
    "england_census_2024-2025.csv": (CENSUS, census),
    "ofsted_mi_2026-05.csv": (OFSTED, ofsted),
}


def write(folder: Path, schools: int = 24_000) -> list[Path]:
    """The four files."""
    return [write_one(folder / name, *what, schools=schools) for name, what in FILES.items()]


def write_one(path: Path, header: Row, make: Maker, *, schools: int) -> Path:
    chance = random.Random(7)
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows(make, schools, chance))
    return path


def rows(make: Maker, schools: int, chance: random.Random) -> Iterator[Row]:
    return (make(number, chance) for number in range(schools))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--schools", type=int, default=24_000)
    options = parser.parse_args()
    write(options.folder, options.schools)
