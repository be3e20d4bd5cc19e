"""A stored explanation, as the why panel shows it: what held it, what we do not know, what would move it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schools.strategy import Strategy
from schools.words import listed

MOST_NAMES = 4


@dataclass(frozen=True)
class Held:
    """One thing that held the school where it is."""

    label: str
    word: str
    step: int
    text: str
    source: str


@dataclass(frozen=True)
class Line:
    """A sentence, with the words it opens with apart."""

    label: str
    text: str


@dataclass(frozen=True)
class Why:
    """One proposal, explained."""

    headline: str
    held: tuple[Held, ...]
    unknown: tuple[Line, ...]
    moves: tuple[Line, ...]
    basis: str


def why_of(strategy: Strategy, explanation: Mapping[str, Any]) -> Why | None:
    """The words as they were given, with the rating beside each criterion; None where nothing was stored."""
    words, facts = explanation.get("words"), explanation.get("facts") or {}
    if not words:
        return None
    return Why(
        headline=words["headline"],
        held=tuple(_held(strategy, words["held"], facts)),
        unknown=tuple(Line("", sentence) for sentence in words["unknown"]),
        moves=(*_moves(words["up"]), *_moves(words["down"])),
        basis=" ".join(words["basis"]),
    )


def _held(strategy: Strategy, sentences: Sequence[str], facts: Mapping[str, Any]) -> Iterator[Held]:
    """Sentences stand in the order of the reasons; at the strongest level there is one sentence and no reason."""
    reasons = facts.get("reasons") or []
    dates = {one["key"]: one["oldest"] for one in facts.get("criteria") or []}
    for place, sentence in enumerate(sentences):
        reason = reasons[place] if place < len(reasons) else None
        if reason is None or reason["kind"] != "criterion" or reason["key"] not in strategy.criterion_by_key:
            yield Held("", "", 0, sentence, "")
        else:
            yield _criterion(strategy, sentence, reason, dates.get(reason["key"]))


def _criterion(strategy: Strategy, sentence: str, reason: Mapping[str, Any], oldest: str | None) -> Held:
    criterion = strategy.criterion_by_key[reason["key"]]
    scale = strategy.levels_of(criterion.kpis[0].scale)
    level = next((one for one in scale if one.key == reason["level"]), None)
    labels = {kpi.key: kpi.label for kpi in criterion.kpis}
    names = [labels[key] for key in reason["kpis"] if key in labels]
    since = f"Oldest evidence {date.fromisoformat(oldest):%B %Y}" if oldest else ""
    if level is None or reason["unknown"] or not names:
        return Held("", "", 0, sentence, since)
    return Held(criterion.label, level.label, level.tone, f"{listed(names, most=MOST_NAMES)}.", since)


def _moves(sentences: Sequence[str]) -> Iterator[Line]:
    """“To Refine: …” with its opening apart; the next way to the same level opens with “or”."""
    before = ""
    for sentence in sentences:
        opening, colon, rest = sentence.partition(": ")
        if not colon or not opening.startswith("To "):
            yield Line("", sentence)
            continue
        yield Line("or" if opening == before else f"{opening}:", rest)
        before = opening
