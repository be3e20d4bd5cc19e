"""A form whose service calls some of its fields otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms


class RenamedForm(forms.Form):
    """What the service says of a field stands beside that of the form. `RENAMED`: its name there -> its name here."""

    RENAMED: ClassVar[Mapping[str, str]] = {}

    def add_error(self, field: str | None, error: Any) -> None:
        """As any form, with the names of the service put into those of the form."""
        if field is None and hasattr(error, "error_dict"):
            error.error_dict = {self.RENAMED.get(name, name): said for name, said in error.error_dict.items()}
        super().add_error(field, error)
