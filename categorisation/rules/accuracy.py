"""How near a school's own judgements come to the trust's and to later ones from outside. Values in, values out.

A distance is in levels of the scale something was judged on; above nought the school was the more generous.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schools.strategy import Fact
from schools.words import counted, listed, number

GENEROUS = "self_evaluation_generous"


@dataclass(frozen=True)
class Accuracy:
    """What the distances say together: `moderated` of the latest agreed matrix, `outside` of self-evaluations."""

    moderated: tuple[int, ...] = ()
    outside: tuple[int, ...] = ()

    @property
    def distances(self) -> tuple[int, ...]:
        return (*self.moderated, *self.outside)

    @property
    def mean(self) -> float:
        """In levels; 0 where nothing was judged twice."""
        return sum(self.distances) / len(self.distances) if self.distances else 0.0

    def makes(self, fact: Fact) -> bool:
        """Whether a computed fact is true."""
        enough = len(self.distances) >= fact.least_compared
        return fact.computed == GENEROUS and enough and self.mean >= fact.from_levels

    @property
    def source(self) -> str:
        """“33 moderated ratings and two judgements from outside”."""
        parts = [
            (len(self.moderated), "moderated rating", "moderated ratings"),
            (len(self.outside), "judgement from outside", "judgements from outside"),
        ]
        return listed(counted(*part) for part in parts if part[0])

    @property
    def words(self) -> str:
        """“Self-evaluation: of 35 judgements made twice, 30 agree and five more generous …”."""
        if not self.distances:
            return "Self-evaluation: nothing has been judged twice yet, so its accuracy is not known."
        agree = sum(distance == 0 for distance in self.distances)
        generous = sum(distance > 0 for distance in self.distances)
        cautious = len(self.distances) - agree - generous
        parts = ((agree, "agree"), (generous, "more generous"), (cautious, "more cautious"))
        said = listed(f"{number(count)} {word}" for count, word in parts if count)
        made = counted(len(self.distances), "judgement")
        return f"Self-evaluation: of {made} made twice, {said}{self._tendency}."

    @property
    def _tendency(self) -> str:
        shown = f"{abs(self.mean):.1f}"
        if shown == "0.0":
            return ""
        return f"; {shown} levels too {'generous' if self.mean > 0 else 'cautious'} on average"


def accuracy_of(moderated: Iterable[tuple[int, int]], outside: Iterable[int]) -> Accuracy:
    """From places (own, trust's), the strongest 1, and distances of self-evaluations to what came after."""
    return Accuracy(tuple(trust - own for own, trust in moderated), tuple(outside))
