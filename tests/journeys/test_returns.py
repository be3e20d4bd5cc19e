"""A return in a real browser: typed, pasted, uploaded, by two people, without a connection, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from evidence.models import Figure, Return
from evidence.queries.returns_sheet import sheet_of
from evidence.rules.cells import Entry, texts_of
from evidence.rules.grid import Place, Table
from evidence.services.returns import box as box_name
from evidence.services.returns import save_cells, submit_return
from schools.services.strategies import choose_strategy, publish_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, Cast
from tests.evidence.returns_world import ANALYSIS, begun, filled, plain_entry, url
from tests.evidence.test_return_files import TEN_BAD_ROWS
from tests.factories import PASSWORD, member
from tests.journeys.conftest import Watch, sign_in

SAVED = "You can close this page."
ATTENDED, POSSIBLE = "attendance_rate~all~~~n", "attendance_rate~all~~~d"
PASTE = """([name, text]) => {
  const box = document.getElementsByName(name)[0];
  const data = new DataTransfer();
  data.setData("text/plain", text);
  box.focus();
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def cast(live_cast: Cast, time_machine: Any) -> Cast:
    """Ben's autumn return is open."""
    time_machine.move_to("2026-11-20T10:00Z")
    with trust_scope(live_cast.alder):
        live_cast.ben.user.set_password(PASSWORD)
        live_cast.ben.user.save()
        begun(live_cast)
    return live_cast


@pytest.fixture
def browser(cast: Cast, open_browser: Callable[..., BrowserContext]) -> BrowserContext:
    context = open_browser()
    sign_in(context, cast.ben.user.email, PASSWORD).close()
    return context


def opened(browser: BrowserContext, cast: Cast, **more: Any) -> Page:
    page = browser.new_page()
    page.goto(url(cast, "return_page", **more))
    return page


def box(page: Page, name: str) -> Any:
    return page.locator(f'[name="{name}"]')


def stored(cast: Cast, measure: str = "attendance_rate") -> dict[str, tuple[int | None, int | None]]:
    with trust_scope(cast.alder):
        rows = Figure.objects.filter(measure=measure)
        return {row.group + row.year_group: (row.numerator, row.denominator) for row in rows}


def eventually(happened: Callable[[], bool], page: Page) -> None:
    """Wait up to ten seconds for it."""
    for _ in range(50):
        if happened():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it has not happened in ten seconds")


@pytest.mark.browser
def test_typed_with_the_keyboard_and_checked_while_it_saves_itself(cast: Cast, browser: BrowserContext) -> None:
    page = opened(browser, cast)
    box(page, ATTENDED).click()
    page.keyboard.type("310")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("300")
    expect(page.locator("[data-cell='attendance_rate~all~~'] [data-shown]")).to_have_text("103.3%")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "persistent_absence_rate~all~~~d"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.name") == POSSIBLE
    expect(page.get_by_text("310 out of 300 cannot be")).to_be_visible()
    expect(box(page, ATTENDED)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text(SAVED)).to_be_visible()
    box(page, ATTENDED).fill("290")
    expect(page.get_by_text("310 out of 300 cannot be")).to_have_count(0)
    expect(page.locator("[data-filled]")).to_have_text("1")
    assert stored(cast)["all"] == (290, 300)


def block_of(table: Table) -> list[list[str]]:
    """A spreadsheet's cells for a table, so that they fit together."""
    texts = [
        [texts_of(table.measure.kind, plain_entry(table, table.place(row, group))) for group in table.groups]
        for row in table.rows
    ]
    return [[cell[part] for cell in row for part in table.parts] for row in texts]


def pasted(page: Page, table: Table, lines: list[list[str]]) -> Any:
    """The notice that a paste into the first box of a table leaves."""
    first = next(table.places())
    page.evaluate(PASTE, [box_name(first, table.parts[0]), "\r\n".join("\t".join(line) for line in lines) + "\r\n"])
    return page.locator("[data-paste-notice]")


@pytest.mark.browser
def test_all_199_cells_are_pasted_table_by_table(cast: Cast, open_browser: Callable[..., BrowserContext]) -> None:
    """The six-measure return of another strategy. A block stays in its table, and what does not fit is said."""
    with trust_scope(cast.alder):
        text = (STRATEGIES / "numbered_categories.toml").read_text()
        version = publish_strategy(text, by=None, starts_on=date(2024, 9, 1))
        choose_strategy(version.key, by=None, from_on=date(2025, 9, 1), school=cast.dunmere)
        Return.objects.all().delete()
        tables = sheet_of(begun(cast, point="autumn")).tables
    context = open_browser()
    sign_in(context, cast.ben.user.email, PASSWORD).close()
    page = opened(context, cast, point="autumn")
    blocks = [block_of(table) for table in tables]
    assert sum(len(line) for block in blocks for line in block) == 199
    for table, block in zip(tables, blocks, strict=True):
        cells = sum(map(len, block))
        if cells == 1:  # the browser's own paste
            box(page, box_name(next(table.places()), table.parts[0])).fill(block[0][0])
            continue
        expect(pasted(page, table, block)).to_contain_text(f"{cells} of {cells} cells pasted. Take it back")
    attendance, following = tables[0], tables[1]
    notice = pasted(page, attendance, [[*blocks[0][0], "outside"], ["7"] * 6])
    expect(notice).to_contain_text("6 of 13 cells pasted. 7 did not fit into this table and were left out")
    expect(box(page, box_name(next(following.places()), following.parts[0]))).to_have_value(blocks[1][0][0])
    expect(page.get_by_text(SAVED)).to_be_visible()

    def all_are_stored() -> bool:
        with trust_scope(cast.alder):
            entries = sheet_of(Return.objects.get()).entries
            return all(entries.get(at) == plain_entry(one, at) for one in tables for at in one.places())

    eventually(all_are_stored, page)
    pasted(page, attendance, [["9"] * 6])
    expect(box(page, ATTENDED)).to_have_value("9")
    page.get_by_role("button", name="Take it back").click()
    expect(box(page, ATTENDED)).to_have_value(blocks[0][0][0])
    eventually(all_are_stored, page)


@pytest.mark.browser
def test_a_file_with_ten_kinds_of_bad_row(cast: Cast, browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto(url(cast, "return_upload"))
    rows = [("Measure", "Group", "Year group", "Number", "Out of"), ("Attendance", "All pupils", "", "290", "300")]
    rows += [row[:-1] for row in TEN_BAD_ROWS]
    content = "\n".join(",".join(row) for row in rows).encode()
    page.get_by_label("File").set_input_files({"name": "figures.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("heading", name="What do the columns mean?")).to_be_visible()
    page.get_by_role("button", name="See what it would change").click()
    for number, row in enumerate(TEN_BAD_ROWS, start=3):
        line = page.get_by_role("row", name=f"Row {number} ", exact=False)
        expect(line.first).to_contain_text(row[-1])
    expect(page.get_by_text("13 rows read, 1 good.")).to_be_visible()
    expect(page.get_by_role("button", name="Put these figures in")).to_have_count(0)
    assert not stored(cast)
    page.get_by_role("button", name="Take the good rows only").click()
    expect(page.get_by_text("One figure taken from the file.")).to_be_visible()
    expect(box(page, ATTENDED)).to_have_value("290")
    assert stored(cast) == {"all": (290, 300)}


@pytest.mark.browser
def test_what_is_downloaded_can_be_uploaded(cast: Cast, browser: BrowserContext) -> None:
    with trust_scope(cast.alder):
        save_cells(Return.objects.get(), {Place("attendance_rate"): Entry(290, 300)}, by=cast.ben)
    page = opened(browser, cast)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a spreadsheet").click()
    page.goto(url(cast, "return_upload"))
    page.get_by_label("File").set_input_files(download.value.path())
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("Nothing in this file differs from what is there.")).to_be_visible()


@pytest.mark.browser
def test_two_people_in_one_cell(cast: Cast, browser: BrowserContext, watch: Watch) -> None:
    page = opened(browser, cast)
    with trust_scope(cast.alder):
        lea = member("Lea Leader", "leader", cast.dunmere)
        of_return = Return.objects.get()
        save_cells(of_return, {Place("attendance_rate"): Entry(290, 300)}, by=lea)
        save_cells(of_return, {Place("roll"): Entry(value=Decimal(212))}, by=lea)
    box(page, ATTENDED).fill("280")
    notice = page.locator("[data-conflict]:visible")
    expect(notice.first).to_contain_text("Lea Leader changed")
    expect(notice.first).to_contain_text("290")
    expect(box(page, ATTENDED)).to_have_value("280")
    while notice.count():
        notice.first.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert stored(cast)["all"][0] == 280
    with trust_scope(cast.alder):
        assert Figure.objects.get(measure="roll").value == 212, "what she wrote elsewhere stands"
    watch.complaints[:] = [said for said in watch.complaints if "409" not in said]


@pytest.mark.browser
def test_what_is_typed_without_a_connection_outlives_a_reload(
    cast: Cast, browser: BrowserContext, watch: Watch
) -> None:
    page = opened(browser, cast)
    browser.set_offline(True)
    box(page, ATTENDED).fill("290")
    box(page, POSSIBLE).fill("300")
    expect(page.get_by_text("Kept on this device").first).to_be_visible()
    eventually(lambda: page.evaluate("Object.values(localStorage).some((kept) => kept.includes('300'))"), page)
    page.close()
    browser.set_offline(False)
    page = opened(browser, cast)
    expect(box(page, ATTENDED)).to_have_value("290")
    expect(box(page, POSSIBLE)).to_have_value("300")
    eventually(lambda: stored(cast).get("all") == (290, 300), page)  # sent now, or by the page that was left
    page.reload()
    expect(box(page, POSSIBLE)).to_have_value("300")
    expect(page.locator("[data-conflict]:visible")).to_have_count(0)
    watch.complaints[:] = [said for said in watch.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


@pytest.mark.browser
def test_what_is_typed_outlives_a_tab_that_is_killed(cast: Cast, browser: BrowserContext) -> None:
    page = opened(browser, cast)
    page.route("**/autosave/**", lambda route: None)  # nothing reaches the server, as when the tab dies at once
    box(page, ATTENDED).press_sequentially("290")
    kept = page.evaluate("Object.values(localStorage).join()")
    assert f'"{ATTENDED}":["290"]' in kept, "at the keystroke, not after a pause"
    page.close()
    page = opened(browser, cast)
    expect(box(page, ATTENDED)).to_have_value("290")
    eventually(lambda: stored(cast).get("all") == (290, None), page)


@pytest.mark.browser
def test_a_typed_question_keeps_a_return_from_being_agreed(
    cast: Cast, open_browser: Callable[..., BrowserContext], watch: Watch
) -> None:
    with trust_scope(cast.alder):
        submit_return(filled(Return.objects.get(), by=cast.ben), by=cast.ben)
        cast.ada.user.set_password(PASSWORD)
        cast.ada.user.save()
    context = open_browser(java_script_enabled=False)
    sign_in(context, cast.ada.user.email, PASSWORD).close()
    page = opened(context, cast)
    page.locator("summary", has_text="Query Attendance, All pupils").click()
    asked = page.get_by_label("Your query about Attendance, All pupils")
    asked.fill("The whole term?")
    page.get_by_role("button", name="Agree this return").click()
    expect(page.get_by_role("alert")).to_contain_text("send it, or clear it, before you agree")
    expect(asked).to_be_visible()
    expect(asked).to_have_value("The whole term?")
    asked.press("Enter")
    eventually(lambda: state(cast) == "returned", page)
    watch.complaints[:] = [said for said in watch.complaints if "422" not in said]


def state(cast: Cast) -> str:
    with trust_scope(cast.alder):
        return Return.objects.get().state


@pytest.mark.browser
def test_what_was_filled_in_is_looked_at_and_sent(cast: Cast, browser: BrowserContext) -> None:
    with trust_scope(cast.alder):
        of_return = Return.objects.get()
        tables = sheet_of(of_return).tables
        entries = {place: plain_entry(one, place) for one in tables for place in one.places()}
        save_cells(of_return, entries, by=cast.ben, analysis=ANALYSIS)
    page = opened(browser, cast)
    expect(page.get_by_text("From the register of schools. Look at it: is it right?")).to_be_visible()
    page.get_by_role("link", name="1 filled in for you to look at").click()
    assert page.evaluate("document.activeElement.name") == "roll~all~~~v"
    page.get_by_role("button", name="Send to the trust").click()
    expect(page.get_by_role("heading", name="Before this can be sent")).to_be_visible()
    page.locator("#m-roll").get_by_role("button", name="I have looked: it is right").click()
    expect(page.get_by_text("Read it through, then send it.")).to_be_visible()
    page.get_by_role("button", name="Send to the trust").click()
    expect(page.get_by_text("Sent to the trust.")).to_be_visible()
    assert state(cast) == "submitted"


@pytest.mark.browser
def test_a_session_that_ends_loses_nothing(cast: Cast, browser: BrowserContext, watch: Watch) -> None:
    page = opened(browser, cast)
    browser.clear_cookies()
    box(page, ATTENDED).fill("290")
    expect(page.get_by_text("You have been signed out.").first).to_be_visible()
    page.close()
    sign_in(browser, cast.ben.user.email, PASSWORD).close()
    page = opened(browser, cast)
    expect(box(page, ATTENDED)).to_have_value("290")
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert stored(cast)["all"][0] == 290
    watch.complaints[:] = [said for said in watch.complaints if "403" not in said]


@pytest.mark.browser
def test_without_scripts_a_figure_is_typed_saved_and_checked(
    cast: Cast, open_browser: Callable[..., BrowserContext]
) -> None:
    context = open_browser(java_script_enabled=False, width=360)
    sign_in(context, cast.ben.user.email, PASSWORD).close()
    page = opened(context, cast)
    box(page, ATTENDED).fill("12/10")
    box(page, POSSIBLE).press("Enter")
    expect(page.get_by_text("12 out of 10 cannot be")).to_be_visible()
    assert stored(cast)["all"] == (12, 10)
    page.get_by_role("button", name="Send to the trust").click()
    expect(page.get_by_role("heading", name="Before this can be sent")).to_be_visible()
    page.locator("#m-benchmark_on_track").get_by_role("button", name="not available").click()
    assert len(stored(cast, "benchmark_on_track")) == 21
