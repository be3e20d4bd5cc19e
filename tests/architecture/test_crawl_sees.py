"""R1 with walls taken down: one wall is enough to leak nothing; with none left the crawl must see it leak."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine

from tests.architecture.acts import ACTS
from tests.architecture.crawl import FOREIGN, OWN, Answer, Crawl, refusals, state_of, undone
from tests.architecture.owner import working_in
from tests.architecture.planted import NOW, World, canary
from tests.architecture.routes import Route, address, mixed_addresses, names_rows, trust_routes
from tests.architecture.visitors import scope_off, visit_as

READERS = ("ceo", "admin", "head")
WRITERS = tuple(act.reader for act in ACTS.values())
LEAST_SEEN = 0.9

FRAME = re.compile(r"<footer.*?</footer>|canary-[a-z]+-whole", re.DOTALL)
"""What stands around the contents of every page: the trust's name, and its strategy in the footer."""

OF_THE_READER: dict[str, str] = {
    "account": "the reader's own roles and tokens",
    "criterion": "only who rates a school opens it, for that school",
    "reply": "only the head of the school opens it",
}
"""Routes that show rows of the reader's own role alone: no wall between trusts stands behind them."""


OF_ITS_SCHOOL = "asks for a role in that very school, which nobody has in another trust"

SHOW_NOTHING: dict[str, str] = {
    **dict.fromkeys(("api_ratings_write", "criterion", "matrix_autosave", "matrix_carry"), OF_ITS_SCHOOL),
    **dict.fromkeys(("matrix_accept", "matrix_submit", "reply", "check_withdraw"), OF_ITS_SCHOOL),
    **dict.fromkeys(("api_sef_write", "sef_area", "sef_autosave", "sef_submit"), OF_ITS_SCHOOL),
    **dict.fromkeys(("api_return_figures", "return_autosave", "return_classes", "return_upload"), OF_ITS_SCHOOL),
    **dict.fromkeys(("practice_answer", "practice_end", "practice_offer"), OF_ITS_SCHOOL),
    **dict.fromkeys(("review_concern", "review_reply", "review_sign", "visit_reply"), OF_ITS_SCHOOL),
    **dict.fromkeys(("year_begin", "year_sign"), OF_ITS_SCHOOL),
    **dict.fromkeys(("support_confirm", "support_deny", "support_request_back", "support_request_send"), OF_ITS_SCHOOL),
    **dict.fromkeys(
        ("api_support_ask", "api_support_confirmation", "api_support_denial", "api_support_send"), OF_ITS_SCHOOL
    ),
    **dict.fromkeys(("api_offer_confirm", "api_offer_of_school"), OF_ITS_SCHOOL),
    "calendar_feed": "opens for whoever has its address, and shows what that person may read",
    "token_end": "finds the person's own tokens only, by the person",
}
"""Routes on which nothing can be seen to leak, each with the reason."""


@dataclass
class Found:
    """What the visitors between them met."""

    tries: int = 0
    mixed: int = 0  # of these, with rows of two trusts in one address
    leaks: int = 0
    showing: set[str] = field(default_factory=set)  # routes whose own answer shows words of the own trust
    leaking: set[str] = field(default_factory=set)  # routes of which some answer shows words of another trust
    changing: set[str] = field(default_factory=set)  # routes that changed another trust's rows
    answering: set[str] = field(default_factory=set)  # routes that did not refuse another trust's address or rows

    @property
    def seen(self) -> set[str]:
        return self.leaking | self.changing | self.answering


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


def foreign_addresses(crawl: Crawl, route: Route, found: Found, rows: dict[str, str] | None = None) -> list[str]:
    """The route in another trust, with another trust's rows in the own one, and with rows of both."""
    own, theirs = crawl.world.trusts[OWN], crawl.world.trusts[FOREIGN]
    mixed = [url for url, _ in mixed_addresses(route, own, theirs, rows)]
    found.mixed += len(mixed)
    alone = [address(route, theirs, trust=OWN, rows=rows)] if names_rows(route) else []
    return [address(route, theirs, rows=rows), *alone, *mixed]


def note(
    crawl: Crawl, route: Route, answer: Answer, found: Found, *, foreign: bool = False, method: str = "GET"
) -> None:
    """What one answer gave away."""
    found.tries += 1
    shows = any(canary(slug).lower() in contents(answer, crawl) for slug in ("birch", FOREIGN))
    answers = foreign and answer.status not in refusals(route, method)
    found.leaking |= {route.name} if shows else set()
    found.answering |= {route.name} if answers else set()
    found.leaks += shows or answers


def look(crawl: Crawl, route: Route, found: Found) -> None:
    """The own page, the same with foreign words in the query, and every foreign address."""
    own = crawl.own(route)
    answer = crawl.ask(route, "GET", own)
    found.showing |= {route.name} if canary(OWN).lower() in contents(answer, crawl) else set()
    note(crawl, route, answer, found)
    for words in crawl.words_read(route, FOREIGN):
        note(crawl, route, crawl.ask(route, "GET", f"{own}?{urlencode(words)}"), found)
    for url in foreign_addresses(crawl, route, found):
        note(crawl, route, crawl.ask(route, "GET", url), found, foreign=True)


def write(crawl: Crawl, route: Route, found: Found) -> None:
    """The route's act, sent with another trust's words to the own address and to every foreign one."""
    act, theirs = ACTS[route.name], crawl.world.trusts[FOREIGN]
    own, method = address(route, crawl.world.trusts[OWN], rows=act.rows), act.method.upper()
    for url in [own, *foreign_addresses(crawl, route, found, act.rows)]:
        with undone():
            data = act.data(theirs)
            before = state_of(crawl.world, FOREIGN)
            answer = crawl.ask(route, method, url, data)
            note(crawl, route, answer, found, foreign=url != own, method=method)
            if before != state_of(crawl.world, FOREIGN):
                found.changing.add(route.name)
                found.leaks += 1


def try_everything(world: World) -> Found:
    found = Found()
    crawls = {reader: Crawl(world, visit_as(reader, world), reader) for reader in {*READERS, *WRITERS}}
    for route in trust_routes():
        for reader in READERS:
            look(crawls[reader], route, found)
        if route.name in ACTS:
            write(crawls[ACTS[route.name].reader], route, found)
    return found


@pytest.mark.parametrize("scope", ["scope stands", "scope down"])
def test_what_leaks(
    policies: str,
    scope: str,
    planted_database: tuple[str, World],
    db: None,
    undisturbed: None,
    monkeypatch: pytest.MonkeyPatch,
    say: Callable[[str], None],
) -> None:
    if scope == "scope down":
        scope_off(monkeypatch)
    with time_machine.travel(NOW):
        found = try_everything(planted_database[1])
    say(
        f"R1 {policies}, {scope}: {found.tries} tries, {found.mixed} of them with rows of two trusts,"
        f" {found.leaks} leaks on {len(found.seen)} of {len(trust_routes())} routes"
    )
    if (policies, scope) != ("policies down", "scope down"):
        assert not found.seen
        assert found.showing or scope == "scope down"
        return
    assert_crawl_sees(found, say)


def assert_crawl_sees(found: Found, say: Callable[[str], None]) -> None:
    """With no wall left, nearly every route leaks; and nearly every page shows what it should not."""
    routes = {route.name for route in trust_routes()}
    blind = routes - found.seen
    say(
        f"R1 all walls down: leaks seen on {len(found.seen)} of {len(routes)} routes: {len(found.leaking)} show another"
        f" trust's words, {len(found.changing)} change its rows, {len(found.answering)} answer for them; none on:"
        f" {', '.join(f'{name} ({SHOW_NOTHING.get(name)})' for name in sorted(blind)) or 'none'}"
    )
    assert blind == SHOW_NOTHING.keys(), "each route that leaks nothing has its reason, and no other one has"
    asked_of_school = sum(reason == OF_ITS_SCHOOL for reason in SHOW_NOTHING.values())
    assert len(found.seen) >= LEAST_SEEN * (len(routes) - asked_of_school)
    showing = found.showing - OF_THE_READER.keys()
    seen = found.leaking & showing
    say(
        f"R1 all walls down: another trust's words on {len(seen)} of {len(showing)} routes that show a trust's data;"
        f" {len(found.showing) - len(showing)} more show only the reader's own"
    )
    assert len(seen) >= LEAST_SEEN * len(showing) > 0, f"no leak on {', '.join(sorted(showing - seen))}"
    assert not OF_THE_READER.keys() - found.showing, "take out what does not show data any more"
    leaks = sorted(OF_THE_READER.keys() & found.leaking)
    assert not leaks, "take out what does leak"
