"""Each wall alone: what gets through when the others are down. With all down everything does, so the tries see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse

from schools.models import Period, School
from schools.tenancy import trust_scope
from tests.architecture.owner import copy_database, drop_database, take_down_keys, take_down_policies, working_in
from tests.architecture.planted import NOW, World
from tests.architecture.visitors import scope_off, signed_in

EVERYTHING = {"list", "page", "update", "link", "raw SQL"}

LEAKS: dict[tuple[str, ...], set[str]] = {
    ("scope", "policies", "keys"): set(),
    ("scope",): {"link", "raw SQL"},
    ("policies",): {"link"},
    ("keys",): EVERYTHING - {"link"},
    (): EVERYTHING,
}
"""Walls that stand -> tries that get through."""


@pytest.fixture(scope="module", params=LEAKS, ids=lambda walls: " and ".join(walls) or "none")
def standing(request: Any, planted_database: tuple[str, World], django_db_blocker: Any) -> Iterator[tuple[str, ...]]:
    """The walls that stand, in a copy of the planted database in which the others are down. The scope is the test's."""
    planted, walls = planted_database[0], request.param
    name = f"{planted}_alone"
    with django_db_blocker.unblock():
        copy_database(name, of=planted)
        if "policies" not in walls:
            take_down_policies(name)
        if "keys" not in walls:
            take_down_keys(name)
        with working_in(name):
            yield walls
        drop_database(name)


def foreign(world: World) -> School:
    return world.trusts["birch"].rows["school"]


def try_list(world: World) -> bool:
    return foreign(world).pk in set(School.objects.values_list("pk", flat=True))


def try_update(world: World) -> bool:
    return bool(School.objects.filter(pk=foreign(world).pk).update(pupils=1))


def try_link(world: World) -> bool:
    """A half term of ours with a school of theirs."""
    Period.objects.create(
        trust_id=world.trusts["alder"].trust.pk,
        school_id=foreign(world).pk,
        year=2040,
        season="autumn",
        half=1,
        starts_on="2040-09-01",
        ends_on="2040-10-20",
    )
    return True


def try_raw(world: World) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select name from schools_school where id = %s", [foreign(world).pk])
        return cursor.fetchone() is not None


def page_leaks(world: World) -> bool:
    client = Client()
    signed_in(client, world.trusts["alder"].people["admin"].user)
    answer = client.get(reverse("setup_school", kwargs={"trust": "alder", "pk": foreign(world).pk}))
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


def gets_through(act: Callable[[World], bool], world: World) -> bool:
    """Whether a try inside Alder reaches Birch. Nothing is kept."""
    try:
        with trust_scope(world.trusts["alder"].trust):
            done = act(world)
            transaction.set_rollback(True)
            return done
    except Error:
        return False


def test_walls_that_stand(
    standing: tuple[str, ...],
    planted_database: tuple[str, World],
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    say: Callable[[str], None],
) -> None:
    world = planted_database[1]
    acts = {"list": try_list, "update": try_update, "link": try_link, "raw SQL": try_raw}
    if "scope" not in standing:
        scope_off(monkeypatch)
    with time_machine.travel(NOW):
        found = {name for name, act in acts.items() if gets_through(act, world)}
        found |= {"page"} if page_leaks(world) else set()
    names = ", ".join(standing) or "none"
    say(f"R2 walls standing ({names}): 5 tries, through: {', '.join(sorted(found)) or 'none'}")
    assert found == LEAKS[standing]
