"""A form that is written without a connection, where something is wrong: with an answer, or with the device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from monitoring.models import Visit
from monitoring.services import begin_visit
from schools.tenancy import trust_scope
from tests.conftest import Cast, start_trust
from tests.factories import SchoolFactory, member
from tests.journeys.conftest import Watch
from tests.journeys.device import Device
from tests.journeys.line import Line
from tests.journeys.test_offline import (
    COMMENT,
    FOCUS,
    HERE,
    LATER,
    SAVED,
    WAITS,
    address,
    answers,
    eventually,
    fill,
    new_visit,
    press_send,
    stored,
    times_sent,
)

NOT_KEPT = "Not kept on this device"
BREAKS = """() => {
  IDBDatabase.prototype.transaction = () => { throw new DOMException("It is closing.", "InvalidStateError"); };
  IDBFactory.prototype.open = () => { throw new DOMException("No room.", "UnknownError"); };
}"""
CLEARS = """() => new Promise((done) => { indexedDB.deleteDatabase("trust-si").onsuccess = () => done(); })"""
PAGES = """() => new Promise((done) => {
  const asked = indexedDB.open("trust-si");
  asked.onsuccess = () => {
    const all = asked.result.transaction(["pages"]).objectStore("pages").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result.map((page) => page.html)); };
  };
})"""


@pytest.fixture
def visit(live_cast: Cast, time_machine: Any) -> Visit:
    """A visit of Ada's to Dunmere that lacks nothing but its focus."""
    time_machine.move_to("2026-11-20T10:00Z")
    return new_visit(live_cast)


@pytest.fixture
def tablet(
    chromium: Browser, site: str, watch: Watch, live_cast: Cast, visit: Visit, tmp_path: Path
) -> Iterator[Device]:
    """Ada's, with the form opened once."""
    with Line(site) as line, Device(chromium, line, tmp_path / "profile", watch) as device:
        device.sign_in(live_cast.ada.user)
        device.open(address(visit))
        yield device


@pytest.mark.browser
def test_an_answer_that_cannot_be_read_is_told_at_send_and_the_form_goes_on(
    live_cast: Cast, tablet: Device, visit: Visit
) -> None:
    fill(tablet)
    tablet.box("date").fill("next week")
    press_send(tablet.page)
    tablet.says("Not sent yet: one answer needs a change.")
    expect(tablet.page.locator(".field.bad", has=tablet.box("date")).locator(".error")).to_be_visible()
    expect(tablet.box("date")).to_be_focused()
    tablet.box("recommendations").fill("Share it.")
    eventually(tablet.page, lambda: answers(live_cast, visit) == [FOCUS, COMMENT, "Share it."])
    tablet.says("except one answer that needs a change. Kept on this device until then.")
    tablet.box("focus").fill("")
    press_send(tablet.page)
    tablet.says("Not sent yet: one answer needs a change.")
    tablet.box("date").fill("18 November 2026")
    press_send(tablet.page)
    expect(tablet.page.get_by_role("heading", name="Not sent yet: something is still missing")).to_be_visible()
    tablet.ready()
    tablet.box("focus").fill(FOCUS)
    press_send(tablet.page)
    expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert times_sent(live_cast, visit) == 1
    assert answers(live_cast, visit) == [FOCUS, COMMENT, "Share it."]
    assert tablet.drafts() == []


@pytest.mark.browser
def test_a_device_that_takes_nothing_more_says_so_and_saves_and_sends_all_the_same(
    live_cast: Cast, tablet: Device, visit: Visit
) -> None:
    tablet.page.evaluate(BREAKS)
    tablet.box("focus").fill(FOCUS)
    tablet.says(SAVED)
    tablet.cut()
    tablet.box("r0-comment").fill(COMMENT)
    tablet.says(NOT_KEPT)
    expect(tablet.page.get_by_role("heading", name="You are offline. Carry on.")).to_have_count(0)
    press_send(tablet.page)
    tablet.says(WAITS)
    tablet.says(NOT_KEPT)
    expect(tablet.page.locator("form[inert]")).to_have_count(0)
    tablet.box("recommendations").fill(LATER)
    press_send(tablet.page)
    tablet.says(WAITS)
    tablet.restore()
    tablet.page.wait_for_url(lambda url: "/write/" not in url)
    assert stored(live_cast, visit).state == Visit.State.SUBMITTED
    assert times_sent(live_cast, visit) == 1
    assert answers(live_cast, visit) == [FOCUS, COMMENT, LATER]


@pytest.mark.browser
def test_a_database_that_the_browser_has_closed_is_opened_again(live_cast: Cast, tablet: Device, visit: Visit) -> None:
    tablet.page.evaluate(CLEARS)
    tablet.cut()
    fill(tablet)
    tablet.says(HERE)
    (draft,) = tablet.drafts()
    assert [draft["values"][name] for name in ("focus", "r0-comment")] == [[FOCUS], [COMMENT]]
    tablet.restore()
    press_send(tablet.page)
    expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert answers(live_cast, visit) == [FOCUS, COMMENT, LATER]
    assert tablet.drafts() == []


@pytest.mark.browser
def test_what_comes_back_is_not_folded_away(tablet: Device, visit: Visit) -> None:
    more = tablet.page.locator("details.more-row").first
    guide = tablet.page.locator("details[data-used-with*='Lesson']").first
    rows = [int(row.get_attribute("data-row") or 0) for row in more.locator("[data-row]").all()]
    assert rows
    expect(more).not_to_have_attribute("open", "")
    tablet.cut()
    for row in rows[:2]:
        tablet.page.get_by_text("Add a class", exact=True).locator("visible=true").click()
        expect(tablet.box(f"r{row}-class_year")).to_be_focused()
    tablet.box(f"r{rows[1]}-comment").fill(COMMENT)
    way = (guide.get_attribute("data-used-with") or "").split("|")[0]
    tablet.page.locator(f"input[type=checkbox][value='{way}']").check()
    expect(guide).to_have_attribute("open", "")
    tablet.says(HERE)
    tablet.page.reload()
    expect(tablet.box(f"r{rows[1]}-comment")).to_have_value(COMMENT)
    expect(tablet.box(f"r{rows[1]}-comment")).to_be_visible()
    expect(guide).to_have_attribute("open", "")
    tablet.goto(f"/offline/#{address(visit)}")  # to read
    expect(tablet.box(f"r{rows[1]}-comment")).to_be_visible()


@pytest.mark.browser
def test_of_the_page_only_the_form_is_kept(tablet: Device) -> None:
    trust, version = start_trust("cedar", "sustain_to_stabilise")
    with trust_scope(trust):
        lead, form = member("Lena Cedar", "si_lead"), version.strategy.form_by_key["health_check"]
        check = begin_visit(SchoolFactory(name="Larchmere Primary"), version, form, by=lead, by_school=False)
    where = reverse("visit_write", kwargs={"trust": "cedar", "pk": check.pk})
    tablet.sign_in(lead.user)
    tablet.open(where)
    expect(tablet.page.get_by_role("heading", name="What is known")).to_be_visible()
    (html,) = [html for html in tablet.page.evaluate(PAGES) if where in html]
    assert "What is known" not in html
    for wanted in ("<h1>", 'id="visit-form"', 'id="conflict-notice"', "data-save-state", "data-outbox-place"):
        assert wanted in html
    tablet.cut()
    tablet.page.reload()
    expect(tablet.page.get_by_role("heading", level=1)).to_have_text(form.label)
    expect(tablet.page.get_by_role("heading", name="What is known")).to_have_count(0)
    tablet.page.locator("textarea:visible").first.fill(COMMENT)
    tablet.says(HERE)


@pytest.mark.browser
def test_a_form_that_came_just_before_it_was_sent_does_not_stand_open(
    live_cast: Cast, tablet: Device, visit: Visit
) -> None:
    fill(tablet)
    tablet.cut()
    press_send(tablet.page)
    tablet.says(WAITS)
    tablet.line.holds = address(visit)
    tablet.restore()
    tablet.page.evaluate("where => { location.assign(where); }", address(visit))
    eventually(tablet.page, lambda: times_sent(live_cast, visit) == 1)
    tablet.page.wait_for_timeout(500)
    tablet.line.goes_on.set()
    tablet.page.wait_for_url(lambda url: "/write/" not in url)
    expect(tablet.page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert tablet.drafts() == []
