"""R14: every act leaves exactly one entry with its row changes under it, and nobody can change what is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.architecture.acts import ACTS, NO_ACT, send
from tests.architecture.catalogue import all_models, never_changed
from tests.architecture.crawl import WORDS, state_of, undone
from tests.architecture.planted import Planted, World
from tests.architecture.routes import address, trust_routes
from tests.architecture.test_sql import readers_of
from tests.architecture.test_walls_rows import TRIES, outcome, statement_for, tables
from tests.architecture.visitors import visit_as

pytestmark = pytest.mark.usefixtures("at_one_moment")

BY_NAME = {route.name: route for route in trust_routes()}


def entries(here: Planted) -> dict[str, AuditEntry]:
    with trust_scope(here.trust):
        return {str(entry.act): entry for entry in AuditEntry.objects.all()}


def events(here: Planted) -> dict[tuple[str, int], str]:
    """Every history row: its table and number -> the act it belongs to."""
    with trust_scope(here.trust):
        return {
            (model._meta.db_table, number): str(act)
            for model in all_models()
            if hasattr(model, "pgh_tracked_model")
            for number, act in model.objects.values_list("pgh_id", "pgh_context_id")
        }


@pytest.mark.parametrize("name", ACTS)
def test_an_act_leaves_its_entry(world: World, db: None, name: str, say: Callable[[str], None]) -> None:
    act, here = ACTS[name], world.trusts["alder"]
    client = visit_as(act.reader, world)
    client.raise_request_exception = True
    before, rows = entries(here), events(here)
    answer = send(client, BY_NAME[name], here)
    assert answer.status_code in (200, 201, 302), answer.content.decode()[:3000]
    new = {key: entry for key, entry in entries(here).items() if key not in before}
    changes = {key: of for key, of in events(here).items() if key not in rows}
    say(f"R14 {name}: {len(new)} entries of {act.entries}, {len(changes)} row changes under them")
    assert len(new) == act.entries
    assert set(changes.values()) <= set(new)
    assert all(entry.by_id == here.people[act.reader].pk and entry.did for entry in new.values())


def test_every_route_that_takes_a_post_is_replayed(world: World, db: None) -> None:
    """Else an address could write without an entry, and nobody would look."""
    taking, writing, alder = set(), [], world.trusts["alder"]
    for route in trust_routes():
        if route.api and route.name in ACTS and ACTS[route.name].method != "post":
            taking.add(route.name)
            continue
        for reader in readers_of(route)[:1]:
            with undone():
                before = state_of(world, "alder") if route.name in NO_ACT else {}
                answer = visit_as(reader, world).post(address(route, alder), WORDS)
                writing += [route.name] if before and before != state_of(world, "alder") else []
            taking |= {route.name} if answer.status_code != 405 else set()
    assert not writing, "these write: give them an act"
    unknown = taking - ACTS.keys() - NO_ACT.keys()
    assert not unknown, f"give these an act in acts.py: {', '.join(sorted(unknown))}"
    assert not ACTS.keys() - taking, "these take no POST any more"


def test_nobody_changes_what_is_written(world: World, db: None, say: Callable[[str], None]) -> None:
    """As the application: update and delete of the record, of history, of files and of downloads."""
    mine = world.trusts["alder"].trust.pk
    kept = [m for m in tables() if m._meta.db_table in never_changed() or hasattr(m, "pgh_tracked_model")]
    statements = ('update "{table}" set trust_id = trust_id', 'delete from "{table}"', 'truncate "{table}" cascade')
    done, tries = [], 0
    for model in kept:
        for statement in statements:
            tries += 1
            if outcome(statement.format(table=model._meta.db_table), mine, mine) != "refused":
                done.append((model._meta.db_table, statement))
    say(f"R14 changing the record: {len(kept)} tables, {tries} tries, {len(done)} done")
    assert not done


def test_nobody_forges_history(world: World, db: None, say: Callable[[str], None]) -> None:
    mine = world.trusts["alder"].trust.pk
    history = [model for model in tables() if hasattr(model, "pgh_tracked_model")]
    results = [outcome(statement_for(model, TRIES["copy my row there"]), mine, mine) for model in history]
    say(f"R14 forging history: {len(history)} tables, {results.count('refused')} refused")
    assert results == ["refused"] * len(history)
