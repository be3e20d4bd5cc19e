"""The spring after: what is still true is carried forward, what moved is seen, and a meeting is held through."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from categorisation.models import Rating
from schools.models import Period
from schools.tenancy import trust_scope
from tests.factories import PASSWORD
from tests.journeys.conftest import sign_in
from tests.journeys.story import Story

FEBRUARY = "2027-02-26T10:00:00+00:00"
CHANGE = "Two experienced teachers have joined, and it shows in lessons."
MINUTES = "The committee read the proposals and followed them."


def signed_in_again(story: Story, *people: str) -> None:
    """Over the holidays every session has ended."""
    for who in people:
        sign_in(story.browser(who), f"{who}@example.org", PASSWORD).close()


def the_spring(story: Story) -> int:
    """From carrying forward to agreed minutes. How many ratings were carried forward."""
    with trust_scope(story.trust):
        period = Period.objects.get(year=2026, season="spring", half=0)
    matrix = f"schools/{story.dunmere_pk}/matrix/{period.pk}/"
    signed_in_again(story, "ben", "ada", "ruth")
    carry_forward_and_send(story, matrix)
    agree(story)
    see_what_moved(story)
    hold_the_meeting(story)
    with trust_scope(story.trust):
        return Rating.objects.filter(period=period, carried=True).count()


def carry_forward_and_send(story: Story, matrix: str) -> None:
    page = story.page("ben", matrix)
    page.get_by_role("button", name="Begin with what is still true").click()
    expect(page.get_by_text("are carried forward.")).to_be_visible()
    page.locator("a[href*='/criteria/']").first.click()
    sheet = page.locator("section.sheet").first
    sheet.locator(".pick label").first.click()
    sheet.locator("textarea").fill(CHANGE)
    sheet.locator("input[name$=evidence_on]").fill("12/02/27")
    here = page.url
    page.locator("button[form=ratings]").last.click()
    page.wait_for_url(lambda url: url != here)
    page.goto(f"/t/{story.slug}/{matrix}")
    page.get_by_role("button", name="Send to the trust").click()
    expect(page.get_by_text("Sent to the trust.")).to_be_visible()


def agree(story: Story) -> None:
    page = story.page("ada", "moderation/")
    page.get_by_role("link", name="Dunmere Primary").click()
    expect(page.get_by_text(CHANGE).first).to_be_visible()
    page.get_by_role("button", name="Agree the matrix").click()
    expect(page.get_by_text("Dunmere Primary: agreed.")).to_be_visible()


def see_what_moved(story: Story) -> None:
    """In the autumn people decided otherwise than proposed; so the spring's proposal moves, and says why."""
    page = story.page("ruth", "overview/")
    moved = page.locator("section", has=page.locator("#h-changes")).get_by_role("listitem").first
    expect(moved.get_by_text("Dunmere").first).to_be_visible()
    expect(moved.locator(".moves .rating")).to_have_count(2)
    expect(moved.get_by_role("link").first).to_be_visible()


def hold_the_meeting(story: Story) -> None:
    """Planned, attended, an interest declared, every axis decided as proposed, minutes written and agreed."""
    page = story.page("ruth", "meetings/")
    page.locator("select[name=kind]").select_option("risk_meeting")
    page.locator("[name=day]").fill("26 February 2027")
    page.locator("[name=time]").fill("14:00")
    page.get_by_label("Chair").select_option(label="Ruth Ellison")
    page.get_by_role("button", name="Plan the meeting").click()
    expect(page.get_by_text("chaired by Ruth Ellison")).to_be_visible()
    page.get_by_label("Attendance of Ada Whitlock").select_option("present")
    page.get_by_role("button", name="Save attendance").click()
    expect(page.get_by_label("Attendance of Ada Whitlock")).to_have_value("present")
    declare_an_interest(page)
    decide_as_proposed(page)
    page.get_by_role("textbox", name="Minutes").fill(MINUTES)
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Agree the saved minutes").click()
    expect(page.get_by_text("The minutes are agreed.")).to_be_visible()
    expect(page.get_by_text(MINUTES)).to_be_visible()
    expect(page.get_by_role("button", name="Save the draft")).to_have_count(0)


def declare_an_interest(page: Page) -> None:
    page.get_by_text("Declare an interest").click()
    page.get_by_label("Who", exact=True).select_option(label="Tom Tilbury")
    page.get_by_label("School", exact=True).select_option(label="Ashmere Primary")
    page.get_by_label("What the interest is").fill("His daughter teaches there.")
    page.get_by_role("button", name="Declare").click()
    expect(page.get_by_text("His daughter teaches there.").first).to_be_visible()


def decide_as_proposed(page: Page) -> None:
    meeting = page.url
    while page.get_by_role("link", name=re.compile("^Decide .* for Dunmere Primary")).count():
        page.get_by_role("link", name=re.compile("^Decide .* for Dunmere Primary")).first.click()
        expect(page.get_by_text("The rules propose").first).to_be_visible()
        for stays in ("It still fits", "It stays where it is"):  # where the strategy asks a re-assessment for it
            if page.get_by_label(stays).count():
                page.get_by_label(stays).check()
        page.get_by_role("button", name="Record the decision").click()
        page.wait_for_url(meeting)
