"""Axe on every page each role reaches in the demo, filled and with faults in its forms, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from reporting.models import Report
from reporting.pdf import Rendered
from reporting.services import make_report
from schools.access import ROLES
from schools.models import RoleGrant, Trust, User
from schools.services.invitations import invite_person
from schools.tenancy import trust_scope
from tests.conftest import TODAY
from tests.journeys.addresses import Addresses, plant_what_the_demo_lacks
from tests.journeys.auditing import Audit
from tests.journeys.forms_with_faults import forms_with_faults
from tests.journeys.signed_in import BACKEND, sign_in_as


@pytest.fixture
def demo(transactional_db: None, time_machine: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    """The demo as it stands on a Friday in the autumn, with its reports made. The operator."""
    time_machine.move_to(f"{TODAY}T10:00Z")
    settings.DEMO = True
    call_command("seed_demo", today=TODAY, verbosity=0)
    monkeypatch.setattr("reporting.services.making.render", lambda html, **_: Rendered(b"%PDF-not laid out", 1))
    for trust in Trust.objects.all():
        with trust_scope(trust):
            waiting = list(Report.objects.filter(state="queued").values_list("pk", flat=True))
        for pk in waiting:
            make_report(trust.pk, pk)
    operator = User.objects.get(is_operator=True)
    plant_what_the_demo_lacks(operator)
    return operator


def visitors(trust: Trust, operator: User, schools: set[int]) -> dict[str, User | None]:
    """Somebody of each role, besides whoever leads one of these schools, the operator, and nobody."""
    found: dict[str, User | None] = {"operator": operator, "nobody": None}
    for role in ROLES:
        grants = RoleGrant.objects.current().filter(role=role).select_related("membership__user").order_by("pk")
        if (first := grants.first()) is not None:
            found[role] = first.membership.user
        if role == "head":
            found |= {
                f"{role} of {one.school_id}": one.membership.user for one in grants.filter(school__in=schools)[:3]
            }
    return found


def secret_of_an_invitation() -> str:
    return (
        invite_person("new.person@example.org", name="New Person", role="clerk", by=None)[1]
        .rstrip("/")
        .rpartition("/")[2]
    )


@pytest.mark.browser
def test_no_grave_fault_on_any_page(
    demo: User, site: str, open_browser: Callable[..., BrowserContext], say: Callable[[str], None]
) -> None:
    audit = Audit()
    for trust in Trust.objects.order_by("slug"):
        with trust_scope(trust):
            addresses = Addresses(trust, secret_of_an_invitation())
            pages, people = addresses.all(), visitors(trust, demo, addresses.led())
        for who, user in people.items():
            look_as(audit, f"{trust.slug} {who}", user, pages, open_browser(), site)
    say(
        f"pages reached (route, rows and role) {audit.reached}, of different shape and looked at {audit.looked_at}, "
        f"axe runs {audit.runs}, serious or critical and overflows {len(audit.faults)}, lesser {audit.minor}"
    )
    assert not audit.faults, "\n".join(audit.faults)


def look_as(
    audit: Audit, who: str, user: User | None, pages: list[tuple[str, str]], browser: BrowserContext, site: str
) -> None:
    """Everything this visitor reaches, in a browser where it is built differently from what was looked at before."""
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
        sign_in_as(browser, user, site)
    page = browser.new_page()
    for name, url in pages:
        answer = client.get(url)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        if audit.is_new(name, answer.text):
            page.goto(url)
            audit.look_at(page, f"{who} {url}")
    browser.close()


@pytest.mark.browser
def test_no_grave_fault_on_a_form_with_faults(
    demo: User, site: str, open_browser: Callable[..., BrowserContext], say: Callable[[str], None]
) -> None:
    audit = Audit()
    trust = Trust.objects.get(slug="alder")
    with trust_scope(trust):
        addresses = Addresses(trust, secret_of_an_invitation())
        people = visitors(trust, demo, addresses.led())
        forms = forms_with_faults(addresses)
    browsers: dict[str, BrowserContext] = {}
    for name, role, url, action, typed in forms:
        if role not in browsers:
            browsers[role] = open_browser()
            user = people[role]
            if user is not None:
                sign_in_as(browsers[role], user, site)
        page = browsers[role].new_page()
        assert page.goto(url).status < 400, f"{name}: {url}"  # type: ignore[union-attr]
        send(page, action, typed)
        if not page.locator(".error, .errorlist, [role=alert]").count():
            audit.faults.append(f"{name}: no fault is shown on {page.url}")
        audit.reached += 1
        audit.look_at(page, f"{name} with faults")
        page.close()
    say(f"forms with faults {audit.looked_at}, axe runs {audit.runs}, faults {len(audit.faults)}, lesser {audit.minor}")
    assert not audit.faults, "\n".join(audit.faults)


def send(page: Page, action: str, typed: dict[str, str]) -> None:
    """Send the form as a browser does that checks nothing."""
    with page.expect_navigation():
        page.evaluate(
            """([action, typed]) => {
                const forms = [...document.querySelectorAll("main form")];
                const names = Object.keys(typed);
                const fits = (one) => one.action.includes(action) && names.every((name) => one.elements[name]);
                const form = forms.find((one) => one.method === "post" && fits(one));
                for (const [name, value] of Object.entries(typed)) {
                    const fields = [...form.elements].filter((one) => one.name === name);
                    for (const field of fields)
                        if (/radio|checkbox/.test(field.type)) field.checked = field.value === value;
                        else if (field.tagName === "SELECT" && !value) field.selectedIndex = -1;
                        else field.value = value;
                }
                HTMLFormElement.prototype.submit.call(form);
            }""",
            [action, typed],
        )
