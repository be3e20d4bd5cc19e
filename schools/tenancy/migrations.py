"""What migrations need: the grants."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

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
