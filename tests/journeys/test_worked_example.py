"""The worked examples of two trusts' forms, in our own words: typed in a browser, considered, printed, read back."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from monitoring.models import Visit
from plans.models import Action
from schools.models import Membership, School, Trust
from schools.tenancy import trust_scope
from schools.words import on
from tests.conftest import Cast, start_trust
from tests.factories import SchoolFactory, member
from tests.journeys.paper import letters, printed
from tests.journeys.signed_in import sign_in_as

NOW = "2026-11-20T10:00Z"

Typed = dict[str, str | list[str]]
Open = Callable[..., BrowserContext]

FILE = Path(__file__).with_name("worked_examples.toml")
EXAMPLES: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
SCIENCE: Typed = EXAMPLES["science"]
ROWS: list[Typed] = EXAMPLES["rows"]
CONSIDERED: Typed = EXAMPLES["considered"]
LESSON: Typed = EXAMPLES["lesson"]
BOXES: dict[str, int] = EXAMPLES["boxes"]


def as_typed(name: str, value: str) -> str:
    """A day as people write it."""
    is_day = name.endswith(("date", "_on")) and value
    return on(date.fromisoformat(value)) if is_day else value


def fill(page: Page, name: str, value: str | list[str]) -> None:
    """As somebody at the screen would: tick, choose or type."""
    ticks = page.locator(f"input[type=checkbox][name='{name}'], input[type=radio][name='{name}']")
    if ticks.count():
        for one in value if isinstance(value, list) else [value]:
            page.locator(f"input[name='{name}'][value='{one}']").check()
        return
    box = page.locator(f"[name='{name}']")
    assert isinstance(value, str)
    box.fill(as_typed(name, value))


def begin(page: Page, slug: str, form: str) -> None:
    page.goto(f"/t/{slug}/monitoring/begin/")
    page.locator(f"input[name=form][value={form}]").check()
    choices = page.locator("select[name=school] option:not([value=''])")
    page.locator("select[name=school]").select_option(choices.first.get_attribute("value"))
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url("**/write/")


def send(page: Page) -> None:
    """Once everything is saved. A record that is sent is read on its own page."""
    page.locator("button[name=then][value=send]").click()
    page.wait_for_url(lambda url: not url.endswith(("/write/", "/begin/")))
    expect(page.get_by_role("heading", level=2, name="What was written")).to_be_visible()


def record(context: BrowserContext, slug: str, visit: int) -> dict[str, Any]:
    """As another program reads it."""
    found: dict[str, Any] = context.request.get(f"/api/v1/t/{slug}/visits/{visit}/").json()["filled"]
    return found


def paper(context: BrowserContext, slug: str, visit: int) -> str:
    answer = context.request.get(reverse("visit_file", kwargs={"trust": slug, "pk": visit}))
    assert answer.headers["content-type"] == "application/pdf"
    return letters(printed(answer.body()))


def assert_printed(text: str, values: list[tuple[str, str | list[str]]]) -> None:
    for name, value in values:
        for one in value if isinstance(value, list) else as_typed(name, value).split("\n"):
            assert letters(one) in text, f"{name}: {one}"


def only_said(typed: Typed) -> Typed:
    return {name: value for name, value in typed.items() if value}


@pytest.mark.browser
def test_the_form_for_four_year_groups_with_what_was_agreed(
    time_machine: Any, live_cast: Cast, open_browser: Open, site: str
) -> None:
    time_machine.move_to(NOW)
    ada, ben = open_browser(), open_browser()
    sign_in_as(ada, live_cast.ada.user, site)
    sign_in_as(ben, live_cast.ben.user, site)
    with trust_scope(live_cast.alder):
        School.objects.filter(pk=live_cast.ashmere.pk).update(name="Yarrow Primary")  # Dunmere is the first to choose
    page = ada.new_page()
    begin(page, "alder", "monitoring_form")
    write_science(page)
    send(page)
    with trust_scope(live_cast.alder):
        visit = Visit.objects.get()
    consider(ben.new_page(), visit, live_cast.ben)
    rows = [{"slot": slot, **only_said(row)} for slot, row in enumerate(ROWS)]
    agreed = "\n".join(str(row["actions"]) for row in ROWS) + f"\n{CONSIDERED['agreed_actions']}"
    answers = only_said(SCIENCE | CONSIDERED | {"agreed_actions": agreed})
    assert record(ada, "alder", visit.pk) == {"form": "monitoring_form", "answers": answers, "rows": rows}
    text = paper(ben, "alder", visit.pk)
    assert_printed(text, [(name, value) for name, value in answers.items() if name != "plan_changed"])
    assert_printed(text, [pair for row in ROWS for pair in only_said(row).items()])
    with trust_scope(live_cast.alder):
        made = list(Action.objects.order_by("pk").values_list("what", "owner_words", "impact_check_on"))
    checks = [date(2027, 1, 29), date(2027, 1, 29), date(2027, 2, 26), date(2027, 3, 12)]
    rows_made = [(row["actions"], "Science leader", day) for row, day in zip(ROWS, checks, strict=True)]
    assert made == [*rows_made, (CONSIDERED["agreed_actions"], "", date(2027, 2, 12))]
    with trust_scope(live_cast.alder):
        supports = list(Action.objects.order_by("pk").values_list("support", flat=True))
    assert supports == [*(row["support"] for row in ROWS), ""]
    assert_printed(text, [("what", row["actions"]) for row in ROWS])


def write_science(page: Page) -> None:
    for name, value in SCIENCE.items():
        fill(page, name, value)
    for slot, row in enumerate(ROWS):
        box = page.locator(f"[name='r{slot}-class_year']")
        if not box.is_visible():
            page.get_by_text("Add a class", exact=True).locator("visible=true").click()
            expect(box).to_be_focused()
        for name, value in only_said(row).items():
            fill(page, f"r{slot}-{name}", value)


def consider(page: Page, visit: Visit, head: Membership) -> None:
    """The head says that it is accurate; the leaders consider it and agree the four rows' actions."""
    page.goto(f"/t/alder/monitoring/{visit.pk}/")
    page.locator("input[name=reply][value=accurate]").check()
    page.get_by_role("button", name="Send the reply").click()
    page.get_by_role("link", name="Record how it was considered").click()
    fill(page, "agreed-on", CONSIDERED["considered_on"])
    for slot in range(len(ROWS)):
        line = f"agreed-action-{slot}"
        page.locator(f"[name='{line}-take']").check()
        expect(page.locator(f"[name='{line}-what']")).to_have_value(str(ROWS[slot]["actions"]))
        page.locator(f"[name='{line}-owner']").select_option(label="Somebody else, by role")
        fill(page, f"{line}-words", "Science leader")
        fill(page, f"{line}-due", "18 December 2026")
    fill(page, "agreed-action-3-check", "12 March 2027")
    page.get_by_text("Add an action", exact=True).locator("visible=true").click()
    more = page.locator("fieldset:visible textarea[name$='-what']").last
    expect(more).to_be_focused()
    more.fill(str(CONSIDERED["agreed_actions"]))
    for name in ("plan_changed", "plan_changes"):
        fill(page, name, CONSIDERED[name])
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text(f"put on record by {head.user.name}")).to_be_visible()


@pytest.fixture
def catkin(transactional_db: None, time_machine: Any) -> tuple[Trust, Membership]:
    """A trust without categories, its one school, and the lead."""
    time_machine.move_to(NOW)
    trust, _ = start_trust("catkin", "no_categories")
    with trust_scope(trust):
        SchoolFactory(name="Catkin Primary")
        return trust, member("Cora Lead", "si_lead")


@pytest.mark.browser
def test_the_form_for_one_lesson(catkin: tuple[Trust, Membership], open_browser: Open, site: str) -> None:
    trust, lead = catkin
    context = open_browser(width=820, height=1100)
    sign_in_as(context, lead.user, site)
    page = context.new_page()
    begin(page, trust.slug, "evidence_form")
    with trust_scope(trust):
        visit = Visit.objects.select_related("strategy_version").get()
        levels = [level.key for level in visit.strategy_version.strategy.levels_of("practice")]
    boxes = {field.key for field in visit.strategy_version.strategy.form_by_key["evidence_form"].judgements}
    assert set(BOXES) == boxes, "every judgement box"
    typed = LESSON | {name: levels[place] for name, place in BOXES.items()}
    for name, value in typed.items():
        fill(page, name, value)
    send(page)
    assert record(context, trust.slug, visit.pk) == {"form": "evidence_form", "answers": typed, "rows": []}
    words = {level.key: level.label for level in visit.strategy_version.strategy.levels_of("practice")}
    said = typed | {name: words[str(typed[name])] for name in BOXES}
    text = paper(context, trust.slug, visit.pk)
    assert_printed(text, [(name, value) for name, value in said.items() if name != "mixed_ability"])
