"""A concern from its opening to the end of the watch, in a real browser, under each strategy with a ladder."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from categorisation.models import SchoolFact
from plans.models import Concern, Letter
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.journeys.conftest import leave
from tests.journeys.signed_in import sign_in_as
from tests.plans.ladder_world import LADDERS, TODAY, LadderWorld, make_ladder_world

NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)
LEAD, CEO, HEAD, CHAIR = "lead", "ceo", "head", "chair"


class Story:
    """Each person with a browser of their own."""

    def __init__(
        self, world: LadderWorld, site: str, open_browser: Callable[..., BrowserContext], move_to: Callable[..., None]
    ) -> None:
        self.world, self.site, self.open_browser, self.move_to = world, site, open_browser, move_to
        self.pages: dict[str, Page] = {}
        self.concern = ""

    def page(self, who: str) -> Page:
        if who not in self.pages:
            context = self.open_browser()
            sign_in_as(context, self.world.people[who].user, self.site)
            self.pages[who] = context.new_page()
        return self.pages[who]

    def goes_on_to(self, day: date) -> None:
        """Everybody signs in anew: the sessions have ended since."""
        for page in self.pages.values():
            leave(page.context)
        self.pages.clear()
        self.move_to(datetime.combine(day, NOON.timetz()))

    def open(self, who: str, path: str = "") -> Page:
        """A page of the trust; without a path that of the concern."""
        page = self.page(who)
        page.goto(f"/t/alder/{path}" if path else self.concern)
        return page

    def raise_it(self) -> None:
        """The lead comes from the list of concerns, as somebody would who does not know the address."""
        page = self.open(LEAD, "concerns/")
        page.get_by_role("link", name="Elm Primary").click()
        page.get_by_role("link", name="Raise a concern").click()
        page.get_by_label(self.world.ladder.entry[0]).check()
        page.get_by_label("What led to this concern?").fill("Reading stands still.")
        page.get_by_label("What shows it?").fill("The visit of 12 November.")
        self._talk(page)
        page.get_by_role("button", name="Propose it").click()
        expect(page.get_by_text("Proposed. Whoever decides is told.")).to_be_visible()
        self.concern = page.url

    def _talk(self, page: Page) -> None:
        page.get_by_label("What are the causes?").fill("Two leaders have left.")
        page.get_by_label("With whom was it discussed?").fill("The headteacher")
        page.get_by_label("On which day?").fill("18 November 2026")
        page.get_by_label("When is it looked at again?").fill("15 January 2027")

    def agree(self, words: str = "") -> None:
        page = self.open(CEO)
        page.get_by_label("I agree").check()
        page.get_by_label("In your words").fill(words)
        page.get_by_role("button", name="Record my decision").click()
        expect(page.get_by_text("Your decision is on record.")).to_be_visible()

    def step(self, link: str) -> None:
        """Propose a step and have it agreed."""
        page = self.open(LEAD)
        page.get_by_role("link", name=link, exact=True).click()
        page.get_by_role("textbox").first.fill("What the last two visits have found.")
        if link == "Step up":
            self._talk(page)
        elif link != "Leave the ladder":
            page.get_by_label("When is it looked at again?").fill("15 January 2027")
        for box in page.get_by_label("What shows this").all():
            box.fill("Both visits of November.")
        page.get_by_role("button", name="Propose it").click()
        self.agree()

    def begin_plan(self) -> None:
        """The head begins the plan that the stage asks for."""
        page = self.open(HEAD, f"schools/{self.world.school.pk}/plans/")
        stage = self.standing().stage
        assert stage is not None
        kind = next(one for one in self.world.version.strategy.plan_types if one.key == stage.plan)
        page.get_by_role("button", name=f"Begin {kind.label}", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(kind.label)

    def amend_plan(self, words: str) -> None:
        page = self.open(LEAD)
        page.get_by_text("Put down what the plan has gained").click()
        page.get_by_label("What has the plan gained for this stage?").fill(words)
        page.get_by_role("button", name="Put it on record").last.click()
        expect(page.get_by_text(words)).to_be_visible()

    def write_letter(self, who: str) -> None:
        page = self.open(LEAD)
        page.get_by_role("link", name="Write a letter").click()
        expect(page.get_by_label(who).first).to_be_checked()
        expect(page.get_by_label("The letter")).to_have_value(re.compile("Why: "))
        page.get_by_role("button", name="Send the letter").click()
        expect(page.get_by_text("The letter is kept as you sent it.")).to_be_visible()

    def standing(self) -> Any:
        with trust_scope(self.world.trust):
            return self.world.standing(Concern.objects.get())

    def facts(self) -> list[str]:
        with trust_scope(self.world.trust):
            return list(SchoolFact.objects.current(TODAY).values_list("key", flat=True))

    def download(self, who: str, link: str) -> Path:
        with self.page(who).expect_download() as started:
            self.page(who).get_by_role("link", name=link).click()
        return started.value.path()


def is_tagged(path: Path) -> bool:
    with pikepdf.open(path) as document:
        return bool(document.Root.MarkInfo.Marked)


@pytest.fixture(params=sorted(LADDERS))
def story(
    request: Any, transactional_db: None, time_machine: Any, site: str, open_browser: Callable[..., BrowserContext]
) -> Story:
    time_machine.move_to(NOON)
    return Story(make_ladder_world(request.param), site, open_browser, time_machine.move_to)


@pytest.mark.browser
def test_up_two_stages_amended_down_closed_and_watched(story: Story, say: Callable[[str], None]) -> None:
    stages = story.world.ladder.stages
    story.raise_it()
    assert story.facts() == []
    story.agree("Let us look again after Christmas.")
    assert story.facts() == [stages[0].fact]

    expect(story.open(HEAD).get_by_text("Reading stands still.").first).to_be_visible()
    story.begin_plan()
    story.amend_plan("A day of help a week.")
    story.write_letter("Hal Head")
    page = story.open(LEAD)
    page.get_by_text("Put down what is done").click()
    page.get_by_label("On which day").fill("19 November 2026")
    page.get_by_role("button", name="Put it on record").first.click()
    expect(page.get_by_role("heading", name=f"Done: {story.world.ladder.before[0]}")).to_be_visible()

    story.step("Step up")
    story.step("Step up")
    assert (story.standing().stage, story.facts()) == (stages[2], [stages[2].fact])
    if story.standing().open_plan is None:
        story.begin_plan()
    story.amend_plan("Leadership from another school.")
    expect(story.open(CHAIR).get_by_text("Leadership from another school.")).to_be_visible()

    story.step("Step down")
    story.step("Step down")
    assert (story.standing().stage, story.facts()) == (stages[0], [stages[0].fact])
    story.step("Leave the ladder")
    assert (story.standing().is_watched, story.facts()) == (True, [])

    watch_to_the_end(story)
    letter_and_history(story)
    say(f"escalation, {story.world.version.key}: {len(stages)} stages, 5 steps up and down, 2 looks, 1 letter")


def watch_to_the_end(story: Story) -> None:
    """Two looks, each in its own time, and somebody else ends the watch."""
    for number in (1, 2):
        with trust_scope(story.world.trust):
            due = story.world.standing(Concern.objects.get()).looks[number - 1].due_on
        story.goes_on_to(due)
        page = story.open(LEAD)
        page.get_by_text(f"Record look {number}").click()
        page.get_by_label("Looked at on").fill(f"{due:%-d %B %Y}")
        page.get_by_label("The improvement holds").check()
        page.get_by_label("What did you see?").fill("It holds in every year.")
        page.get_by_role("button", name="Put it on record").click()
        expect(page.get_by_text("It is on record.")).to_be_visible()
    page = story.open(CEO)
    page.get_by_label("How does the school stand now?").fill("Well, and on its own feet.")
    page.get_by_role("button", name="End the watch").click()
    expect(page.get_by_text(f"Ended on {due:%-d %B %Y}").first).to_be_visible()
    expect(page.get_by_text("Well, and on its own feet.")).to_be_visible()


def letter_and_history(story: Story) -> None:
    """The chair reads the letter and takes both papers along."""
    page = story.open(CHAIR)
    assert is_tagged(story.download(CHAIR, "History as PDF"))
    with trust_scope(story.world.trust):
        letter = Letter.objects.get()
    page.get_by_text("earlier, 1 letter among them").click()
    page.get_by_role("link", name=f"Letter: {letter.subject}").click()
    expect(page.get_by_text("Reading stands still.")).to_be_visible()
    assert is_tagged(story.download(CHAIR, "Letter as PDF"))
