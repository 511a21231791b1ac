"""The first page of a PDF as an image."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

from core.media.worker.jobs.inspect.pdf import facts, pdf_errors, render_page
from core.media.worker.libraries import pdfium
from core.media.worker.output import Output


def run(args: dict[str, Any], output: Output) -> Generator[None, None, dict[str, Any]]:
    """Write the first page of the PDF at `path` to `target` as PNG; returns `{"pages"}`."""
    with pdf_errors(), pdfium().PdfDocument(args["path"]) as document:
        pages = facts(document)["pages"]
        yield
        Path(args["target"]).write_bytes(render_page(document[0]))
        return {"pages": pages}
