"""What a re-assessment concludes beside the level: does the provision in place still fit, and should capacity move."""

from __future__ import annotations

from dataclasses import dataclass

FITS, CHANGE = "fits", "change"
STAYS, MOVES = "stays", "moves"
LONGEST = 1000
"""Characters of what should change, and of where capacity should go."""


@dataclass(frozen=True)
class Conclusion:
    """Both answers, each blank where it was not asked. The words are those of whoever decided."""

    provision: str = ""
    provision_words: str = ""
    capacity: str = ""
    capacity_words: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """As it is printed beside the reason; nothing where nothing was asked."""
        provision = {
            FITS: "The provision in place still fits.",
            CHANGE: f"The provision in place should change: {self.provision_words}",
        }
        capacity = {
            STAYS: "Capacity stays where it is.",
            MOVES: f"Capacity should move: {self.capacity_words}",
        }
        return tuple(filter(None, (provision.get(self.provision), capacity.get(self.capacity))))


def faults_of(said: Conclusion) -> dict[str, str]:
    """What is missing or too long, by field."""
    found = {}
    if said.provision not in (FITS, CHANGE):
        found["provision"] = "Say whether the provision in place still fits"
    elif said.provision == CHANGE and not said.provision_words:
        found["provision_words"] = "Say what should change"
    if said.capacity not in (STAYS, MOVES):
        found["capacity"] = "Say whether capacity should move"
    elif said.capacity == MOVES and not said.capacity_words:
        found["capacity_words"] = "Say from where to where"
    for name in ("provision_words", "capacity_words"):
        if len(words := getattr(said, name)) > LONGEST:
            found[name] = f"Use at most {LONGEST:,} characters; this has {len(words):,}"
    return found
