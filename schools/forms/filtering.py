"""What a page shows of a list, chosen in selects and kept in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Choices = Sequence[tuple[str, str]]


class FilterBar:
    """Selects by name, each with its label and choices. A choice that does not exist counts as none."""

    def __init__(self, data: Mapping[str, Any], fields: Mapping[str, tuple[str, Choices]]) -> None:
        self.fields = fields
        self.chosen = {
            name: data.get(name, "") if data.get(name, "") in dict(choices) else ""
            for name, (_, choices) in fields.items()
        }

    def selects(self) -> list[dict[str, Any]]:
        """For templates/components/filter_bar.html."""
        return [
            {
                "name": name,
                "label": label,
                "options": [
                    {"value": key, "label": said, "selected": key == self.chosen[name]} for key, said in choices
                ],
            }
            for name, (label, choices) in self.fields.items()
        ]
