"""Axe on every form that says what is wrong with what was typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from playwright.sync_api import BrowserContext, Page

from schools.models import RoleGrant, Trust, User
from schools.tenancy import trust_scope
from tests.factories import PASSWORD, UserFactory
from tests.journeys.addresses import Addresses
from tests.journeys.auditing import Audit
from tests.journeys.concerns_pages import concerns_with_faults
from tests.journeys.evidence_pages import evidence_with_faults
from tests.journeys.exchange_pages import exchange_with_faults
from tests.journeys.forms_with_faults import (
    WITHOUT_FAULTS,
    Form,
    facts_with_faults,
    forms_with_faults,
    might_take_a_form,
)
from tests.journeys.monitoring_pages import monitoring_with_faults
from tests.journeys.plans_pages import plans_with_faults
from tests.journeys.reviews_pages import reviews_with_faults
from tests.journeys.signed_in import sign_in_as, sign_in_halfway
from tests.journeys.story import write_register
from tests.journeys.support_pages import support_with_faults
from tests.journeys.visiting import make_demo, secret_of_an_invitation, visitors


@pytest.fixture
def demo(transactional_db: None, time_machine: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    return make_demo(time_machine, settings, monkeypatch)


def heads_of(forms: list[Form]) -> dict[str, User]:
    """Whoever leads the schools whose heads send a form."""
    found = {}
    for role in {form.role for form in forms if form.role.startswith("head of ")}:
        grants = RoleGrant.objects.current().filter(role="head", school=int(role.removeprefix("head of ")))
        found[role] = grants.select_related("membership__user")[0].membership.user
    return found


def people_on_the_way_in() -> dict[str, User]:
    """Somebody without a password, and somebody with a second factor."""
    second = UserFactory(name="Sam Second", password=PASSWORD)
    TOTP.activate(second, "JBSWY3DPEHPK3PXP")
    return {"without a password": UserFactory(name="Nia New"), "signed in long ago": second, "half signed in": second}


def open_as(role: str, user: User | None, open_browser: Callable[..., BrowserContext], site: str) -> BrowserContext:
    browser = open_browser()
    if role == "half signed in" and user is not None:
        sign_in_halfway(browser, user, site)
    elif user is not None:
        sign_in_as(browser, user, site, lately=role != "signed in long ago")
    return browser


@pytest.mark.browser
def test_no_grave_fault_on_a_form_with_faults(
    demo: User, site: str, open_browser: Callable[..., BrowserContext], say: Callable[[str], None]
) -> None:
    write_register()
    audit, sent = Audit(), set()
    for slug, choose in (
        ("alder", forms_with_faults), ("birch", facts_with_faults), ("alder", evidence_with_faults),
        ("alder", reviews_with_faults),
        ("alder", monitoring_with_faults),
        ("alder", plans_with_faults),
        ("alder", support_with_faults),
        ("alder", exchange_with_faults),
        ("birch", concerns_with_faults),
    ):  # fmt: skip
        trust = Trust.objects.get(slug=slug)
        with trust_scope(trust):
            addresses = Addresses(trust, secret_of_an_invitation())
            forms = choose(addresses)
            people = visitors(trust, demo, set()) | heads_of(forms)
        people |= people_on_the_way_in() if choose is forms_with_faults else {}
        browsers: dict[str, BrowserContext] = {}
        for form in forms:
            if form.role not in browsers:
                browsers[form.role] = open_as(form.role, people[form.role], open_browser, site)
            look_at_faults(audit, form, browsers[form.role])
        for browser in browsers.values():
            browser.close()  # each holds a thread of the server, and that a connection to the database
        sent |= {form.route for form in forms}
    known = might_take_a_form()
    say(
        f"forms with faults {audit.looked_at}, of {len(sent)} of {len(known)} routes that might take one,"
        f" axe runs {audit.runs}, faults {len(audit.faults)}, lesser {audit.minor}"
    )
    for reason, number in Counter(WITHOUT_FAULTS.values()).items():
        say(f"forms without faults to type: {number} × {reason}")
    assert not audit.faults, "\n".join(audit.faults)
    assert known - sent == WITHOUT_FAULTS.keys()


def look_at_faults(audit: Audit, form: Form, browser: BrowserContext) -> None:
    """Send one form, and look at the page that says what is wrong."""
    page = browser.new_page()
    assert page.goto(form.page).status < 400, f"{form.route}: {form.page}"  # type: ignore[union-attr]
    send(page, form)
    if not page.locator(".error, .errorlist, [role=alert]").count():
        audit.faults.append(f"{form.route}: no fault is shown on {page.url}")
    audit.reached += 1
    audit.look_at(page, f"{form.route} with faults")
    page.close()


def send(page: Page, form: Form) -> None:
    """Send the form as a browser does that checks nothing."""
    with page.expect_navigation():
        page.evaluate(  # a field may be called “action”, so the form's own words are read as attributes
            """([action, typed, gone]) => {
                const forms = [...document.querySelectorAll("main form")];
                const names = Object.keys(typed);
                const goes = (one) => new URL(one.getAttribute("action") ?? "", location.href).href;
                const fits = (one) => goes(one).includes(action) && names.every((name) => one.elements[name]);
                let form = forms.find((one) => one.getAttribute("method") === "post" && fits(one));
                if (gone === Boolean(form)) throw new Error(`form ${gone ? "there" : "gone"}: ${location} ${action}`);
                if (gone) {
                    form = document.createElement("form");
                    Object.assign(form, {action, method: "post"});
                    form.append(document.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
                    document.body.append(form);
                }
                for (const [name, value] of Object.entries(typed)) {
                    if (form.elements[name]?.type === "submit") {  // a button that is pressed
                        form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
                        continue;
                    }
                    const fields = [...form.elements].filter((one) => one.name === name);
                    for (const field of fields)
                        if (/radio|checkbox/.test(field.type)) field.checked = field.value === value;
                        else if (field.tagName === "SELECT" && !value) field.selectedIndex = -1;
                        else field.value = value;
                }
                HTMLFormElement.prototype.submit.call(form);
            }""",
            [form.action, form.typed, form.gone],
        )
