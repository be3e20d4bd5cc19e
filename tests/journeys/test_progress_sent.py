"""Progress of a plan, written and sent in a browser with scripts: what is missing is named, and it is sent once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from plans.models import ProgressUpdate
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.journeys.conftest import Watch
from tests.journeys.device import Device
from tests.journeys.line import Line
from tests.plans.test_progress import agreed_plan


@pytest.mark.browser
def test_progress_is_sent_once_and_what_is_missing_is_named(
    chromium: Browser, site: str, watch: Watch, live_cast: Cast, tmp_path: Path, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-20T10:00Z")
    plan = agreed_plan(live_cast)
    at = {"trust": "alder", "pk": plan.pk}

    def sent() -> list[str]:
        with trust_scope(live_cast.alder):
            return [str(one.document) for one in ProgressUpdate.objects.filter(plan=plan)]

    with Line(site) as line, Device(chromium, line, tmp_path / "profile", watch) as desk:
        desk.sign_in(live_cast.ben.user)
        desk.open(reverse("plan_progress", kwargs=at))
        boxes = desk.page.locator("#progress-form textarea")
        boxes.first.fill("The first of it.")
        desk.page.get_by_role("button", name="Send it").click()
        expect(desk.page.get_by_role("heading", name="Not sent yet: something is still missing")).to_be_visible()
        expect(boxes.first).to_have_value("The first of it.")
        assert sent() == []
        words = [f"Answer {place}." for place in range(boxes.count())]
        for box, said in zip(boxes.all(), words, strict=True):
            box.fill(said)
        desk.page.get_by_role("button", name="Send it").click()
        expect(desk.page.get_by_text("Sent. Whoever oversees the plan is told.")).to_be_visible()
        [document] = sent()
        assert all(said in document for said in words)
        desk.goto(reverse("plan", kwargs=at))
        desk.goto(reverse("my_school", kwargs={"trust": "alder"}))
        expect(desk.page.get_by_text("not sent yet")).to_have_count(0)
        assert len(sent()) == 1
