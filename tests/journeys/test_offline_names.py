"""A form that waited on a device and seems to name a person: its writer is asked before it goes, and it goes once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Cast
from tests.journeys.conftest import Watch
from tests.journeys.device import Device
from tests.journeys.line import Line
from tests.journeys.test_offline import WAITS, address, answers, fill, new_visit, press_send, times_sent

NAMED = "Miss Smith reads aloud."


@pytest.mark.browser
def test_what_was_pressed_without_a_connection_is_asked_about_before_it_goes(
    chromium: Browser, site: str, watch: Watch, live_cast: Cast, tmp_path: Path, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-20T10:00Z")
    visit = new_visit(live_cast)
    with Line(site) as line, Device(chromium, line, tmp_path / "profile", watch) as tablet:
        tablet.sign_in(live_cast.ada.user)
        tablet.open(address(visit))
        tablet.cut()
        fill(tablet)
        tablet.box("r0-comment").fill(NAMED)
        press_send(tablet.page)
        tablet.says(WAITS)
        tablet.goto("/t/alder/monitoring/")
        tablet.restore()
        expect(tablet.page.get_by_text("It seems to name a person, so it was not sent.")).to_be_visible()
        assert times_sent(live_cast, visit) == 0
        tablet.page.get_by_role("link", name="Open the form").click()
        tablet.ready()
        expect(tablet.page.locator('[data-named="r0-comment"]')).to_contain_text("“Miss Smith”")
        press_send(tablet.page)
        expect(tablet.page.get_by_role("heading", name="A person seems to be named")).to_be_visible()
        tablet.ready()
        tablet.page.get_by_role("button", name="Send it as it is").click()
        expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
        assert (times_sent(live_cast, visit), answers(live_cast, visit)[1]) == (1, NAMED)
        assert tablet.drafts() == []
