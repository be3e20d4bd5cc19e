"""R2 row by row: as the application, in every table, each trust sees and changes its own rows only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import Error, connection, models, transaction

from schools.tenancy import TrustOwned
from tests.architecture.catalogue import all_models
from tests.architecture.owner import connect_as_owner
from tests.architecture.planted import World

Cursor = Any


def tables() -> list[type[models.Model]]:
    """Every table behind the walls, history too."""
    return [model for model in all_models() if issubclass(model, TrustOwned) or hasattr(model, "pgh_tracked_model")]


@contextmanager
def raw(trust: int | None) -> Iterator[Cursor]:
    """A cursor below wall 1, with only the database's setting."""
    with transaction.atomic(), connection.cursor() as cursor:
        if trust is not None:
            cursor.execute("select set_config('app.trust', %s, true)", [str(trust)])
        yield cursor
        transaction.set_rollback(True)


def rows_by_trust() -> dict[str, dict[int, int]]:
    """Table -> trust -> rows, as the owner counts them with one trust's setting after another."""
    found: dict[str, dict[int, int]] = {}
    with connect_as_owner() as owner:
        owner.execute("set local row_security = on")
        for (trust,) in owner.execute("select id from schools_trust").fetchall():
            owner.execute("select set_config('app.trust', %s, true)", [str(trust)])
            for model in tables():
                count = owner.execute(f'select count(*) from "{model._meta.db_table}"').fetchone()
                found.setdefault(model._meta.db_table, {})[trust] = count[0]
    return found


def test_every_table_has_rows_of_every_trust(world: World, db: None) -> None:
    """Else the tries below would prove nothing. `planted.py` is where to add some."""
    numbers = [each.trust.pk for each in world.trusts.values()]
    empty = [table for table, counts in rows_by_trust().items() if not all(counts[trust] for trust in numbers)]
    assert not empty


def test_without_a_trust_no_row_is_seen(world: World, db: None, say: Callable[[str], None]) -> None:
    seen = {}
    with raw(None) as cursor:
        for model in tables():
            cursor.execute(f'select count(*) from "{model._meta.db_table}"')
            if count := cursor.fetchone()[0]:
                seen[model._meta.db_table] = count
    say(f"R2 rows, no trust set: {len(tables())} tables, {len(seen)} with rows seen")
    assert not seen


def test_a_trust_sees_exactly_its_own_rows(world: World, db: None, say: Callable[[str], None]) -> None:
    expected, wrong, tries = rows_by_trust(), [], 0
    for here in world.trusts.values():
        with raw(here.trust.pk) as cursor:
            for table in expected:
                tries += 1
                own = f'select count(*), count(*) filter (where trust_id = %s) from "{table}"'
                cursor.execute(own, [here.trust.pk])
                if cursor.fetchone() != (expected[table][here.trust.pk],) * 2:
                    wrong.append((table, here.slug))
    say(f"R2 rows, own trust set: {len(expected)}/{len(tables())} tables, {tries} tries, {len(wrong)} wrong")
    assert not wrong


REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation)

TRIES: dict[str, str] = {
    "move my row there": 'update "{table}" set trust_id = %(other)s',
    "change their rows": 'update "{table}" set trust_id = trust_id where trust_id = %(other)s',
    "delete their rows": 'delete from "{table}" where trust_id = %(other)s',
    "bring their rows here": 'update "{table}" set trust_id = %(mine)s where trust_id = %(other)s',
    "copy my row there": 'insert into "{table}" ({columns}) select {changed} from "{table}" limit 1',
    "empty it": 'truncate "{table}" cascade',
}


def outcome(statement: str, mine: int, other: int) -> str:
    """What the database made of one try: refused, nothing (0 rows) or done."""
    try:
        with raw(mine) as cursor:
            cursor.execute(statement, {"mine": mine, "other": other})
            return "done" if cursor.rowcount else "nothing"
    except Error as refusal:
        return "refused" if isinstance(refusal.__cause__, REFUSED) else f"{type(refusal.__cause__).__name__}"


def statement_for(model: type[models.Model], template: str) -> str:
    fields = [one for one in model._meta.local_concrete_fields if not one.primary_key]
    columns = ", ".join(f'"{one.column}"' for one in fields)
    changed = ", ".join("%(other)s" if one.name == "trust" else f'"{one.column}"' for one in fields)
    return template.format(table=model._meta.db_table, columns=columns, changed=changed)


def test_nothing_crosses_between_trusts(world: World, db: None, say: Callable[[str], None]) -> None:
    mine, other = (world.trusts[slug].trust.pk for slug in ("alder", "birch"))
    before, results, wrong = rows_by_trust(), [], []
    for model in tables():
        for name, template in TRIES.items():
            result = outcome(statement_for(model, template), mine, other)
            expected = {"refused", "nothing"} if name not in ("move my row there", "copy my row there") else {"refused"}
            results.append(result)
            if result not in expected:
                wrong.append((model._meta.db_table, name, result))
    say(
        f"R2 rows, across trusts: {len(tables())}/{len(tables())} tables, {len(results)} tries,"
        f" {results.count('refused')} refused, {results.count('nothing')} touched nothing, {len(wrong)} escapes"
    )
    assert not wrong
    assert rows_by_trust() == before


@pytest.mark.parametrize("name", ["schools_schoolevent", "categorisation_ratingevent", "reporting_reportevent"])
def test_history_cannot_be_forged_even_for_the_own_trust(world: World, db: None, name: str) -> None:
    model = next(model for model in tables() if model._meta.db_table == name)
    mine = world.trusts["alder"].trust.pk
    assert outcome(statement_for(model, TRIES["copy my row there"]), mine, mine) == "refused"
