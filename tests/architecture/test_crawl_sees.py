"""R1 with walls taken down: one wall is enough to leak nothing; with none left the crawl must see it leak."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine

from tests.architecture.crawl import FOREIGN, OWN, Answer, Crawl
from tests.architecture.owner import working_in
from tests.architecture.planted import NOW, World, canary
from tests.architecture.routes import Route, names_rows, trust_routes
from tests.architecture.visitors import scope_off, visit_as

READERS = ("ceo", "admin", "head")
LEAST_SEEN = 0.9

FRAME = re.compile(r"<footer.*?</footer>|canary-[a-z]+-whole", re.DOTALL)
"""What stands around the contents of every page: the trust's name, and its strategy in the footer."""

OF_THE_READER: dict[str, str] = {
    "account": "the reader's own roles and tokens",
    "criterion": "only who rates a school opens it, for that school",
    "my_school": "the reader's own schools",
    "reply": "only the head of the school opens it",
}
"""Routes that show rows of the reader's own role alone: no wall between trusts stands behind them."""


@dataclass
class Found:
    """What three readers between them met."""

    tries: int = 0
    showing: set[str] = field(default_factory=set)  # routes whose own answer shows words of the own trust
    leaking: set[str] = field(default_factory=set)  # routes of which some answer shows words of another trust
    leaks: int = 0


@pytest.fixture(scope="module", params=["policies stand", "policies down"])
def policies(
    request: Any, planted_database: tuple[str, World], open_database: str, django_db_blocker: Any
) -> Iterator[str]:
    """The planted trusts, with row security and composite keys or without."""
    name = planted_database[0] if request.param == "policies stand" else open_database
    with django_db_blocker.unblock(), working_in(name):
        yield request.param


def contents(answer: Answer, crawl: Crawl) -> str:
    """An answer without the frame around it and without the reader's own name and title."""
    reader = crawl.world.trusts[OWN].people[crawl.visitor]
    text = answer.text.lower()
    for own in (reader.user.name, f"{canary(OWN)}membership.job_title.{reader.pk}"):
        text = text.replace(own.lower(), "")
    return FRAME.sub("", text)


def look(crawl: Crawl, route: Route, found: Found) -> None:
    """The own page, the same with foreign words in the query, a foreign row, and the page in another trust."""
    own = crawl.own(route)
    asked = [f"{own}?{urlencode(words)}" for words in crawl.words_read(route, FOREIGN)]
    urls = [own, *asked, crawl.with_ids(route, FOREIGN, trust=FOREIGN)]
    urls += [crawl.with_ids(route, FOREIGN)] if names_rows(route) else []
    for place, url in enumerate(urls):
        seen = contents(crawl.ask(route, "GET", url), crawl)
        found.tries += 1
        if place == 0 and canary(OWN).lower() in seen:
            found.showing.add(route.name)
        if any(canary(slug).lower() in seen for slug in ("birch", FOREIGN)):
            found.leaking.add(route.name)
            found.leaks += 1


def read_everything(world: World) -> Found:
    found = Found()
    for reader in READERS:
        crawl = Crawl(world, visit_as(reader, world), reader)
        for route in trust_routes():
            look(crawl, route, found)
    return found


@pytest.mark.parametrize("scope", ["scope stands", "scope down"])
def test_what_leaks(
    policies: str,
    scope: str,
    planted_database: tuple[str, World],
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    say: Callable[[str], None],
) -> None:
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.THROTTLE_RATES", {"user": None, "anon": None})
    if scope == "scope down":
        scope_off(monkeypatch)
    with time_machine.travel(NOW):
        found = read_everything(planted_database[1])
    say(f"R1 {policies}, {scope}: {found.tries} tries, {found.leaks} leaks on {len(found.leaking)} routes")
    if (policies, scope) != ("policies down", "scope down"):
        assert not found.leaking
        assert found.showing or scope == "scope down"
        return
    showing = found.showing - OF_THE_READER.keys()
    seen = found.leaking & showing
    say(
        f"R1 all walls down: leaks seen on {len(seen)} of {len(showing)} routes that show a trust's data;"
        f" {len(found.showing) - len(showing)} more show only the reader's own"
    )
    assert len(seen) >= LEAST_SEEN * len(showing) > 0, f"no leak on {', '.join(sorted(showing - seen))}"
    assert not OF_THE_READER.keys() - found.showing, "take out what does not show data any more"
    assert not OF_THE_READER.keys() & found.leaking, "take out what does leak"
