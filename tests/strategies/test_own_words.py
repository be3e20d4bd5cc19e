"""Facts, labels and figures carry over from the five sources; sentences are our own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.strategies.inventory import STRATEGIES

SEEDS = STRATEGIES.parents[1] / "shared" / "seeds"
SHIPPED = sorted(STRATEGIES.glob("*.toml"))
RUN = 8
"""So many words in a row, shared with a source, are too many."""

pytestmark = pytest.mark.shared


def words(text: str) -> list[str]:
    """The words alone: case, punctuation, marks of a list and apostrophes do not count."""
    return re.sub(r"[\W_]+", " ", re.sub(r"['’‘]", "", text.lower())).split()


def runs(text: str) -> set[str]:
    found = words(text)
    return {" ".join(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}


def sources() -> dict[str, set[str]]:
    """The runs of each source, as printed and without table markup."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.txt"))}
    return {name: runs(text) | runs(re.sub(r"<[^>]+>", " ", text)) for name, text in texts.items()}


def test_there_are_five_sources_and_five_strategies():
    assert (len(sources()), len(SHIPPED)) == (5, 5)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_run_of_eight_words_is_shared_with_a_source(path: Path):
    """The whole file is read as one text, so that lists and comments count as well."""
    ours = runs(path.read_text(encoding="utf-8"))
    assert {name: sorted(ours & theirs) for name, theirs in sources().items() if ours & theirs} == {}


def test_a_copied_sentence_would_be_found():
    source = next(iter(sorted(SEEDS.glob("0*.txt")))).read_text(encoding="utf-8")
    copied = " ".join(words(source)[200:210]).upper().replace(" ", " - ")
    assert any(runs(copied) & theirs for theirs in sources().values())
