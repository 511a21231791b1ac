"""The page object of the chat tab, and rehearsal models that answer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program

STAGE = """
from core.models import AIModel, Endpoint, Price, Provider
if AIModel.objects.filter(slug="stage/echo").exists():
    raise SystemExit
stage = Provider.objects.get(slug="stage")
ALL = ["text", "image", "file", "audio", "video"]
PARTS = {
    "echo": ("rehearsal", {}, ALL, ["text", "audio", "image"]),
    "slow-echo": ("rehearsal", {"delay": 0.1}, ALL, ["text"]),
    "blind-echo": ("rehearsal", {}, ["text"], ["text"]),
    "thinker": ("rehearsal", {"delay": 1.5}, ["text"], ["text"]),
    "cut-echo": ("rehearsal-cut", {"cut_after": 3}, ALL, ["text"]),
    "broken-echo": ("rehearsal-500", {}, ALL, ["text"]),
}
FEATURES = {"thinker": ["streaming", "reasoning"], "blind-echo": ["streaming", "seed"]}
PRICES = {"blind-echo": "0.00003"}
for name, (upstream, options, taken, given) in PARTS.items():
    model = AIModel.objects.create(
        slug=f"stage/{name}", name=f"Stage {name}", author="Stage", tasks=["chat"],
        features=FEATURES.get(name, ["streaming"]), input_modalities=taken, output_modalities=given,
    )
    endpoint = Endpoint.objects.create(model=model, provider=stage, upstream_id=upstream, options=options)
    for kind in ("text_in", "text_out"):
        price = PRICES.get(name, "0.00001")
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=price)
"""


@pytest.fixture(scope="session")
def chat_models(program: Program) -> None:
    """Models that repeat the question: at once, slowly, text only, cut off, failing."""
    program.shell(STAGE)


@pytest.fixture
def chat(monitor: PageMonitor, chat_models: None) -> Iterator[ChatPage]:
    """A page of chat; a request to another host fails the test."""
    opened = ChatPage(monitor)
    opened.wait_for_models()
    monitor.page.on("request", lambda request: opened.hosts.add(urlsplit(request.url).netloc))
    yield opened
    own = {urlsplit(monitor.page.url).netloc, ""}
    assert opened.hosts <= own


@dataclass
class ChatPage:
    monitor: PageMonitor
    hosts: set[str] = field(default_factory=set)

    @property
    def page(self) -> Page:
        return self.monitor.page

    def wait_for_models(self) -> None:
        """The server looks for changes once a second."""
        deadline = time.monotonic() + 10
        while self.page.request.get("/models/stage/broken-echo").status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def open(self, name: str = "echo", query: str = "") -> ChatPage:
        self.page.goto(f"/models/stage/{name}{query}")
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        self.page.wait_for_function("() => customElements.get('chat-studio')")
        self.page.wait_for_function("() => window.watch.socket?.readyState === 1")

    def ask(self, text: str) -> None:
        """Send a question and wait for its answer."""
        count = self.answers.count()
        self.send(text)
        self.wait_for_answers(count + 1)

    def send(self, text: str) -> None:
        self.text.fill(text)
        self.text.press("Enter")

    def wait_for_answers(self, count: int = 1) -> None:
        expect(self.answers).to_have_count(count)
        expect(self.answers.last).not_to_have_attribute("data-state", "running", timeout=90_000)

    def attach(self, kind: str, *files: Path | dict[str, Any]) -> None:
        chips = self.page.locator("attachment-chip")
        count = chips.count()
        with self.page.expect_file_chooser() as chooser:
            self.page.locator(f"[data-attach={kind}]").first.click()
        chooser.value.set_files(list(files))
        expect(chips).to_have_count(count + len(files))

    def tool(self, name: str, of: Locator | None = None) -> Locator:
        return (of or self.answers.last).get_by_role("button", name=name, exact=True)

    def edit(self, text: str) -> None:
        """Edit the last question with the keyboard."""
        self.text.focus()
        self.text.press("ArrowUp")
        expect(self.text).not_to_have_value("")
        self.send(text)

    def conversation(self) -> str:
        """Its id, once it has one."""
        expect(self.page).to_have_url(re.compile("conversation="))
        return self.page.url.rsplit("=", 1)[1]

    @property
    def text(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def messages(self) -> Locator:
        return self.page.locator("chat-message")

    @property
    def questions(self) -> Locator:
        return self.page.locator(".message-user")

    @property
    def answers(self) -> Locator:
        return self.page.locator(".message-answer")

    @property
    def answer_text(self) -> Locator:
        return self.answers.last.locator(".prose")

    @property
    def files(self) -> Locator:
        return self.page.locator(".message-file")
