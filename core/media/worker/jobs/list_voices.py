"""The voices of the speech engine."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from core.media.worker.jobs.synthesize import load_engine
from core.media.worker.output import Output


def run(args: dict[str, Any], output: Output) -> Generator[None, None, dict[str, Any]]:
    """Returns `{"voices": [...], "variants": [...]}` as the engine knows them; a voice has `id`, `name`,
    `language`, `gender` and `age`."""
    yield
    engine = load_engine()
    voices = [
        {"id": v.identifier, "name": v.name, "language": v.language, "gender": v.gender, "age": v.age}
        for v in engine.voices()
    ]
    return {"voices": voices, "variants": sorted(engine.variants())}
