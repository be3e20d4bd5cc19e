"""A damaged copy of every held file is refused with the right rows named, and nothing is changed."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from evidence.models import PublishedFigure
from schools.models import Establishment
from schools.services.register import UPLOADS, ImportResult, Refused, import_file
from tests.evidence.published_held import DATA, HELD, rows_of, spot_of
from tests.schools.register_files import everything

pytestmark = [pytest.mark.shared, pytest.mark.django_db]
SOME = 12
OTHER = {"census_statistics": "900"}  # of a file where so few pupils would be too few for its other figures
PLACE = {
    "school": ("URN", "school_urn", "laestab"), "trust": ("TRUST_UID",), "la": ("old_la_code", "LEA", "LA Number"),
    "region": ("region_code", "LA Number"), "england": (),
}  # fmt: skip
EACH = pytest.mark.parametrize("held", HELD, ids=[held["path"].rpartition("/")[2] for held in HELD])


def is_of(row: dict[str, str], selected: dict[str, str]) -> bool:
    return all(row[name] == value for name, value in selected.items())


@cache
def some_rows(path: str, spots: tuple[str, ...]) -> list[dict[str, str]]:
    """The first rows of a file, and those of its three figures."""
    everybody, selected = rows_of(DATA / path), [spot_of(text).row for text in spots]
    asked = [row for row in everybody if any(is_of(row, one) for one in selected)]
    return [row for row in everybody[:SOME] if row not in asked] + asked


class Copy:
    """The first rows of a held file, with the rows of its figures, to be damaged in one cell."""

    def __init__(self, held: dict[str, Any], folder: Path) -> None:
        self.spots = [spot_of(text) for text in held["spots"]]
        self.rows = [dict(row) for row in some_rows(held["path"], tuple(held["spots"]))]
        self.header = list(self.rows[0])
        self.held, self.path = held, folder / Path(held["path"]).name.removesuffix(".gz")

    def row_of(self, spot: int = 0) -> int:
        """The row of a figure, as a spreadsheet numbers it."""
        return 2 + next(at for at, row in enumerate(self.rows) if is_of(row, self.spots[spot].row))

    def text(self) -> str:
        out = StringIO(newline="")
        writer = csv.DictWriter(out, self.header, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({name: value or "" for name, value in row.items() if name} for row in self.rows)
        return out.getvalue()

    def imported(self, content: bytes | None = None) -> ImportResult:
        self.path.write_bytes(self.text().encode() if content is None else content)
        return import_file(self.path, kinds=UPLOADS, year=self.held.get("year"))

    def refused(self) -> list[tuple[int, str]]:
        before = everything()
        result = self.imported()
        assert (result.refused, result.counts, everything()) == (True, {}, before)
        return [(fault.row, fault.column) for fault in result.faults]


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[dict[str, Any]], Copy]:
    return lambda held: Copy(held, tmp_path)


@EACH
def test_a_letter_in_a_number_is_named(held: dict[str, Any], copy: Callable[[dict[str, Any]], Copy]) -> None:
    spoilt = copy(held)
    assert not spoilt.imported().refused
    PublishedFigure.objects.all().delete()
    row, column = spoilt.row_of(), spoilt.spots[0].column
    spoilt.rows[row - 2][column] = "6l%"
    assert spoilt.refused() == [(row, " ".join(column.split()).casefold())]


@EACH
def test_a_code_that_is_none_is_named(held: dict[str, Any], copy: Callable[[dict[str, Any]], Copy]) -> None:
    spoilt = copy(held)
    spot = next((at for at, spot in enumerate(spoilt.spots) if spot.key["place"] != "england"), None)
    if spot is None:  # a file that speaks of England alone has no codes of places
        assert all(spot.key["place"] == "england" for spot in spoilt.spots)
        return
    row = spoilt.row_of(spot)
    column = next(name for name in PLACE[spoilt.spots[spot].key["place"]] if name in spoilt.header)
    spoilt.rows[row - 2][column] = "12A45"
    assert (row, column.casefold()) in spoilt.refused()


@EACH
def test_two_rows_that_contradict_each_other_are_both_named(
    held: dict[str, Any], copy: Callable[[dict[str, Any]], Copy]
) -> None:
    spoilt = copy(held)
    if held["kind"] == "exclusions" and spoilt.spots[0].key["place"] == "school":
        key = spoilt.spots[0]  # the school must be known for its rows to say anything
        Establishment.objects.create(
            urn=key.key["code"], laestab=key.row["laestab"], name="Known", source="x", as_at="2020-01-01"
        )
    first = spoilt.row_of()
    again = {**spoilt.rows[first - 2], spoilt.spots[0].column: OTHER.get(held["kind"], "3")}
    spoilt.rows.append(again)
    before = everything()
    result = spoilt.imported()
    ((last, sentence),) = [(fault.row, fault.reason) for fault in result.faults]
    assert (last, f"is also in row {first}, with other figures" in sentence) == (len(spoilt.rows) + 1, True)
    assert everything() == before
    spoilt.rows[-1] = spoilt.rows[first - 2]
    result = spoilt.imported()
    assert (result.refused, result.left_out["rows that say again what an earlier row says"]) == (False, 1)


@EACH
def test_a_file_that_stops_in_the_middle_of_a_row_is_refused(
    held: dict[str, Any], copy: Callable[[dict[str, Any]], Copy]
) -> None:
    spoilt = copy(held)
    last = len(spoilt.rows) + 1
    whole = spoilt.text().encode()
    start = whole.rstrip().rfind(b"\n") + 1
    cut = whole[: start + (len(whole) - start) // 3]
    before = everything()
    result = spoilt.imported(cut)
    if held["kind"] == "workforce":  # of this kind alone a published copy is cut
        assert result.left_out == {"the file stops in the middle of its last row": 1}
        return
    (fault,) = result.faults
    assert (fault.row, "stops in the middle" in fault.reason, everything()) == (last, True, before)


@EACH
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda text: gzip.compress(text)[:-20], "damaged or cut short"),
        (lambda text: gzip.compress(text) + b"more", "damaged or cut short"),
        (lambda text: gzip.compress(gzip.compress(text)), "not a CSV"),
        (lambda text: text.decode().encode("utf-16"), "UTF-16"),
        (lambda text: text.replace(b"1", b"\x81\xff", 1), "no encoding"),
    ],
    ids=["cut gzip", "gzip and more", "gzip in gzip", "utf-16", "no encoding"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    held: dict[str, Any], copy: Callable[[dict[str, Any]], Copy], spoil: Callable[[bytes], bytes], sentence: str
) -> None:
    spoilt, before = copy(held), everything()
    with pytest.raises(Refused, match=sentence):
        spoilt.imported(spoil(spoilt.text().encode()))
    assert everything() == before
