"""What the names of groups in the trust's own files mean: asked on the page, and remembered for the next file."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from evidence.models import ColumnMatch
from evidence.rules.grid_matching import GROUP, LONGEST_NAME, bare_group

BEGINS = f"{GROUP}~"
"""Before a group's name, where it is kept beside the columns. No column of a file is called so."""


def group_names() -> dict[str, str]:
    """The keys of groups by the bare names that the trust gave them. One query."""
    rows = ColumnMatch.objects.filter(header__startswith=BEGINS)
    return {row.header.removeprefix(BEGINS): str(row.means.get("group", "")) for row in rows}


def remember_groups(said: Mapping[str, str], groups: Collection[str]) -> None:
    """Keep which of these groups a name means; blank is none of them. One statement."""
    known = {bare_group(name)[:LONGEST_NAME]: key for name, key in said.items() if key in ("", *groups)}
    rows = [ColumnMatch(header=BEGINS + name, means={"group": key}) for name, key in known.items() if name]
    ColumnMatch.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["trust", "header"], update_fields=["means"]
    )
