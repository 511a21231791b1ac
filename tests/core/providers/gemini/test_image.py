from __future__ import annotations

import base64
from typing import Any

import pytest

from core.contract.errors import PolyphonyError, Unsupported, UpstreamInvalid, UpstreamRefused
from core.contract.events import AnswerMetadata, ImageReady, Unreadable, Used
from core.contract.image import ImageMode, ImageRequest
from core.contract.route import Sending
from core.providers.base import ImageAdapter
from core.providers.registry import adapter
from tests.core.providers.gemini.calls import STREAM, WHOLE, failure, replies, send, streams, target
from tests.core.providers.promises.files import image_file
from tests.fakes import gemini
from tests.fakes.images import png

pytestmark = pytest.mark.anyio

PROMPT = "A red square."
METADATA = AnswerMetadata(gemini.ID, gemini.MODEL)
READY = ImageReady(0, "image/png", gemini.PNG)
UNITS = {"text_in.token": 8, "text_out.token": 13, "image_out.token": 1_290, "image_out.image": 1}


def drawing(provider, **fields: Any):
    return target(provider, sending=Sending(), **fields)


def request(**fields: Any) -> ImageRequest:
    return ImageRequest("m", PROMPT, **fields)


async def refusal(provider, *values: dict[str, Any]) -> PolyphonyError:
    provider.script(STREAM, streams(*values))
    where = drawing(provider)
    error = await failure(where, request(streamed=True))
    assert where.sending is not None
    assert where.sending.left is not isinstance(error, UpstreamRefused)
    return error


@pytest.mark.parametrize("wire", ["google", "vertex"])
def test_both_adapters_draw(wire):
    assert isinstance(adapter(wire), ImageAdapter)


async def test_a_picture_and_its_tokens_by_kind(provider):
    provider.script(WHOLE, replies(gemini.whole_image()))
    metadata, ready, used = await send(drawing(provider), request())
    assert (metadata, ready) == (METADATA, READY)
    assert isinstance(used, Used)
    assert (used.usage.units(), used.usage.estimated) == (UNITS, False)


async def test_a_stream_has_the_picture_and_not_the_thoughts(provider):
    provider.script(STREAM, streams(*gemini.image_chunks()))
    metadata, ready, used = await send(drawing(provider), request(streamed=True))
    assert (metadata, ready) == (METADATA, READY)
    assert isinstance(used, Used)
    assert used.usage.units() == UNITS


async def test_words_come_after_the_pictures_they_are_about(provider, tmp_path):
    provider.script(WHOLE, replies(gemini.edited_image()))
    pictures = (image_file(tmp_path, "a.png", 1), image_file(tmp_path, "b.png", 2))
    asked = request(
        mode=ImageMode.EDIT, images=pictures, aspect_ratio="16:9", resolution="2K", seed=2**31 + 5,
        options={"google": {"safetySettings": [{"category": "X", "threshold": "BLOCK_NONE"}], "n": 9}},
    )  # fmt: skip
    *_, used = await send(drawing(provider), asked)
    assert isinstance(used, Used)
    assert used.usage.units() == {**UNITS, "image_in.token": 258}
    (seen,) = provider.requests
    assert seen.path == "/v1beta/models/gemini-fake:generateContent"
    data = [base64.b64encode(png(red)).decode() for red in (1, 2)]
    assert seen.json == {
        "contents": [
            {
                "role": "user",
                "parts": [
                    *({"inlineData": {"mimeType": "image/png", "data": each}} for each in data),
                    {"text": PROMPT},
                ],
            }
        ],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
            "seed": 5,
        },
        "safetySettings": [{"category": "X", "threshold": "BLOCK_NONE"}],
    }


async def test_several_candidates_are_several_pictures(provider):
    usage = gemini.counts(8, 2_580, candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 2_580}])
    first = gemini.chunk(gemini.inline(png(1), "image/png"), finish="STOP", usage=usage)
    second = {**first["candidates"][0], "index": 1}
    second["content"] = {"parts": [gemini.inline(png(2), "image/png")], "role": "model"}
    provider.script(WHOLE, replies({**first, "candidates": [*first["candidates"], second]}))
    _, *pictures, used = await send(drawing(provider), request(n=2))
    assert pictures == [ImageReady(0, "image/png", png(1)), ImageReady(1, "image/png", png(2))]
    assert isinstance(used, Used)
    assert used.usage.units() == {
        "text_in.token": 8, "text_out.token": 0, "image_out.token": 2_580, "image_out.image": 2,
    }  # fmt: skip
    assert provider.requests[0].json["generationConfig"]["candidateCount"] == 2


async def test_output_of_which_nothing_is_told_is_billed_as_pictures(provider):
    value = gemini.chunk(gemini.inline(png(1), "image/png"), finish="STOP", usage=gemini.counts(8, 1_290, 20))
    provider.script(WHOLE, replies(value))
    *_, used = await send(drawing(provider), request())
    assert isinstance(used, Used)
    assert used.usage.units() == {
        "text_in.token": 8, "text_out.token": 20, "reasoning_out.token": 20, "image_out.token": 1_290,
        "image_out.image": 1,
    }  # fmt: skip
    assert used.usage.estimated is True


@pytest.mark.parametrize("reason", ["IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_RECITATION"])
async def test_what_a_filter_withheld_is_told_in_plain_words(provider, reason):
    error = await refusal(provider, gemini.chunk(finish=reason, usage=gemini.counts(8, 0)))
    assert error.message == f"Google's filters refused to draw this: {reason}."
    assert (error.detail, error.metadata) == ("content_policy_violation", {"upstream_code": reason})


async def test_a_prompt_that_a_filter_refused_is_told_in_plain_words(provider):
    error = await refusal(provider, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
    assert error.message == "Google's filters refused the prompt: PROHIBITED_CONTENT."


@pytest.mark.parametrize(
    ("parts", "finish", "message"),
    [
        (({"text": "I cannot\ndraw that."},), "STOP",
         "The model answered in words instead of drawing: I cannot draw that."),
        ((), "STOP", "The model drew no picture."),
        ((), "NO_IMAGE", "The model drew no picture."),
    ],
)  # fmt: skip
async def test_an_answer_without_a_picture_is_a_refusal(provider, parts, finish, message):
    error = await refusal(provider, gemini.chunk(*parts, finish=finish, usage=gemini.counts(8, 5)))
    assert (type(error), error.message) == (UpstreamRefused, message)
    assert error.usage is not None
    assert error.usage.units()["text_in.token"] == 8


async def test_a_picture_that_cannot_be_read_is_left_out(provider):
    broken = {"inlineData": {"mimeType": "image/png", "data": "!"}}
    provider.script(WHOLE, replies(gemini.chunk(broken, gemini.inline(png(1), "image/png"), finish="STOP")))
    _, ready, lost, _ = await send(drawing(provider), request())
    assert (ready, lost) == (ImageReady(0, "image/png", png(1)), Unreadable(1))
    error = await refusal(provider, gemini.chunk(broken, finish="STOP"))
    assert (type(error), error.message) == (UpstreamInvalid, "The provider sent no picture that can be read.")


async def test_a_stream_that_ends_too_early_is_cut_short(provider):
    error = await refusal(provider, gemini.chunk(gemini.inline(png(1), "image/png")))
    assert error.provider_code == "upstream_truncated"


async def test_a_mask_is_refused_before_anything_is_sent(provider, tmp_path):
    picture = image_file(tmp_path)
    asked = request(mode=ImageMode.EDIT, images=(picture,), mask=picture)
    assert isinstance(await failure(drawing(provider), asked), Unsupported)
    assert provider.requests == []


async def test_a_large_answer_is_read_whole(provider):
    large = png(1) + bytes(range(256)) * 16_000
    provider.script(WHOLE, replies(gemini.chunk(gemini.inline(large, "image/png"), finish="STOP")))
    _, ready, _ = await send(drawing(provider), request())
    assert ready == ImageReady(0, "image/png", large)
