"""The database's owner, on a connection of its own, and throw-away copies of the test database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
import psycopg
from django.db import connection
from psycopg import sql

FAR_APART = 5_000_000


def connect_as_owner(database: str | None = None, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """The owner's login, in the database the tests use unless another is named."""
    login = environ.Env.db_url_config(os.environ["DATABASE_OWNER_URL"])
    parts = {
        "host": login.get("HOST") or login.get("OPTIONS", {}).get("host"),
        "port": login.get("PORT") or None,
        "user": login.get("USER") or None,
        "password": login.get("PASSWORD") or None,
        "dbname": database or connection.settings_dict["NAME"],
    }
    given = {name: value for name, value in parts.items() if value is not None}
    return psycopg.connect(**given, autocommit=autocommit, options="-c lock_timeout=10s")


def application_login() -> str:
    """The name of the application's login."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        return cursor.fetchone()[0]


def drop_database(name: str) -> None:
    """Drop a copy, if it is there. The owner may not end the server's own cleaning, which a plain drop does."""
    drop = sql.SQL("drop database if exists {}").format(sql.Identifier(name))
    with connect_as_owner("postgres", autocommit=True) as owner:
        try:
            owner.execute(drop + sql.SQL(" with (force)"))
        except psycopg.errors.InsufficientPrivilege:
            owner.execute(drop)


def copy_database(name: str, *, of: str) -> None:
    """Make a copy of a database nobody is connected to.

    Its numbers begin at millions of their own: nothing a process remembers by number then belongs to a row of another
    database, and no two tables have a number in common.
    """
    connection.close()
    drop_database(name)
    with connect_as_owner("postgres", autocommit=True) as owner:
        owner.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(of)))
    with connect_as_owner(name) as owner:
        names = [row[0] for row in owner.execute("select sequencename from pg_sequences where schemaname = 'public'")]
        for place, each in enumerate(sorted(names), start=1):
            begin = f"select setval({{0}}, greatest(nextval({{0}}), {place * FAR_APART}))"
            owner.execute(sql.SQL(begin).format(sql.Literal(f"public.{each}")))


@contextmanager
def working_in(name: str) -> Iterator[None]:
    """The application's connection moves into another database until the end."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def tenant_tables(owner: psycopg.Connection[Any]) -> list[str]:
    """Every table with row security, by name."""
    found = owner.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity order by relname"
    )
    return [name for (name,) in found]


def take_down_policies(database: str) -> None:
    """Switch row security off on every table of a copy."""
    with connect_as_owner(database) as owner:
        for table in tenant_tables(owner):
            owner.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))


def take_down_keys(database: str) -> None:
    """Drop every composite key between tenant rows of a copy."""
    with connect_as_owner(database) as owner:
        keys = owner.execute(
            "select conrelid::regclass::text, conname from pg_constraint where contype = 'f' and conkey[2] is not null"
        ).fetchall()
        for table, key in keys:
            owner.execute(sql.SQL("alter table {} drop constraint {}").format(sql.SQL(table), sql.Identifier(key)))
