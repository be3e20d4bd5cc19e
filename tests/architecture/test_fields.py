"""R9: sending the name of every column there is writes nothing that the form or the API does not ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, models
from django.test import Client

from schools.models import ApiToken, Invitation, Trust, User
from tests.architecture.acts import ACTS, send
from tests.architecture.catalogue import all_models, tenant_models
from tests.architecture.crawl import undone
from tests.architecture.planted import NOW, Planted, World
from tests.architecture.routes import Route, foreign_words, trust_routes
from tests.architecture.visitors import visit_as

BY_NAME = {route.name: route for route in trust_routes()}
SHARED = ("schools_trust", "schools_user", "schools_apitoken", "schools_job", "schools_invitationkey")
NEVER_THE_SAME = {"id", "pgh_id", "act", "pgh_context_id", "pgh_created_at", "token_hash"}

Rows = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("schools.jobs.nudge", lambda *args: None)
    with time_machine.travel(NOW, tick=False):
        yield


def poison(world: World) -> dict[str, Any]:
    """The name of every column, with a value that would do harm."""
    found: dict[str, Any] = {"is_staff": "on", "is_superuser": "on", "pk": 1, "user": world.operator.pk}
    for model in [*tenant_models(), User, Trust, ApiToken]:
        for one in model._meta.local_concrete_fields:
            for name in {one.name, one.attname}:
                found[name] = _harm(one, world)
    return found | {name: value for name, value in foreign_words(world, "cedar").items() if name in found}


def _harm(one: models.Field, world: World) -> Any:
    if one.is_relation:
        same = [row for row in world.trusts["cedar"].rows.values() if isinstance(row, one.remote_field.model)]
        return same[0].pk if same else world.trusts["cedar"].trust.pk
    if isinstance(one, models.BooleanField):
        return "on"
    if isinstance(one, models.DateTimeField):
        return "2020-01-01 00:00"
    if isinstance(one, models.DateField):
        return "2020-01-01"
    if isinstance(one, models.IntegerField):
        return 4
    return {"state": "agreed", "minutes_state": "agreed", "role": "ceo"}.get(one.name, "poison")


def snapshot(here: Planted) -> Rows:
    """Every row of the trust and of the tables outside trusts, as plain values."""
    inside = [m for m in all_models() if m in tenant_models() or hasattr(m, "pgh_tracked_model")]
    keys = {model._meta.db_table: model._meta.pk.column for model in inside} | dict.fromkeys(SHARED, "id")
    parts = [
        f"select '{table}', \"{key}\"::text, to_jsonb(t) - 'content' from \"{table}\" t" for table, key in keys.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.trust', %s, true)", [str(here.trust.pk)])
        cursor.execute(" union all ".join(parts))
        rows = {(table, key): json.loads(row) if isinstance(row, str) else row for table, key, row in cursor.fetchall()}
        cursor.execute("select set_config('app.trust', '', true)")
    return rows


def written(before: Rows, after: Rows) -> list[str]:
    """What was added, changed and taken away, told so that two runs can be compared."""
    new = {int(key) for table, key in after.keys() - before.keys()}

    def told(row: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name not in NEVER_THE_SAME}
        return {name: "new" if name.endswith("_id") and value in new else value for name, value in kept.items()}

    found = [f"- {table} {key}" for table, key in before.keys() - after.keys()]
    for place, row in after.items():
        if place not in before:
            found.append(f"+ {place[0]} {json.dumps(told(row), sort_keys=True)}")
        elif before[place] != row:
            changed = {name: value for name, value in row.items() if before[place][name] != value}
            found.append(f"~ {place[0]} {place[1]} {json.dumps(told(changed), sort_keys=True)}")
    return sorted(found)


NUMBER_OF_NEW = re.compile(r'/\d+/"')
"""At the end of an address that leads to a row just made; each attempt gets another one."""


def what_is_written(client: Client, route: Route, here: Planted, more: dict[str, Any]) -> tuple[int, list[str]]:
    with undone():
        before = snapshot(here)
        status = send(client, route, here, more=more).status_code
        return status, [NUMBER_OF_NEW.sub('/0/"', one) for one in written(before, snapshot(here))]


@pytest.mark.parametrize("name", ACTS)
def test_only_what_is_asked_for_is_written(world: World, db: None, name: str, say: Callable[[str], None]) -> None:
    """With and without every other name the same is written, or the whole request is refused."""
    act, here, route = ACTS[name], world.trusts["alder"], BY_NAME[name]
    client = visit_as(act.reader, world)
    data = act.data(here)
    more = {key: value for key, value in poison(world).items() if key not in data}
    prefixes = {key.rsplit("-", 1)[0] for key in data if "-" in key}
    more |= {f"{prefix}-{key}": value for prefix in prefixes for key, value in poison(world).items()}
    more = {key: value for key, value in more.items() if key not in data}
    _, plain = what_is_written(client, route, here, {})
    status, poisoned = what_is_written(client, route, here, more)
    assert plain, "this request writes nothing at all, so it proves nothing"
    wrong = sorted(set(poisoned) ^ set(plain)) if status < 400 or poisoned else []
    say(f"R9 {name}: {len(more)} forbidden fields sent, {len(wrong)} writes")
    assert not wrong, "\n".join(["", *wrong])


def test_no_serializer_takes_every_field() -> None:
    """And no model form: each names its fields."""
    from django.forms import ModelForm
    from rest_framework.serializers import ModelSerializer

    def below(kind: type) -> set[type]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    ours = [
        each
        for each in below(ModelForm) | below(ModelSerializer)
        if not each.__module__.startswith(("django", "rest", "allauth", "axes"))
    ]
    wide = [each.__name__ for each in ours if getattr(getattr(each, "Meta", None), "fields", None) == "__all__"]
    wide += [each.__name__ for each in ours if getattr(getattr(each, "Meta", None), "exclude", None)]
    assert ours
    assert not wide


def test_poison_reaches_what_matters(world: World, db: None) -> None:
    names = poison(world)
    wanted = {"trust", "school", "role", "is_operator", "version", "id", "state", "decided_by", "granted_by", "user"}
    assert wanted <= names.keys()
    assert Invitation._meta.get_field("email").name in names
