"""PostgreSQL cannot hold the character NUL. Wherever somebody types or uploads, it is refused like any other fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.architecture.acts import ACTS, send
from tests.architecture.crawl import JUNK, WORDS, undone
from tests.architecture.planted import World
from tests.architecture.routes import address, all_routes, foreign_words, trust_routes
from tests.architecture.visitors import visit_as
from tests.conftest import STRATEGIES

pytestmark = pytest.mark.usefixtures("at_one_moment")

BY_NAME = {route.name: route for route in trust_routes()}
NUL = "a\0b"


def spoiled(data: Any) -> Iterator[Any]:
    """The same data, each time with one of its texts spoiled, however deep it lies."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from ({**data, name: bad} for bad in spoiled(value))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from ([*data[:place], bad, *data[place + 1 :]] for bad in spoiled(value))
    elif isinstance(data, str):
        yield f"{data}{NUL}"


@pytest.mark.parametrize("name", ACTS)
def test_no_field_of_a_form_fails_over_it(world: World, db: None, name: str, say: Callable[[str], None]) -> None:
    act, here, route = ACTS[name], world.trusts["alder"], BY_NAME[name]
    client, failed, tries = visit_as(act.reader, world), [], 0
    for data in spoiled(act.data(here)):
        with undone():
            tries += 1
            method, options = getattr(client, act.method), {"content_type": "application/json"} if route.api else {}
            if method(address(route, here, rows=act.rows), data, **options).status_code >= 500:
                failed.append(data)
    say(f"R11 NUL in {name}: {tries} tries, {len(failed)} failures")
    assert not failed


@pytest.mark.parametrize("reader", ["head", "si_lead", "ceo", "clerk", "admin", "operator"])
def test_no_address_and_no_stray_field_fails_over_it(world: World, db: None, reader: str) -> None:
    """In the query of every page, and in every field a form might read."""
    here, failed = world.trusts["alder"], []
    words = dict.fromkeys([*WORDS, *JUNK, *foreign_words(world, "alder"), "next", "here", "hour", "leave-why"], NUL)
    client = visit_as(reader, world)
    for route in trust_routes() if reader != "operator" else all_routes():
        if "provider_id" in route.parameters:
            continue
        url = address(route, here)
        with undone():
            answers = {"GET": client.get(f"{url}?{urlencode(words)}"), "POST": client.post(url, words)}
        failed += [f"{method} {route.name}" for method, answer in answers.items() if answer.status_code >= 500]
    assert not failed


def test_a_strategy_file_with_one_is_not_a_text_file(world: World, db: None) -> None:
    client, url = visit_as("admin", world), reverse("strategy_upload", args=["alder"])
    text = (STRATEGIES / "two_axes.toml").read_text().replace("version = 1", "version = 2", 1)
    for content, words in (
        (f"{text}\n# {NUL}", "This is not a text file."),
        (text.replace('title = "', 'title = "\\u0000', 1), "which is not text"),
    ):
        file = SimpleUploadedFile("two.toml", content.encode())
        with undone():
            assert words in client.post(url, {"file": file, "starts_on": "2026-11-20"}).text


def test_the_acts_are_still_good_without_it(world: World, db: None) -> None:
    """Else a refusal would prove nothing."""
    with undone():
        assert send(visit_as("admin", world), BY_NAME["people"], world.trusts["alder"]).status_code == 302
