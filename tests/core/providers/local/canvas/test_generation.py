"""Pictures drawn from prompts by a real worker: the same for a seed, of the size and form asked for."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from decimal import Decimal

import pytest

from core.contract.errors import InvalidRequest, Unavailable
from core.contract.events import ImagePartial, ImageReady, Progress, Used
from core.contract.image import ImageFormat, ImageRequest
from core.media import installed
from core.media.pool.kinds import DRAWING
from core.media.pool.pool import Pool
from core.media.pool.process import WorkerLimits
from core.media.pool.shared import shared_pool
from core.media.worker.drawing.pictures.qr import QUIET, matrix
from core.providers.local import Local
from core.providers.local.canvas.draw import work_of
from tests.core.providers.local.canvas.pictures import TARGET, draw, opened

pytestmark = pytest.mark.anyio

PROMPTS = {
    "Prompt card": "Less, but better",
    "Palette poster": "palette of sunset",
    "Waveform poster": "waveform of hello world",
    "QR poster": "QR code for https://example.com",
    "Colour gradient": "gradient",
    "Geometric tiles": "geometric",
    "Leaded glass": "stained glass",
    "Flow field": "flow field",
    "Mountains": "a forest in winter",
    "Night sky": "stars",
    "Waves": "waves",
    "Paper contours": "contours",
}


@pytest.mark.parametrize(("name", "prompt"), PROMPTS.items())
async def test_same_seed_draws_the_same_picture_and_another_another(name, prompt):
    first, again, other = [await draw(prompt, seed=seed) for seed in (5, 5, 6)]

    assert first.ready[0].revised_prompt == f"{name}, seed 5: {prompt}"
    assert first.ready[0].data == again.ready[0].data != other.ready[0].data
    assert (first.image.size, first.image.mode, first.image.format) == ((256, 256), "RGB", "PNG")


@pytest.mark.parametrize("prompt", PROMPTS.values())
async def test_transparent_ground_is_seen_through(prompt):
    answer = await draw(prompt, seed=3, background="transparent", size="320x256")

    least, most = answer.image.getchannel("A").getextrema()
    assert (answer.image.size, least < 40, most > 200) == ((320, 256), True, True)


async def test_description_sent_as_a_prompt_draws_the_same_again():
    first = await draw("Mountains at dusk with “Up”")
    again = await draw(first.ready[0].revised_prompt)

    assert again.ready[0].data == first.ready[0].data
    assert again.ready[0].revised_prompt == first.ready[0].revised_prompt


async def test_every_call_without_a_seed_is_another_picture():
    first, second = await draw("gradient"), await draw("gradient")

    assert first.ready[0].data != second.ready[0].data


async def test_pictures_of_one_request_are_numbered_and_differ():
    answer = await draw("gradient", n=3, seed=1)

    assert [picture.index for picture in answer.ready] == [0, 1, 2]
    assert len({picture.data for picture in answer.ready}) == 3
    assert [e.done for e in answer.events if isinstance(e, Progress) and e.stage == "drawing"] == [1, 2, 3]
    assert answer.usage.units() == {"image_out.image": Decimal(3)}
    assert answer.usage.facts == {"size": "256x256", "quality": "low"}


@pytest.mark.parametrize(("form", "name"), [(ImageFormat.JPEG, "JPEG"), (ImageFormat.WEBP, "WEBP")])
async def test_compression_makes_files_smaller(form, name):
    small = await draw("gradient", seed=1, format=form, compression=20)
    large = await draw("gradient", seed=1, format=form, compression=95)

    assert (small.image.format, small.ready[0].media_type) == (name, f"image/{form}")
    assert len(small.ready[0].data) < len(large.ready[0].data)


async def test_partial_pictures_come_before_and_grow_finer():
    answer = await draw("Mountains at dusk", seed=4, streamed=True, partial_images=3)

    kinds = [type(event) for event in answer.events if not isinstance(event, Progress)]
    assert kinds == [ImagePartial, ImagePartial, ImagePartial, ImageReady, Used]
    assert [partial.number for partial in answer.partials] == [0, 1, 2]
    assert {opened(partial.data).size for partial in answer.partials} == {(256, 256)}
    away = [distance(opened(partial.data), answer.image) for partial in answer.partials]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 6


async def test_partial_pictures_are_for_streams():
    assert (await draw("gradient", partial_images=2)).partials == []


def distance(first, second) -> float:
    """The mean difference of two pictures, from 0 to 255."""
    pairs = zip(first.convert("RGB").tobytes(), second.convert("RGB").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (first.width * first.height * 3)


async def test_quality_is_smoother_edges():
    low, high = [await draw("geometric", seed=2, quality=quality) for quality in ("low", "high")]

    assert len(high.image.getcolors(70_000)) > 4 * len(low.image.getcolors(70_000))


async def test_styles_have_more_and_less_colour():
    def colour(answer):
        return sum(answer.image.convert("HSV").getchannel("S").tobytes())

    natural, vivid = [await draw("geometric", seed=2, style=style) for style in ("natural", "vivid")]
    assert colour(natural) < 0.8 * colour(vivid)


async def test_palette_poster_has_exactly_the_colours_asked_for():
    answer = await draw("palette of #ff0000, #00c853 and #2962ff", seed=1)

    counts = {colour for count, colour in answer.image.getcolors(70_000) if count > 1500}
    assert {(255, 0, 0), (0, 200, 83), (41, 98, 255)} <= counts


async def test_code_on_a_poster_has_every_module():
    answer = await draw("QR code for https://example.com in winter", seed=1, size="1024x1024")

    modules = matrix("https://example.com")
    grey = answer.image.convert("L")
    box = bounds(grey)
    step = (box[2] - box[0]) / len(modules)
    read = [
        [
            grey.getpixel((box[0] + step * (column + 0.5), box[1] + step * (row + 0.5))) < 128
            for column in range(len(modules))
        ]
        for row in range(len(modules))
    ]
    assert read == modules
    assert grey.getpixel((box[0] - step * (QUIET - 0.5), box[1] + 3)) > 200


def bounds(grey) -> tuple[int, int, int, int]:
    """Where the code is: the dark part above the words."""
    return grey.crop((0, 0, grey.width, 840)).point(lambda level: 255 if level < 110 else 0).getbbox()


async def test_text_that_is_too_long_for_a_code_is_refused():
    with pytest.raises(InvalidRequest) as refused:
        await draw("qr code of " + "x" * 3000)

    assert refused.value.param == "prompt"


async def test_characters_without_a_font_are_told_not_drawn():
    answer = await draw("Hello \U00013000 world", seed=1)
    without = await draw("Prompt card, seed 1: Hello  world")

    assert answer.ready[0].revised_prompt.startswith("[no font here has \U00013000] Prompt card, seed 1: ")
    assert answer.ready[0].data == without.ready[0].data


async def test_text_that_does_not_fit_is_told():
    answer = await draw("word " * 2000, seed=1)

    assert " characters did not fit] Prompt card, seed 1: word" in answer.ready[0].revised_prompt


@pytest.mark.parametrize("prompt", ["", " \n "])
async def test_prompt_without_words_is_refused(prompt):
    with pytest.raises(InvalidRequest):
        await draw(prompt)


async def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None)

    with pytest.raises(Unavailable, match="polyphony\\[local\\]"):
        await draw("hello")


async def test_stopping_after_one_picture_draws_no_more_and_leaves_the_worker_well():
    await draw("gradient", seed=1)
    pool = shared_pool("canvas.generate")
    before = pool.process_ids
    request = ImageRequest(model="local/canvas", prompt="stars", n=10, size="1024x1024")
    async with aclosing(Local().draw(TARGET, request)) as events:
        async for event in events:
            if isinstance(event, ImageReady):
                break
    for _ in range(200):
        if not pool.open_jobs:
            break
        await asyncio.sleep(0.05)

    assert pool.open_jobs == 0
    await draw("gradient", seed=1)
    assert set(before) <= set(pool.process_ids)


async def test_largest_picture_fits_the_memory_of_a_small_machine():
    """With the least memory that a worker may have, at the finest quality, see-through."""
    limits = WorkerLimits(DRAWING.least, 0)
    pool = Pool(1, jobs_per_process=1, limits=limits)
    try:
        for prompt in ("A forest in winter", "stained glass", "A card about stars"):
            request = ImageRequest(
                model="local/canvas",
                prompt=prompt,
                size="2048x2048",
                quality="high",
                background="transparent",
            )
            result = await pool.result("canvas.generate", work_of(TARGET, request).args)
            assert result == {}
    finally:
        await asyncio.to_thread(pool.close)
