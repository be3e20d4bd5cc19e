"""One visitor's way through every route: what is tried, what came back, and what leaked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core import mail
from django.db import connection, transaction
from django.test import Client

from tests.architecture.acts import POST_ONLY
from tests.architecture.catalogue import all_models
from tests.architecture.planted import SLUGS, World, canary
from tests.architecture.routes import Route, address, foreign_words, mixed_addresses

OWN, FOREIGN, NOBODY = "alder", "cedar", "nowhere"

REFUSED = (403, 404, 405)
"""Nothing was looked for, or nothing was found: not this role's, not there, not this method."""

WORDS: dict[str, Any] = {
    "name": "Somebody New",
    "email": "somebody.new@example.org",
    "role": "head",
    "level": "refine",
    "reason": "Because of this.",
    "note": "Look again.",
    "text": "Our reply.",
    "why": "For a reason.",
    "act": "withdraw",
    "key": "two_axes",
    "from_on": "2026-09-01",
    "kind": "board",
    "title": "A title",
    "state": "agreed",
    "nature": "Friendship",
    "minutes": "What was said.",
    "days": "30",
    "then": "next",
    "kpi": "attendance",
}
"""What the crawl types into every form, beside the rows of another trust."""

JUNK = dict.fromkeys(("school", "period", "meeting", "by", "did", "since", "page", "sort", "uid"), "%00é'\"<x>")
JUNK |= {"criterion": "x", "axis": "x", "state": "x", "kind": "x", "q": "x", "phase": "x", "until": "x", "order": "x"}


def refusals(route: Route, method: str) -> tuple[int, ...]:
    """What the route answers when it looked for nothing, or found nothing."""
    return (*REFUSED, 302) if method == "GET" and route.name in POST_ONLY else REFUSED


@dataclass
class Answer:
    """What came back, as text."""

    status: int
    text: str
    headers: str

    def like(self, other: Answer) -> bool:
        """Whether two refusals tell the same: status, and text but for numbers and the trust's name in the address."""
        return self.status == other.status and _plain(self.text) == _plain(other.text)


def _plain(text: str) -> str:
    text = re.sub(r'(csrfmiddlewaretoken" value=|"csrf[^"]*": ?)"[^"]*"', "", text)
    return re.sub(r"\d+", "0", text.replace(FOREIGN, NOBODY))


def read(response: Any) -> Answer:
    """Decode an answer: text as it is, archives and PDF streams unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if body and ("zip" in kind or "openxml" in kind):  # none answers a HEAD
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    if "pdf" in kind:
        body += b"\n".join(_unpacked(body))
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return Answer(response.status_code, body.decode("utf-8", "replace"), headers)


def _unpacked(body: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", body, re.DOTALL):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


def state_of(world: World, slug: str) -> dict[str, str]:
    """A hash of every table of one trust, asked as the application."""
    tables = [m._meta.db_table for m in all_models() if any(f.name == "trust" for f in m._meta.local_fields)]
    parts = [
        f"select '{table}', md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from \"{table}\" t"
        " where trust_id = %(trust)s"
        for table in tables
    ]
    with connection.cursor() as cursor:
        trust = world.trusts[slug].trust.pk
        cursor.execute("select set_config('app.trust', %s, true)", [str(trust)])
        cursor.execute(" union all ".join(parts), {"trust": trust})
        found = dict(cursor.fetchall())
        cursor.execute("select set_config('app.trust', '', true)")
    return found


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back. No block of Django's own: a trust must be opened outermost."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@dataclass
class Crawl:
    """One visitor and the record of the tries."""

    world: World
    client: Client
    visitor: str
    tries: int = 0
    mixed_tries: int = 0  # of these, with rows of two trusts in one address
    routes: set[str] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def ask(self, route: Route, method: str, url: str, data: Any = None) -> Answer:
        """One try. Leaks and failures of the server are written down."""
        self.tries += 1
        self.routes.add(route.name)
        options: dict[str, Any] = {}
        if data is not None:
            options = {"data": data}
            if route.api or method in ("PUT", "PATCH"):
                options["content_type"] = "application/json"
        answer = read(getattr(self.client, method.lower())(url, **options))
        told = f"{method} {route.name} ({url[:120]}) {answer.status}"
        if answer.status >= 500:
            self.errors.append(told)
        for slug in self.strange_words(f"{answer.text}\n{answer.headers}"):
            self.leaks.append(f"{told}: {slug}")
        for message in mail.outbox:
            for slug in self.strange_words(f"{message.subject}\n{message.body}\n{message.to}"):
                self.leaks.append(f"{told}: email with {slug}")
        mail.outbox.clear()
        return answer

    def strange_words(self, text: str) -> list[str]:
        """The other trusts of which a canary is in the text."""
        text = text.lower()
        if self.visitor in ("person in two trusts", "operator"):  # they may know these by name
            text = re.sub(r"canary-[a-z]+-whole", "", text)
        return [slug for slug in SLUGS if slug != OWN and canary(slug).lower() in text]

    def same(self, route: Route, method: str, what: str, one: Answer, other: Answer) -> None:
        """Both must tell the same."""
        if not one.like(other):
            self.wrong.append(f"{method} {route.name}: {what}: {one.status} and {other.status}")

    def own(self, route: Route) -> str:
        return address(route, self.world.trusts[OWN])

    def with_ids(self, route: Route, slug: str, *, trust: str = OWN, absent: bool = False) -> str:
        return address(route, self.world.trusts[slug], trust=trust, absent=absent)

    def is_nobody(self, route: Route) -> bool:
        """Whether the route does not know who asks: a token is for the API alone."""
        return self.visitor == "anonymous" or (self.visitor == "api token" and not route.api)

    def ask_mixed(self, route: Route, method: str, data: Any = None) -> None:
        """An own row together with another trust's, each way round, is as absent as a row nobody has."""
        for url, nobodys in mixed_addresses(route, self.world.trusts[OWN], self.world.trusts[FOREIGN]):
            self.mixed_tries += 1
            answer, absent = self.ask(route, method, url, data), self.ask(route, method, nobodys, data)
            self.same(route, method, "own and foreign row, absent row", answer, absent)
            if answer.status not in refusals(route, method) and not self.is_nobody(route):
                self.wrong.append(f"{method} {route.name}: {answer.status} for an own row with a foreign one")

    def words_read(self, route: Route, slug: str) -> list[dict[str, Any]]:
        """What to put into the query. A page takes all words at once, the API refuses those it does not know."""
        words = foreign_words(self.world, slug)
        if not route.api:
            return [words]
        filters = getattr(getattr(getattr(route.view, "cls", None), "filterset_class", None), "base_filters", {})
        return [{name: words[name]} for name in filters if name in words]

    def typed(self) -> dict[str, Any]:
        """Every form field the crawl knows, the links pointing into another trust."""
        theirs = foreign_words(self.world, FOREIGN)
        lists = {name: [self.world.trusts[OWN].rows["school"].pk, theirs[name]] for name in ("schools", "ids")}
        return WORDS | theirs | lists
