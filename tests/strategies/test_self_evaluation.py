"""The self-evaluation in a strategy: what is refused on load, what older files are read with, and how it reads."""

from __future__ import annotations

import pytest

from evidence.rules.sef_layouts import FRAMEWORK_LAYOUTS
from schools.strategy import StrategyError, read_strategy
from schools.strategy.reading.writing import self_evaluation_of
from schools.strategy.self_evaluation import FRAMEWORK_AREAS
from tests.conftest import STRATEGIES

HEAD = '[identity]\nkey = "t"\nversion = 1\ntitle = "T"\nsummary = "S."\nphases = ["primary"]\n'
SCALE = """
[[scales]]
key = "s"
label = "S"
[[scales.levels]]
key = "strong"
label = "Strong"
tone = 2
[[scales.levels]]
key = "weak"
label = "Weak"
tone = 5
"""


def test_a_file_that_says_nothing_follows_the_report_card_each_term() -> None:
    sef = read_strategy(HEAD).self_evaluation
    assert (sef.label, sef.layout, sef.terms) == ("self-evaluation", "report_card_2025", ())
    assert sef.in_term("summer")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('layout = "own"', "needs at least one section"),
        ('layout = "own"\n[[self_evaluation.areas]]\nkey = "a"\nlabel = "A"', "expected one of the strategy's scales"),
        ('layout = "own"\nscale = "nowhere"\n[[self_evaluation.areas]]\nkey = "a"\nlabel = "A"', "“nowhere” is not"),
        ('scale = "s"', "brings its own"),
        ('[[self_evaluation.areas]]\nkey = "a"\nlabel = "A"', "brings its own"),
        ('[self_evaluation.prompts]\nsixth_form = ["Why?"]', "“sixth_form” is not there"),
        ('layout = "inspection_2030"', "“inspection_2030” is not known"),
        (
            'layout = "own"\nscale = "s"\n[[self_evaluation.areas]]\nkey = "a"\nlabel = "A"\n'
            '[[self_evaluation.areas]]\nkey = "a"\nlabel = "B"',
            "the key “a” is used 2 times",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused_with_a_sentence(part: str, said: str) -> None:
    with pytest.raises(StrategyError) as refused:
        read_strategy(f"{HEAD}{SCALE}\n[self_evaluation]\n{part}\n")
    assert said in str(refused.value)


def test_the_areas_a_strategy_may_name_are_those_of_the_layouts() -> None:
    known = {key: tuple(area.key for area in layout.areas) for key, layout in FRAMEWORK_LAYOUTS.items()}
    assert known == FRAMEWORK_AREAS


@pytest.mark.parametrize("path", sorted(STRATEGIES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_strategy_that_ships_says_it_and_reads_well(path: object) -> None:
    text = path.read_text()
    assert "[self_evaluation]" in text
    [entry] = self_evaluation_of(read_strategy(text))
    assert [term for term, _ in entry.facts if term in ("Follows", "Written", "Due")] == ["Follows", "Written", "Due"]
    assert entry.lists


def test_the_school_summary_has_the_six_aspects() -> None:
    strategy = read_strategy((STRATEGIES / "sustain_to_stabilise.toml").read_text())
    [entry] = self_evaluation_of(strategy)
    assert entry.label == "School Summary"
    [(_, sections)] = entry.lists
    for aspect in strategy.statements[[one.key for one in strategy.statements].index("aspects")].items:
        assert any(section.startswith(aspect.split(",")[0]) for section in sections), aspect
