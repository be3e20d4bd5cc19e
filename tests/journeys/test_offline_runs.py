"""Fifty times a form, cut off at a random moment: sent once, nothing lost, in each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, expect

from monitoring.models import Visit
from tests.conftest import Cast
from tests.journeys.conftest import Watch
from tests.journeys.device import Device
from tests.journeys.line import Line
from tests.journeys.test_offline import BLANK, WAITS, address, answers, eventually, new_visit, press_send, times_sent

RUNS, SEED = 50, 2026
BEFORE, TYPING, AT_SEND, TAKEN = "before typing", "while typing", "at send", "after the server took it"


@dataclass(frozen=True)
class Plan:
    """What happens in one run."""

    cut: str
    at_field: int  # the cut while typing comes before this one
    letters: bool  # typed letter by letter, cut in the middle of a word
    reloads: bool  # the page, without a connection
    closes: str  # the browser: "", "while typing" or "after send"
    back: str  # how the person comes back: stays, opens the form, opens another page


def plan(chance: Random, number: int) -> Plan:
    """Each moment of the cut comes equally often; the rest is chance."""
    cut = (BEFORE, TYPING, AT_SEND, TAKEN)[number % 4]
    closes = chance.choice(["", "", "", "", "", "", "while typing", "after send"])
    if closes == "while typing" and cut not in (BEFORE, TYPING):
        closes = "after send"
    back = chance.choice(
        ["the form", "another page"] if closes == "after send" else ["stays", "the form", "another page"]
    )
    return Plan(cut, chance.randrange(len(BLANK)), chance.random() < 0.4, chance.random() < 0.4, closes, back)


def words(chance: Random, number: int, name: str) -> str:
    return f"{name} {number} {chance.randrange(10**9)}\nin two lines" if name != "focus" else f"Focus {number}"


def write(tablet: Device, plan: Plan, texts: list[str], chance: Random, where: str) -> None:
    for place, (name, text) in enumerate(zip(BLANK, texts, strict=True)):
        cuts = plan.cut == TYPING and place == plan.at_field
        if cuts and not plan.letters:
            tablet.cut()
        if plan.letters:
            half = chance.randrange(len(text))
            tablet.box(name).fill(text[:half])
            if cuts:
                tablet.cut()
            tablet.box(name).fill(text)
        else:
            tablet.box(name).fill(text)
        if chance.random() < 0.3:
            tablet.page.wait_for_timeout(chance.randrange(1000))
        if tablet.line.is_cut and place == 1:
            leave(tablet, plan, where)


def leave(tablet: Device, plan: Plan, where: str) -> None:
    """In the middle of the form and without a connection."""
    if plan.closes == "while typing":
        tablet.reopen()
        tablet.goto(where)
    elif plan.reloads:
        tablet.page.reload()


def send(tablet: Device, plan: Plan) -> None:
    if plan.cut == AT_SEND:
        tablet.cut()
    tablet.line.loses_answers = plan.cut == TAKEN
    press_send(tablet.page)
    tablet.says(WAITS)


def come_back(tablet: Device, plan: Plan, cast: Cast, where: str) -> None:
    if plan.closes == "after send":
        tablet.cut()
        tablet.reopen()
    if plan.closes:
        tablet.goto(where)
        tablet.says("Kept on this device")
    tablet.restore()
    if plan.closes:
        tablet.sign_in(cast.ada.user)
    if plan.back != "stays":
        with suppress(Error):  # the page is quicker: it is sent, and the page leads on by itself
            tablet.goto(where if plan.back == "the form" else "/t/alder/monitoring/")
    elif plan.closes:
        tablet.page.reload()


@pytest.mark.browser
def test_sent_once_and_nothing_lost_in_each_of_fifty_runs(
    live_cast: Cast, chromium: Browser, site: str, watch: Watch, tmp_path: Path, time_machine: Any,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    time_machine.move_to("2026-11-20T10:00Z")
    chance, counted = Random(SEED), Counter[str]()
    with Line(site) as line, Device(chromium, line, tmp_path / "profile", watch) as tablet:
        for number in range(RUNS):
            tablet.sign_in(live_cast.ada.user)
            run(tablet, plan(chance, number), number, chance, live_cast, counted)
        assert tablet.drafts() == []
        counted["answers lost on the way"] = line.lost
    say(f"offline: {RUNS} runs, " + ", ".join(f"{name} {count}" for name, count in sorted(counted.items())))
    assert counted["sent once"] == counted["nothing lost"] == RUNS


def run(tablet: Device, plan: Plan, number: int, chance: Random, cast: Cast, counted: Counter[str]) -> None:
    visit: Visit = new_visit(cast)
    print(f"run {number}: {plan}")  # noqa: T201 - shown where it fails
    where, texts = address(visit), [words(chance, number, name) for name in BLANK]
    tablet.open(where)
    if plan.cut == BEFORE:
        tablet.cut()
    write(tablet, plan, texts, chance, where)
    send(tablet, plan)
    come_back(tablet, plan, cast, where)
    see_it = f"[data-outbox=sent] a[href='{address(visit, 'visit')}']"  # the visit before may still be told
    expect(tablet.page.locator(see_it)).to_be_visible()
    eventually(tablet.page, lambda: not tablet.drafts())
    counted["sent once"] += times_sent(cast, visit) == 1
    counted["nothing lost"] += answers(cast, visit) == texts
    counted[f"cut {plan.cut}"] += 1
    counted["browser closed"] += bool(plan.closes)
    assert (times_sent(cast, visit), answers(cast, visit)) == (1, texts), f"run {number}: {plan}"
