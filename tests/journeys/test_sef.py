"""A self-evaluation interrupted in a real browser: reload, closed tab, dead session, dead network, a second editor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from evidence.models import SefSection
from evidence.rules.sef_entry import EvidenceLine, SectionEntry, lines_from
from evidence.services.sef_opening import open_sef
from evidence.services.sef_writing import save_section
from schools.models import Membership
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import PASSWORD, member
from tests.journeys.conftest import Watch, sign_in

HALF = "Pupils read wid"
WORDS = "Pupils read widely, and adults read to them."
SAVED = "You can close this page."


@pytest.fixture
def section(live_cast: Cast, time_machine: Any) -> str:
    """The address of a section of Ben's open self-evaluation."""
    time_machine.move_to("2026-11-20T10:00Z")
    cast = live_cast
    with trust_scope(cast.alder):
        with_password(cast.ben)
        open_sef(cast.dunmere, cast.autumn)
    kwargs = {"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk, "area": "inclusion"}
    return reverse("sef_area", kwargs=kwargs)


def with_password(person: Membership) -> Membership:
    person.user.set_password(PASSWORD)
    person.user.save()
    return person


@pytest.fixture
def browser(live_cast: Cast, section: str, open_browser: Callable[..., BrowserContext]) -> BrowserContext:
    context = open_browser()
    sign_in(context, live_cast.ben.user.email, PASSWORD).close()
    return context


def opened(browser: BrowserContext, section: str) -> Page:
    page = browser.new_page()
    page.goto(section)
    return page


def box(page: Page, name: str = "strengths") -> Locator:
    return page.locator(f"[name='{name}']")


def stored(cast: Cast) -> SectionEntry:
    with trust_scope(cast.alder):
        row = SefSection.objects.get(area="inclusion")
        return SectionEntry(row.judgement, row.strengths, row.development, lines_from(row.evidence))


def stored_version(cast: Cast) -> int:
    with trust_scope(cast.alder):
        return SefSection.objects.get(area="inclusion").of_version


def wait_for(cast: Cast, page: Page, words: str) -> None:
    """Until the words are with the server: an earlier “Saved” may still stand on the page."""
    for _ in range(300):
        if stored(cast).strengths == words:
            break
        page.wait_for_timeout(100)
    assert stored(cast).strengths == words


def as_expected(watch: Watch, words: str) -> None:
    """Such a line in the console is no complaint here."""
    watch.complaints[:] = [said for said in watch.complaints if words not in said]


@pytest.mark.browser
def test_a_reload_in_mid_word_loses_nothing(
    live_cast: Cast, browser: BrowserContext, section: str, watch: Watch
) -> None:
    """What the closing page still sent may arrive after the new one was made: nobody is asked about their own words."""
    page = opened(browser, section)
    box(page).press_sequentially(HALF)
    page.reload()
    expect(box(page)).to_have_value(HALF)
    box(page).press("End")
    box(page).press_sequentially(WORDS.removeprefix(HALF))
    wait_for(live_cast, page, WORDS)
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.reload()
    expect(box(page)).to_have_value(WORDS)
    expect(page.locator("[data-conflict]:visible")).to_have_count(0)
    as_expected(watch, "status of 409")


@pytest.mark.browser
def test_every_part_outlives_a_closed_tab(live_cast: Cast, browser: BrowserContext, section: str, watch: Watch) -> None:
    page = opened(browser, section)
    browser.set_offline(True)
    page.locator(".pick label").nth(2).click()
    box(page).fill(WORDS)
    box(page, "development").fill("Writing.")
    for part, words in (("what", "Books"), ("on", "16 October 2026"), ("source", "Book look")):
        box(page, f"evidence-0-{part}").fill(words)
    page.get_by_text("More evidence").click()
    box(page, "evidence-11-what").fill("The last line of all")
    expect(page.get_by_text("Kept on this device").first).to_be_visible()
    assert stored(live_cast).is_empty
    page.close(run_before_unload=False)
    browser.set_offline(False)
    page = opened(browser, section)
    wait_for(live_cast, page, WORDS)
    with trust_scope(live_cast.alder):
        seen = SefSection.objects.get(area="inclusion").evidence
    assert stored(live_cast).judgement == "Expected standard"
    assert (stored(live_cast).strengths, stored(live_cast).development) == (WORDS, "Writing.")
    assert [one["what"] for one in seen if one["what"]] == ["Books", "The last line of all"]
    assert seen[0] == {"what": "Books", "on": "2026-10-16", "source": "Book look"}
    as_expected(watch, "ERR_INTERNET_DISCONNECTED")


@pytest.mark.browser
def test_an_expired_session_loses_nothing(live_cast: Cast, browser: BrowserContext, section: str, watch: Watch) -> None:
    page = opened(browser, section)
    Session.objects.all().delete()
    box(page).press_sequentially(WORDS)
    expect(page.get_by_text("You have been signed out. Your text is kept on this device.")).to_be_visible()
    assert stored(live_cast).is_empty
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(live_cast.ben.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: url.endswith(section))
    expect(box(page)).to_have_value(WORDS)
    wait_for(live_cast, page, WORDS)


@pytest.mark.browser
def test_words_written_offline_are_sent_when_the_connection_is_back(
    live_cast: Cast, browser: BrowserContext, section: str, watch: Watch
) -> None:
    page = opened(browser, section)
    browser.set_offline(True)
    box(page).fill(WORDS)
    expect(page.get_by_text("Kept on this device").first).to_be_visible()
    assert stored(live_cast).is_empty
    browser.set_offline(False)
    wait_for(live_cast, page, WORDS)
    as_expected(watch, "ERR_INTERNET_DISCONNECTED")


@pytest.mark.browser
def test_a_second_editor_is_told_and_neither_text_is_lost(
    live_cast: Cast, browser: BrowserContext, section: str, open_browser: Callable[..., BrowserContext], watch: Watch
) -> None:
    with trust_scope(live_cast.alder):
        maya = with_password(member("Maya Grant", "leader", live_cast.dunmere))
    other = open_browser()
    sign_in(other, maya.user.email, PASSWORD).close()
    hers, his = opened(other, section), opened(browser, section)
    box(hers).fill("Maya wrote this.")
    box(hers, "evidence-0-what").fill("Maya’s books")
    expect(hers.get_by_text(SAVED)).to_be_visible()
    box(his).fill("Ben wrote this.")
    notice = his.locator("[data-conflict='strengths']")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("Maya Grant changed “Strengths”")
    expect(notice).to_contain_text("Maya wrote this.")
    expect(notice).to_contain_text("Ben wrote this.")
    assert stored(live_cast).strengths == "Maya wrote this."
    expect(box(his, "evidence-0-what")).to_have_value("Maya’s books")
    notice.get_by_role("button", name="Put both in the box").click()
    wait_for(live_cast, his, "Maya wrote this.\n\nBen wrote this.")
    assert stored(live_cast).evidence == (EvidenceLine("Maya’s books"),)
    as_expected(watch, "status of 409")


@pytest.mark.browser
def test_a_colleagues_other_words_hold_nobody_up_who_saves_and_leaves(
    live_cast: Cast, browser: BrowserContext, section: str, open_browser: Callable[..., BrowserContext], watch: Watch
) -> None:
    with trust_scope(live_cast.alder):
        maya = with_password(member("Maya Grant", "leader", live_cast.dunmere))
    other = open_browser()
    sign_in(other, maya.user.email, PASSWORD).close()
    his, hers = opened(browser, section), opened(other, section)
    box(hers, "development").fill("Maya wrote this.")
    expect(hers.get_by_text(SAVED)).to_be_visible()
    box(his).fill("Ben wrote this.")
    his.get_by_role("button", name="Save and next section").click()
    his.wait_for_url(lambda url: not url.endswith(section))
    assert (stored(live_cast).strengths, stored(live_cast).development) == ("Ben wrote this.", "Maya wrote this.")
    as_expected(watch, "status of 409")


@pytest.mark.browser
def test_two_people_in_two_sections_are_in_nobodys_way(live_cast: Cast, browser: BrowserContext, section: str) -> None:
    here, there = opened(browser, section), opened(browser, section.replace("inclusion", "achievement"))
    box(here).fill("Here.")
    expect(here.get_by_text(SAVED)).to_be_visible()
    box(there).fill("There.")
    expect(there.get_by_text(SAVED)).to_be_visible()
    with trust_scope(live_cast.alder):
        found = dict(SefSection.objects.exclude(strengths="").values_list("area", "strengths"))
    assert found == {"inclusion": "Here.", "achievement": "There."}


@pytest.mark.browser
def test_marks_by_button_and_by_keyboard_and_a_word_about_names(
    live_cast: Cast, browser: BrowserContext, section: str
) -> None:
    page = opened(browser, section)
    bar = page.get_by_role("toolbar", name="Marks for Strengths")
    box(page).fill("Reading\nPhonics\nBooks")
    box(page).evaluate("(box) => box.setSelectionRange(8, 21)")
    bar.get_by_role("button", name="List").focus()
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("Reading\n- Phonics\n- Books")
    box(page).evaluate("(box) => box.setSelectionRange(0, 7)")
    bar.get_by_role("button", name="Heading").click()
    expect(box(page)).to_have_value("# Reading\n- Phonics\n- Books")
    box(page).evaluate("(box) => box.setSelectionRange(12, 19)")
    box(page).press("Control+b")
    expect(box(page)).to_have_value("# Reading\n- **Phonics**\n- Books")
    box(page).press("Control+z")
    expect(box(page)).to_have_value("# Reading\n- Phonics\n- Books")
    box(page).press("Control+End")
    box(page).press_sequentially("\n\nMiss Smith leads it.")
    expect(page.get_by_text("This seems to name a person: “Miss Smith”.")).to_be_visible()
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert "Miss Smith" in stored(live_cast).strengths, "a warning is no refusal"


def select(page: Page, start: int, end: int) -> None:
    box(page).evaluate("(box, [start, end]) => box.setSelectionRange(start, end)", [start, end])


def is_pressed(bar: Locator, name: str, state: bool) -> None:
    button = bar.get_by_role("button", name=name, exact=True)
    expect(button).to_have_attribute("aria-pressed", "true" if state else "false")


@pytest.mark.browser
def test_each_mark_is_shown_as_pressed_and_a_second_press_takes_it_away(browser: BrowserContext, section: str) -> None:
    page = opened(browser, section)
    bar = page.get_by_role("toolbar", name="Marks for Strengths")
    for name, marked in (
        ("Heading", "# Reading\n# Books"),
        ("List", "- Reading\n- Books"),
        ("Numbers", "1. Reading\n2. Books"),
        ("Bold", "**Reading**\n**Books**"),
        ("Italics", "*Reading*\n*Books*"),
    ):
        box(page).fill("Reading\nBooks")
        select(page, 0, 13)
        is_pressed(bar, name, False)
        bar.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Space")
        expect(box(page)).to_have_value(marked)
        is_pressed(bar, name, True)
        bar.get_by_role("button", name=name, exact=True).click()
        expect(box(page)).to_have_value("Reading\nBooks")
        is_pressed(bar, name, False)
    select(page, 0, 7)
    box(page).press("Control+b")
    expect(box(page)).to_have_value("**Reading**\nBooks")
    select(page, 4, 4)
    is_pressed(bar, "Bold", True)
    box(page).press("Control+b")
    expect(box(page)).to_have_value("Reading\nBooks")


@pytest.mark.browser
def test_one_bad_day_keeps_nothing_else_back(live_cast: Cast, browser: BrowserContext, section: str) -> None:
    """It stays as it was typed, beside the reason, also on the next page, until it can be read."""
    page = opened(browser, section)
    box(page, "evidence-0-what").fill("Books of Mrs Patel")
    box(page, "evidence-0-on").fill("last week")
    box(page).fill(WORDS)
    wait_for(live_cast, page, WORDS)
    expect(page.get_by_text("except one answer that needs a change")).to_be_visible()
    expect(page.get_by_text("Enter the day like 16 October 2026")).to_be_visible()
    expect(page.get_by_text("This seems to name a person: “Mrs Patel”.")).to_be_visible()
    lacking = page.locator("[data-missing]")
    expect(lacking).to_contain_text("no judgement, no areas for development and no date or source")
    assert stored(live_cast).evidence == (EvidenceLine("Books of Mrs Patel"),)
    page.get_by_role("button", name="Save and next section").click()
    expect(box(page, "evidence-0-on")).to_be_focused()
    page.reload()
    expect(box(page, "evidence-0-on")).to_have_value("last week")
    expect(page.get_by_text("Enter the day like 16 October 2026")).to_be_visible()
    box(page, "evidence-0-on").fill("16 October 2026")
    box(page, "evidence-0-source").fill("Book look")
    expect(lacking).to_have_text("Not ready to send: no judgement and no areas for development yet.")
    expect(page.get_by_text("Enter the day like 16 October 2026")).to_have_count(0)
    assert stored(live_cast).evidence == (EvidenceLine("Books of Mrs Patel", date(2026, 10, 16), "Book look"),)


@pytest.mark.browser
def test_a_line_taken_out_while_it_was_being_sent_stays_out(
    live_cast: Cast, browser: BrowserContext, section: str
) -> None:
    page = opened(browser, section)
    held: list[Route] = []
    page.route("**/save/", lambda route: held.append(route), times=1)
    with page.expect_request("**/save/"):
        box(page, "evidence-0-what").fill("Books")
    box(page, "evidence-0-what").fill("")
    box(page).focus()
    page.wait_for_timeout(1500)  # longer than a pause in typing, so that nothing else would send it
    held[0].continue_()
    expect(page.get_by_text(SAVED)).to_be_visible()
    for _ in range(100):
        if not stored(live_cast).evidence and stored_version(live_cast) == 3:
            break
        page.wait_for_timeout(100)
    assert (stored(live_cast).evidence, stored_version(live_cast)) == ((), 3), "written, and taken out again"


@pytest.mark.browser
def test_a_day_that_could_not_be_read_and_was_taken_out_stays_out(browser: BrowserContext, section: str) -> None:
    page = opened(browser, section)
    box(page, "evidence-0-on").fill("last week")
    expect(page.get_by_text("Enter the day like 16 October 2026")).to_be_visible()
    box(page, "evidence-0-on").fill("")
    expect(page.get_by_text("Everything is saved.")).to_be_visible()
    expect(page.get_by_text("Enter the day like 16 October 2026")).to_have_count(0)
    page.reload()
    expect(box(page, "strengths")).to_be_visible()
    expect(box(page, "evidence-0-on")).to_have_value("")


@pytest.mark.browser
def test_without_scripts_it_is_written_and_nobody_is_overwritten(
    live_cast: Cast, section: str, open_browser: Callable[..., BrowserContext], watch: Watch
) -> None:
    cast = live_cast
    plain = open_browser(java_script_enabled=False)
    page = sign_in(plain, cast.ben.user.email, PASSWORD)
    page.goto(section)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.locator(".pick label").nth(2).click()
    box(page).fill(WORDS)
    box(page, "evidence-0-what").fill("Books")
    box(page, "evidence-0-on").fill("last week")
    page.get_by_role("button", name="Save and next section").click()
    expect(page.get_by_text("Enter the day like 16 October 2026").first).to_be_visible()
    expect(box(page)).to_have_value(WORDS)
    box(page, "evidence-0-on").fill("16/10/2026")
    with trust_scope(cast.alder):
        sef = SefSection.objects.get(area="inclusion").part_of
        save_section(sef, "inclusion", SectionEntry(strengths="Maya wrote this."), by=cast.ada)
    page.get_by_role("button", name="Save and next section").click()
    expect(page.get_by_text("Ada Whitlock changed this section")).to_be_visible()
    group = page.get_by_role("group", name="Strengths")
    expect(group).to_contain_text("Maya wrote this.")
    expect(group).to_contain_text(WORDS)
    group.get_by_label("Keep both, theirs first").check()
    page.get_by_role("button", name="Save with these choices").click()
    page.wait_for_url(lambda url: not url.endswith(section))
    assert stored(cast).strengths == f"Maya wrote this.\n\n{WORDS}"
    assert stored(cast).judgement == "Expected standard"
    assert [line.what for line in stored(cast).evidence] == ["Books"]
    as_expected(watch, "status of 409")
