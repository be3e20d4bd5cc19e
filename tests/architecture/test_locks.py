"""The locked lists of packages can be installed whatever is published after them."""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement

ROOT = Path(settings.BASE_DIR)
LOCKED = [
    Requirement(line.removesuffix("\\"))
    for path in sorted((ROOT / "requirements").glob("*.txt"))
    for line in path.read_text().splitlines()
    if "==" in line and not line.startswith((" ", "#"))
]


def asked_with_extras() -> list[Requirement]:
    """What installed packages ask of one another with an extra, for example “coverage[toml]”."""
    asked = [Requirement(words) for one in distributions() for words in one.requires or []]
    return [one for one in asked if one.extras and (one.marker is None or one.marker.evaluate({"extra": ""}))]


@pytest.mark.parametrize("asked", asked_with_extras(), ids=str)
def test_a_lock_names_the_extra_that_a_package_asks_for(asked: Requirement) -> None:
    """Without it pip looks for the newest of that name, and refuses it as not locked once there is a newer one."""
    named = [one for one in LOCKED if one.name == asked.name]
    assert any(asked.extras <= one.extras for one in named), f"{asked} is not locked with its extra"
