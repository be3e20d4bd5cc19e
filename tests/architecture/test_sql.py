"""P2: every route asks the database the same number of questions whatever the size of the trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from schools.access import ROLES
from schools.models import School, User
from schools.tenancy import trust_scope
from tests.architecture.acts import ACTS, POST_ONLY
from tests.architecture.planted import NOW, World
from tests.architecture.routes import Route, address, all_routes, trust_routes
from tests.architecture.story import grow_to
from tests.architecture.visitors import lately_signed_in, visit_as
from tests.factories import PASSWORD

READERS = ("ceo", "admin", "head", "si_lead", "clerk")
OF_A_TRUST = (*READERS, "chair", "trustee")
OF_NO_TRUST = ("anonymous", "ceo", "operator", "person in two trusts")
SCHOOLS = 200
WORST = 15
MEDIAN = 8

FORM = "takes a POST only; a GET leads back to the page of its form"
SIGNING_IN = "only in the middle of signing in"
MOVED = "an address of the framework that has moved"

SHOWS_NOTHING: dict[str, str] = {
    **dict.fromkeys(("account_confirm_login_code", "mfa_authenticate", "socialaccount_signup"), SIGNING_IN),
    **{f"account/social/{place}/": MOVED for place in ("connections", "login/cancelled", "login/error", "signup")},
    **dict.fromkeys((*POST_ONLY, "demo_sign_in", "operator_resend"), FORM),
    **{name: f"takes a {act.method.upper()} only" for name, act in ACTS.items() if name.startswith("api_")},
    "calendar_feed": "opens by a secret in its address; tests/reporting counts its questions",
    "demo": "only in the demo",
    "sef_latest": "leads to the page of a term",
    "sef_record": "leads to the page of its term",
    "socialaccount_login_error": "says 401 to whomever another provider has refused",
    "trust_home": "leads to the page of the visitor's role",
}
"""Routes that answer no GET with a page or a file, each with the reason. Where they lead on, that is counted too."""

Place = tuple[Route, str]


def readers_of(route: Route) -> list[str]:
    """Who of the readers may open it; a page of one school's people is read by its head."""
    return [reader for reader in READERS if route.allows(ROLES[reader].allows)]


def places(clients: dict[str, Client], world: World) -> tuple[list[Place], list[Place]]:
    """Every route with everybody to whom it shows something, or else with one whom it sends on."""
    showing: list[Place] = []
    sending_on: list[Place] = []
    for route in all_routes():
        url = address(route, world.trusts["alder"])
        who = [role for role in OF_A_TRUST if route.allows(ROLES[role].allows)] if route.inside else OF_NO_TRUST
        answers = {visitor: clients[visitor].get(url).status_code for visitor in who}
        shown = [(route, visitor) for visitor, status in answers.items() if status == 200]
        sent_on = [(route, visitor) for visitor, status in answers.items() if status in (301, 302)]
        showing += shown
        sending_on += [] if shown else sent_on[:1]
    return showing, sending_on


def count_all(
    clients: dict[str, Client], world: World, where: list[Place], queries: Callable[[Callable[[], Any]], list[str]]
) -> dict[Place, int]:
    """How many questions each asks, when the process has read everything once."""
    found = {}
    for route, visitor in where:
        url, client = address(route, world.trusts["alder"]), clients[visitor]
        client.get(url)
        found[route, visitor] = len(queries(lambda client=client, url=url: client.get(url)))
    return found


@pytest.fixture
def clients(world: World, db: None) -> dict[str, Client]:
    """Everybody signed in lately; the operator with a password and a second factor."""
    operator = User.objects.get(pk=world.operator.pk)
    operator.set_password(PASSWORD)
    operator.save()
    TOTP.activate(operator, "SECRET")
    RecoveryCodes.activate(operator)
    here = replace(world, operator=operator)
    with time_machine.travel(NOW, tick=False):
        found = {visitor: visit_as(visitor, here) for visitor in {*OF_A_TRUST, *OF_NO_TRUST}}
        for visitor, client in found.items():
            if visitor != "anonymous":
                lately_signed_in(client)
        return found


def test_no_page_asks_more_in_a_larger_trust(
    clients: dict[str, Client],
    world: World,
    queries: Callable[[Callable[[], Any]], list[str]],
    undisturbed: None,
    say: Callable[[str], None],
) -> None:
    with time_machine.travel(NOW, tick=False):
        showing, sending_on = places(clients, world)
        small = count_all(clients, world, [*showing, *sending_on], queries)
        with trust_scope(world.trusts["alder"].trust):
            before = School.objects.count()
        rows = grow_to(world, SCHOOLS)
        large = count_all(clients, world, [*showing, *sending_on], queries)
    shown = {route.name for route, _ in showing}
    assert {route.name for route in all_routes()} - shown == SHOWS_NOTHING.keys()
    worst = most({place: max(small[place], large[place]) for place in showing})
    steeper = [f"{route.name} ({who}) {count} -> {large[route, who]}" for (route, who), count in small.items()
               if count < large[route, who]]  # fmt: skip
    say(f"P2: {before} schools, then {SCHOOLS}: {rows}")
    tell(worst, sending_on, f"no more at {SCHOOLS} schools on {len(small) - len(steeper)}/{len(small)}", say)
    assert not steeper, f"SQL at {before} and at {SCHOOLS} schools: {', '.join(steeper)}"
    above = [f"{name} {count}" for name, count in worst.items() if count > WORST]
    assert not above, f"more SQL than {WORST}: {', '.join(above)}"
    assert median(worst.values()) <= MEDIAN
    assert median(of_a_trust(worst)) <= MEDIAN


def most(counts: dict[Place, int]) -> dict[str, int]:
    """Each route with what it asks for the visitor for whom it asks most."""
    found: dict[str, int] = {}
    for (route, _), count in counts.items():
        found[route.name] = max(count, found.get(route.name, 0))
    return found


def of_a_trust(counts: dict[str, int]) -> list[int]:
    return [counts[route.name] for route in trust_routes() if route.name in counts]


def tell(counts: dict[str, int], sending_on: list[Place], slope: str, say: Callable[[str], None]) -> None:
    worst = sorted(counts, key=lambda name: -counts[name])[:5]
    say(
        f"P2: {len(all_routes())} routes known, {len(counts)} show a page or a file and {len(sending_on)} send on,"
        f" all counted for each role that sees them: {slope}; median {median(counts.values())},"
        f" of a trust's {median(of_a_trust(counts))}, worst {', '.join(f'{name} {counts[name]}' for name in worst)}"
    )
    for reason, number in Counter(SHOWS_NOTHING.values()).items():
        say(f"P2 no page to count: {number} × {reason}")
