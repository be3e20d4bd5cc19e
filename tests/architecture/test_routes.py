"""Every route of a trust says what it needs, and asks the database the same number of questions at any size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schools.access import MayUseApi, Permission, trust_view
from tests.architecture.routes import Route, all_routes, is_of_trust, trust_routes

OUTSIDE_ALLOWED: dict[str, str] = {
    "api_docs": "how to use the API; holds no data",
    "api_schema": "the API's own description; holds no data",
    "healthz": "says that the process is there",
    "home": "a person's own trusts",
    "demo": "only in the demo",
    "demo_sign_in": "only in the demo",
    "invitation": "opened before anybody belongs to the trust; the secret is the key",
    "offline": "the shell for when there is no connection; holds no data",
    "offline_worker": "the browser's worker, which keeps the shell; holds no data",
    "offline_key": "who is signed in, told to them alone",
    "operator": "the operator, by operator_required",
    "operator_new": "the operator, by operator_required",
    "operator_trust": "the operator, by operator_required",
    "operator_resend": "the operator, by operator_required",
    "register_import": "the operator, by operator_required",
    "register_import_status": "the operator, by operator_required",
}
"""Our routes outside every trust, each with the reason."""

FRAMEWORKS = ("account/", "api/schema/", "api/docs/")
"""Prefixes under which only a framework's pages live."""


@pytest.mark.parametrize("route", trust_routes(), ids=lambda route: route.name)
def test_a_route_of_a_trust_says_what_it_needs(route: Route) -> None:
    needs = route.needs
    assert needs, f"{route.pattern}: decorate the view with @trust_view(needs=…), or give the API view `needs`"
    each = list(needs.values()) if isinstance(needs, dict) else [needs]
    assert all(isinstance(one, Permission) for one in each)


@pytest.mark.parametrize("route", trust_routes(), ids=lambda route: route.name)
def test_a_page_of_a_trust_is_behind_the_decorator(route: Route) -> None:
    """Having `needs` is not enough: one of the view's layers must be the one that asks."""
    if getattr(route.view, "cls", None) is not None:
        return
    layers, view = [], route.view
    while view is not None:
        layers.append(getattr(view, "__code__", None))
        view = getattr(view, "__wrapped__", None)
    asking = trust_view(needs=Permission.BELONG)(lambda request: None).__code__
    assert asking in layers


@pytest.mark.parametrize("route", trust_routes(), ids=lambda route: route.name)
def test_an_api_view_asks_the_one_question(route: Route) -> None:
    """A view class may not put its own permission classes in place of ours, nor leave an action without a need."""
    view = getattr(route.view, "cls", None)
    if view is None:
        return
    assert MayUseApi in view.permission_classes
    actions = getattr(route.view, "actions", None)
    if isinstance(view.needs, dict) and actions:
        assert set(actions.values()) <= set(view.needs)


def test_every_route_outside_trusts_is_listed(say: Callable[[str], None]) -> None:
    ours = {route.name for route in all_routes() if not route.inside and not route.pattern.startswith(FRAMEWORKS)}
    say(f"routes: {len(all_routes())}, of a trust {len(trust_routes())}, ours outside {len(ours)}")
    assert ours == set(OUTSIDE_ALLOWED)


def test_every_parameter_of_a_route_is_known_to_the_crawl() -> None:
    unknown = []
    for route in trust_routes():
        for parameter in route.own_parameters:
            try:
                is_of_trust(route, parameter)
            except pytest.fail.Exception:
                unknown.append(f"{route.name}.{parameter}")
    assert not unknown, "add these to FILLERS or CONSTANTS in tests/architecture/routes.py"
