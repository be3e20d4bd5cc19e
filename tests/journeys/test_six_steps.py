"""The whole of the main job in a real browser, with a real worker: for a trust with two axes and one with numbers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from celery import current_app
from django.conf import settings
from django.core import mail
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from reporting.models import Download, Report
from schools.services.notices import send_digests
from schools.tenancy import trust_scope
from tests.journeys.conftest import Watch, sign_in
from tests.journeys.second_term import FEBRUARY, the_spring
from tests.journeys.story import PASSWORD, Story, write_register
from tests.reporting.workers import redis_url, worker_environment  # noqa: F401 - a fixture

NOW = "2026-11-20T10:00:00+00:00"
MORNING_AFTER = "2026-11-23T09:00:00+00:00"
WORKER_PATIENCE = 240_000


@pytest.fixture
def broker(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """This process sends its nudges to the test's own broker."""
    monkeypatch.setattr(current_app.conf, "broker_url", redis_url.replace("unix://", "redis+socket://"))
    current_app._get_current_object()._after_fork()  # forgets connections to the usual broker
    return redis_url


@pytest.fixture
def start_worker(broker: str, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """A real worker with beat, on the test's database, its clock where the story's is."""
    started: list[subprocess.Popen] = []

    def start(now: str) -> None:
        with (tmp_path / "worker.log").open("wb") as log:
            arguments = ["-c", "1", "-B", "-s", str(tmp_path / "beat"), "-l", "INFO", "-n", "journey@test"]
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.worker", *arguments],
                cwd=settings.BASE_DIR, env={**worker_environment(broker, tmp_path), "JOURNEY_NOW": now},
                start_new_session=True, stdout=log, stderr=log,
            )  # fmt: skip
        started.append(process)

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        sys.stdout.write((tmp_path / "worker.log").read_text()[-2500:])


@pytest.mark.browser
@pytest.mark.parametrize(
    ("strategy", "axes", "kinds"),
    [
        ("two_axes", 2, ("board_report", "chairs_report")),
        ("numbered_categories", 1, ("board_report", "chairs_liaison")),
    ],
)
def test_from_the_trusts_beginning_to_the_boards_report(
    strategy: str,
    axes: int,
    kinds: tuple[str, str],
    time_machine: Any,
    transactional_db: None,
    open_browser: Callable[..., BrowserContext],
    watch: Watch,
    start_worker: Callable[[str], None],
    say: Callable[[str], None],
) -> None:
    time_machine.move_to(NOW)
    write_register()
    story = Story(strategy, open_browser)
    story.start_the_trust()
    story.set_up()
    where = story.begin_and_be_interrupted()
    by_hand = story.carry_on_and_send(where)
    story.return_with_a_question()
    story.answer_the_question()
    story.moderate_and_agree()
    story.decide()
    decisions = story.decisions()
    assert len(decisions) == axes
    the_head_is_told_in_the_morning(story, decisions, time_machine)
    story.everybody_leaves()
    time_machine.move_to(FEBRUARY)
    carried = the_spring(story)
    assert carried
    start_worker(FEBRUARY)
    asked = [story.ask_for(kind) for kind in kinds]
    for page in asked:
        expect(page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=WORKER_PATIENCE)
    pages = the_trustee_downloads(story, [page.url for page in asked])
    say(
        f"{strategy}: pages opened {story.pages}, requests {watch.asked}, to the outside {len(watch.outside)}, "
        f"complaints {len(watch.complaints)}, indicators by hand {by_hand}, "
        f"carried forward {carried}, decisions {len(story.decisions())}, PDF pages {pages}"
    )


def the_head_is_told_in_the_morning(story: Story, decisions: list[int], time_machine: Any) -> None:
    """On the Friday nothing can be read, and no mail leaves; on the Monday morning both, and the head replies."""
    path = f"/t/{story.slug}/decisions/{decisions[0]}/"
    assert story.browser("ben").request.get(path).status == 404
    sent = len(mail.outbox)
    send_digests(timezone.now())
    assert not [message for message in mail.outbox[sent:] if "ben@example.org" in message.to]
    story.everybody_leaves()  # every session ends over the weekend
    time_machine.move_to(MORNING_AFTER)
    send_digests(timezone.now())
    told = [message for message in mail.outbox if "ben@example.org" in message.to][-1]
    assert "decided" in told.subject
    page = sign_in(story.browser("ben"), "ben@example.org", PASSWORD)
    page.goto(f"/t/{story.slug}/my-school/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for decision in decisions:
        story.reply(decision)


def the_trustee_downloads(story: Story, urls: list[str]) -> list[int]:
    """Both files are PDFs with as many pages as the record says, and each copy is written down."""
    sign_in(story.browser("tom"), "tom@example.org", PASSWORD)
    counted = []
    for url in urls:
        content = story.download("tom", url)
        assert content.startswith(b"%PDF")
        with pikepdf.open(BytesIO(content)) as document:
            counted.append(len(document.pages))
    with trust_scope(story.trust):
        assert list(Report.objects.order_by("pk").values_list("pages", flat=True)) == counted
        assert Download.objects.filter(by__user__email="tom@example.org").count() == len(urls)
    assert min(counted) >= 1
    return counted
