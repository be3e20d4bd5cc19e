"""Files that nobody should open: each is refused with a sentence, soon, and nothing is changed."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from evidence.services import import_inspections
from schools.services.register import Refused, import_file, reading, sheets
from tests.schools.register_files import DATA, SCHOOL, everything, made

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 1)


def bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(320):
            sheet.write(bytes(2**20))


def many_files(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2_100):
            archive.writestr(f"xl/{number}.xml", "")


def plain_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("edubasealldata.csv", "URN")


def broken_workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")


def other_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_row(0, 0, ["Name", "Colour"])


NASTY: list[tuple[str, bytes | Callable[[Path], None], str]] = [
    ("empty", b"", "is empty"),
    ("nul", b"URN,EstablishmentName\x00\n", "NUL"),
    ("utf16", "URN,EstablishmentName\n".encode("utf-16"), "UTF-16"),
    ("no encoding", b"URN,\x81\x8d\xff\n", "no encoding"),
    ("bom and not utf-8", b"\xef\xbb\xbfURN,\xe9\n", "no encoding"),
    ("old excel", b"\xd0\xcf\x11\xe0 and more", "old Excel"),
    ("pdf", b"%PDF-1.7", "not a CSV or Excel"),
    ("gzip", b"\x1f\x8b\x08\x00abc", "damaged or cut short"),
    ("other table", b"Name,Colour\nAsh,red\n", "not one of the files"),
    ("pupils", b"UPN,Forename,Surname\nA1,B,C\n", "not one of the files"),
    ("prose", b"The quick brown fox.\n" * 100, "not one of the files"),
    ("a line without end", b"URN," * 600_000, "a million characters"),
    ("a million columns", b"URN" + b",x" * 100_000 + b"\n", "columns"),
    ("a cell without end", b'URN,"' + b"x\n" * 200_000, "cannot be read"),
    ("a column twice", b"URN,URN,LinkURN,LinkType,Overall effectiveness\n1,1,1,x,1\n", "more than once"),
    ("zip bomb", bomb, "would unpack to 320 MB"),
    ("many files", many_files, "holds 2,100 files"),
    ("zip", plain_zip, "zip archive"),
    ("cut zip", b"PK\x03\x04 and no more", "damaged"),
    ("broken workbook", broken_workbook, "damaged"),
    ("other workbook", other_workbook, "not one of the files"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), NASTY, ids=[name for name, _, _ in NASTY])
def test_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes | Callable[[Path], None], sentence: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    before = everything()
    for importer in (import_file, import_inspections):
        with pytest.raises(Refused, match=sentence):
            importer(path, as_at=DAY)
    assert everything() == before


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    with pytest.raises(Refused, match="The most that can be read"):
        import_file(made(tmp_path / "big.csv", SCHOOL, {}), as_at=DAY)


def test_two_cells_far_apart_end_in_a_process_of_their_own(tmp_path: Path) -> None:
    """A few kilobytes, whose table would take hundreds of gigabytes: the directory of the archive cannot tell."""
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "URN")
        sheet.write(1_048_575, 16_383, "far")
    with pytest.raises(Refused, match="more memory or time"):
        list(sheets.sheet_rows(path))


def mutated(content: bytes, chance: random.Random) -> bytes:
    """One of the ways a file is spoilt on its way."""
    at, length = chance.randrange(len(content)), chance.randrange(1, 200)
    ways = [
        lambda: content[:at],
        lambda: content[:at] + content[at + length :],
        lambda: content[:at] + bytes(chance.randrange(256) for _ in range(length)) + content[at:],
        lambda: content[:at] + chance.choice([b'"', b",", b"\r", b"\n", b"\x00", b"\\.", b"\t"]) + content[at:],
        lambda: content.replace(chance.choice([b",", b'"', b"\r\n", b"URN", b"Open", b"1"]), b";", length),
        lambda: content[:at] + content[: at + length] + content[at:],
    ]
    return chance.choice(ways)()


def test_fifty_spoilt_files_are_refused_whole_or_taken_whole(tmp_path: Path) -> None:
    chance = random.Random(7)
    seeds = [path.read_bytes() for path in sorted(DATA.glob("*20*.csv"))]
    path, tried = tmp_path / "spoilt.csv", {"sentence": 0, "rows": 0, "taken": 0}
    for number in range(50):
        path.write_bytes(mutated(chance.choice(seeds), chance))
        before = everything()
        importer = import_inspections if number % 7 == 0 else import_file
        try:
            result = importer(path, as_at=DAY)
        except Refused:
            outcome = "sentence"
        else:
            outcome = "rows" if result.refused else "taken"
            assert all(fault.row > 1 and fault.reason for fault in result.faults)
        tried[outcome] += 1
        assert outcome == "taken" or everything() == before
    assert sum(tried.values()) == 50
    assert min(tried.values()) > 0
