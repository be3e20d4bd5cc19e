"""The database's roles and the database itself: who owns, who serves, who backs up.

The product's migrations grant to `trust_si_app` by that fixed name; logins of any name are put into it.
"""

from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from launcher.refusal import Refusal

DATABASE, GROUP = "trust_si", "trust_si_app"
OWNER, APPLICATION, BACKUP = "trust_si_owner", "trust_si_web", "trust_si_backup"

# The owner is no superuser and does not bypass row security: what a policy would silently empty becomes an error.
ROLES = {
    GROUP: [f"create role {GROUP} nologin"],
    OWNER: [f"create role {OWNER} login createdb", f"alter role {OWNER} set row_security = off"],
    APPLICATION: [f"create role {APPLICATION} login in role {GROUP}"],
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


def settle(owner_url: str, application_url: str) -> None:
    """On databases that the environment names: the application's login is put into the group the migrations grant to.

    Raises Refusal with the statements a superuser runs once, where the owner's login may not do that itself.
    """
    login = unquote(urlsplit(application_url).username or "")
    try:
        with psycopg.connect(owner_url, autocommit=True) as connection:
            for statement in _missing(connection, login):
                connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        with psycopg.connect(owner_url) as connection:
            needed = "\n".join(f"    {statement.as_string(connection)};" for statement in _missing(connection, login))
        raise Refusal(
            f"The login of DATABASE_OWNER_URL may not make roles. Let a superuser run this once:\n{needed}"
        ) from None
    except psycopg.OperationalError as error:
        raise Refusal(f"The database of DATABASE_OWNER_URL does not let us in: {error}") from None


def _missing(connection: psycopg.Connection, login: str) -> list[sql.Composed]:
    """What is still to be done: the group, and the login's place in it."""
    asked = "select rolname from pg_roles where rolname in (%s, %s)"
    known = {name for (name,) in connection.execute(asked, [GROUP, login])}
    if login not in known:
        raise Refusal(f"DATABASE_URL logs in as “{login}”, a role the server of DATABASE_OWNER_URL does not know.")
    group = sql.Identifier(GROUP)
    grant = sql.SQL("grant {} to {}").format(group, sql.Identifier(login))
    if GROUP not in known:
        return [sql.SQL("create role {} nologin").format(group), grant]
    inside = connection.execute("select 1 where pg_has_role(%s, %s, 'member')", [login, GROUP]).fetchone()
    return [] if inside else [grant]
