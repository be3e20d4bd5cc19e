"""How a figure stands to a staged target."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evidence.rules.targets import fault_of, stage_now, standing, standing_words

STAGED = {"autumn": Decimal(94), "spring": Decimal("94.5"), "": Decimal(95)}


@pytest.mark.parametrize(
    ("targets", "season", "stage"),
    [
        (STAGED, "autumn", "autumn"),
        (STAGED, "spring", "spring"),
        (STAGED, "summer", ""),
        ({"": Decimal(95)}, "autumn", ""),
        ({"autumn": Decimal(94)}, "spring", None),
        ({}, "autumn", None),
    ],
)
def test_the_stage_of_a_term_is_its_own_or_the_next(targets, season, stage):
    assert stage_now(targets, season) == stage


def test_met_and_below_follow_the_better_direction():
    assert standing(STAGED, "autumn", Decimal(94), better="high", decimals=1).is_met
    assert not standing(STAGED, "autumn", Decimal("93.9"), better="high", decimals=1).is_met
    assert standing({"": Decimal(10)}, "summer", Decimal(8), better="low", decimals=1).is_met
    assert standing({"": Decimal(10)}, "summer", Decimal(12), better="low", decimals=1).state == "below"


def test_in_words():
    assert standing_words(standing(STAGED, "spring", Decimal("95.1"), better="high", decimals=1), 1, "%") == (
        "Met: 0.6 above 94.5% by the end of spring"
    )
    assert standing_words(standing(STAGED, "summer", Decimal("93"), better="high", decimals=1), 1, "%") == (
        "2.0 to go to 95.0% by the end of the year"
    )
    assert standing_words(standing(STAGED, "autumn", None, better="high", decimals=1), 0, "%") == (
        "94% by the end of autumn; no figure yet"
    )


def test_what_cannot_be_a_target():
    assert fault_of({"": Decimal(101), "autumn": Decimal(-1)}, least=None, most=None, kind="share") == {
        "": "Enter 100 or less.", "autumn": "Enter 0 or more.",
    }  # fmt: skip
    assert fault_of({"": Decimal(26)}, least=0, most=25, kind="mean") == {"": "Enter 25 or less."}
    assert fault_of({"": Decimal(-3)}, least=None, most=None, kind="change") == {}
