"""Somebody's tablet: a browser with a profile on a disk, on a line that can be cut; it can be closed and reopened."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, expect

from schools.models import User
from tests.journeys.conftest import ARGUMENTS, PATIENCE, Watch
from tests.journeys.line import Line
from tests.journeys.signed_in import sign_in_as

OFFLINE = ("net::ERR_", "Failed to load resource: the server responded with a status of 4", "FetchEvent")
"""What a browser writes into its console when the line is cut, and about answers that are as they should be."""

CACHED = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found[request.url] = await (await cache.match(request)).text();
  }
  return found;
}"""
DRAFTS = """() => new Promise((done) => {
  const asked = indexedDB.open("trust-si");
  asked.onsuccess = () => {
    const all = asked.result.transaction(["drafts"]).objectStore("drafts").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result); };
  };
})"""


class Device:
    """A browser of one person. Its console is watched as every other one's."""

    def __init__(self, chromium: Browser, line: Line, profile: Path, watch: Watch) -> None:
        self.chromium, self.line, self.profile, self.watch = chromium, line, profile, watch
        watch.home = line.url
        self.launch()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def launch(self) -> None:
        self.context: BrowserContext = self.chromium.browser_type.launch_persistent_context(
            str(self.profile),
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser") or "google-chrome",
            args=ARGUMENTS,
            base_url=self.line.url,
            viewport={"width": 820, "height": 1100},
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self.on_console)
        self.context.on("weberror", lambda error: self.watch.complaints.append(str(error.error)))
        self.context.set_offline(self.line.is_cut)
        self.page: Page = self.context.pages[0]

    def on_console(self, message: ConsoleMessage) -> None:
        if not any(words in message.text for words in OFFLINE):
            self.watch.on_console(message)

    def reopen(self) -> None:
        """Close the browser and start it again, as offline as it was. Its session is over."""
        self.context.close()
        self.launch()

    def sign_in(self, user: User) -> None:
        sign_in_as(self.context, user, self.line.url)

    def cut(self) -> None:
        self.line.is_cut = True
        self.context.set_offline(True)

    def restore(self) -> None:
        self.line.is_cut = self.line.loses_answers = False
        self.context.set_offline(False)

    def open(self, address: str) -> Page:
        """The form, with everything in place to be opened again without a connection."""
        self.goto(address)
        return self.ready()

    def goto(self, address: str) -> None:
        """Any page."""
        try:
            self.page.goto(address)
        except Error:  # the page was just leading on by itself
            self.page.wait_for_timeout(500)
            self.page.goto(address)

    def ready(self) -> Page:
        """The page, once its scripts are there; before, a form is sent as every form is."""
        expect(self.page.get_by_text("It works without a connection too.")).to_be_visible()
        return self.page

    def box(self, name: str) -> Locator:
        return self.page.locator(f"[name={name}]")

    def says(self, words: str) -> None:
        expect(self.page.locator("[data-save-state]")).to_contain_text(words)

    def cached(self) -> dict[str, str]:
        """All that the worker keeps, by address."""
        found: dict[str, str] = self.page.evaluate(CACHED)
        return found

    def drafts(self) -> list[dict[str, Any]]:
        """All that lies in IndexedDB, of whomever."""
        found: list[dict[str, Any]] = self.page.evaluate(DRAFTS)
        return found
