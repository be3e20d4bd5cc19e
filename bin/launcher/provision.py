"""`python -m launcher provision`: the roles and the database on a server of one's own, before the first migration.

Reads DATABASE_ADMIN_URL (a superuser's), DATABASE_URL and DATABASE_OWNER_URL, and BACKUP_PASSWORD if
backups log in with one.
"""

import os
from urllib.parse import unquote, urlsplit

import psycopg

from launcher import roles
from launcher.refusal import Refusal


def run(arguments: list[str], *, command: str) -> int:
    """Create what is missing; safe to repeat."""
    passwords = {}
    for variable, role in (("DATABASE_URL", roles.APPLICATION), ("DATABASE_OWNER_URL", roles.OWNER)):
        login = urlsplit(_needed(variable))
        if login.username != role:
            raise Refusal(f"{variable} must log in as {role}.")
        if login.password:
            passwords[role] = unquote(login.password)
    if password := os.environ.get("BACKUP_PASSWORD"):
        passwords[roles.BACKUP] = password
    try:
        roles.provide(_needed("DATABASE_ADMIN_URL"), passwords)
    except psycopg.OperationalError as error:
        raise Refusal(f"The database server does not let us in: {error}") from None
    print("Roles and database are there.")
    return 0


def _needed(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise Refusal(f"{variable} is not set.")
    return value
