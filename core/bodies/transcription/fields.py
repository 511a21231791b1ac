"""Fields that the bodies of transcriptions and translations share, and how a form spells them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from core.bodies.form_fields import FormFields
from core.bodies.routing.form import with_routing
from core.contract.transcription import TranscriptFormat

FORM = with_routing(
    FormFields(
        lists=frozenset(
            {
                "include",
                "keyterms",
                "keywords",
                "known_speaker_names",
                "known_speaker_references",
                "languages",
                "timestamp_granularities",
            }
        ),
        objects=frozenset({"chunking_strategy", "input_audio"}),
        numbers=frozenset({"num_speakers", "temperature"}),
        booleans=frozenset({"diarize", "enable_logging", "stream", "tag_audio_events"}),
    )
)
"""The types of the fields of a multipart form."""

Format = Annotated[TranscriptFormat, Field(strict=False)]
Prompt = Annotated[str, StringConstraints(max_length=20_000)]
Temperature = Annotated[float, Field(ge=0, le=1)]
