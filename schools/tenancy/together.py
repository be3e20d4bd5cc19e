"""Long runs of one kind of operation as one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.migrations.operations import AddConstraint, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

KINDS = ((CreateModel,), (AddConstraint, AddIndex, AddTrigger))
"""Never the two kinds together: a table is made with all that its model then has."""


class Together(Operation):
    """Several operations of one kind with one look at the models.

    Django builds all related model classes anew after every operation: with some two hundred, that was nine tenths of a
    migration's time.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # built again when the tables are altered, once
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"{len(self.operations)} operations together"


def together(operations: Iterable[Operation]) -> list[Operation]:
    """The same operations, neighbours of one kind joined: wrap a long migration's list in it."""
    joined: list[Operation] = []
    for kind, run in groupby(operations, _kind):
        alike = list(run)
        joined.extend([Together(alike)] if kind else alike)
    return joined


def _kind(operation: Operation) -> tuple[type[Operation], ...] | None:
    return next((kind for kind in KINDS if isinstance(operation, kind)), None)
