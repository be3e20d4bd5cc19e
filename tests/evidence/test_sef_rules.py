"""The rules of a self-evaluation: layouts, text, what is missing, and what changed. No database."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.sef_changes import words_changed
from evidence.rules.sef_entry import (
    EvidenceLine,
    SectionEntry,
    carried_over,
    entry_from,
    is_done,
    missing_before_sending,
)
from evidence.rules.sef_layouts import FRAMEWORK_LAYOUTS, layout_of
from evidence.rules.text import ATTRIBUTES, ELEMENTS, as_html, as_plain, as_words
from schools.strategy import Strategy, read_strategy
from tests.conftest import STRATEGIES

SUMMARY = read_strategy((STRATEGIES / "sustain_to_stabilise.toml").read_text())
CARD = read_strategy((STRATEGIES / "two_axes.toml").read_text())


# ----------------------------------------------------------------------------------------------------------- layouts


@pytest.mark.parametrize(
    ("strategy", "phase", "ages", "has", "lacks"),
    [
        (CARD, "primary", (None, None), "early_years", "post_16"),
        (CARD, "primary", (5, 11), "early_years", "post_16"),
        (CARD, "junior", (7, 11), "achievement", "early_years"),
        (CARD, "secondary", (11, 16), "inclusion", "post_16"),
        (CARD, "secondary", (11, 18), "post_16", "early_years"),
        (CARD, "secondary", (None, None), "post_16", "early_years"),
        (CARD, "all_through", (3, 19), "post_16", "nowhere"),
        (CARD, "nursery", (2, 4), "early_years", "post_16"),
        (SUMMARY, "primary", (3, 11), "early_years", "sixth_form"),
        (SUMMARY, "secondary", (11, 18), "sixth_form", "early_years"),
    ],
)
def test_an_area_is_asked_of_the_schools_it_is_for(
    strategy: Strategy, phase: str, ages: tuple[int | None, int | None], has: str, lacks: str
) -> None:
    layout = layout_of(strategy, phase, age_low=ages[0], age_high=ages[1])
    keys = [area.key for area in layout.areas]
    assert has in keys
    assert lacks not in keys


def test_judgements_are_the_words_of_the_framework_or_of_the_strategys_scale() -> None:
    card = layout_of(CARD, "primary")
    assert [one.label for one in card.areas[0].judgements] == [
        "Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement",
    ]  # fmt: skip
    assert [one.key for one in card.area("safeguarding").judgements] == ["Met", "Not met"]
    assert card.area("early_years").judgements[-1].label == "Does not apply"
    summary = layout_of(SUMMARY, "primary")
    assert (summary.scale, summary.area("context").judgements) == ("phase", ())
    assert summary.area("leadership").judgements[0].label == "Sustain (upper)"
    older = FRAMEWORK_LAYOUTS["headings_2015"]
    assert older.area("outcomes_for_pupils").judgements[1].label == "Good (2)"


# -------------------------------------------------------------------------------------------------------------- text

SCRIPTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "[x](javascript:alert(1))",
    "![x](data:text/html,<script>alert(1)</script>)", "<a href='jav&#x09;ascript:alert(1)'>x</a>", "<iframe src=//x>",
    "**<b onmouseover=alert(1)>x</b>**", "# <h1 onclick=alert(1)>x", "- <style>*{display:none}</style>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<https://x.example/>", "http://x.example", "[a]: javascript:alert(1)\n[a]", "```html\n<script>\n```", "`<script>`",
    "1. <object data=x>", "<p style='position:fixed'>x", "<form action=//x><input name=q>", "<base href=//x>",
    "<details open ontoggle=alert(1)>", "<a href=\"\x01javascript:alert(1)\">", "<ScRiPt >alert(1)</sCrIpT>",
    "<!--><img src=x>",
]  # fmt: skip


class Elements(HTMLParser):
    """Every element and attribute of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}

    def handle_comment(self, data: str) -> None:
        self.found.add("comment")


def harmless(text: str) -> bool:
    seen = Elements(as_html(text))
    return seen.found <= ELEMENTS and all(name in ATTRIBUTES.get(tag, ()) for tag, name in seen.attributes)


@pytest.mark.parametrize("text", SCRIPTS)
@pytest.mark.parametrize("around", ["{}", "# {}", "- {}\n- b", "**{}**", "a\n{}\nb", "1. x\n   {}"])
def test_nothing_but_our_elements_comes_through(text: str, around: str) -> None:
    assert harmless(around.format(text))


@given(st.text(alphabet=st.sampled_from("<>!-#*_[]()&;'\"=/ \nascript:jvodhrefx1."), max_size=200))
def test_nothing_but_our_elements_comes_through_whatever_is_typed(text: str) -> None:
    assert harmless(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("One.\nTwo.", "<p>One.<br>\nTwo.</p>"),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("# Reading\n### Year 4", "<h4>Reading</h4>\n<h5>Year 4</h5>"),
        ("- a\n- **b**", "<ul>\n<li>a</li>\n<li><strong>b</strong></li>\n</ul>"),
        ("3. a\n4. *b*", '<ol start="3">\n<li>a</li>\n<li><em>b</em></li>\n</ol>'),
        ("5 < 6 & 7", "<p>5 &lt; 6 &amp; 7</p>"),
        ("#5 is not a heading, 3*4*5 no italics", None),
        ("# ", ""),
    ],
)
def test_headings_lists_and_bold(text: str, html: str | None) -> None:
    made = as_html(text)
    assert made == html if html is not None else made.startswith("<p>#5 is not a heading")


@given(st.text(alphabet=st.characters(categories=["L", "N"], include_characters=" .,\n"), max_size=300))
def test_no_word_is_lost_on_the_way_to_the_page(text: str) -> None:
    shown = re.sub(r"<[^>]+>", " ", as_html(text)).split()
    listed = re.sub(r"(?m)^\s{0,3}\d{1,9}[.]\s", "", text)
    assert [word for word in listed.split() if word not in shown] == []


def test_long_and_deep_texts_are_read_in_no_time() -> None:
    begun = perf_counter()
    for text in (
        "* " * 4000,
        "*" * 8000,
        "- a\n" * 2000,
        "**a " * 2000,
        "[" * 8000,
        "# " * 4000,
        "<" * 8000,
        "_a" * 4000,
    ):
        assert harmless(text)
    assert perf_counter() - begun < 5


def test_plain_words_for_a_line() -> None:
    assert as_plain("# Reading\n- **Strong** in Year 4\n2. see snake_case") == "Reading Strong in Year 4 see snake_case"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("# Reading\n\nOne.\nTwo.", "Reading\nOne.\nTwo."),
        ("- a\n- **b** and *c*\n  1. d", "• a\n• b and c\n  1. d"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("0. a\n1. b", "0. a\n1. b"),
        ("#5 and 3 * 4 * 5", "#5 and 3 * 4 * 5"),
    ],
)
def test_the_words_as_they_are_read(text: str, words: str) -> None:
    assert as_words(text) == words


@given(st.text(alphabet=st.characters(categories=["L", "N"], include_characters=" .,*#-\n"), max_size=300))
def test_the_words_are_those_of_the_page(text: str) -> None:
    shown = re.sub(r"<[^>]+>", " ", as_html(text)).split()
    read = as_words(text)
    assert [word for word in shown if word not in read] == []


# ----------------------------------------------------------------------------------------------------------- missing

GOOD = SectionEntry(
    "Expected standard", "Strong.", "Next.", (EvidenceLine("Work of Year 4", date(2026, 10, 16), "Book look"),)
)


def test_a_whole_section_lacks_nothing() -> None:
    layout = layout_of(CARD, "primary")
    entries = {area.key: GOOD for area in layout.areas}
    entries["safeguarding"] = SectionEntry("Met", "Strong.", "Next.", GOOD.evidence)
    assert missing_before_sending(layout, entries) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"judgement": ""}, "no judgement yet"),
        ({"judgement": "2"}, "no judgement yet"),
        ({"strengths": " \n"}, "no strengths yet"),
        ({"strengths": "# \n- "}, "no strengths yet"),
        ({"development": ""}, "no areas for development yet"),
        ({"evidence": ()}, "no evidence yet"),
        ({"evidence": (EvidenceLine("Books"),)}, "no date or source for “Books” yet"),
        ({"evidence": (EvidenceLine("", None, "Drive"),)}, "no words or date for one piece of evidence yet"),
        ({"judgement": "", "development": ""}, "no judgement and no areas for development yet"),
        ({"judgement": "", "strengths": "", "development": "", "evidence": ()}, "nothing written yet"),
        ({"judgement": "", "strengths": "", "development": "", "evidence": (EvidenceLine(""),)}, "nothing written yet"),
    ],
)
def test_each_section_says_what_it_lacks(change: dict, said: str) -> None:
    area = layout_of(CARD, "primary").areas[0]
    entry = SectionEntry(**{**vars(GOOD), **change})
    assert missing_before_sending(layout_of(CARD, "primary"), {area.key: entry})[area.key] == said


def test_a_section_that_does_not_apply_and_one_in_words_alone() -> None:
    years = layout_of(CARD, "primary").area("early_years")
    assert is_done(years, SectionEntry("na"))
    assert not is_done(layout_of(CARD, "primary").areas[0], SectionEntry("na"))
    context = layout_of(SUMMARY, "primary").area("context")
    assert is_done(context, SectionEntry(strengths="A small school."))
    assert not is_done(context, SectionEntry())


def test_a_judgement_in_words_the_section_no_longer_has_is_not_carried() -> None:
    area = layout_of(CARD, "primary").areas[0]
    assert carried_over(area, GOOD) == GOOD
    assert carried_over(area, SectionEntry("2", "Strong.")) == SectionEntry("", "Strong.")


def test_an_entry_is_kept_and_read_back() -> None:
    assert entry_from(GOOD.as_kept()) == GOOD


# ----------------------------------------------------------------------------------------------------------- changes


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in words_changed(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("a b", "a b", [("same", "a b")]),
        ("", "a", [("added", "a")]),
        ("Year 4 is weak.", "Year 4 is better.", [("same", "Year 4 is "), ("removed", "weak."), ("added", "better.")]),
        ("one two three", "four five three", [("removed", "one two"), ("added", "four five"), ("same", " three")]),
    ],
)
def test_words_that_changed(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    assert told(before, after) == pieces


TEXTS = st.lists(st.sampled_from(["a", "b", "cc", " ", "  ", "\n", "."]), max_size=40).map("".join)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back_from_what_changed(before: str, after: str) -> None:
    pieces = words_changed(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_long_texts_are_compared_in_no_time() -> None:
    begun = perf_counter()
    words_changed("a " * 4000, "b a " * 2000)
    words_changed("a\n" * 4000, "b\na\n" * 2000)
    assert perf_counter() - begun < 10
