"""Text in pictures and scans, read in a real worker: places, letters, sizes, hostile files, death."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.contract.errors import InvalidRequest, Unavailable, UpstreamInvalid
from core.media.installed import TEXT_READING_HINT, text_reading_hint
from core.media.pool.kinds import MB, TEXT_READING
from core.media.pool.pool import Pool
from core.media.pool.process import WorkerLimits
from core.media.pool.shared import new_pool
from core.media.worker.jobs import read_text
from tests.core.providers.local.inspector.report.test_image import png
from tests.fakes.pictures import CHINESE, needs_ocr, picture, scan

pytestmark = pytest.mark.anyio

Events = list[dict[str, Any]]


@pytest.fixture(scope="module")
def reading(synthesiser: None) -> Iterator[Pool]:
    """The least memory that a worker of this kind has."""
    created = Pool(1, limits=WorkerLimits(TEXT_READING.least, 10, 1, TEXT_READING.step_seconds))
    yield created
    created.close()


async def read(pool: Pool, path: Path, **fields: Any) -> Events:
    """The events of a job."""
    found: Events = []
    async with aclosing(pool.run("read_text", {"path": str(path), **fields})) as messages:
        async for message in messages:
            assert isinstance(message, dict)
            found.append(message)
    return found


def texts(events: Events) -> list[str]:
    return [event["text"] for event in events if event["event"] == "line"]


def save(drawn: Image.Image, path: Path, **fields: Any) -> Path:
    drawn.save(path, **fields)
    return path


def endings(events: Events) -> Events:
    return [event for event in events if event["event"] == "picture"]


@needs_ocr
async def test_lines_have_their_place_and_confidence(reading, tmp_path):
    drawn = picture((20, 20, "First of all"), (500, 230, "Right, 3.50 USD"), (20, 440, "At the end"))
    found = await read(reading, save(drawn, tmp_path / "note.png"))

    assert texts(found) == ["First of all", "Right, 3.50 USD", "At the end"]
    places = [(event["x"], event["y"]) for event in found if event["event"] == "line"]
    assert places == [
        (pytest.approx(0.12, abs=0.04), pytest.approx(0.07, abs=0.03)),
        (pytest.approx(0.75, abs=0.05), pytest.approx(0.5, abs=0.03)),
        (pytest.approx(0.12, abs=0.04), pytest.approx(0.91, abs=0.03)),
    ]
    assert all(0.8 < event["confidence"] <= 1 for event in found if event["event"] == "line")
    assert endings(found) == [{"event": "picture", "page": 0, "found": 3, "tried": 3, "reduced": False}]


@needs_ocr
async def test_german_and_chinese_letters_are_read(reading, tmp_path):
    german = picture((30, 60, "Grüße aus Köln"), (30, 160, "Äpfel & Öl, Maß"), size=(600, 300))

    assert texts(await read(reading, save(german, tmp_path / "german.png"))) == [
        "Grüße aus Köln",
        "Äpfel & Öl, Maß",
    ]
    assert texts(await read(reading, CHINESE)) == ["你好，世界"]


@needs_ocr
@pytest.mark.parametrize("turned", [90, 180, 270])
async def test_a_picture_on_its_head_or_side_is_read(reading, tmp_path, turned):
    drawn = picture((60, 240, "Keep this side up")).rotate(turned, expand=True)

    assert texts(await read(reading, save(drawn, tmp_path / "turned.png"))) == ["Keep this side up"]


@needs_ocr
async def test_the_camera_says_which_side_is_up(reading, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    drawn = picture((20, 20, "Top left corner")).rotate(180)
    [line, *_] = await read(reading, save(drawn, tmp_path / "photo.jpg", exif=exif))

    assert (line["text"], line["x"] < 0.33, line["y"] < 0.33) == ("Top left corner", True, True)


@needs_ocr
@pytest.mark.parametrize("ink", ["black", "white"])
async def test_text_on_transparency_is_read(reading, tmp_path, ink):
    drawn = picture((40, 200, "On nothing"), ink=ink, ground="#00000000", mode="RGBA", letters=40)

    assert texts(await read(reading, save(drawn, tmp_path / "clear.png"))) == ["On nothing"]


@needs_ocr
@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "CMYK"])
async def test_every_pixel_mode_is_read(reading, tmp_path, mode):
    drawn = picture((40, 200, "Any mode"), letters=40)
    stored = (
        drawn.convert("L").convert("I").point(lambda level: level * 256).convert("I;16")
        if mode == "I;16"
        else drawn.convert(mode)
    )
    name = "mode.jpg" if mode == "CMYK" else "mode.png"

    assert texts(await read(reading, save(stored, tmp_path / name))) == ["Any mode"]


@needs_ocr
async def test_a_small_picture_is_read_and_an_empty_one_has_nothing(reading, tmp_path):
    small = picture((3, 3, "Total: 42.50"), size=(120, 22), letters=14)

    assert texts(await read(reading, save(small, tmp_path / "small.png"))) == ["Total: 42.50"]
    found = await read(reading, save(picture(), tmp_path / "empty.png"))
    assert endings(found) == [{"event": "picture", "page": 0, "found": 0, "tried": 0, "reduced": False}]


@needs_ocr
async def test_lines_come_row_by_row(reading, tmp_path):
    words = ["one", "two", "three", "four", "five", "six"]
    places = [(40 + 400 * (at % 2), 40 + 24 * (at // 2)) for at in range(6)]
    drawn = picture(*((x, y, word) for (x, y), word in zip(places, words, strict=True)), letters=18)

    assert texts(await read(reading, save(drawn, tmp_path / "table.png"))) == words


@needs_ocr
@pytest.mark.parametrize("size", [(12, 6_000), (20_000, 4), (1, 1)])
async def test_extreme_shapes_stay_within_memory(reading, tmp_path, size):
    found = await read(reading, save(Image.new("RGB", size), tmp_path / "shape.png"))

    assert [event["event"] for event in found][-1] == "done"
    assert endings(found)[0]["tried"] <= 1


@needs_ocr
async def test_a_huge_picture_is_made_smaller_first(reading, tmp_path):
    drawn = picture((600, 3_000, "Large letters"), size=(8_000, 8_000), letters=500)
    found = await read(reading, save(drawn, tmp_path / "huge.png"))

    assert texts(found) == ["Large letters"]
    assert endings(found)[0]["reduced"] is True


@needs_ocr
async def test_noise_ends_after_a_bounded_number_of_lines(reading, tmp_path):
    lines = [(x, y, "Ab") for y in range(10, 1190, 30) for x in range(10, 1190, 80)]
    drawn = picture(*lines, size=(1200, 1200), letters=16)
    [end] = endings(await read(reading, save(drawn, tmp_path / "many.png")))

    assert end["found"] > read_text.MOST_LINES == end["tried"]


@needs_ocr
async def test_pages_of_a_scan_come_one_by_one(reading, tmp_path):
    path = scan(tmp_path / "scan.pdf", "The first page", "", "The third page")
    found = await read(reading, path, pages=[0, 1, 2])

    lines = [(event["page"], event["text"]) for event in found if event["event"] == "line"]
    assert lines == [(0, "The first page"), (2, "The third page")]
    assert [(event["page"], event["found"]) for event in endings(found)] == [(0, 1), (1, 0), (2, 1)]
    assert found[-1]["result"] == {"pictures": 3}


HOSTILE = {
    "claims.png": png(50_000, 50_000),
    "garbage.png": png(100, 100, b"no zlib"),
    "letter.png": b"This is a letter.",
    "noise.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 40,
    "empty.jpg": b"",
}


@needs_ocr
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_files_are_refused_and_the_worker_lives(reading, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    assert texts(await read(reading, CHINESE)) == ["你好，世界"]
    workers = reading.process_ids
    with pytest.raises(InvalidRequest):
        await read(reading, path, pages=[0])

    assert reading.process_ids == workers
    assert texts(await read(reading, CHINESE)) == ["你好，世界"]


@needs_ocr
async def test_a_picture_that_fills_the_memory_is_an_error_and_the_next_one_works(reading, tmp_path):
    image = Image.new("RGBA", (10_000, 10_000), "navy")
    with pytest.raises(InvalidRequest, match="takes more memory than a worker has"):
        await read(reading, save(image, tmp_path / "bomb.png", compress_level=1))

    assert texts(await read(reading, CHINESE)) == ["你好，世界"]


@needs_ocr
async def test_a_killed_worker_is_an_error_and_the_next_one_works(synthesiser, tmp_path):
    pool = new_pool(TEXT_READING)
    path = scan(tmp_path / "scan.pdf", *["A page"] * 5)
    try:
        with pytest.raises(UpstreamInvalid):
            await read_and_kill(pool, path)
        assert texts(await read(pool, CHINESE)) == ["你好，世界"]
    finally:
        await asyncio.to_thread(pool.close)


async def read_and_kill(pool: Pool, path: Path) -> None:
    async with aclosing(pool.run("read_text", {"path": str(path), "pages": [*range(5)]})) as messages:
        async for message in messages:
            if isinstance(message, dict) and message["event"] == "line":
                for number in pool.process_ids:
                    os.kill(number, signal.SIGKILL)


@needs_ocr
@pytest.mark.timing
async def test_an_idle_worker_holds_little_memory(reading):
    await read(reading, CHINESE)
    [worker] = reading.process_ids
    assert resident_memory(worker) < 500 * MB


def resident_memory(process: int) -> int:
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        pytest.skip("this system does not tell the memory of a process")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) * 1024


@pytest.mark.skipif(text_reading_hint() is None, reason="the extra polyphony[ocr] is installed")
async def test_without_the_package_the_worker_names_the_command(reading):
    with pytest.raises(Unavailable) as refusal:
        await read(reading, CHINESE)

    assert refusal.value.message == f"rapidocr is not installed here: {TEXT_READING_HINT}"
