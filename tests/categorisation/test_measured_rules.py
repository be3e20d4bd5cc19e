"""From a figure to a suggested level: the sum that is shown, the cautions, and that better is never weaker."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from categorisation.rules.measured import Asks, suggest
from categorisation.rules.suggestion import Suggestion, from_record
from evidence.rules.arithmetic import Amount
from evidence.rules.comparing import PUBLISHED, RETURN, Beside, Found, Known
from tests.strategies.reading import shipped

S3, S2 = shipped("two_axes"), shipped("four_phases")
TODAY = date(2026, 11, 20)


def asks(kpi: str, strategy: Any = S3, phase: str = "primary") -> Asks:
    rule = strategy.kpi_by_key[kpi]
    measure = strategy.measure_by_key[rule.measure]
    return Asks(rule, measure, strategy.levels_of(rule.scale), rule.thresholds_for(phase))


def known(numerator: int | None = None, denominator: int | None = None, **more: Any) -> Known:
    value = more.pop("value", None)
    amount = Amount(numerator, denominator, Decimal(value) if value is not None else None, more.pop("status", "number"))
    usual = {"year": 2025, "span": "year", "until": date(2026, 8, 31), "origin": RETURN, "source": "Summer return"}
    return Known(amount, **{**usual, **more})


def england(value: str, **more: Any) -> Beside:
    usual = {"against": "national", "label": "England", "year": 2025, "span": "year", "source": "National tables"}
    return Beside(value=Decimal(value), **{**usual, **more})


def found(*numbers: Known, national: tuple[Beside, ...] = (), others: tuple[Known, ...] = ()) -> Found:
    return Found(tuple(numbers), others, {"national": national})


def said(kpi: str, what: Found, **more: Any) -> Suggestion:
    return suggest(asks(kpi, **more), what, today=TODAY)


def test_the_sum_is_shown() -> None:
    one = said("attainment_progress", found(known(68, 100), national=(england("62"),)))
    assert (one.label, one.level) == ("Sustain", 1)
    assert one.arithmetic == "68% − 62% = +6 points; 3 or more suggests Sustain."
    assert (one.value, one.counts, one.beside, one.gap) == ("68%", "68 of 100", "62%", "+6 points")
    assert (one.beside_label, one.about, one.age) == ("England 2025/26", "2025/26", "2 months old")
    assert one.on == date(2026, 8, 31)


@pytest.mark.parametrize(
    ("kpi", "what", "label", "sum_shown"),
    [
        (
            "attainment_progress",
            found(known(50, 100), national=(england("62"),)),
            "Stabilise",
            "50% − 62% = −12 points; less than −8 suggests Stabilise.",
        ),
        (
            "persistent_absence",
            found(known(15, 100), national=(england("18.7"),)),
            "Sustain",
            "15.0% − 18.7% = −3.7 points; −3 or less suggests Sustain.",
        ),
        (
            "exclusions",
            found(known(30, 200), national=(england("11.31"),)),
            "Stabilise",
            "15.00 − 11.31 = +3.69 per 100 pupils; more than 3 suggests Stabilise.",
        ),
        ("roll_pan", found(known(54, 60)), "Refine", "90% of PAN; 90 or more suggests Refine."),
        ("declining_roll", found(known(194, 200)), "Reinforce", "−3.0%; −5 or more suggests Reinforce."),
        ("attendance", found(known(value="94.96")), "Refine", "95.0%; 95 or more suggests Refine."),
    ],
)
def test_each_kind_of_threshold(kpi: str, what: Found, label: str, sum_shown: str) -> None:
    one = said(kpi, what)
    assert (one.label, one.arithmetic.replace("90%;", "90% of PAN;")) == (label, sum_shown)


def test_a_secondary_school_is_measured_by_its_own_thresholds() -> None:
    figure = found(known(value="92.4"))
    assert said("attendance", figure).label == "Stabilise"
    assert said("attendance", figure, phase="secondary").label == "Refine"


def test_a_year_is_never_compared_with_a_term() -> None:
    term = known(17, 100, span="autumn", year=2026, until=date(2026, 11, 6))
    one = said("persistent_absence", found(term, national=(england("18.7"),)))
    assert one.level is None
    assert one.missing == "Nothing is suggested, as there is no figure of the same span to compare with."
    assert "Not comparable: England is known only for 2025/26 (18.7%)." in one.cautions


def test_thresholds_on_the_value_hold_where_the_comparison_does_not() -> None:
    to_date = known(value="96.2", span="to_date", year=2026, until=date(2026, 11, 6))
    one = said("attendance", found(to_date, national=(england("94.8"),)))
    assert (one.label, one.beside) == ("Sustain", "")
    assert "Not comparable: England is known only for 2025/26 (94.8%)." in one.cautions


def test_the_newest_figure_that_can_be_compared_decides() -> None:
    to_date = known(17, 100, span="to_date", year=2026, until=date(2026, 11, 6))
    one = said("persistent_absence", found(to_date, known(15, 100), national=(england("18.7"),)))
    assert one.about == "2025/26"
    assert "Newer, with nothing to compare it with: 17.0%, year to the end of autumn, 2026/27." in one.cautions


def test_the_nearest_year_is_taken_and_named() -> None:
    older, newer = england("61", year=2023), england("62", year=2024)
    one = said("attainment_progress", found(known(70, 100), national=(older, newer)))
    assert one.beside_label == "England 2024/25"
    assert "Compared with 2024/25, the nearest there is." in one.cautions


def test_a_small_cohort_says_what_one_pupil_is() -> None:
    year, before = known(16, 25), known(12, 24, year=2024, until=date(2025, 8, 31))
    one = said("attainment_progress", found(year, before, national=(england("62"),)))
    assert one.cautions[:2] == ("Small cohort: one pupil is 4 points.", "With the years before it: 57%.")
    assert "One pupil more would suggest Sustain." in one.cautions


def test_what_stands_where_a_number_would() -> None:
    hidden = known(status="suppressed", origin=PUBLISHED)
    one = said("attainment_progress", found(others=(hidden,)))
    assert (one.level, one.missing) == (None, "Published as suppressed: too few pupils for a figure.")
    nothing = suggest(asks("gld"), Found(), today=TODAY, from_return="It comes from your summer return.")
    assert nothing.missing == "No figure is known yet. It comes from your summer return."


def test_age_and_origin_are_told() -> None:
    old = known(
        value="64", origin=PUBLISHED, until=date(2025, 8, 31), year=2024, predecessor="100001", release="provisional"
    )
    one = said("attainment_progress", found(old, national=(england("62", year=2024),)))
    assert one.cautions == (
        "Older than the 13 months this indicator allows.",
        "A published rate; its counts are unknown.",
        "Of the school before it, URN 100001.",
        "Provisional: a revised figure follows.",
    )


def test_where_no_benchmark_is_agreed_the_measure_says_so() -> None:
    one = said("staff_absence", found(known(30, 1000)))
    assert one.label == "Sustain"
    assert any(words.startswith("No agreed benchmark") for words in one.cautions)


def test_what_is_kept_is_read_again() -> None:
    one = said("attainment_progress", found(known(16, 25), national=(england("62"),)))
    assert from_record(one.as_record()) == one
    assert from_record(None) is None
    assert one.in_short == "2025/26: 64% − 62% = +2 points; 0 or more suggests Refine."


values = st.integers(0, 200)


@given(values, values, st.sampled_from(["attainment_progress", "persistent_absence", "attendance", "exclusions"]))
def test_better_is_never_weaker(one: int, other: int, kpi: str) -> None:
    rule = asks(kpi)
    low, high = sorted((one, other))
    better, weaker = (high, low) if rule.kpi.better == "high" else (low, high)
    levels = [
        suggest(rule, found(known(each, 200), national=(england("50"),)), today=TODAY).level
        for each in (better, weaker)
    ]
    assert levels[0] is not None
    assert levels[1] is not None
    assert levels[0] <= levels[1]


@given(values, st.integers(1, 200))
def test_the_comparison_moves_the_level_the_other_way(national: int, more: int) -> None:
    what = found(known(100, 200), national=(england(str(national)),))
    harder = replace(what, besides={"national": (england(str(national + more)),)})
    easy, hard = (said("attainment_progress", each).level or 0 for each in (what, harder))
    assert easy <= hard


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(["autumn", "spring", "year", "to_date", "day"]))
def test_what_is_suggested_rests_on_one_span(until: date, span: str) -> None:
    what = found(known(70, 100, span=span, until=until), national=(england("62"),))
    one = said("attainment_progress", what)
    assert (one.level is not None) == (span == "year")


def test_few_pupils_are_hidden_from_all_but_the_school_and_the_data_roles() -> None:
    one = said("attainment_progress", found(known(4, 25, hidden=True), national=(england("62"),)))
    assert one.as_read(sees_counts=True) is one
    told = one.as_read(sees_counts=False)
    assert (told.label, told.figures, told.arithmetic, told.cautions) == ("Stabilise", (), "", ())
    assert told.in_short == "2025/26: The figure is of so few pupils that it is not shown here."
