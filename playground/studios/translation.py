"""The translation tab: that of transcription, for models that translate speech only."""

from __future__ import annotations

from dataclasses import replace

from playground.studios import transcription
from playground.studios.transcription import receipt, sample_params, studio

FACTS = replace(transcription.FACTS, rank=3, can_align=False)

__all__ = ["FACTS", "receipt", "sample_params", "studio"]
