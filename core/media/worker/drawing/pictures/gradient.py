"""Soft fields of colour that flow into each other, as on a misty pane."""

from __future__ import annotations

from typing import Any

from core.media.worker.drawing.light import grain, mask_of, mesh, noise
from core.media.worker.drawing.pictures.caption import caption
from core.media.worker.drawing.sheet import Sheet


def draw(sheet: Sheet) -> Any:
    palette = sheet.palette
    image = mesh(sheet, [*palette.accents, palette.ground], "mesh", 0.36)
    if sheet.transparent:
        image = image.convert("RGBA")
        image.putalpha(mask_of((noise(sheet, "veil", 1.4, 3) - 0.2) * 1.7))
    return grain(caption(image, sheet), sheet, 4.0)
