"""The page object of the tab that draws."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.journeys.page_monitor import PageMonitor

CANVAS = "local/canvas"
DROP = """(tab, { name, type, base64 }) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type }));
  const fire = (kind) => tab.dispatchEvent(
    new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
  fire("dragover");
  const over = tab.hasAttribute("data-over");
  fire("drop");
  return over;
}"""


PASTE = """({ name, type, base64 }) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], name, { type }));
  document.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
}"""

ENDED = """() => window.watch.received.events
  .filter(({ type }) => type === "run.done" || type === "run.error").length"""


@dataclass
class ImagePage:
    monitor: PageMonitor

    @property
    def page(self) -> Page:
        return self.monitor.page

    def open(self, model: str = "stage/pictures") -> ImagePage:
        self.page.goto(f"/models/{model}")
        self.monitor.wait_until_ready()
        self.page.wait_for_function("() => window.watch.socket?.readyState === 1")
        return self

    def set(self, **values: str) -> None:
        """Choose in the controls of these names."""
        for name, value in values.items():
            control = self.page.locator(f"[name={name}]")
            if control.evaluate("(control) => control.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def draw(self, prompt: str) -> None:
        self.prompt.fill(prompt)
        self.run(self.button)

    def run(self, starter: Locator) -> None:
        """Press what starts a run, and wait until it ended: a quick one was never seen running."""
        ended = self.page.evaluate(ENDED)
        starter.click()
        self.page.wait_for_function(f"(before) => ({ENDED})() > before", arg=ended, timeout=60_000)
        self.finish()

    def finish(self) -> None:
        """Wait until the run is over and each of its pictures is loaded, or known not to come."""
        expect(self.button).to_have_attribute("data-state", "idle", timeout=60_000)
        expect(
            self.page.locator(".pictures .picture:not([data-state=ready], [data-state=missing])")
        ).to_have_count(0)

    def drop(self, name: str, media_type: str, base64: str) -> bool:
        """Drop a file on the tab; whether the tab showed that it would take it."""
        file = {"name": name, "type": media_type, "base64": base64}
        return self.page.locator("image-studio").evaluate(DROP, file)

    def paste(self, name: str, media_type: str, base64: str) -> None:
        self.page.evaluate(PASTE, {"name": name, "type": media_type, "base64": base64})

    def pixels(self, url: str) -> Image.Image:
        return Image.open(BytesIO(self.page.request.get(url).body())).convert("RGBA")

    def address(self, index: int = 0) -> str:
        """The URL of a finished picture."""
        shown = self.pictures.nth(index).locator("[data-role=download]")
        return shown.get_attribute("href") or ""

    def mask_box(self) -> FloatRect:
        """Where a mask is painted, once that is open and stands still."""
        surface = self.mask.locator("[data-role=mask-paint]")
        surface.hover()
        box = surface.bounding_box()
        assert box
        return box

    def events(self, kind: str) -> list[dict[str, Any]]:
        return self.monitor.events(kind)

    @property
    def prompt(self) -> Locator:
        return self.page.locator("#prompt")

    @property
    def button(self) -> Locator:
        return self.page.locator("[data-role=draw]")

    @property
    def pictures(self) -> Locator:
        return self.page.locator(".pictures .picture")

    @property
    def sources(self) -> Locator:
        return self.page.locator(".source")

    @property
    def gallery(self) -> Locator:
        return self.page.locator(".gallery .gallery-run")

    @property
    def note(self) -> Locator:
        return self.page.locator("image-studio status-note")

    @property
    def receipt(self) -> Locator:
        return self.page.locator("receipt-line")

    @property
    def viewer(self) -> Locator:
        return self.page.locator("[data-role=viewer]")

    @property
    def mask(self) -> Locator:
        return self.page.locator("[data-role=mask-editor]")


class Hand:
    """Fingers and a pen on a picture; places are shares of its first box."""

    def __init__(self, page: Page, box: FloatRect, surface: str = "[data-role=mask-paint]") -> None:
        self.surface = page.locator(surface)
        self._box = box
        self._devtools = page.context.new_cdp_session(page)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        """`places` are where fingers are after it."""
        points = [{**self._point(*place), "id": number} for number, place in enumerate(places)]
        self._devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pen(self, kind: str, x: float, y: float = 0.5) -> None:
        how = {"type": kind, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        self._devtools.send("Input.dispatchMouseEvent", {**how, **self._point(x, y)})

    def _point(self, x: float, y: float) -> dict[str, float]:
        return {"x": self._box["x"] + x * self._box["width"], "y": self._box["y"] + y * self._box["height"]}

    def painted(self, x: float, y: float = 0.5) -> bool:
        """Whether the pixel of the picture at these shares of it is painted."""
        read = """(canvas, [x, y]) => canvas.getContext("2d")
          .getImageData(x * canvas.width, y * canvas.height, 1, 1).data[3] > 127"""
        return self.surface.evaluate(read, [x, y])

    def picture(self) -> str:
        return self.surface.evaluate("(canvas) => canvas.toDataURL()")
