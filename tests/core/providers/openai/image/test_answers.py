"""What becomes of each kind of answer."""

from __future__ import annotations

import base64
import json
from decimal import Decimal

import pytest

from core.contract.errors import UpstreamFailed, UpstreamInvalid, UpstreamRefused
from core.contract.events import AnswerMetadata, ImagePartial, ImageReady, Unreadable, Used
from core.contract.image import ImageMode, ImageRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from tests.core.providers.openai.image.calls import draw, failure, target
from tests.core.providers.promises.files import image_file
from tests.fakes import images
from tests.fakes.images import BLOCKED, MADE, USAGE, encoded, png
from tests.fakes.scenarios import body
from tests.fakes.server_sent_events import DONE, events, frame
from tests.sdk.test_specs import check

pytestmark = pytest.mark.anyio

FACTS = {name: MADE[name] for name in ("size", "quality", "background")}
TOKENS = {"text_in.token": 10, "image_in.token": 40, "text_out.token": 0, "image_out.token": 4_160}


def answer(*items: dict, **more) -> bytes:
    return json.dumps({"created": 1, "data": list(items), **more}).encode()


def completed(red: int, **more) -> bytes:
    return frame({"type": "image_generation.completed", "b64_json": encoded(red), **MADE, **more})


def partial(red: int, number: int, **more) -> bytes:
    kind = "image_generation.partial_image"
    return frame({"type": kind, "b64_json": encoded(red), "partial_image_index": number, **more})


async def test_each_picture_of_an_object_then_how_it_was_made(provider):
    *pictures, used = await draw(target(provider), n=2)
    assert pictures == [ImageReady(number, "image/png", png(number), facts=FACTS) for number in range(2)]
    assert used.usage.units() == {**TOKENS, "image_out.image": 2}
    assert used.usage.facts == {"size": "1024x1024", "quality": "high"}
    assert used.usage.estimated is False


async def test_an_answer_without_usage_counts_its_pictures(provider):
    item = {"b64_json": encoded(1), "revised_prompt": "A crimson square."}
    provider.script("gpt-image", body(answer(item), x_request_id="req_1"))
    assert await draw(target(provider)) == [
        AnswerMetadata("req_1"),
        ImageReady(0, "image/png", png(1), revised_prompt="A crimson square."),
        Used(images_used(1)),
    ]


def images_used(count: int) -> Usage:
    return Usage((Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(count)),))


async def test_output_that_nobody_counted_by_kind_is_pictures(provider):
    usage = {"input_tokens": 50, "output_tokens": 100, "total_tokens": 150}
    provider.script("gpt-image", body(answer({"b64_json": encoded(1)}, usage=usage)))
    *_, used = await draw(target(provider))
    assert used.usage.units() == {
        "text_in.token": 50, "text_out.token": 0, "image_out.token": 100, "image_out.image": 1,
    }  # fmt: skip


async def test_text_in_the_output_is_told_apart(provider):
    told = {**USAGE, "output_tokens_details": {"text_tokens": 160, "image_tokens": 4_000}}
    provider.script("gpt-image", body(answer({"b64_json": encoded(1)}, usage=told)))
    *_, used = await draw(target(provider))
    assert used.usage.units() == {
        **TOKENS,
        "text_out.token": 160,
        "image_out.token": 4_000,
        "image_out.image": 1,
    }


async def test_a_stream_sharpens_step_by_step(provider, tmp_path):
    found = await draw(
        target(provider),
        ImageRequest("m", "x", ImageMode.EDIT, (image_file(tmp_path),), streamed=True, partial_images=2),
    )
    *pictures, used = found
    assert pictures == [
        ImagePartial(0, 0, "image/png", png(100), FACTS),
        ImagePartial(0, 1, "image/png", png(101), FACTS),
        ImageReady(0, "image/png", png(200), facts=FACTS),
    ]
    assert used.usage.units() == {**TOKENS, "image_out.image": 1}
    assert used.usage.facts == {"size": "1024x1024", "quality": "high"}


async def test_several_pictures_of_a_stream_are_told_apart_and_their_usage_added(provider):
    frames = [partial(1, 0), completed(2, usage=USAGE), partial(3, 0), completed(4, usage=USAGE), DONE]
    provider.script("gpt-image", events(frames))
    *pictures, used = await draw(target(provider), n=2, streamed=True, partial_images=1)
    assert pictures == [
        ImagePartial(0, 0, "image/png", png(1)), ImageReady(0, "image/png", png(2), facts=FACTS),
        ImagePartial(1, 0, "image/png", png(3)), ImageReady(1, "image/png", png(4), facts=FACTS),
    ]  # fmt: skip
    doubled = {name: 2 * quantity for name, quantity in TOKENS.items()}
    assert used.usage.units() == {**doubled, "image_out.image": 2}


async def test_a_server_that_numbers_its_pictures_is_believed(provider):
    frames = [partial(1, 0, image_index=1), completed(2, image_index=1), completed(3, image_index=0)]
    provider.script("gpt-image", events(frames))
    *pictures, _ = await draw(target(provider), n=2, streamed=True, partial_images=1)
    assert [(event.index, event.data) for event in pictures] == [(1, png(1)), (1, png(2)), (0, png(3))]


@pytest.mark.parametrize("ending", [[], [DONE]], ids=["closed", "done"])
async def test_fewer_pictures_than_asked_for_are_whole_only_where_the_stream_says_so(provider, ending):
    provider.script("gpt-image", events([completed(2, usage=USAGE), *ending]))
    where = target(provider)
    if ending:
        *_, used = await draw(where, n=2, streamed=True, partial_images=1)
        assert used.usage.units()["image_out.image"] == 1
        return
    error = await failure(where, n=2, streamed=True, partial_images=1)
    assert (type(error), error.provider_code) == (UpstreamInvalid, "upstream_truncated")
    assert (error.usage.units()["image_out.token"], error.usage.estimated) == (4_160, True)


async def test_a_server_that_does_not_stream_answers_whole(provider):
    provider.script("gpt-image", body(answer({"b64_json": encoded(1)}, usage=USAGE)))
    ready, _ = await draw(target(provider), streamed=True, partial_images=1)
    assert ready == ImageReady(0, "image/png", png(1))


@pytest.mark.parametrize("label", ["", "data:image/png;base64,"])
@pytest.mark.parametrize("field", ["b64_json", "url"])
async def test_a_data_url_is_decoded_wherever_it_stands(provider, field, label):
    provider.script("gpt-image", body(answer({field: f"{label}{encoded(1)}"})))
    if field == "url" and not label:
        assert isinstance(await failure(target(provider)), UpstreamInvalid)
        return
    ready, _ = await draw(target(provider))
    assert ready == ImageReady(0, "image/png", png(1))


async def test_a_large_picture_is_decoded_whole(provider):
    large = png(1) + bytes(range(256)) * 16_000
    provider.script("gpt-image", body(answer({"b64_json": base64.b64encode(large).decode()})))
    ready, _ = await draw(target(provider))
    assert ready == ImageReady(0, "image/png", large)


async def test_a_picture_that_cannot_be_read_is_left_out_and_counted(provider):
    svg = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
    items = [{"b64_json": "!"}, {"b64_json": svg}, None, {}, {"b64_json": encoded(1)}]
    provider.script("gpt-image", body(answer(*items)))
    ready, lost, used = await draw(target(provider))
    assert (ready, lost) == (ImageReady(0, "image/png", png(1)), Unreadable(4))
    assert used.usage.units() == {"image_out.image": 1}


@pytest.mark.parametrize("items", [[], [{}], [{"b64_json": "!"}]])
async def test_an_answer_without_a_picture_is_an_error(provider, items):
    provider.script("gpt-image", body(answer(*items, usage=USAGE)))
    error = await failure(target(provider))
    assert (type(error), error.message) == (UpstreamInvalid, "The provider sent no picture.")


async def test_a_refusal_of_a_safety_system_is_told_in_plain_words(provider):
    where = target(provider)
    error = await failure(where, ImageRequest("m", "something forbidden"))
    assert error.message == (
        "The provider's safety system refused this request. "
        "Your request was rejected by the safety system. safety_violations=[violence]."
    )
    assert (error.status, error.detail) == (400, "content_policy_violation")
    assert error.metadata == {"upstream_code": "moderation_blocked"}
    assert where.sending.left is False


async def test_a_refusal_in_the_middle_of_a_stream_costs_nothing_either(provider):
    provider.script("gpt-image", events([partial(1, 0), frame({"type": "error", **BLOCKED}, "error")]))
    where = target(provider)
    error = await failure(where, streamed=True, partial_images=1)
    assert (type(error), error.detail, error.usage) == (UpstreamRefused, "content_policy_violation", None)
    assert where.sending.left is False


async def test_another_error_in_a_stream_is_that_of_the_provider(provider):
    words = {"error": {"message": "Something broke.", "type": "server_error", "code": "server_error"}}
    provider.script("gpt-image", events([partial(1, 0), frame({"type": "error", **words})]))
    where = target(provider)
    assert isinstance(await failure(where, streamed=True, partial_images=1), UpstreamFailed)
    assert where.sending.left is True


async def test_the_fakes_shapes_are_those_of_the_document(data, provider):
    await draw(target(provider), n=2)
    await draw(target(provider), streamed=True, partial_images=1)
    whole, streamed = provider.requests
    check(data, "openai", "ImagesResponse", images.whole(whole))
    for value in images.frames(streamed):
        check(data, "openai", "ImageGenStreamEvent", json.loads(value.partition(b"data: ")[2]))
