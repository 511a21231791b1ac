"""What a page is watched for: errors, violations, jumps, and every byte its socket hears."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, Response

RECORDER = """
(() => {
  const heard = { bytes: 0, frames: [], events: [] };
  const watch = { heard, shift: 0, violations: [] };
  window.watch = watch;
  watch.send = WebSocket.prototype.send;
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...all) {
      super(...all);
      watch.socket = this;
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") {
          heard.events.push(JSON.parse(data));
        } else {
          heard.bytes += data.byteLength - 8;
          heard.frames.push(data.byteLength - 8);
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


@dataclass
class Watch:
    """Everything that must not happen on a page, collected; `allow` names what a test brings about itself."""

    page: Page
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.add_init_script(RECORDER)
        self.page.on("console", self.console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("requestfailed", self.failed)
        self.page.on("response", self.answered)

    def allow(self, pattern: str) -> None:
        self.allowed.append(pattern)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} {message.location.get('url', '')}")

    def failed(self, request: Request) -> None:
        # a page that is left, or a sound that is not needed any more, aborts what it was fetching
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"failed: {request.url} {request.failure}")

    def answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")

    def verdict(self) -> list[str]:
        violations = self.page.evaluate("() => window.watch?.violations ?? []")
        found = [*self.faults, *violations]
        return [fault for fault in found if not any(re.search(pattern, fault) for pattern in self.allowed)]

    # What the socket heard

    def heard(self) -> int:
        """Bytes of sound that came over this page's socket."""
        return self.page.evaluate("() => window.watch.heard.bytes")

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [
            event for event in self.page.evaluate("() => window.watch.heard.events") if event["type"] == kind
        ]

    def shift(self) -> float:
        """Sum of layout shifts so far, the caused ones too."""
        return self.page.evaluate("() => window.watch.shift")
