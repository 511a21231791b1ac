"""rapidocr: lines of text in a picture, found by one network, read by another, loaded once per process.

Its networks (PP-OCRv6, for Latin and Chinese letters, digits, kana) are files of the package.
https://rapidai.github.io/RapidOCRDocs
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import sqrt
from pathlib import Path
from typing import Any

from core.media.installed import TEXT_READING_HINT
from core.media.worker.output import JobError

SEARCHED = 700_000
"""Pixels of the copy in which lines are searched: memory and time of that network grow with them, and in a
larger one it misses a short line on an empty page. On a sheet of A4 it finds print of 6 points."""

STRETCH = 4
"""The longer side is at most so many times the shorter one: a narrower picture gets a white margin."""

SMALLEST = 64
LONGEST = 160
"""Pixels on a side that the network needs; width of a line, in its heights, that is read."""

CERTAIN = 0.9
"""A line that is read with less confidence is read upside down too. The package's own network for that turns
upright lines of print as well."""


@dataclass(frozen=True, slots=True)
class Region:
    """A line of text: its pixels, the place of its middle and its height (0 to 1 of the picture's)."""

    pixels: Any
    x: float
    y: float
    height: float


class Reader:
    """The networks. Not reentrant."""

    def __init__(self) -> None:
        threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is imported
        try:
            self.numpy = import_module("numpy")
            import_module("cv2").setNumThreads(threads)
            package = import_module("rapidocr")
            import_module("onnxruntime")
        except ImportError as missing:
            raise JobError("unavailable", f"rapidocr is not installed here: {TEXT_READING_HINT}") from missing
        models = Path(str(package.__file__)).with_name("models")
        self._engine = package.RapidOCR(params=parameters(models, threads))

    def regions(self, image: Any) -> list[Region]:
        """The lines of a picture (Pillow's, RGB) row by row."""
        canvas = with_margin(image)
        scale = min(1.0, sqrt(SEARCHED / (canvas.width * canvas.height)))
        size = (round(canvas.width * scale), round(canvas.height * scale))
        searched = self._array(canvas.resize(size) if scale < 1 else canvas)
        boxes = self._engine(searched, use_det=True, use_cls=False, use_rec=False).boxes
        if boxes is None:
            return []
        corners = self.numpy.asarray(boxes, self.numpy.float32) / self.numpy.float32(scale)
        crops = self._engine.crop_text_regions(self._array(canvas), corners)
        middles = corners.mean(axis=1).tolist()
        return by_rows(
            Region(crop, min(x / image.width, 1.0), min(y / image.height, 1.0), crop.shape[0] / image.height)
            for crop, (x, y) in zip(crops, middles, strict=True)
            if crop.size
        )

    def read(self, region: Region) -> tuple[str, float]:
        """The text of a line and how sure the network is of it (0 to 1); a line may stand on its head."""
        line = region.pixels[:, : LONGEST * region.pixels.shape[0]]
        text, confidence = self._recognised(line)
        if confidence >= CERTAIN:
            return text, confidence
        turned = self._recognised(self.numpy.ascontiguousarray(line[::-1, ::-1]))
        return max((text, confidence), turned, key=lambda reading: reading[1])

    def _recognised(self, line: Any) -> tuple[str, float]:
        found = self._engine(line, use_det=False, use_cls=False, use_rec=True)
        return (found.txts[0].strip(), float(found.scores[0])) if found.txts else ("", 0.0)

    def _array(self, image: Any) -> Any:
        """Rows of blue, green and red."""
        return self.numpy.ascontiguousarray(self.numpy.asarray(image)[:, :, ::-1])


def by_rows(regions: Iterable[Region]) -> list[Region]:
    """From top to bottom, and those whose middles are at one height from left to right."""
    rows: list[list[Region]] = []
    for region in sorted(regions, key=lambda region: region.y):
        if rows and region.y - rows[-1][0].y < min(region.height, rows[-1][0].height) / 2:
            rows[-1].append(region)
        else:
            rows.append([region])
    return [region for row in rows for region in sorted(row, key=lambda region: region.x)]


def with_margin(image: Any) -> Any:
    """The picture, on a white ground where it is too small or too narrow."""
    width = max(image.width, -(-image.height // STRETCH), SMALLEST)
    height = max(image.height, -(-image.width // STRETCH), SMALLEST)
    if (width, height) == image.size:
        return image
    canvas = image.resize((width, height), box=(0, 0, 1, 1))
    canvas.paste("white", (0, 0, width, height))
    canvas.paste(image, (0, 0))
    return canvas


def parameters(models: Path, threads: int) -> dict[str, Any]:
    """Its settings. Networks that are named by their files are never downloaded."""
    return {
        "Global.log_level": "error",
        "Global.use_preprocess_img": False,
        "Global.use_vertical_padding": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
        "Det.limit_type": "max",
        "Det.limit_side_len": 4 * SEARCHED,
        "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
    }


@cache
def reader() -> Reader:
    """The one reader of this process. Raises `JobError` with the install command."""
    return Reader()
