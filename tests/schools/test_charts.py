"""Charts: gaps stay gaps, the last value is written, the words are escaped, and nothing needs a style."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.charts import line_chart, moved_chart

YEARS = ["2023", "2024", "2025", "2026"]


def chart(ours, national=(), **options):
    settings = {"us": "Dunmere", "ident": "c1", **options}
    return line_chart("Reading", YEARS, ours, national=national, **settings)


def lines(svg: str) -> list[str]:
    return re.findall(r'class="us" d="([^"]+)"', svg)


def test_it_is_well_formed_titled_and_described():
    root = ElementTree.fromstring(chart([63, 66, 61, 54], [60, 61, 62, 62]))
    assert root.attrib["role"] == "img"
    assert root[0].tag == "title"
    assert root[0].text == "Reading"
    assert root[1].text == "Dunmere 63% in 2023 to 54% in 2026. National 60% in 2023 to 62% in 2026."


def test_an_unknown_year_is_a_gap_and_is_said():
    svg = chart([63, 66, None, 54])
    assert len(lines(svg)) == 1  # 2026 stands alone: a dot, no line across the gap
    assert svg.count("<circle") == 3
    assert "Not known: 2025." in svg


def test_the_last_known_value_stands_at_the_end_of_each_line():
    svg = chart([63, 66, 61, None], [60, 61, 62, 62.5])
    assert ">61%<" in svg
    assert ">62.5%<" in svg


def test_end_labels_do_not_lie_on_each_other():
    svg = chart([60, 61, 62, 62], [60, 61, 62, 62])
    first, second = (float(y) for y in re.findall(r'<text x="194" y="([\d.]+)"', svg))
    assert abs(first - second) >= 12


@pytest.mark.parametrize("values", [[], [None, None, None, None], [5, None, None, None], [7, 7, 7, 7]])
def test_little_or_nothing_known_still_draws(values):
    ElementTree.fromstring(chart(values))


def test_a_flat_line_lies_in_the_middle():
    assert re.search(r"M12\.0 47\.0L", lines(chart([7, 7, 7, 7]))[0])


def test_a_minus_is_a_minus():
    assert ">−1.5 points<" in chart([0, 1, -1, -1.5], unit=" points")


def test_a_fixed_axis_makes_neighbours_comparable():
    low = lines(chart([0, 0, 0, 50], floor=0, ceiling=100))[0]
    assert low.endswith("47.0")


def test_more_than_six_years_do_not_run_into_each_other():
    years = [str(year) for year in range(2012, 2027)]
    svg = line_chart("x", years, list(range(15)), us="a", ident="c")
    shown = re.findall(r">(20\d\d)<", svg)
    assert len(shown) <= 6
    assert shown[-1] == "2026"


def test_every_text_is_escaped():
    bad = '"><script>x</script>'
    svg = line_chart(bad, [bad], [1], us=bad, national=[2], them=bad, unit=bad, ident=bad)
    assert "<script" not in svg
    ElementTree.fromstring(svg)


def test_nothing_needs_a_style():
    svg = chart([63, 66, 61, 54], [60, 61, 62, 62])
    assert "style" not in svg
    assert "currentColor" not in svg


POINTS = st.lists(
    st.tuples(st.integers(0, 9).map(Decimal), st.integers(-4, 4), st.sampled_from(["Elm", "Fern & <co>"])), max_size=30
)


@given(POINTS)
def test_every_school_stands_at_what_it_had_and_how_far_it_moved(points: list[tuple[Decimal, int, str]]):
    """Those on one place are one dot with their number, so that none is moved to where it does not belong."""
    drawn = ElementTree.fromstring(moved_chart("Moved", points, ident="moved", unit="day"))
    heaps, space = drawn.findall("g"), {(amount, steps) for amount, steps, _ in points}
    assert len(heaps) == len(space)
    assert sum(int(heap.findtext("text", "1")) for heap in heaps) == len(points)
    dots = [heap[1].attrib for heap in heaps]
    at = [(float(dot["cx"]), float(dot["cy"])) for dot in dots]
    assert len({x for x, _ in at}) == len({amount for amount, _ in space})
    heights = sorted({y for _, y in at}, reverse=True)
    assert len(heights) == len({steps for _, steps in space})
    lines = {float(one.get("d", "").split()[1].split("H")[0]) for one in drawn.findall("path")}
    assert set(heights) <= lines, "each on the line of its level"
