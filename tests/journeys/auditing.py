"""One page under axe at two widths, on a tablet where it is used on one, and whether it fits each of them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (1280, 360)
TABLET = 820
ON_TABLETS = ("/monitoring/", "/reviews/", "/practice/", "/portraits/", "/actions/", "/offline/")
"""In the addresses of pages that are used in classrooms and on walks through a school."""
NARROWEST = 320
GRAVE = ("serious", "critical")
TAG = re.compile(r"<(\w+)((?:\s+[-\w:@]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?)*)\s*/?>")
ATTRIBUTE = re.compile(r"([-\w:@]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*)))?")
BY_VALUE = frozenset({"class", "role", "type", "scope", "tabindex", "lang"})
BY_NAME = frozenset({"alt", "title", "href", "placeholder", "aria-label"})
POINTING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details")
DIGITS = re.compile(r"\d+")


def shape_of(html: str) -> str:
    """What a page is made of: its kinds of elements with all that axe looks at, whatever the words, rows and numbers.

    An id that stands twice and a label or an ARIA attribute that points at nothing are told each by itself, so that a
    page with such a fault is never taken for one without.
    """
    kinds: set[str] = set()
    ids: list[str] = []
    pointed_at: set[tuple[str, str]] = set()
    for tag, written in TAG.findall(html):
        attributes = {name.lower(): "".join(value) for name, *value in ATTRIBUTE.findall(written)}
        ids += [attributes["id"]] if "id" in attributes else []
        pointed_at |= {(name, one) for name in POINTING for one in attributes.get(name, "").split()}
        kinds.add(f"{tag} {' '.join(sorted(filter(None, map(_told, attributes, attributes.values()))))}")
    kinds |= {f"twice {one}" for one, times in Counter(ids).items() if times > 1}
    kinds |= {f"{name} points at nothing: {one}" for name, one in pointed_at if one not in ids}
    return "\n".join(sorted({DIGITS.sub("0", kind) for kind in kinds}))


def _told(name: str, value: str) -> str:
    """One attribute as far as it counts. Of a name, an id and what points at one only whether there is one."""
    if name in BY_VALUE:
        return f"{name}={value}"
    if name == "id" or name in POINTING or name in BY_NAME:
        return f"{name}={'words' if value.strip() else 'nothing'}"
    return f"{name}={value}" if name.startswith("aria-") else ""


@dataclass
class Audit:
    """What was looked at and what was found."""

    reached: int = 0
    looked_at: int = 0
    runs: int = 0
    minor: int = 0
    faults: list[str] = field(default_factory=list)
    shapes: set[str] = field(default_factory=set)

    def is_new(self, name: str, html: str) -> bool:
        """Whether no page of this route had this shape."""
        self.reached += 1
        shape = f"{name} {hashlib.sha256(shape_of(html).encode()).hexdigest()}"
        known = shape in self.shapes
        self.shapes.add(shape)
        return not known

    def look_at(self, page: Page, name: str) -> None:
        """Axe at each width; and nothing sticks out to the side."""
        self.looked_at += 1
        for width in (*WIDTHS, TABLET) if any(part in page.url for part in ON_TABLETS) else WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page).response["violations"]
            self.runs += 1
            for one in found:
                if one["impact"] not in GRAVE:
                    self.minor += 1
                    continue
                where = one["nodes"][0]
                self.faults.append(
                    f"{name} at {width}: {one['impact']} {one['id']} ×{len(one['nodes'])} {where['target']} "
                    f"{where['html'][:160]} {where['failureSummary'][:300]}"
                )
            self.fits(page, name, width)
        page.set_viewport_size({"width": NARROWEST, "height": 900})
        self.fits(page, name, NARROWEST)

    def fits(self, page: Page, name: str, width: int) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            self.faults.append(f"{name} at {width}: {wide} pixels wide")
