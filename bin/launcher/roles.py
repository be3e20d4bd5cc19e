"""The database's roles and the database itself: who owns, who serves, who backs up.

The product's migrations grant to `trust_si_app` by that fixed name; logins of any name are put into it.
"""

import psycopg
from psycopg import sql

DATABASE = "trust_si"
OWNER, APPLICATION, BACKUP = "trust_si_owner", "trust_si_web", "trust_si_backup"

# The owner is no superuser and does not bypass row security: what a policy would silently empty becomes an error.
ROLES = {
    "trust_si_app": ["create role trust_si_app nologin"],
    OWNER: [f"create role {OWNER} login createdb", f"alter role {OWNER} set row_security = off"],
    APPLICATION: [f"create role {APPLICATION} login in role trust_si_app"],
    BACKUP: [f"create role {BACKUP} login bypassrls", f"grant pg_read_all_data to {BACKUP}"],
}


def provide(superuser_url: str, passwords: dict[str, str] | None = None) -> None:
    """Create what is missing and set the given passwords; changes nothing that is there."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        roles = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for role, statements in ROLES.items():
            if role not in roles:
                for statement in statements:
                    connection.execute(sql.SQL(statement))
        for role, password in (passwords or {}).items():
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password)))
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL("create database {} owner {} template template0 encoding 'UTF8' locale 'C.UTF-8'").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
