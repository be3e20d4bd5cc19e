"""A school from Phase 1 to Phase 2 in a real browser: its checklist, its plan, and who writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from categorisation.services import decide_category
from plans.models import Action, ChecklistItem
from plans.tasks import follow_the_levels
from schools.models import AuditEntry
from schools.queries import current_period
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.journeys.auditing import Audit
from tests.journeys.conftest import leave
from tests.journeys.signed_in import sign_in_as
from tests.plans.phase_world import PhaseWorld, make_phase_world

LEAD, CEO, HEAD, CHAIR = "lead", "ceo", "head", "chair"
FORBIDDEN = 403


class Story:
    """Each person with a browser of their own; every page is looked at by axe once."""

    def __init__(
        self, world: PhaseWorld, site: str, open_browser: Callable[..., BrowserContext], time_machine: Any
    ) -> None:
        self.world, self.site, self.open_browser, self.clock = world, site, open_browser, time_machine
        self.pages: dict[str, Page] = {}
        self.audit = Audit()

    def open(self, who: str, path: str) -> Page:
        if who not in self.pages:
            context = self.open_browser()
            sign_in_as(context, self.world.people[who].user, self.site)
            self.pages[who] = context.new_page()
        self.pages[who].goto(f"/t/alder/{path}")
        return self.pages[who]

    def look(self, page: Page, name: str) -> None:
        self.audit.look_at(page, name)
        page.set_viewport_size({"width": 1280, "height": 900})

    @property
    def checklist(self) -> str:
        return f"schools/{self.world.school.pk}/checklist/"

    def decide(self, level: str, on: date) -> None:
        """The chief executive decides; the next morning the school is told, and the hour's work is done."""
        for page in self.pages.values():
            leave(page.context)
        self.pages = {}  # sessions end in the meantime
        self.clock.move_to(datetime(on.year, on.month, on.day, 11, tzinfo=LONDON))
        with trust_scope(self.world.trust):
            period = current_period(on)
            assert period is not None
            known = {"by": self.world.people[CEO], "level": level, "period": period}
            decide_category(self.world.school, "phase", reason="What the audit and the visits show.", **known)
        self.clock.move_to(datetime(on.year, on.month, on.day + 1, 11, tzinfo=LONDON))
        follow_the_levels()

    def write(self, who: str, words: str, **typed: str) -> Page:
        """Open an item from the checklist and write it."""
        page = self.open(who, self.checklist)
        page.get_by_role("link", name=words, exact=True).first.click()
        for label, said in typed.items():
            if label == "status":
                page.get_by_label(said, exact=True).check()
            else:
                page.get_by_label(label.replace("_", " ")).fill(said)
        page.get_by_role("button", name="Save").click()
        return page


@pytest.fixture
def story(transactional_db: None, time_machine: Any, site: str, open_browser: Callable[..., BrowserContext]) -> Story:
    time_machine.move_to(datetime(2026, 9, 2, 11, tzinfo=LONDON))
    return Story(make_phase_world(), site, open_browser, time_machine)


@pytest.mark.browser
def test_from_phase_1_to_phase_2(story: Story, say: Callable[[str], None]) -> None:
    story.decide("phase_1", date(2026, 9, 2))
    the_central_team_writes(story)
    the_plan_begins_with_what_is_outstanding(story)
    story.decide("phase_2", date(2026, 11, 18))
    both_write_and_nothing_is_lost(story)
    assert not story.audit.faults
    say(f"phases: {story.audit.looked_at} pages looked at {story.audit.runs} times, faults {len(story.audit.faults)}")


def the_central_team_writes(story: Story) -> None:
    """The head reads; the lead writes, early items of the next phase too."""
    page = story.open(HEAD, f"schools/{story.world.school.pk}/")
    page.get_by_role("link", name="Checklist").click()
    expect(page.get_by_text("Phase 1 Stabilise: 0 of 37 met.")).to_be_visible()
    expect(page.get_by_text("In Phase 1 Stabilise the central team writes the plan and its checklist.")).to_be_visible()
    page.get_by_role("link", name="Legal audit", exact=True).click()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    story.look(page, "item, read")
    page = story.write(LEAD, "Legal audit", status="Met")
    expect(page.get_by_role("alert")).to_contain_text("Say what shows that it is met")
    story.look(page, "item with a fault")
    page.get_by_label("What shows it").fill("The report of the solicitors.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Phase 1 Stabilise: 1 of 37 met.")).to_be_visible()
    story.write(LEAD, "Budget audit", status="Under way", By_when="18 September 2026")
    page = story.open(LEAD, story.checklist)
    expect(page.get_by_text("Nothing of it is met yet.")).to_be_visible()
    page.get_by_text("What else Phase 2 Repair asks for").click()
    page.get_by_role("link", name="Information evenings for parents", exact=True).click()
    page.get_by_label("Met", exact=True).check()
    page.get_by_label("What shows it").fill("The evening of 1 September.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Already met from Phase 2 Repair")).to_be_visible()
    expect(page.get_by_text("The evening of 1 September.")).to_be_visible()
    story.look(page, "checklist")


def the_plan_begins_with_what_is_outstanding(story: Story) -> None:
    page = story.open(LEAD, f"schools/{story.world.school.pk}/plans/")
    page.get_by_role("button", name="Begin Academy Improvement Plan (AIP)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What goes into the plan?")
    expect(page.get_by_label("Legal audit")).to_have_count(0)
    story.look(page, "items for the plan")
    for box in page.get_by_role("checkbox").all()[3:]:
        box.uncheck()
    page.get_by_role("button", name="Put into the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("Say who sees to those items that name nobody yet")
    page.get_by_label("If a role sees to it: which").fill("Head of school improvement")
    page.get_by_role("button", name="Put into the plan").click()
    expect(page.get_by_text("What you ticked is in the plan.")).to_be_visible()
    story.look(page, "plan")
    with trust_scope(story.world.trust):
        assert Action.objects.exclude(item=None).count() == 3
    plan = page.url.split("/t/alder/")[1].split("#")[0]
    page = story.open(HEAD, plan)
    expect(page.get_by_role("link", name="Write the sections")).to_have_count(0)
    refused = page.request.get(f"{story.site}/t/alder/{plan}write/")
    assert refused.status == FORBIDDEN
    assert "the central team writes the plan" in refused.text()


def both_write_and_nothing_is_lost(story: Story) -> None:
    """The school may write now; what was met early counts, and what is open from before stays in sight."""
    page = story.open(HEAD, story.checklist)
    expect(page.get_by_text("Phase 2 Repair: 1 of 34 met.")).to_be_visible()
    page.locator("summary", has_text="1 met").click()
    expect(page.get_by_text("before the school came here, and kept")).to_be_visible()
    expect(page.get_by_text("The central team and the school write the plan and its checklist.").first).to_be_visible()
    page.locator("summary", has_text="2 moves").click()
    moved = page.get_by_role("heading", name="18 November 2026: Phase 2 Repair, from Phase 1 Stabilise")
    expect(moved).to_be_visible()
    expect(page.get_by_text("Before, the central team did.")).to_be_visible()
    expect(page.get_by_role("heading", name="Left open from before")).to_be_visible()
    story.look(page, "checklist of the next phase")
    page = story.write(HEAD, "Pupil voice is established", status="Under way", By_when="4 December 2026")
    expect(page.get_by_text("What is next")).to_be_visible()
    page.get_by_label("Show").select_option(label="Overdue")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Nothing of the checklist fits.")).to_be_visible()
    page = story.open(CEO, "plans/")
    page.get_by_role("link", name="Checklists").click()
    expect(page.get_by_role("link", name="Elm Primary")).to_be_visible()
    story.look(page, "checklists of the trust")
    with trust_scope(story.world.trust):
        entries = AuditEntry.objects.filter(did="checklist.entered").order_by("pk")
        assert [(one.before, one.after) for one in entries] == [
            ("", "Phase 1 Stabilise"), ("Phase 1 Stabilise", "Phase 2 Repair"),
        ]  # fmt: skip
        assert ChecklistItem.objects.filter(level="phase_1").count() == 37
