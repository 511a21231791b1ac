"""Monitors a page: errors, CSP violations, layout shifts, and what its socket receives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, Response

RECORDER = """
(() => {
  const received = { bytes: 0, frames: [], events: [] };
  const watch = { received, shift: 0, violations: [] };
  window.watch = watch;
  watch.send = WebSocket.prototype.send;
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...all) {
      super(...all);
      watch.socket = this;
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") {
          received.events.push(JSON.parse(data));
        } else {
          received.bytes += data.byteLength - 8;
          received.frames.push(data.byteLength - 8);
        }
      });
    }
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      watch.shift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
  document.addEventListener("securitypolicyviolation", (event) => {
    watch.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
})();
"""

ELEMENTS = (
    "chat-studio, history-player, image-studio, live-region, model-filters, run-list, shortcut-sheet,"
    "speech-player, speech-studio, theme-toggle, transcription-studio"
)
DEFINED = f"() => !document.querySelector(':is({ELEMENTS}):not(:defined, [data-later])')"


@dataclass
class PageMonitor:
    """Collects faults of a page; `allow` takes patterns of faults that a test causes on purpose."""

    page: Page
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.add_init_script(RECORDER)
        self.page.on("console", self.on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("requestfailed", self.on_request_failed)
        self.page.on("response", self.on_response)

    def allow(self, pattern: str) -> None:
        self.allowed.append(pattern)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} {message.location.get('url', '')}")

    def on_request_failed(self, request: Request) -> None:
        # a page that is left, or a sound that is not needed any more, aborts what it was fetching
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"failed: {request.url} {request.failure}")

    def on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")

    def unexpected_faults(self) -> list[str]:
        violations = self.page.evaluate("() => window.watch?.violations ?? []")
        found = [*self.faults, *violations]
        return [fault for fault in found if not any(re.search(pattern, fault) for pattern in self.allowed)]

    def wait_until_ready(self) -> None:
        """Wait until what the page loads at once has its script: a press before that is lost."""
        self.page.wait_for_function(DEFINED)

    # What the socket received

    def audio_bytes(self) -> int:
        """Bytes of audio received by the page's socket."""
        return self.page.evaluate("() => window.watch.received.bytes")

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [
            event
            for event in self.page.evaluate("() => window.watch.received.events")
            if event["type"] == kind
        ]

    def layout_shift(self) -> float:
        """Sum of layout shifts so far, including those after user input."""
        return self.page.evaluate("() => window.watch.shift")
