"""The page object of the speech tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.page_monitor import PageMonitor

ESPEAK = "local/espeak-ng"
SENTENCE = "Every voice begins with a breath."
PLAYER = "() => { const { stats, state, duration } = document.querySelector('speech-player'); return %s; }"


@dataclass
class SpeechPage:
    monitor: PageMonitor

    @property
    def page(self) -> Page:
        return self.monitor.page

    def open(self, model: str = ESPEAK, tab: str = "") -> SpeechPage:
        self.page.goto(f"/models/{model}" + (f"?tab={tab}" if tab else ""))
        if not tab:
            self.page.wait_for_function("() => customElements.get('speech-studio')")
            self.page.wait_for_function("() => window.watch.socket?.readyState === 1")
        return self

    def fill_text(self, text: str) -> None:
        self.text.fill(text)

    def start(self) -> None:
        self.button.click()

    def finish(self) -> None:
        """Wait until the run is over and its audio has been played to the end."""
        expect(self.button).to_have_attribute("data-state", "idle", timeout=90_000)
        self.page.wait_for_function(PLAYER % "state === 'ended'", timeout=90_000)

    def stats(self) -> dict[str, Any]:
        return self.page.evaluate(PLAYER % "({ ...stats, state, duration })")

    def text_position(self) -> dict[str, float]:
        """Position and size of the text box on the page, independent of scrolling."""
        return self.text.evaluate(
            "(box) => { const { x, y, width, height } = box.getBoundingClientRect();"
            " return { x, y: y + scrollY, width, height }; }"
        )

    def rows(self) -> Locator:
        return self.page.locator(".run-row")

    def row_titled(self, text: str) -> Locator:
        return self.rows().filter(has_text=text)

    @property
    def text(self) -> Locator:
        return self.page.get_by_label("Text to speak")

    @property
    def button(self) -> Locator:
        return self.page.locator("[data-role=speak]")

    @property
    def note(self) -> Locator:
        return self.page.locator("speech-studio status-note")

    @property
    def receipt(self) -> Locator:
        return self.page.locator("receipt-line")
