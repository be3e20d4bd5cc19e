"""The one module that knows WeasyPrint: a complete HTML document to a PDF/UA-1 file."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from typing import Any

import pydyf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from reporting.pdf import ROOT

STYLES = ROOT / "static" / "css"
FONTS = ROOT / "static" / "vendor" / "fonts"
FONT_URL = re.compile(r'url\("\.\./vendor/fonts/([\w.-]+\.woff2)"\)')

LARGEST = 5 * 1024 * 1024
"""Most characters of one data: address."""

SHEETS = ("theme.css", "print.css", "filled.css")

PRINT_FLAG = 4


class OnlyData(URLFetcher):
    """Serves data: addresses and nothing else: no file, no network, no redirect."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if not url[:5].lower() == "data:" or len(url) > LARGEST:
            raise ValueError("a report holds everything it shows")
        return super().fetch(url, headers)


def typeset(html: str) -> tuple[int, bytes]:
    """Lay out `html` with our style sheets. Returns the number of pages and the file."""
    fonts, fetcher = FontConfiguration(), OnlyData()
    styles = [CSS(string=style_sheet(name), font_config=fonts, url_fetcher=fetcher) for name in SHEETS]
    options: dict[str, Any] = {"stylesheets": styles, "pdf_variant": "pdf/ua-1", "pdf_tags": True}
    document = HTML(string=html, url_fetcher=fetcher).render(font_config=fonts, **options)
    return len(document.pages), document.write_pdf(finisher=finish, **options)


def style_sheet(name: str) -> str:
    """One of our style sheets with its fonts inside, so that laying out asks for no file."""

    def inside(found: re.Match[str]) -> str:
        return f'url("data:font/woff2;base64,{b64encode((FONTS / found[1]).read_bytes()).decode()}")'

    return FONT_URL.sub(inside, (STYLES / name).read_text(encoding="utf-8"))


def finish(document: Any, pdf: pydyf.PDF) -> None:
    """What PDF/UA-1 asks for beyond what WeasyPrint writes: a scope on every header cell, and links that print."""
    tables: defaultdict[int, list[pydyf.Dictionary]] = defaultdict(list)
    for item in pdf.objects:
        if not isinstance(item, pydyf.Dictionary):
            continue
        if item.get("S") in {"/TH", "/TD"}:
            tables[_parent(pdf, _parent(pdf, _parent(pdf, item))).number].append(item)
        if item.get("S") == "/TH":
            item["A"]["Scope"] = "/Column" if _is_in_head(pdf, item) else "/Row"
        if item.get("Subtype") == "/Link":
            item["F"] = item.get("F", 0) | PRINT_FLAG
    for cells in tables.values():
        _free_corner(pdf, cells)


def _free_corner(pdf: pydyf.PDF, cells: list[pydyf.Dictionary]) -> None:
    """A table with more header cells than data is taken for one tagged wrongly: see that a short one has not.

    What stands above the row headers heads no data, so it may be an ordinary cell; no data loses a header by it.
    """
    heads = [cell for cell in cells if cell["S"] == "/TH"]
    if 2 * len(heads) <= len(cells):
        return
    for cell in heads:
        if _is_in_head(pdf, cell) and _at(pdf, _parent(pdf, cell)["K"][0]) is cell:
            cell["S"] = "/TD"
            del cell["A"]["Scope"]


def _is_in_head(pdf: pydyf.PDF, cell: pydyf.Dictionary) -> bool:
    """Whether the cell's row is in the table's head."""
    row = _parent(pdf, cell)
    return _parent(pdf, row).get("S") == "/THead"


def _parent(pdf: pydyf.PDF, item: pydyf.Dictionary) -> pydyf.Dictionary:
    return _at(pdf, item["P"])


def _at(pdf: pydyf.PDF, reference: Any) -> pydyf.Dictionary:
    number = reference.split()[0] if isinstance(reference, (bytes, str)) else reference
    return pdf.objects[int(number)]
