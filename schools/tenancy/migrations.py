"""What migrations need: the grants, and data changes made trust by trust."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.migrations.operations import RunPython, RunSQL

from .walls import APPLICATION_ROLE

GRANTS = RunSQL(
    f"""
    GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION_ROLE};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION_ROLE};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APPLICATION_ROLE};
    """,
    RunSQL.noop,
)
"""Tables made earlier by the frameworks need the first form, those made later the default privileges."""


def for_every_trust(change: Callable[[Any, Any], None]) -> RunPython:
    """A data migration: `change(apps, trust)` runs once for each trust, with only that trust's rows in reach."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("set local row_security = on")
            for trust in apps.get_model("schools", "Trust").objects.all():
                cursor.execute("select set_config('app.trust', %s, true)", [str(trust.pk)])
                change(apps, trust)
            cursor.execute("select set_config('app.trust', '', true)")

    return RunPython(forwards, RunPython.noop, elidable=False)
