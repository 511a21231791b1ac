"""OpenRouter: OpenAI's answers after comments and white space, with their cost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from core.contract.errors import UpstreamDenied, UpstreamFailed, UpstreamLimited, UpstreamRefused
from core.contract.image import ImageMode, ImageRequest
from core.contract.tasks import Task
from core.contract.transcription import TranscriptionRequest
from tests.core.providers.promises.files import audio_file, image_file
from tests.core.providers.promises.openai import EVENTS, OPENAI, PROMPT
from tests.core.providers.promises.vendor import Answer, Call, ErrorCase, Vendor
from tests.fakes import embeddings
from tests.fakes import openrouter as fake
from tests.fakes.provider import Seen

COST = str(fake.COST)
CALLS = {call.name: call for call in OPENAI.calls}


def error(message: str, code: int = 400, **metadata: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "metadata": metadata}}


def transcript(seen) -> Answer:
    return Answer("application/json", [fake.PADDING, json.dumps(fake.transcript()).encode()])


def with_options(folder) -> TranscriptionRequest:
    return TranscriptionRequest("m", audio_file(folder), options={"groq": {"prompt": "Names: Zoë."}})


def pictures(seen) -> Answer:
    return Answer("application/json", [fake.PADDING, json.dumps(fake.pictures(seen.json)).encode()])


def picture_events(seen) -> Answer:
    return Answer(EVENTS, fake.picture_frames())


def edit(folder) -> ImageRequest:
    return ImageRequest(
        "m", PROMPT, ImageMode.EDIT, (image_file(folder),), aspect_ratio="16:9", resolution="2K"
    )


def vectors(seen: Seen) -> Answer:
    usage = {"cost": 0.0000003, "is_byok": False}
    whole = embeddings.whole(seen.json, id="gen-emb-1", provider="OpenAI", usage=usage)
    return Answer("application/json", [fake.PADDING, whole])


IMAGE = replace(CALLS["image"], answer=pictures, units=fake.IMAGE_UNITS, reported=str(fake.IMAGE_COST))
TRANSCRIPTION = replace(
    CALLS["transcription"],
    answer=transcript,
    units={"audio_in.token": "60", "text_out.token": "20"},
    billed_whole=False,
    reported="0.0001",
)

OPENROUTER = Vendor(
    wire="openrouter",
    name="OpenRouter",
    key=fake.KEY,
    calls=(
        CALLS["speech"],
        Call("embedding", Task.EMBEDDING, CALLS["embedding"].request, vectors, {"text_in.token": "12"},
             reported="0.0000003"),
        TRANSCRIPTION,
        replace(TRANSCRIPTION, name="transcription-json", request=with_options),
        Call("chat", Task.CHAT, CALLS["chat"].request,
             lambda seen: Answer("application/json", [fake.PADDING, fake.whole(seen.json)]),
             CALLS["chat"].units, reported=COST),
        Call("chat-events", Task.CHAT, CALLS["chat-events"].request,
             lambda seen: Answer(EVENTS, fake.frames(seen.json)), CALLS["chat"].units, reported=COST),
        IMAGE,
        replace(IMAGE, name="image-events", request=CALLS["image-events"].request, answer=picture_events),
        replace(IMAGE, name="image-edit", request=edit),
        Call("image-by-chat", Task.IMAGE, CALLS["image"].request,
             lambda seen: Answer("application/json", [fake.PADDING, fake.whole(seen.json)]),
             CALLS["chat"].units, options={"images_by_chat": True}, reported=COST),
    ),
    error=error,
    errors=(
        ErrorCase(403, error("Your input was flagged.", 403, reasons=["violence"], flagged_input="…"),
                  UpstreamRefused, "upstream_refused"),
        ErrorCase(402, error("Insufficient credits", 402), UpstreamDenied, "upstream_no_credit"),
        ErrorCase(429, error("Rate limit exceeded", 429), UpstreamLimited, "upstream_rate_limited",
                  {"retry_after": "4"}, 4.0),
        ErrorCase(502, error("Provider returned error", 502, provider_name="Groq", raw="Busy."),
                  UpstreamFailed, "upstream_failed"),
    ),
    path="/api/v1",
    model="author/model",
)  # fmt: skip
