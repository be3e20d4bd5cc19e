"""Walls 2 and 3 as constraints, so that makemigrations writes policies and composite keys by itself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.ddl_references import Statement, Table

APPLICATION_ROLE = "trust_si_app"
"""The group role every login of the application is in; `docs/operations.md` says how logins are made."""

OPEN_TRUST = "trust_id = (select nullif(current_setting('app.trust', true), '')::int)"
OWN_ROW = "user_id = (select nullif(current_setting('app.user', true), '')::bigint)"


class TableRule(models.BaseConstraint):
    """SQL that belongs to a table and runs at the end of the migration that adds it."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.name))

    def add_template(self) -> str:
        raise NotImplementedError

    def drop_template(self) -> str:
        raise NotImplementedError

    def parts(self, model: type[models.Model], schema_editor: Any) -> dict[str, Any]:
        return {
            "table": Table(model._meta.db_table, schema_editor.quote_name),
            "name": schema_editor.quote_name(self.name),
            "role": schema_editor.quote_name(APPLICATION_ROLE),
        }

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        schema_editor.deferred_sql.append(Statement(self.add_template(), **self.parts(model, schema_editor)))

    constraint_sql = create_sql

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(self.drop_template(), **self.parts(model, schema_editor))

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to say in a form; the database refuses."""


class RowSecurity(TableRule):
    """Only rows of the open trust are seen or written, by anybody, the owner included."""

    def add_template(self) -> str:
        return (
            "ALTER TABLE %(table)s ENABLE ROW LEVEL SECURITY; ALTER TABLE %(table)s FORCE ROW LEVEL SECURITY; "
            f"CREATE POLICY %(name)s ON %(table)s USING ({OPEN_TRUST}) WITH CHECK ({OPEN_TRUST})"
        )

    def drop_template(self) -> str:
        return "DROP POLICY %(name)s ON %(table)s; ALTER TABLE %(table)s DISABLE ROW LEVEL SECURITY"


class OwnRowsReadable(TableRule):
    """A person may read their own rows before a trust is open."""

    def add_template(self) -> str:
        return f"CREATE POLICY %(name)s ON %(table)s FOR SELECT USING ({OWN_ROW})"

    def drop_template(self) -> str:
        return "DROP POLICY %(name)s ON %(table)s"


class NeverChanged(TableRule):
    """Rows are added and read; the application may not change or delete one."""

    def add_template(self) -> str:
        return "REVOKE UPDATE, DELETE ON %(table)s FROM %(role)s"

    def drop_template(self) -> str:
        return "GRANT UPDATE, DELETE ON %(table)s TO %(role)s"


class TriggersOnly(NeverChanged):
    """As NeverChanged, and only a trigger may add a row: history cannot be forged."""

    def add_template(self) -> str:
        return (
            super().add_template()
            + "; CREATE POLICY %(name)s ON %(table)s AS RESTRICTIVE FOR INSERT WITH CHECK (pg_trigger_depth() > 0)"
        )

    def drop_template(self) -> str:
        return super().drop_template() + "; DROP POLICY %(name)s ON %(table)s"


class SameTrust(TableRule):
    """A link between two tenant rows holds the trust as well: (trust_id, link) refers to (trust_id, id).

    FORCE is lifted on both tables while the key is added. Under it the owner's check of existing rows would see none
    and mark an unchecked key as valid.
    """

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}

    def parts(self, model: type[models.Model], schema_editor: Any) -> dict[str, Any]:
        link: Any = model._meta.get_field(self.field)
        return {
            **super().parts(model, schema_editor),
            "parent": Table(link.remote_field.model._meta.db_table, schema_editor.quote_name),
            "column": schema_editor.quote_name(link.column),
            "key": schema_editor.quote_name(link.target_field.column),
        }

    def add_template(self) -> str:
        return (
            "ALTER TABLE %(table)s NO FORCE ROW LEVEL SECURITY; ALTER TABLE %(parent)s NO FORCE ROW LEVEL SECURITY; "
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (trust_id, %(column)s) "
            "REFERENCES %(parent)s (trust_id, %(key)s) DEFERRABLE INITIALLY IMMEDIATE; "
            "ALTER TABLE %(table)s FORCE ROW LEVEL SECURITY; ALTER TABLE %(parent)s FORCE ROW LEVEL SECURITY"
        )

    def drop_template(self) -> str:
        return "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"

    def validate(
        self, model: type[models.Model], instance: models.Model, exclude: Any = None, using: Any = None
    ) -> None:
        link: Any = model._meta.get_field(self.field)
        value = getattr(instance, link.attname)
        if value is None or (exclude and self.field in exclude):
            return
        parents = link.remote_field.model._base_manager.filter(trust_id=instance.trust_id, pk=value)  # type: ignore[attr-defined]
        if not parents.exists():
            raise ValidationError({self.field: "Choose one from the list."})
