"""One page under axe at two widths, and whether it fits three."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (1280, 360)
NARROWEST = 320
GRAVE = ("serious", "critical")
SHAPE = re.compile(r"<(\w+)[^>]*?(?:\bclass=\"([^\"]*)\")?[^>]*>")


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
        """Whether no page of this route was made of the same kinds of elements. Words and how many do not count."""
        self.reached += 1
        tags = " ".join(sorted({f"{tag}.{classes}" for tag, classes in SHAPE.findall(html)}))
        shape = f"{name} {hashlib.sha256(tags.encode()).hexdigest()}"
        known = shape in self.shapes
        self.shapes.add(shape)
        return not known

    def look_at(self, page: Page, name: str) -> None:
        """Axe at each width; and nothing sticks out to the side."""
        self.looked_at += 1
        for width in WIDTHS:
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
