"""What people write, as HTML: headings, lists, bold and italics, and nothing else. One function for screen and print.

The text is kept as it was typed, in a small part of Markdown (CommonMark): `# heading`, `- item`, `1. item`,
`**bold**`, `*italics*`. No links, pictures or raw HTML: what looks like them is shown as it was typed. markdown-it-py
makes the HTML, nh3 lets through only the elements named here.
"""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

ELEMENTS = {"p", "br", "strong", "em", "ul", "ol", "li", "h3", "h4", "h5", "h6"}
ATTRIBUTES = {"ol": {"start"}}
SMALLEST_HEADING = 6

_EMPTY_HEADING = re.compile(r"<(h[3-6])></\1>\n?")

_READER = MarkdownIt("zero", {"breaks": True, "maxNesting": 60}).enable(["heading", "list", "emphasis", "newline"])


def as_html(text: str, *, heading: int = 4) -> str:
    """Safe HTML of what was typed. Its largest heading becomes an element of level `heading`."""
    tokens = _READER.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{_level(token, heading)}"
    made = _READER.renderer.render(tokens, _READER.options, {})
    clean = nh3.clean(made, tags=ELEMENTS, attributes=ATTRIBUTES, url_schemes=set())
    return _EMPTY_HEADING.sub("", clean).strip()


def _level(token: Token, heading: int) -> int:
    """# and ## are the largest, since people begin with either; ### and beyond the next."""
    return min(heading + (len(token.markup) > 2), SMALLEST_HEADING)


def as_words(text: str) -> str:
    """What a reader sees, as text: lines without marks, a dot or a number before what is listed."""
    shown, begins, numbers = [], "", list[int]()
    for token in _READER.parse(text):
        if token.type == "ordered_list_open":
            start = token.attrGet("start")
            numbers.append(1 if start is None else int(start))
        elif token.type == "bullet_list_open":
            numbers.append(-1)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            begins = "  " * (len(numbers) - 1) + (f"{numbers[-1]}. " if numbers[-1] >= 0 else "• ")
            numbers[-1] += numbers[-1] >= 0
        elif token.type == "inline":
            shown.append(begins + _said(token))
            begins = ""
    return "\n".join(shown)


def _said(inline: Token) -> str:
    return "".join("\n" if one.type in ("softbreak", "hardbreak") else one.content for one in inline.children or ())


_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}\s+|[-*+]\s+|\d{1,9}[.)]\s+)|\*{1,3}|_{2}", re.MULTILINE)


def as_plain(text: str) -> str:
    """The words without their marks, for a line of summary."""
    return " ".join(_MARKS.sub("", text).split())
