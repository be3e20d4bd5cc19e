"""Two people at one form: three ways, field by field. Nothing of either is lost, nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .values import Value


@dataclass(frozen=True)
class Clash:
    """An answer that somebody else has changed since this form was opened, and that this form has otherwise."""

    name: str
    theirs: Value | None
    mine: Value | None


@dataclass
class Merged:
    """The answers with every change that nobody contests; what those changes are; what a person must decide."""

    answers: dict[str, Value]
    changed: list[str] = field(default_factory=list)
    conflicts: list[Clash] = field(default_factory=list)


def merge(
    stored: Mapping[str, Value],
    touched: Mapping[str, int],
    typed: Mapping[str, Value | None],
    version: int,
    base: Mapping[str, Value | None] | None = None,
) -> Merged:
    """What was typed in a form opened at `version`, put into what is stored.

    `touched` is the version at which each answer was last written, also by emptying it. `typed` holds every answer the
    form had, None for a blank one; answers it did not have stay. `base`, where a device has kept it, is what the form
    said when it was opened: an answer typed no otherwise is nobody's change, and theirs stands.
    """
    merged = Merged(dict(stored))
    for name, mine in typed.items():
        theirs = stored.get(name)
        if mine == theirs or (base is not None and name in base and mine == base[name]):
            continue
        if touched.get(name, 0) > version:
            merged.conflicts.append(Clash(name, theirs, mine))
            continue
        merged.changed.append(name)
        if mine is None:
            merged.answers.pop(name, None)
        else:
            merged.answers[name] = mine
    return merged
