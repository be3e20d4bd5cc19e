"""A form that is written without a connection: kept on the device, sent once and only once, nothing of it lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from monitoring.models import Visit
from monitoring.services import save_visit
from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.journeys.conftest import Watch
from tests.journeys.device import Device
from tests.journeys.line import Line
from tests.journeys.signed_in import sign_in_as
from tests.monitoring.visits_world import ANSWERS, begun

FOCUS, COMMENT, LATER = "Reading in Year 4", "Books are chosen with care.", "Share what works in Year 3."
BLANK = ("focus", "r0-comment", "recommendations")
SAVED, HERE, WAITS = "You can close this page.", "Kept on this device", "It will be sent when the connection is back."


@pytest.fixture
def line(site: str) -> Iterator[Line]:
    with Line(site) as line:
        yield line


@pytest.fixture
def visit(live_cast: Cast, time_machine: Any) -> Visit:
    """A visit of Ada's to Dunmere that lacks nothing but its focus."""
    time_machine.move_to("2026-11-20T10:00Z")
    return new_visit(live_cast)


def new_visit(cast: Cast) -> Visit:
    with trust_scope(cast.alder):
        visit = begun(cast)
        save_visit(
            visit, {**ANSWERS, "focus": None, "r0-comment": None, "recommendations": None}, by=cast.ada, version=1
        )
        return visit


@pytest.fixture
def tablet(
    chromium: Browser, line: Line, watch: Watch, live_cast: Cast, visit: Visit, tmp_path: Path
) -> Iterator[Device]:
    """Ada's, with the form opened once."""
    with Device(chromium, line, tmp_path / "profile", watch) as device:
        device.sign_in(live_cast.ada.user)
        device.open(address(visit))
        yield device


def address(visit: Visit, name: str = "visit_write") -> str:
    return reverse(name, kwargs={"trust": "alder", "pk": visit.pk})


def stored(cast: Cast, visit: Visit) -> Visit:
    with trust_scope(cast.alder):
        return Visit.objects.get(pk=visit.pk)


def times_sent(cast: Cast, visit: Visit) -> int:
    with trust_scope(cast.alder):
        return AuditEntry.objects.filter(did="visit.submitted", about_id=visit.pk).count()


def eventually(page: Page, happened: Callable[[], bool]) -> None:
    """Wait up to twenty seconds for it."""
    for _ in range(200):
        with suppress(Error):  # the page is just leading on to another
            if happened():
                return
        page.wait_for_timeout(100)
    raise AssertionError("it has not happened in twenty seconds")


def press_send(page: Page) -> None:
    page.get_by_role("button", name="Send to the school").click()


@pytest.mark.browser
def test_words_written_after_the_connection_went_outlive_the_page_and_the_browser(
    live_cast: Cast, tablet: Device, visit: Visit
) -> None:
    tablet.box("focus").fill(FOCUS)
    tablet.says(SAVED)
    tablet.cut()
    tablet.box("r0-comment").fill(COMMENT)
    tablet.says(HERE)
    expect(tablet.page.get_by_role("heading", name="You are offline. Carry on.")).to_be_visible()
    tablet.page.reload()
    expect(tablet.box("focus")).to_have_value(FOCUS)
    expect(tablet.box("r0-comment")).to_have_value(COMMENT)
    tablet.box("recommendations").fill(LATER)
    tablet.says(HERE)
    tablet.reopen()
    tablet.goto(address(visit))
    expect(tablet.box("recommendations")).to_have_value(LATER)
    press_send(tablet.page)
    tablet.says(WAITS)
    assert stored(live_cast, visit).state == Visit.State.DRAFT
    tablet.restore()
    tablet.says("You have been signed out.")
    tablet.sign_in(live_cast.ada.user)
    tablet.goto(address(visit, "visit"))
    expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
    sent = stored(live_cast, visit)
    assert (sent.state, times_sent(live_cast, visit)) == (Visit.State.SUBMITTED, 1)
    kept = [sent.answers[name] for name in ("focus", "r0-comment", "recommendations")]
    assert kept == [FOCUS, COMMENT, LATER]
    assert tablet.drafts() == []


def answers(cast: Cast, visit: Visit) -> list[Any]:
    kept = stored(cast, visit).answers
    return [kept.get(name) for name in BLANK]


def fill(device: Device) -> None:
    for name, words in zip(BLANK, (FOCUS, COMMENT, LATER), strict=True):
        device.box(name).fill(words)


@pytest.mark.browser
def test_what_was_sent_without_hearing_so_is_sent_once(live_cast: Cast, tablet: Device, visit: Visit) -> None:
    fill(tablet)
    tablet.line.loses_answers = True
    press_send(tablet.page)
    tablet.says(WAITS)
    assert times_sent(live_cast, visit) == 1
    assert tablet.line.lost
    tablet.restore()
    tablet.page.reload()  # it is sent already, so the server leads to the record
    expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert times_sent(live_cast, visit) == 1
    assert answers(live_cast, visit) == [FOCUS, COMMENT, LATER]
    assert tablet.drafts() == []


@pytest.mark.browser
def test_words_written_after_it_had_arrived_unheard_stay_and_are_told(
    live_cast: Cast, tablet: Device, visit: Visit
) -> None:
    fill(tablet)
    tablet.line.loses_answers = True
    press_send(tablet.page)
    tablet.says(WAITS)
    tablet.cut()
    tablet.box("focus").fill(f"{FOCUS} and 5")
    tablet.says(HERE)
    tablet.restore()
    expect(tablet.page.get_by_text("with what you had written until then").first).to_be_visible()
    tablet.page.get_by_role("link", name="See what you wrote").click()
    expect(tablet.box("focus")).to_have_value(f"{FOCUS} and 5")
    assert answers(live_cast, visit)[0] == FOCUS
    tablet.page.on("dialog", lambda dialog: dialog.accept())
    tablet.page.get_by_role("button", name="Delete it from this device").first.click()
    tablet.page.wait_for_url(lambda url: "/offline/" not in url)
    assert tablet.drafts() == []
    assert times_sent(live_cast, visit) == 1


@pytest.mark.browser
def test_it_is_sent_from_whatever_page_is_open_and_what_is_missing_is_told(
    live_cast: Cast, tablet: Device, visit: Visit
) -> None:
    tablet.cut()
    tablet.box("r0-comment").fill(COMMENT)
    press_send(tablet.page)
    tablet.says(WAITS)
    tablet.goto("/t/alder/monitoring/")
    expect(tablet.page.get_by_role("heading", name="There is no connection")).to_be_visible()
    expect(tablet.page.get_by_text(WAITS)).to_be_visible()
    tablet.restore()  # the page comes by itself
    expect(tablet.page.get_by_text("Something is still missing")).to_be_visible()
    assert answers(live_cast, visit)[1] == COMMENT
    tablet.page.get_by_role("link", name="Open the form").click()
    tablet.ready()
    press_send(tablet.page)
    expect(tablet.page.get_by_role("heading", name="Not sent yet: something is still missing")).to_be_visible()
    tablet.ready()
    tablet.box("focus").fill(FOCUS)
    press_send(tablet.page)
    expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert times_sent(live_cast, visit) == 1


@pytest.mark.browser
def test_a_second_device_is_told_and_overwrites_nothing(
    live_cast: Cast, tablet: Device, visit: Visit, open_browser: Callable[..., BrowserContext]
) -> None:
    desk = open_browser()
    desk.unroute_all()
    sign_in_as(desk, live_cast.ada.user, tablet.line.home)
    page = desk.new_page()
    page.goto(tablet.line.home + address(visit))
    tablet.cut()
    tablet.box("focus").fill("Writing in Year 4")
    tablet.box("recommendations").fill(LATER)
    press_send(tablet.page)
    tablet.says(WAITS)
    page.locator("[name=focus]").fill(FOCUS)
    page.locator("[name=r0-comment]").fill(COMMENT)
    eventually(page, lambda: answers(live_cast, visit) == [FOCUS, COMMENT, None])
    tablet.restore()
    choice = tablet.page.locator("[data-conflict]:visible")
    expect(choice.get_by_text(FOCUS)).to_be_visible()
    expect(choice).to_have_count(1)
    assert answers(live_cast, visit) == [FOCUS, COMMENT, None]
    choice.get_by_role("button", name="Keep theirs").click()
    expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert answers(live_cast, visit) == [FOCUS, COMMENT, LATER]
    page.locator("[name=focus]").press_sequentially(", and more")
    expect(page.get_by_text("This has been sent").first).to_be_visible()
    assert answers(live_cast, visit)[0] == FOCUS
    assert times_sent(live_cast, visit) == 1


@pytest.mark.browser
def test_two_tabs_of_one_device_do_not_write_over_each_other(live_cast: Cast, tablet: Device, visit: Visit) -> None:
    fill(tablet)
    tablet.says(SAVED)
    other = tablet.context.new_page()
    other.goto(address(visit))
    expect(other.get_by_text("open in another tab")).to_be_visible()
    other.get_by_role("button", name="Write here instead").click()
    expect(other.locator("[name=focus]")).to_have_value(FOCUS)
    expect(other.locator("form[inert]")).to_have_count(0)
    tablet.says("You went on in another tab.")
    expect(tablet.page.locator("form[inert]")).to_have_count(1)
    press_send(other)
    expect(other.get_by_role("heading", name="Sent at")).to_be_visible()
    assert times_sent(live_cast, visit) == 1


@pytest.mark.browser
def test_nothing_but_the_shell_is_cached(tablet: Device) -> None:
    cached = tablet.cached()
    assert f"{tablet.line.url}/offline/" in cached
    assert len(cached) > 10
    for url, content in cached.items():
        assert url == f"{tablet.line.url}/offline/" or url.startswith(f"{tablet.line.url}/static/"), url
        for name in ("Alder", "Dunmere", "Ada Whitlock", "ada@"):
            assert name not in content, url
    tablet.goto("/t/alder/monitoring/")
    assert tablet.cached().keys() == cached.keys()


@pytest.mark.browser
def test_signing_out_takes_the_forms_along_and_says_so_before(live_cast: Cast, tablet: Device, visit: Visit) -> None:
    tablet.line.is_cut = True
    fill(tablet)
    tablet.says(HERE)
    tablet.goto("/account/")  # the shell
    tablet.line.is_cut = False
    tablet.goto("/account/logout/")
    expect(tablet.page.get_by_role("heading", name="A form on this device is not sent yet")).to_be_visible()
    tablet.page.get_by_role("button", name="Sign out and delete it").click()
    tablet.page.wait_for_url("**/account/login/**")
    assert tablet.drafts() == []
    tablet.cut()
    tablet.goto(address(visit))
    expect(tablet.page.get_by_text("No form is kept on this device.")).to_be_visible()


@pytest.mark.browser
def test_who_signs_in_next_sees_nothing_of_it_and_its_writer_finds_it_again(
    live_cast: Cast, tablet: Device, visit: Visit
) -> None:
    tablet.line.is_cut = True
    fill(tablet)
    tablet.says(HERE)
    tablet.reopen()
    tablet.restore()
    tablet.sign_in(live_cast.ruth.user)
    tablet.goto("/t/alder/monitoring/")
    tablet.page.wait_for_timeout(500)
    expect(tablet.page.get_by_text("not sent yet")).to_have_count(0)
    tablet.cut()
    tablet.goto(address(visit))
    expect(tablet.page.get_by_text("No form is kept on this device.")).to_be_visible()
    tablet.restore()
    tablet.sign_in(live_cast.ada.user)
    tablet.goto(address(visit))
    expect(tablet.box("focus")).to_have_value(FOCUS)
    tablet.says(SAVED)
    assert answers(live_cast, visit) == [FOCUS, COMMENT, LATER]
