"""Writes an invented file in the full layout of GIAS: `python bench/make_gias.py [--rows 27000] OUT.csv`.

Every column of the layout, Windows-1252 with é à ’ and CRLF, as the real download. No school in it is real.
"""

from __future__ import annotations

import argparse
import csv
import random
from pathlib import Path

HEADER = Path(__file__).resolve().parent.parent / "tests" / "data" / "gias_header.csv"
FIRST_URN = 500_000
PLACES = ("Ashcombe", "St Désirée’s", "Vale à Rivière", "Holm Oak", "Eaton’s Cross", "Kilncote", "Fenwick", "Larchmere")
KINDS = (
    ("01", "Community school", "Primary", 4, 11),
    ("34", "Academy converter", "Primary", 3, 11),
    ("28", "Academy sponsor led", "Secondary", 11, 18),
    ("44", "Academy special converter", "Not applicable", 3, 19),
)


def header() -> list[str]:
    """The columns of the full layout."""
    with HEADER.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def school(number: int, chance: random.Random) -> dict[str, str]:
    """One invented school."""
    code, kind, phase, low, high = chance.choice(KINDS)
    la, capacity = 201 + number // 250 % 150, chance.randrange(90, 1800, 30)
    academy = kind.startswith("Academy")
    return {
        "URN": str(FIRST_URN + number), "LA (code)": str(la), "LA (name)": f"Authority {la}",
        "EstablishmentNumber": str(2000 + number % 5000),
        "EstablishmentName": f"{chance.choice(PLACES)} School {number}",
        "TypeOfEstablishment (code)": code, "TypeOfEstablishment (name)": kind,
        "EstablishmentStatus (code)": "1", "EstablishmentStatus (name)": "Open",
        "OpenDate": f"{chance.randrange(1, 29):02}-09-{chance.randrange(1950, 2025)}", "CloseDate": "",
        "PhaseOfEducation (name)": phase, "StatutoryLowAge": str(low), "StatutoryHighAge": str(high),
        "SchoolCapacity": str(capacity), "NumberOfPupils": str(round(capacity * chance.uniform(0.6, 1.1))),
        "PercentageFSM": f"{chance.uniform(1, 60):.1f}", "Trusts (code)": str(2000 + number % 1700) if academy else "",
        "Trusts (name)": "INVENTED TRUST" if academy else "", "UKPRN": str(10_000_000 + number),
        "Street": f"{number} High Street", "Town": chance.choice(PLACES), "Postcode": f"ZZ{number % 90 + 1} 1AA",
        "SchoolWebsite": f"https://school{number}.example", "Gender (name)": "Mixed", "Boarders (name)": "No boarders",
        "TrustSchoolFlag (name)": "Supported by a multi-academy trust" if academy else "Not applicable",
        "UrbanRural (name)": "(England/Wales) Urban city and town", "GOR (name)": "South East", "Country (name)": "",
    }  # fmt: skip


def write(path: Path, rows: int, seed: int = 1) -> None:
    """The same file for the same seed."""
    chance = random.Random(seed)
    with path.open("w", encoding="cp1252", newline="") as file:
        names = header()
        usual = {name: "Not applicable" if "(name)" in name else "0" if "(code)" in name else "" for name in names}
        writer = csv.DictWriter(file, names, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(usual | school(number, chance) for number in range(rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=27_000)
    options = parser.parse_args()
    write(options.out, options.rows)
    print(f"{options.out}: {options.rows:,} rows, {options.out.stat().st_size / 2**20:.1f} MB")
