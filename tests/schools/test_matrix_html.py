"""The matrix's rows: escaped once, the word always there, small enough for a page of two thousand cells."""

import gzip
import random
import re
from dataclasses import replace

import pytest

from schools.matrix_html import HeatCategory, HeatCell, has_long_words, heat_row

WORDS = {0: "Unknown", 2: "Sustain", 3: "Refine", 4: "Reinforce", 5: "Stabilise"}
CALM = HeatCell("Refine", 3, "", stale=False, travel="", was="", group_start=False, calm=True, label="Leadership")
CATEGORY = HeatCategory("Reinforce", 4, "/s/1/#why", "", "", "", "Academic")
ATTACK = """"><script>alert('x')</script>&"""


def row(categories=(), cells=(), *, name="Dunmere", url="/s/1/", small="301 pupils") -> str:
    return heat_row(name, url, small, categories, cells)


def test_a_calm_cell_is_its_word_and_little_else():
    html = row(cells=[CALM])
    cell = re.search(r"<td.*?</td>", html).group()
    assert cell == '<td role="cell" class="r3 calm"><span class="lv">Refine</span></td>'
    assert len(cell) <= 110


def test_a_cell_that_needs_a_look_names_itself_for_a_phone():
    html = row(cells=[replace(CALM, word="Stabilise", step=5, calm=False, group_start=True)])
    assert '<td role="cell" class="r5 gap" data-label="Leadership">' in html


def test_travel_age_and_one_source_are_written_under_the_word():
    moved = row(cells=[replace(CALM, calm=False, travel="down", was="Sustain")])
    assert '<span class="sub down">Sustain<span class=vh> before</span></span>' in moved
    old = row(cells=[replace(CALM, calm=False, stale=True, sub="13 months")])
    assert 'class="r3 stale"' in old
    assert "13 months<span class=vh> old</span>" in old
    assert '<span class="sub">one source</span>' in row(cells=[replace(CALM, sub="one source")])


def test_does_not_apply_is_a_dash_that_is_spoken():
    assert "Does not apply" in row(cells=[replace(CALM, step="na", word="")])


def test_an_empty_word_is_unknown_never_blank():
    assert "Unknown" in row(cells=[replace(CALM, step=0, word="", calm=False)])


def test_a_category_links_to_its_reasons_and_says_if_only_proposed():
    html = row([replace(CATEGORY, state_label="proposed", travel="down", was="Refine")])
    assert 'aria-label="Reinforce, proposed: why Dunmere has this academic category"' in html
    assert '<span class="sub down">was Refine</span>' in html
    assert '<span class="sub">proposed</span>' in html


def test_not_yet_is_a_word_without_a_link():
    html = row([HeatCategory("", 0, "", "Not yet", "", "", "Academic")])
    assert "Not yet" in html
    assert html.count("Not yet") == 1
    assert "<a" not in html.split("</th>")[1]


def test_without_an_address_the_name_is_no_link():
    assert "<a " not in row(url="")


def test_what_a_phone_leaves_out_is_counted_weakest_first():
    cells = [replace(CALM, word="Sustain", step=2), CALM, CALM, replace(CALM, step="na", word="")]
    assert "All the rest: 2 Refine, 1 Sustain." in row(cells=cells)
    assert "All the rest" not in row(cells=[replace(CALM, calm=False)])


def test_every_text_is_escaped_exactly_once():
    category = HeatCategory(ATTACK, 4, ATTACK, ATTACK + "s", "up", ATTACK, ATTACK)
    cell = HeatCell(ATTACK, 3, ATTACK, stale=True, travel="up", was=ATTACK, group_start=True, calm=False, label=ATTACK)
    html = row([category], [cell, replace(cell, calm=True)], name=ATTACK, url=ATTACK, small=ATTACK)
    assert "<script" not in html
    assert "&amp;lt;" not in html
    # Nothing breaks out of its attribute: with our own tags taken away no bracket or quote is left
    assert not re.search(r"[<>]", re.sub(r'</?[a-z]+(?: [a-z-]+=(?:"[^"<>]*"|[a-z]+))*>', "", html))


@pytest.mark.parametrize("bad", [{"step": 9}, {"step": '"><b>'}, {"travel": '"><b>'}])
def test_nothing_but_a_known_tone_reaches_a_class(bad):
    with pytest.raises(KeyError):
        row(cells=[replace(CALM, was="x", **bad)])


def test_fifty_schools_by_thirty_nine_indicators_stay_small():
    random_ratings = random.Random(1)

    def cell(place: int) -> HeatCell:
        step = random_ratings.choice([0, 2, 2, 3, 3, 3, 4, 5])
        return replace(CALM, word=WORDS[step], step=step, calm=step in (2, 3), label=f"Indicator number {place}")

    rows = [row([CATEGORY] * 2, [cell(place) for place in range(39)], name=f"School {n}") for n in range(50)]
    assert len(gzip.compress("\n".join(rows).encode())) < 12_000


def test_long_words_ask_for_the_stacked_layout():
    assert has_long_words(["expected standard", "urgent improvement"])
    assert not has_long_words(["Sustain", "Refine", "Reinforce", "Stabilise"])
