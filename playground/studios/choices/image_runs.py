"""The runs of a gallery as its element reads them, to be shown and used again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from playground.conversations.files import file_summary
from playground.models import Run, Upload

INPUTS = ("images", "image", "input_references")


def image_runs(runs: Iterable[Run]) -> dict[str, dict[str, Any]]:
    """By id: `id`, `title`, `params`, `inputs`, `mask`, `images`, `outcome` and `receipt`.

    `inputs` and `mask` are the files that were sent along, as `file_summary` has them; those that are no
    longer kept are left out. `images` and `receipt` are those of the row.
    """
    return {str(run.id): image_run(run) for run in runs}


def image_run(run: Run) -> dict[str, Any]:
    files = {str(row.id): row for row in run.uploads.all()}
    return {
        "id": str(run.id),
        "title": run.title,
        "params": run.params,
        "inputs": inputs(run.params, files),
        "mask": summary(run.params.get("mask"), files),
        "images": run.answer.get("images", []),
        "outcome": run.state,
        "receipt": run.receipt,
    }


def inputs(params: Mapping[str, Any], files: Mapping[str, Upload]) -> list[dict[str, Any]]:
    """The pictures of the request, in its order."""
    named = [place for name in INPUTS for place in listed(params.get(name))]
    return [found for place in named if (found := summary(place, files))]


def listed(value: Any) -> list[Any]:
    if not value:
        return []
    return value if isinstance(value, list) else [value]


def summary(place: Any, files: Mapping[str, Upload]) -> dict[str, Any] | None:
    row = files.get(str(place.get("upload"))) if isinstance(place, dict) else None
    return file_summary(row) if row else None
