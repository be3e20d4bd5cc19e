"""The child that lays out: what it may reach, what it may use, and what comes out."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import pikepdf
import pytest
from django.conf import settings

from reporting import pdf
from reporting.build import build_html
from reporting.pdf import NoLongerWanted, NotRendered, Rendered, render
from reporting.pdf.typeset import OnlyData
from reporting.rules import kinds_of
from schools.strategy import read_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, start_trust
from tests.reporting.conftest import STRATEGIES as SHIPPED
from tests.reporting.test_contents import kind_of, snapshot_of
from tests.reporting.world import furnish

PAGE = "<!doctype html><html lang=en-GB><head><title>A page</title>{}</head><body class=report>{}</body></html>"
SCHOOLS = 12
TABLE = (
    "<table><caption>C</caption><thead><tr><th scope=col>A</th><th scope=col>B</th></tr></thead><tbody>"
    "<tr><th scope=row>x</th><td>1</td></tr></tbody></table><p><a href='#z'>there</a></p><h2 id=z>Z</h2>"
)


ADDRESSES = """
http://HOST/a HTTP://HOST/b https://HOST/c //HOST/d ftp://HOST/e ftps://HOST/f http://user:pass@HOST/l
http://localhost:PORT/g http://[::1]:PORT/h http://0x7f000001:PORT/i http://2130706433:PORT/j http://0:PORT/k
http://HOST/redirect http://169.254.169.254/latest/meta-data/ http://127.1:PORT/s http://017700000001:PORT/t
file:///etc/passwd FILE:///etc/hostname file://localhost/etc/passwd file:/etc/passwd /etc/passwd ../../../etc/passwd
etc/passwd gopher://HOST/m dict://HOST/n jar:http://HOST/o!/ about:blank blob:http://x/y javascript:alert(1)
chrome://settings unix:///tmp/x ws://HOST/p data%3Atext/plain,HOST xdata:text/plain,x
"""


def addresses(port: int) -> list[str]:
    """What an attacker would try."""
    return ADDRESSES.replace("HOST", f"127.0.0.1:{port}").replace("PORT", str(port)).split()


PLACES = (
    '<link rel=stylesheet href="URL">',
    '<link rel=attachment href="URL">',
    '<style>@import "URL";</style>',
    '<style>@font-face { font-family: x; src: url("URL") } p { background: url("URL"); font-family: x }</style>',
    '<img alt=x src="URL">',
    '<img alt=x srcset="URL 2x">',
    '<object data="URL"></object>',
    '<embed src="URL">',
    '<a rel=attachment href="URL">x</a>',
    '<svg xmlns="http://www.w3.org/2000/svg" width=9 height=9><title>t</title><image href="URL"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" width=9 height=9><title>t</title><use href="URL#a"/></svg>',
    '<p style="background: url(URL); list-style: url(URL)">x</p>',
)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port that notes who knocks."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            heard.append(caller.recv(200))
            caller.close()

    Thread(target=listen, daemon=True).start()
    yield server.getsockname()[1], heard
    server.close()


def test_only_data_addresses_are_served() -> None:
    fetcher, tried = OnlyData(), 0
    for address in addresses(9):
        with pytest.raises(ValueError):
            fetcher.fetch(address)
        tried += 1
    answer = fetcher.fetch("data:text/plain,hello")
    assert answer.read() == b"hello"
    answer.close()
    assert tried >= 30


def test_a_document_full_of_addresses_reaches_none(listener: tuple[int, list[bytes]]) -> None:
    port, heard = listener
    tried = [place.replace("URL", url) for url in addresses(port) for place in PLACES]
    made = render(PAGE.format(f'<base href="http://127.0.0.1:{port}/base/">', "".join(tried)))
    sys.stdout.write(f"{len(tried)} places, {len(heard)} connections\n")
    assert heard == []
    for line in Path("/etc/passwd").read_text().splitlines()[:1]:
        assert line.encode() not in made.content


@pytest.mark.parametrize(
    ("does", "refusal"),
    [
        ("bytearray(2 * 1024**3)", "MemoryError"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "PermissionError"),
        ("import subprocess; subprocess.run(['true'])", "PermissionError"),
    ],
)
def test_the_child_is_held_to_its_limits(does: str, refusal: str) -> None:
    code = f"from reporting.pdf.__main__ import limit; limit(10); {does}"
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert done.returncode
    assert refusal in done.stderr.decode()


def test_the_child_has_no_django_and_sees_no_secret() -> None:
    code = "import sys, reporting.pdf.typeset as t; print([m for m in sys.modules if m[:6] in ('django', 'celery')])"
    seen = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, check=True)
    assert seen.stdout.strip() == b"[]"
    assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} & set(pdf.PASSED_ON)


def test_a_slow_document_is_given_up_and_an_unwanted_one_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "HEARTBEAT", 0.1)
    with pytest.raises(NotRendered) as slow:
        render(PAGE.format("", TABLE), seconds=0.3)
    assert not slow.value.try_again
    with pytest.raises(NoLongerWanted):
        render(PAGE.format("", TABLE), still_wanted=lambda: False)


def test_a_child_that_is_slow_to_read_gets_the_whole_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine it has not begun to read when its worker first looks after it; more than a pipe holds waits."""
    monkeypatch.setattr(pdf, "HEARTBEAT", 0.01)
    looked: list[bool] = []
    long = "<html lang=en><title>Long</title><p>" + "x " * 60_000
    assert render(long, still_wanted=lambda: not looked.append(True)).pages > 1
    assert looked


def test_a_killed_child_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nkill -9 $$\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    with pytest.raises(NotRendered) as killed:
        render("x")
    assert killed.value.try_again


def test_every_header_cell_has_a_scope_and_every_link_prints() -> None:
    made = render(PAGE.format("", TABLE))
    with pikepdf.open(io.BytesIO(made.content)) as document:
        cells = [item for item in document.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TH"]
        links = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") == "/Link"
        ]
        assert [scope(cell) for cell in cells] == ["/Column", "/Row"]  # of so short a table the corner is none
        assert links
        assert all(int(link["/F"]) & 4 for link in links)
        assert made.pages == len(document.pages)
        assert str(document.Root["/Lang"]) == "en-GB"


@pytest.mark.parametrize(("rows", "scopes"), [(3, ["/Column"] * 3 + ["/Row"] * 3), (1, ["/Column"] * 2 + ["/Row"])])
def test_only_of_a_short_table_the_corner_is_an_ordinary_cell(rows: int, scopes: list[str]) -> None:
    """Header cells may not outnumber data; each data cell keeps the header of its row and that of its column."""
    head = "<tr><th scope=col>School</th><th scope=col>Was due</th><th scope=col>Late</th></tr>"
    row = "<tr><th scope=row>Ash</th><td>1 May</td><td>2 days</td></tr>"
    made = render(PAGE.format("", f"<table><thead>{head}</thead><tbody>{row * rows}</tbody></table>"))
    with pikepdf.open(io.BytesIO(made.content)) as document:
        tree = document.Root["/StructTreeRoot"]
        assert [scope(cell) for cell in tagged(tree, "/TH")] == scopes
        (body,) = tagged(tree, "/TBody")
        assert all(len(cell["/A"]["/Headers"]) == 2 for cell in tagged(body, "/TD"))


@cache
def laid_out(name: str, key: str) -> tuple[dict[str, Any], Rendered]:
    """Snapshot and file of a strategy's report on twelve schools, or on one of them. Made once, being slow."""
    trust, version = start_trust(name.replace("_", "-"), name)
    with trust_scope(trust):
        world = furnish(version)
        assert len(world.schools) == SCHOOLS
        school = world.schools[0] if kind_of(key).template == "school" else None
        snapshot = snapshot_of(world, key, school)
    return snapshot, render(build_html(snapshot))


def kinds() -> list[tuple[str, str]]:
    """Every report of every strategy that ships on a build server; elsewhere one of each, of different kinds."""
    of_each = [
        [(name, kind.key) for kind in kinds_of(read_strategy((STRATEGIES / f"{name}.toml").read_text()))]
        for name in SHIPPED
    ]
    if os.environ.get("CI") == "true":
        return [one for some in of_each for one in some]
    return [some[place % len(some)] for place, some in enumerate(of_each)]


every_report = pytest.mark.parametrize(("name", "key"), kinds())


@every_report
def test_a_bookmark_for_each_part_leads_to_its_page(db: None, name: str, key: str) -> None:
    snapshot, made = laid_out(name, key)
    titles = [part["title"] for part in snapshot["parts"]]
    texts = texts_of(made)
    with pikepdf.open(io.BytesIO(made.content)) as document, document.open_outline() as outline:
        (cover,) = outline.root
        assert cover.title == snapshot["cover"]["title"]
        assert [one.title for one in cover.children] == ["Contents", *titles]
        places = {page.objgen: place for place, page in enumerate(document.pages)}
        for one in cover.children:
            assert one.title in " ".join(texts[places[one.destination[0].objgen]].split())


@every_report
def test_every_page_but_the_cover_has_its_number(db: None, name: str, key: str) -> None:
    _, made = laid_out(name, key)
    cover, *others = texts_of(made)
    assert len(others) == made.pages - 1 > 0
    assert f" of {made.pages}" not in cover
    for number, text in enumerate(others, start=2):
        assert re.search(rf"(?m)(^|\s){number} of {made.pages}$", text), text


@every_report
def test_every_row_and_every_column_has_a_header(db: None, name: str, key: str) -> None:
    """Of the tags in the file, which is what a screen reader goes by."""
    _, made = laid_out(name, key)
    tables = 0
    with pikepdf.open(io.BytesIO(made.content)) as document:
        for table in tagged(document.Root["/StructTreeRoot"], "/Table"):
            tables += 1
            heads = [list(tagged(row, "/TH")) for part in tagged(table, "/THead") for row in tagged(part, "/TR")]
            assert heads
            assert all({scope(cell) for cell in row} == {"/Column"} for row in heads), heads
            for part in ("/TBody", "/TFoot"):
                for row in (row for body in tagged(table, part) for row in tagged(body, "/TR")):
                    assert [scope(cell) for cell in tagged(row, "/TH")] == ["/Row"]
    assert tables


def tagged(item: Any, tag: str) -> Iterator[Any]:
    """What has this tag, from here downwards."""
    if isinstance(item, pikepdf.Array):
        for one in item:
            yield from tagged(one, tag)
    elif isinstance(item, pikepdf.Dictionary):
        if item.get("/S") == tag:
            yield item
        elif "/K" in item:
            yield from tagged(item["/K"], tag)


def scope(cell: Any) -> str:
    return str(cell["/A"]["/Scope"])


def texts_of(made: Rendered) -> list[str]:
    """What is printed on each page."""
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=made.content, capture_output=True, check=True)
    return read.stdout.decode().removesuffix("\f").split("\f")


@every_report
def test_title_language_tags_and_charts_in_words(db: None, name: str, key: str) -> None:
    snapshot, made = laid_out(name, key)
    with pikepdf.open(io.BytesIO(made.content)) as document:
        assert str(document.docinfo["/Title"]).startswith(snapshot["cover"]["title"])
        assert str(document.Root["/Lang"]) == "en-GB"
        assert bool(document.Root["/MarkInfo"]["/Marked"])
        figures = list(tagged(document.Root["/StructTreeRoot"], "/Figure"))
        sheets = [sheet for part in snapshot["parts"] if part["kind"] == "levels" for sheet in part["sheets"]]
        assert bool(figures) == bool(sheets)
        assert all("number of schools" in str(one["/Alt"]) for one in figures)


@every_report
def test_the_checker_finds_no_error(db: None, name: str, key: str, tmp_path: Path, say: Callable[[str], None]) -> None:
    if importlib.util.find_spec("outloud") is None:
        assert os.environ.get("CI") != "true", "the build server installs the PDF checker"
        pytest.skip("the PDF checker is not installed: bin/setup zero dev pdfcheck")
    _, made = laid_out(name, key)
    (tmp_path / "report.pdf").write_bytes(made.content)
    checker = Path(sys.executable).with_name("outloud")
    found = tmp_path / "found.json"
    subprocess.run([checker, "--json", found, "--fail-on", "never", "-q", tmp_path / "report.pdf"], check=True)
    findings = [one for result in json.loads(found.read_text())["results"] for one in result["findings"]]
    errors = [one for one in findings if one["severity"] == "error"]
    say(f"{name} {key}: {made.pages} pages, {len(errors)} errors, {len(findings) - len(errors)} other findings")
    assert errors == []
