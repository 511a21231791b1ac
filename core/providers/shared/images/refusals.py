"""The refusal of a model that talks as well as it draws, and answered without a picture."""

from __future__ import annotations

from core.contract.errors import UpstreamRefused

LONGEST = 300
"""Characters of the model's words that are told."""


def drew_nothing(words: str) -> UpstreamRefused:
    """`words` is what the model said instead."""
    told = " ".join(words.split())[:LONGEST]
    return UpstreamRefused(
        f"The model answered in words instead of drawing: {told}" if told else "The model drew no picture.",
        code="no_image",
    )
