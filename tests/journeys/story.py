"""The six steps as people take them, each in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.core import mail
from playwright.sync_api import BrowserContext, Locator, Page, expect

from categorisation.models import Decision, Proposal
from schools.models import Establishment, EstablishmentGroup, GroupLink, Period, School, Trust, User
from schools.tenancy import trust_scope
from tests.factories import PASSWORD
from tests.journeys.conftest import leave, sign_in

GROUP = "2044"
AS_AT = date(2026, 11, 1)
OPERATOR = "operator@example.org"
FIRST_NOTE = "Attendance is better than in the summer."
BROKEN_OFF = " Year 4 is the exception, because"
QUESTION = "Which year groups does this rest on?"
ANSWER = "It rests on Years 2 to 6; Reception is counted apart."
DISSENT = "The visit in November showed another picture."
REASON = "Two leaders leave at Christmas, and nobody is appointed yet."
REPLY = "We accept this, and ask that it is read with the cohort in mind."
PEOPLE = (
    ("Ben Osei", "ben@example.org", "head", True),
    ("Ada Whitlock", "ada@example.org", "si_lead", False),
    ("Ruth Ellison", "ruth@example.org", "ceo", False),
    ("Tom Tilbury", "tom@example.org", "trustee", False),
)
OLIVE = "olive@example.org"


def write_register() -> None:
    """A group of three schools, as the operator's import would leave it."""
    EstablishmentGroup.objects.create(
        uid=GROUP, name="Harbour Trust", kind_code="06", kind="Multi-academy trust", source="test", as_at=AS_AT
    )
    for number, name in enumerate(("Dunmere Primary", "Ashmere Primary", "Kestrel Primary")):
        urn = f"81000{number}"
        Establishment.objects.create(
            urn=urn, name=name, phase="Primary", la_name="Surrey", pupils=210, age_low=4, age_high=11, source="test",
            as_at=AS_AT,
        )  # fmt: skip
        GroupLink.objects.create(
            group_uid=GROUP, urn=urn, joined_on=date(2018 + number, 9, 1), source="test", as_at=AS_AT
        )


def link_in_mail(email: str) -> str:
    """The invitation's address, from the last message to this person."""
    message = next(message for message in reversed(mail.outbox) if email in message.to)
    return re.search(r"http\S+/invitation/\S+", message.body)[0]  # type: ignore[index]


@dataclass
class Story:
    """One trust on its way through the six steps."""

    strategy: str
    open_browser: Callable[..., BrowserContext]
    slug: str = "harbour"
    browsers: dict[str, BrowserContext] = field(default_factory=dict)
    pages: int = 0

    @property
    def trust(self) -> Trust:
        return Trust.objects.get(slug=self.slug)

    def browser(self, who: str) -> BrowserContext:
        if who not in self.browsers:
            self.browsers[who] = self.open_browser()
            self.browsers[who].on("page", lambda page: page.on("load", self._count))
        return self.browsers[who]

    def everybody_leaves(self) -> None:
        for browser in self.browsers.values():
            leave(browser)

    def _count(self, _: Page) -> None:
        self.pages += 1

    def page(self, who: str, path: str) -> Page:
        page = self.browser(who).new_page()
        page.goto(f"/t/{self.slug}/{path}")
        return page

    # 1. The operator, the administrator, and the people

    def start_the_trust(self) -> None:
        User.objects.create_user(email=OPERATOR, name="Orla Finch", password=PASSWORD, is_operator=True)
        page = sign_in(self.browser("operator"), OPERATOR, PASSWORD)
        page.goto("/operator/new/")
        page.get_by_label("Name of the trust").fill("Harbour Trust")
        page.get_by_label("Address", exact=True).fill(self.slug)
        page.get_by_label("Group UID").fill(GROUP)
        page.get_by_label("First administrator's name").fill("Olive Reed")
        page.get_by_label("First administrator's email address").fill(OLIVE)
        page.get_by_role("button", name="Create the trust").click()
        expect(page.get_by_text("Olive Reed is invited")).to_be_visible()

    def accept(self, who: str, email: str) -> Page:
        """Follow the link in the mail and choose a password."""
        page = self.browser(who).new_page()
        page.goto(link_in_mail(email))
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Set the password and join").click()
        expect(page.get_by_text("You have joined Harbour Trust")).to_be_visible()
        return page

    def set_up(self) -> None:
        page = self.accept("olive", OLIVE)
        page.goto(f"/t/{self.slug}/setup/strategy/")
        page.locator(f"input[name=name][value={self.strategy}]").check()
        page.get_by_role("button", name="Publish and follow it").click()
        expect(page.get_by_text("the trust follows it")).to_be_visible()
        page.goto(f"/t/{self.slug}/setup/schools/register/")
        page.get_by_role("button", name="Look it up").click()
        page.get_by_label("Kestrel Primary", exact=True).uncheck()
        page.get_by_role("button", name="Add the ticked schools").click()
        expect(page.get_by_text("Schools added: 2.")).to_be_visible()
        page.goto(f"/t/{self.slug}/people/")
        for name, email, role, of_school in PEOPLE:
            form = page.locator("form", has=page.get_by_role("button", name="Send the invitation"))
            form.locator("[name=name]").fill(name)
            form.locator("[name=email]").fill(email)
            form.locator("[name=role]").select_option(role)
            if of_school:
                form.locator("[name=school]").select_option(label="Dunmere Primary")
            form.get_by_role("button", name="Send the invitation").click()
            expect(page.get_by_role("heading", name=name)).to_be_visible()
        for name, email, _, _ in PEOPLE:
            self.accept(name.split()[0].lower(), email)

    # 2. The head

    @property
    def dunmere_pk(self) -> int:
        with trust_scope(self.trust):
            return School.objects.get(name="Dunmere Primary").pk

    def matrix_path(self) -> str:
        with trust_scope(self.trust):
            period = Period.objects.get(year=2026, season="autumn", half=0)
        return f"schools/{self.dunmere_pk}/matrix/{period.pk}/"

    def rate(self, sheet: Locator, place: int) -> None:
        """One indicator, every field of it."""
        tiles = sheet.locator(".pick label")
        tiles.nth(place % 2 + 1).click()
        sheet.locator("textarea").fill(f"{FIRST_NOTE} Seen by us.")
        sheet.locator("input[name$=evidence_on]").fill("16 October 2026")
        for source in (0, 1):
            sheet.locator("input[name$=sources]").nth(source).check()

    def begin_and_be_interrupted(self) -> str:
        """Begin, save a little, break off in mid-sentence; all of it is there again. The criterion's address."""
        page = self.page("ben", self.matrix_path())
        page.get_by_role("button", name="Begin empty").click()
        page.get_by_role("link", name=re.compile("^Carry on with")).click()
        sheet = page.locator("section.sheet").first
        sheet.locator(".pick label").nth(1).click()
        sheet.locator("textarea").fill(FIRST_NOTE)
        expect(page.get_by_text("You can close this page.")).to_be_visible()
        sheet.locator("textarea").press("End")
        sheet.locator("textarea").press_sequentially(BROKEN_OFF)
        where = page.url
        page.close()
        page = self.browser("ben").new_page()
        page.goto(where)
        expect(page.locator("section.sheet").first.locator("textarea")).to_have_value(FIRST_NOTE + BROKEN_OFF)
        expect(page.locator("section.sheet").first.locator("input[type=radio]").nth(1)).to_be_checked()
        page.close()
        return where

    def carry_on_and_send(self, where: str) -> int:
        """Every criterion by hand, one after the other; then send. How many indicators."""
        page = self.browser("ben").new_page()
        page.goto(where)
        count = 0
        while "/criteria/" in page.url:
            here, sheets = page.url, page.locator("section.sheet")
            for place in range(sheets.count()):
                self.rate(sheets.nth(place), place)
                count += 1
            page.locator("button[form=ratings]").last.click()
            page.wait_for_url(lambda url, here=here: url != here)
        self.send(page)
        return count

    def send(self, page: Page) -> None:
        page.goto(f"/t/{self.slug}/{self.matrix_path()}")
        page.get_by_role("button", name="Send to the trust").click()
        expect(page.get_by_text("Sent to the trust.")).to_be_visible()

    def answer_the_question(self) -> None:
        """The head reads what the lead asked, adds a word and sends it again."""
        page = self.page("ben", "my-school/")
        expect(page.get_by_text(QUESTION).first).to_be_visible()
        page.goto(f"/t/{self.slug}/{self.matrix_path()}")
        expect(page.get_by_text(QUESTION).first).to_be_visible()
        page.locator("a[href*='/criteria/']").first.click()
        sheet = page.locator("section.sheet").first
        sheet.locator("textarea").fill(ANSWER)
        here = page.url
        page.locator("button[form=ratings]").last.click()
        page.wait_for_url(lambda url: url != here)
        self.send(page)

    # 3. The lead

    def return_with_a_question(self) -> None:
        page = self.page("ada", "moderation/")
        page.get_by_role("link", name="Dunmere Primary").click()
        page.locator("textarea[name=note]").fill(QUESTION)
        page.get_by_role("button", name=re.compile("^Send back")).click()
        expect(page.get_by_text("Dunmere Primary").first).to_be_visible()
        page.close()

    def moderate_and_agree(self) -> None:
        page = self.page("ada", "moderation/")
        page.get_by_role("link", name="Dunmere Primary").click()
        expect(page.get_by_text(ANSWER).first).to_be_visible()
        line = page.locator("li[id^=kpi-]").first
        line.locator("summary").click()
        line.locator(".pick label").nth(3).click()
        line.get_by_label("Why?").fill(DISSENT)
        line.get_by_role("button", name=re.compile("^Save this rating")).click()
        expect(page.locator("li[id^=kpi-]").first.get_by_text(DISSENT).first).to_be_visible()
        page.get_by_role("button", name="Agree the matrix").click()
        expect(page.get_by_text("Dunmere Primary: agreed.")).to_be_visible()

    # 4. and 5. The proposal, the overview and the meeting

    def decide(self) -> None:
        page = self.page("ruth", "overview/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("table").get_by_text("Dunmere").first).to_be_visible()
        expect(page.get_by_role("table").get_by_text("proposed").first).to_be_visible()
        page.goto(f"/t/{self.slug}/meetings/")
        page.locator("select[name=kind]").select_option("risk_meeting")
        page.locator("[name=day]").fill("20 November 2026")
        page.locator("[name=time]").fill("14:00")
        page.get_by_role("button", name="Plan the meeting").click()
        meeting = page.url if re.search(r"/meetings/\d+/$", page.url) else ""
        if not meeting:
            page.locator("section", has=page.locator("#coming")).get_by_role("link").first.click()
            meeting = page.url
        with trust_scope(self.trust):
            proposals = list(Proposal.objects.order_by("axis"))
        for proposal in proposals:
            self.decide_one(page, meeting, proposal)

    def decide_one(self, page: Page, meeting: str, proposal: Proposal) -> None:
        """Otherwise than proposed: refused without a reason, recorded with one."""
        page.goto(meeting)
        page.locator(f"a[href*='/schools/{self.dunmere_pk}/decide/{proposal.axis}/']").click()
        headline = proposal.explanation["words"]["headline"]
        expect(page.get_by_text(f"The rules propose {headline}").first).to_be_visible()
        expect(page.get_by_role("heading", name=re.compile("^What held it"))).to_be_visible()
        tiles = page.locator(".pick input[type=radio]")
        keys = [tiles.nth(place).get_attribute("value") for place in range(tiles.count())]
        other = next(key for key in keys if key != proposal.level)
        page.locator(f".pick label:has(input[value={other}])").click()
        page.get_by_role("button", name="Record the decision").click()
        expect(page.get_by_text("Say why, because this is not simply what the rules propose").first).to_be_visible()
        page.get_by_label("Reason").fill(REASON)
        page.get_by_role("button", name="Record the decision").click()
        expect(page.get_by_text("recorded. The head is told in the morning")).to_be_visible()

    def decisions(self) -> list[int]:
        with trust_scope(self.trust):
            return list(Decision.objects.order_by("pk").values_list("pk", flat=True))

    def reply(self, decision: int) -> None:
        page = self.page("ben", f"decisions/{decision}/")
        expect(page.get_by_text(REASON).first).to_be_visible()
        page.get_by_role("textbox", name="Your reply").fill(REPLY)
        page.get_by_role("button", name="Send the reply").click()
        expect(page.get_by_text(REPLY).first).to_be_visible()

    # 6. The reports

    def ask_for(self, kind: str) -> Page:
        page = self.page("ada", "reports/")
        page.locator("select[name=kind]").select_option(kind)
        page.get_by_role("button", name="Make this report").click()
        page.wait_for_url(re.compile(r"/reports/\d+/$"))
        return page

    def download(self, who: str, url: str) -> bytes:
        page = self.browser(who).new_page()
        page.goto(url)
        with page.expect_download() as started:
            page.get_by_role("link", name="Download the PDF").click()
        return Path(started.value.path()).read_bytes()
