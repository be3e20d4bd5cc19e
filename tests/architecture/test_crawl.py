"""R1: every route, every method, every kind of visitor, with own, foreign and absent rows. Nothing may cross."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from tests.architecture.crawl import FOREIGN, JUNK, NOBODY, Answer, Crawl, state_of, undone
from tests.architecture.planted import NOW, World
from tests.architecture.routes import ABSENT, Route, all_routes, names_rows, trust_routes
from tests.architecture.visitors import VISITORS, visit_as

STRANGERS = ("operator", "removed member")


@pytest.fixture(autouse=True)
def _then(undisturbed: None) -> Iterator[None]:
    """On the story's day."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def visit(world: World, db: None) -> Callable[[str], Crawl]:
    return lambda visitor: Crawl(world, visit_as(visitor, world), visitor)


def told(crawl: Crawl, what: str, routes: int) -> str:
    leaks, wrong = len(crawl.leaks), len(crawl.wrong) + len(crawl.errors)
    tried = f"{crawl.tries} tries, {crawl.mixed_tries} of them with rows of two trusts"
    return f"R1 {what} {crawl.visitor}: {tried}, {leaks} leaks, {wrong} wrong, routes {len(crawl.routes)}/{routes}"


def assert_clean(crawl: Crawl) -> None:
    found = [f"LEAK {leak}" for leak in crawl.leaks]
    found += [f"SERVER ERROR {error}" for error in crawl.errors]
    found += [f"DIFFERS {wrong}" for wrong in crawl.wrong]
    assert not found, "\n".join(["", *found])


def expect_own(crawl: Crawl, route: Route, method: str, answer: Answer) -> None:
    """Who is not signed in is sent to sign in, who does not belong finds nothing."""
    anonymous = crawl.is_nobody(route)
    if anonymous and route.api and answer.status != 401:
        crawl.wrong.append(f"{method} {route.name}: {answer.status} for nobody, not 401")
    if anonymous and route.name == "calendar_feed":  # a program asks, and cannot sign in
        if answer.status != 404:
            crawl.wrong.append(f"{method} {route.name}: {answer.status} for nobody, not 404")
    elif anonymous and not route.api and not (answer.status == 302 and reverse("account_login") in answer.headers):
        crawl.wrong.append(f"{method} {route.name}: {answer.status} for nobody, not the sign-in page")
    if crawl.visitor in STRANGERS and answer.status != 404:
        crawl.wrong.append(f"{method} {route.name}: {answer.status} for a stranger, not 404")


def try_reading(crawl: Crawl, route: Route) -> None:
    own = crawl.own(route)
    expect_own(crawl, route, "GET", crawl.ask(route, "GET", own))
    for words in crawl.words_read(route, FOREIGN):
        foreign = crawl.ask(route, "GET", f"{own}?{urlencode(words)}")
        absent = crawl.ask(route, "GET", f"{own}?{urlencode(dict.fromkeys(words, ABSENT[int]))}")
        crawl.same(route, "GET", f"foreign and absent rows in the query ({', '.join(words)[:20]})", foreign, absent)
    crawl.ask(route, "HEAD", own)
    crawl.ask(route, "GET", f"{own}?{urlencode(JUNK)}")
    theirs = crawl.ask(route, "GET", crawl.with_ids(route, FOREIGN, trust=FOREIGN))
    nobodys = crawl.ask(route, "GET", crawl.with_ids(route, FOREIGN, trust=NOBODY))
    crawl.same(route, "GET", "another trust, no trust", theirs, nobodys)
    if names_rows(route):
        absent = crawl.ask(route, "GET", crawl.with_ids(route, FOREIGN, absent=True))
        for slug in (FOREIGN, "birch") if crawl.visitor == "person in two trusts" else (FOREIGN,):
            foreign = crawl.ask(route, "GET", crawl.with_ids(route, slug))
            crawl.same(route, "GET", "foreign row, absent row", foreign, absent)
        crawl.ask_mixed(route, "GET")


def try_writing(crawl: Crawl, route: Route) -> None:
    """The rows of another trust in the address and in the form, and another trust in the address."""
    if names_rows(route):
        foreign = crawl.ask(route, "POST", crawl.with_ids(route, FOREIGN), crawl.typed())
        absent = crawl.ask(route, "POST", crawl.with_ids(route, FOREIGN, absent=True), crawl.typed())
        crawl.same(route, "POST", "foreign row, absent row", foreign, absent)
        crawl.ask_mixed(route, "POST", crawl.typed())
    theirs = crawl.ask(route, "POST", crawl.with_ids(route, FOREIGN, trust=FOREIGN), crawl.typed())
    nobodys = crawl.ask(route, "POST", crawl.with_ids(route, FOREIGN, trust=NOBODY), crawl.typed())
    crawl.same(route, "POST", "another trust, no trust", theirs, nobodys)
    for method in ("PUT", "PATCH", "DELETE"):
        crawl.ask(route, method, crawl.with_ids(route, FOREIGN), crawl.typed())


@pytest.mark.parametrize("visitor", VISITORS)
def test_reading(visit: Callable[[str], Crawl], visitor: str, say: Callable[[str], None]) -> None:
    crawl = visit(visitor)
    before = {slug: state_of(crawl.world, slug) for slug in ("birch", FOREIGN)}
    for route in trust_routes():
        try_reading(crawl, route)
    say(told(crawl, "reading", len(trust_routes())))
    assert before == {slug: state_of(crawl.world, slug) for slug in ("birch", FOREIGN)}
    assert_clean(crawl)


@pytest.mark.parametrize("visitor", VISITORS)
def test_writing(
    visit: Callable[[str], Crawl],
    visitor: str,
    say: Callable[[str], None],
    django_capture_on_commit_callbacks: Any,
) -> None:
    crawl = visit(visitor)
    before = {slug: state_of(crawl.world, slug) for slug in ("birch", FOREIGN)}
    for route in trust_routes():
        with django_capture_on_commit_callbacks(execute=True):
            try_writing(crawl, route)
        with undone(), django_capture_on_commit_callbacks(execute=True):
            expect_own(crawl, route, "POST", crawl.ask(route, "POST", crawl.own(route), crawl.typed()))
            after = {slug: state_of(crawl.world, slug) for slug in before}
            changed = [table for slug in before for table in before[slug] if before[slug][table] != after[slug][table]]
            crawl.leaks += [f"POST {route.name} changed another trust's {table}" for table in changed]
    say(told(crawl, "writing", len(trust_routes())))
    assert before == {slug: state_of(crawl.world, slug) for slug in before}
    assert_clean(crawl)


@pytest.mark.parametrize("visitor", ["anonymous", "head", "person in two trusts", "operator"])
def test_outside_every_trust(visit: Callable[[str], Crawl], visitor: str, say: Callable[[str], None]) -> None:
    """Pages of the installation and of the frameworks show nothing of a trust the visitor does not belong to."""
    crawl = visit(visitor)
    routes = [route for route in all_routes() if not route.inside and "provider_id" not in route.parameters]
    for route in routes:
        for method in ("GET", "POST"):
            with undone():
                crawl.ask(route, method, crawl.own(route), {} if method == "POST" else None)
    say(told(crawl, "outside", len(routes)))
    assert_clean(crawl)


def test_a_warm_cache_keeps_trusts_apart(visit: Callable[[str], Crawl], world: World) -> None:
    """Cedar's people read every page first, in the same process."""
    crawl, other = visit("ceo"), visit("anonymous")
    for role in ("ceo", "admin"):
        other.client.force_login(
            world.trusts[FOREIGN].people[role].user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        for route in trust_routes():
            other.client.get(crawl.with_ids(route, FOREIGN, trust=FOREIGN))
    for route in trust_routes():
        crawl.ask(route, "GET", crawl.own(route))
    assert_clean(crawl)
