"""P2: every page asks the database the same number of questions whatever the size of the trust."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
import time_machine
from django.test import Client

from schools.access import ROLES
from schools.tenancy import trust_scope
from tests.architecture.planted import NOW, World
from tests.architecture.routes import Route, address, trust_routes
from tests.architecture.story import grow
from tests.architecture.visitors import visit_as

READERS = ("ceo", "admin", "head", "si_lead", "clerk")
MORE_SCHOOLS = 8
WORST = 15
MEDIAN = 8

TOO_MANY: dict[str, int] = {"meeting": 20}
"""Routes that ask more than WORST today, and how much. The list may only shrink."""

Counted = dict[tuple[str, str], int]


def readers_of(route: Route) -> list[str]:
    """Who of the readers may open it; a page of one school's people is read by its head."""
    return [reader for reader in READERS if route.allows(ROLES[reader].allows)]


def opened(clients: dict[str, Client], world: World, route: Route) -> tuple[str, int]:
    """The first reader to whom the route answers with a page, and the status; the processes' memories are warm then."""
    status = 0
    for reader in readers_of(route):
        status = clients[reader].get(address(route, world.trusts["alder"])).status_code
        if status == 200:
            return reader, status
    return "", status


def count_all(clients: dict[str, Client], world: World, pages: dict[Route, str], queries: Any) -> dict[str, list[str]]:
    found = {}
    for route, reader in pages.items():
        url = address(route, world.trusts["alder"])
        clients[reader].get(url)
        found[route.name] = queries(lambda client=clients[reader], url=url: client.get(url))
    return found


@pytest.fixture
def clients(world: World, db: None) -> dict[str, Client]:
    return {reader: visit_as(reader, world) for reader in READERS}


def test_no_page_asks_more_in_a_larger_trust(
    clients: dict[str, Client],
    world: World,
    queries: Any,
    monkeypatch: pytest.MonkeyPatch,
    say: Callable[[str], None],
) -> None:
    monkeypatch.setattr("schools.jobs.nudge", lambda *args: None)
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.THROTTLE_RATES", {"user": None, "anon": None})
    alder = world.trusts["alder"]
    with time_machine.travel(NOW):
        answers = {route: opened(clients, world, route) for route in trust_routes()}
        pages = {route: reader for route, (reader, status) in answers.items() if status == 200}
        small = count_all(clients, world, pages, queries)
        with trust_scope(alder.trust):
            grow(alder, MORE_SCHOOLS)
        large = count_all(clients, world, pages, queries)
    others = {route.name: status for route, (_, status) in answers.items() if status not in (200, 302, 405)}
    assert not others, "nobody among the readers can open these"
    print_counts(small, large, say)
    steeper = [
        f"{name} {len(small[name])} -> {len(large[name])}" for name in small if len(small[name]) < len(large[name])
    ]
    assert not steeper, f"SQL at 2 and at {2 + MORE_SCHOOLS} schools: {', '.join(steeper)}"
    counts = {name: len(asked) for name, asked in large.items()}
    above = [f"{name} {count}" for name, count in counts.items() if count > TOO_MANY.get(name, WORST)]
    assert not above, f"more SQL than {WORST}: {', '.join(above)}"
    better = [name for name in TOO_MANY if counts[name] <= WORST]
    assert not better, f"take these off TOO_MANY: {', '.join(better)}"
    assert median(counts.values()) <= MEDIAN


def print_counts(small: dict[str, list[str]], large: dict[str, list[str]], say: Callable[[str], None]) -> None:
    counts = {name: len(asked) for name, asked in large.items()}
    worst = sorted(counts, key=lambda name: -counts[name])[:5]
    level = sum(len(small[name]) == counts[name] for name in counts)
    say(
        f"P2: {len(counts)} GET routes, slope 0 on {level}/{len(counts)}, median {median(counts.values())},"
        f" worst {', '.join(f'{name} {counts[name]}' for name in worst)}"
    )
