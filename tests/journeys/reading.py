"""What a page says, read as a person would: its words, the heads of its tables, its form fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

NONE = re.compile(r"\bNone\b(?! [a-z])")
"""The word Python prints for nothing. “None declared.” is a sentence."""

UNSEEN = frozenset({"script", "style", "template"})
VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "wbr", "col"})


@dataclass
class Read:
    """The texts of a page and of the heads of its tables."""

    texts: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.read, self.open, self.head = Read(), [], None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in VOID:
            self.open.append(tag)
        found = dict(attrs)
        said = [found[name] for name in ("aria-label", "alt") if found.get(name)]
        self.read.texts += said
        if tag == "th":
            self.head = said
        elif self.head is not None:
            self.head += said

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open and self.open.pop() != tag:
                pass
        if tag == "th" and self.head is not None:
            self.read.heads.append(" ".join(" ".join(self.head).split()))
            self.head = None

    def handle_data(self, data: str) -> None:
        if UNSEEN & set(self.open) or not data.strip():
            return
        self.read.texts.append(data.strip())
        if self.head is not None:
            self.head.append(data)


def read(html: str) -> Read:
    """The words of a page; what a script or a style says is not among them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.read


def faults(html: str) -> list[str]:
    """What no page may show: Python's None, an unfilled template, a column without a head."""
    page = read(html)
    found = [f"“{text[:80]}”" for text in page.texts if NONE.search(text) or "{{" in text or "{%" in text]
    return found + ["a table head without words" for head in page.heads if not head]
