"""The page object of the chat composer, rehearsal models that chat, and stored conversations."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.page_monitor import PageMonitor
from tests.journeys.server import Program

STAGE = """
from core.models import AIModel, Endpoint, Provider, User
from playground.models import Conversation, Message
if AIModel.objects.filter(slug="stage/talker").exists():
    raise SystemExit
stage = Provider.objects.get(slug="stage")
PARTS = {
    "talker": (["text", "image", "file", "audio", "video"], ["text", "audio"]),
    "blind": (["text", "audio"], ["text"]),
}
for name, (taken, given) in PARTS.items():
    model = AIModel.objects.create(
        slug=f"stage/{name}", name=f"Stage {name}", author="Stage", tasks=["chat"],
        input_modalities=taken, output_modalities=given, features=["response_format", "streaming"],
    )
    Endpoint.objects.create(model=model, provider=stage, upstream_id="rehearsal")
admin = User.objects.get(username="admin")
TALKS = {"About kiwis": "They are green.", "About boats": "They float.", "A third": "Nothing."}
for title, text in TALKS.items():
    talk = Conversation.objects.create(user=admin, title=title, model="stage/talker")
    told = [{"type": "text", "text": text}]
    Message.objects.create(conversation=talk, role="user", text=text, content=told)
"""
CAPTURE_EVENTS = """() => {
  window.sent = [];
  for (const type of ["composer-send", "composer-stop", "composer-edit-last"]) {
    window.addEventListener(type, (event) => {
      event.stopPropagation();
      window.sent.push({ type, ...event.detail });
    }, true);
  }
}"""
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


@dataclass
class Composer:
    """The composer; its events are captured and not delivered."""

    monitor: PageMonitor

    @property
    def page(self) -> Page:
        return self.monitor.page

    def open(self, model: str = "stage/talker") -> Composer:
        self.page.goto(f"/models/{model}")
        for name in ("chat-composer", "chat-settings", "conversation-list"):
            self.page.wait_for_function("(name) => customElements.get(name)", arg=name)
        self.page.evaluate(CAPTURE_EVENTS)
        return self

    def attach(self, *paths: Path) -> None:
        self.page.locator("chat-composer [data-role=picker]").set_input_files(paths)

    def drop(self, *files: tuple[str, str, bytes], onto: str = "chat-studio") -> None:
        self.transfer("drop", onto, files)

    def paste(self, *files: tuple[str, str, bytes], text: str = "") -> None:
        self.transfer("paste", "#composer-text", files, text)

    def transfer(
        self, kind: str, onto: str, files: tuple[tuple[str, str, bytes], ...], text: str = ""
    ) -> None:
        """Dispatch the browser's event for files that are dropped or pasted."""
        self.page.evaluate(
            """([kind, onto, files, text]) => {
              const data = new DataTransfer();
              text && data.setData("text/plain", text);
              for (const [name, type, bytes] of files) {
                data.items.add(new File([new Uint8Array(bytes)], name, { type }));
              }
              const target = document.querySelector(onto);
              const event = kind === "paste"
                ? new ClipboardEvent(kind, { bubbles: true, cancelable: true, clipboardData: data })
                : new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data });
              target.dispatchEvent(event);
            }""",
            [kind, onto, [[name, type, list(body)] for name, type, body in files], text],
        )

    def sent(self) -> list[dict[str, Any]]:
        return self.page.evaluate("() => window.sent")

    def wait_for_chips(self, count: int) -> None:
        expect(self.page.locator("attachment-chip[data-state=ready]")).to_have_count(count)

    @property
    def text(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def send(self) -> Locator:
        return self.page.locator("chat-composer [data-role=send]")

    @property
    def hint(self) -> Locator:
        return self.page.locator("#composer-hint")

    @property
    def chips(self) -> Locator:
        return self.page.locator("attachment-chip")

    @property
    def notes(self) -> Locator:
        return self.page.locator(".composer-note")


@pytest.fixture(scope="session")
def composer_models(program: Program) -> Program:
    """The program with models that chat, and conversations of its admin."""
    program.shell(STAGE)
    return program


@pytest.fixture
def composer(composer_models: Program, monitor: PageMonitor) -> Composer:
    wait_for_models(monitor.page)
    return Composer(monitor)


def wait_for_models(page: Page) -> None:
    """The server looks for changes once a second: wait until it knows the models."""
    deadline = time.monotonic() + 10
    while page.request.get("/models/stage/blind").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def image_file(tmp_path: Path) -> Path:
    target = tmp_path / "dot.png"
    target.write_bytes(base64.b64decode(PNG))
    return target


@pytest.fixture
def pdf_file(tmp_path: Path) -> Path:
    target = tmp_path / "paper.pdf"
    target.write_bytes(PDF)
    return target
