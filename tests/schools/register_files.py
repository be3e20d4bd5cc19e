"""Files for the tests of imports: the small excerpts, and invented ones made on the spot."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from django.db import connection

from tests.conftest import SHARED

DATA = Path(__file__).resolve().parent.parent / "data"
GIAS = SHARED / "data" / "gias"
FIXTURES = SHARED / "data" / "fixtures"
OFSTED = SHARED / "data" / "ofsted"

TABLES = (
    "schools_establishment", "schools_establishmentgroup", "schools_grouplink", "schools_establishmentlink",
    "evidence_inspection", "evidence_publishedfigure",
)  # fmt: skip

SCHOOL = {
    "URN": "900001", "LA (code)": "201", "LA (name)": "Invented", "EstablishmentNumber": "23",
    "EstablishmentName": "Ashcombe", "TypeOfEstablishment (name)": "Academy converter",
    "EstablishmentStatus (name)": "Open", "PhaseOfEducation (name)": "Primary", "StatutoryLowAge": "4",
    "StatutoryHighAge": "11", "SchoolCapacity": "210", "NumberOfPupils": "198", "PercentageFSM": "12.5",
    "OpenDate": "01-09-2014", "CloseDate": "", "Trusts (code)": "90001", "UKPRN": "10099001", "Postcode": "ZZ1 1AA",
    "Town": "Ashcombe", "Easting": "431000", "Northing": "286500",
}  # fmt: skip
LINK = {
    "URN": "900001", "Group UID": "90001", "Group ID": "TR90001", "Group Name": "Invented Trust",
    "Companies House Number": "9900001", "Group Type (code)": "06", "Group Type": "Multi-academy trust",
    "Closed Date": "", "Open date": "", "Incorporated on (open date)": "2012-01-01", "Group Status": "Open",
    "Joined date": "2015-09-01", "EstablishmentName": "Ashcombe", "TypeOfEstablishment (name)": "Academy converter",
    "PhaseOfEducation (name)": "Primary", "LA (code)": "201", "LA (name)": "Invented",
}  # fmt: skip


def made(path: Path, usual: Mapping[str, str], *rows: Mapping[str, str], encoding: str = "cp1252") -> Path:
    """A file whose rows are `usual` but for what each says."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(usual), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({**usual, **row} for row in rows)
    return path


def everything() -> str:
    """One hash over every national row, to show that nothing changed."""
    found = sha256()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"select {table}::text from {table} order by 1")
            for (row,) in cursor:
                found.update(row.encode())
    return found.hexdigest()


def rows_of(path: Path) -> Sequence[Sequence[str]]:
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.reader(file))
