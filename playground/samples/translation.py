"""A translation request as code: multipart through OpenAI's SDKs and curl."""

from __future__ import annotations

from core.bodies.translation import TranslationBody
from core.bodies.validation import validate
from playground.samples.audio_form import body_of, form_samples
from playground.samples.sample import Sample, SampleRequest


def samples(request: SampleRequest) -> list[Sample]:
    """Raises `InvalidRequest` as the API would."""
    validate(TranslationBody, {**request.api_params, "model": request.model})
    return form_samples("translations", body_of(request), request.base_url)
