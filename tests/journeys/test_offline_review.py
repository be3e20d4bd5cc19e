"""The form of a review is written without a connection as that of a visit is; it is saved, since its lead sends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from reviews.models import Review
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.journeys.conftest import Watch
from tests.journeys.device import Device
from tests.journeys.line import Line
from tests.journeys.test_offline import HERE, SAVED, eventually
from tests.reviews.reviews_world import WORDS, review_at

WELL, BETTER = "Books are chosen with care.", "Share what works in Year 3."


@pytest.mark.browser
def test_a_review_written_without_a_connection_outlives_the_browser_and_is_saved_once(
    chromium: Browser, site: str, watch: Watch, live_cast: Cast, tmp_path: Path, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-20T10:00Z")
    with trust_scope(live_cast.alder):
        review = review_at(live_cast, "draft")
    address = reverse("review_write", kwargs={"trust": "alder", "pk": review.pk})

    def stored() -> Review:
        with trust_scope(live_cast.alder):
            return Review.objects.get(pk=review.pk)

    with Line(site) as line, Device(chromium, line, tmp_path / "profile", watch) as tablet:
        tablet.sign_in(live_cast.ada.user)
        tablet.open(address)
        tablet.cut()
        tablet.box("www").fill(WELL)
        tablet.says(HERE)
        tablet.reopen()
        tablet.goto(address)
        expect(tablet.box("www")).to_have_value(WELL)
        tablet.box("ebi").fill(BETTER)
        tablet.says(HERE)
        assert stored().answers == WORDS
        tablet.restore()
        tablet.says("You have been signed out.")
        tablet.sign_in(live_cast.ada.user)
        tablet.goto(address)
        eventually(tablet.page, lambda: stored().answers == {**WORDS, "www": WELL, "ebi": BETTER})
        tablet.says(SAVED)
        assert stored().version == review.version + 1
        [draft] = tablet.drafts()
        assert (draft["state"], draft["unheard"]) == ("writing", [])
        tablet.goto(reverse("reviews", kwargs={"trust": "alder"}))
        expect(tablet.page.get_by_text("not sent yet")).to_have_count(0)
