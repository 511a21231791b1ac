"""The inspector's answers: what is reported, in which order, streamed or not, and how it ends."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unavailable
from core.contract.events import ChatDelta
from core.media import installed
from core.providers.local import Local
from tests.core.providers.local.inspector.reports import (
    TARGET,
    answer,
    chat_request,
    file_part,
    inspect_files,
    spoken_request,
    wait_until_idle,
)
from tests.fakes.audio_files import RATE, samples, write_wav

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]

OPENING = "**I am not a language model.**"


async def test_it_first_says_that_it_is_no_language_model():
    found = await answer(chat_request("How are you?"))

    assert found.text.startswith(OPENING)
    assert (found.text.count("language model"), found.finish) == (1, "stop")


async def test_every_kind_of_part_has_its_section(sample_files):
    found = await answer(
        chat_request([{"type": "text", "text": "Look at this."}, *map(file_part, sample_files)])
    )

    titles = [line for line in found.text.splitlines() if line.startswith("### ")]
    assert titles == [
        "### Text",
        "### Image: kiwi.jpg",
        "### PDF: dummy.pdf",
        "### Audio: marcelo.mp3",
        "### Video: small_video.mp4",
    ]
    assert [image.index for image in found.images] == [0, 1, 2]
    assert found.units == pytest.approx(
        {
            "text_in.character": 13,
            "text_out.character": len(found.text),
            "image_in.image": 1,
            "file_in.page": 1,
            "audio_in.second": 4.488,
            "video_in.second": 1.389,
            "image_out.image": 3,
        }
    )


async def test_findings_come_one_by_one(wordless_files):
    found = await answer(chat_request([file_part(path) for path in wordless_files]))

    assert len(found.deltas) >= 10
    last_delta = len(found.event_names) - found.event_names[::-1].index("ChatDelta") - 1
    assert found.event_names.index("ImageReady") < last_delta


async def test_first_delta_does_not_wait_for_the_last_part(speech_file, tmp_path):
    long = write_wav(tmp_path / "long.wav", samples(speech_file) * 5)
    request = chat_request([{"type": "text", "text": "Hear this."}, file_part(long)])
    async with aclosing(Local.chat(TARGET, request)) as events:
        seen = [await anext(events) for _ in range(3)]

    assert [type(event) for event in seen[1:]] == [ChatDelta, ChatDelta]
    assert seen[1].text.startswith(OPENING)
    assert seen[2].text.startswith("### Text")
    await wait_until_idle()


async def test_unreadable_part_is_reported_and_the_others_go_on(sample_files, broken_image):
    found = await inspect_files(broken_image, sample_files[0])

    assert "### Image 1: broken.png\n\n**It could not be read**: The header of this picture" in found.text
    assert "### Image 2: kiwi.jpg" in found.text
    assert found.units["image_in.image"] == 1


async def test_nothing_but_an_unreadable_part_is_an_error(broken_image):
    with pytest.raises(InvalidRequest) as refusal:
        await inspect_files(broken_image)

    assert refusal.value.provider_code == "unsupported_media"


@pytest.mark.parametrize("content", ["", [], None])
async def test_empty_message_is_answered(content):
    assert "There is nothing in the message to measure." in (await answer(chat_request(content))).text


async def test_answer_that_is_not_streamed_is_the_same_in_one_piece(wordless_files):
    request = [file_part(path) for path in wordless_files]
    streamed = await answer(chat_request(request))
    whole = await answer(chat_request(request, streamed=False))

    assert whole.deltas == [streamed.text.rstrip()]
    assert whole.images == streamed.images
    assert whole.units == streamed.units


async def test_stop_in_the_middle_leaves_nothing_running(whisper, speech_file, tmp_path):
    long = write_wav(tmp_path / "long.wav", (samples(speech_file) + bytes(RATE * 2 * 3)) * 4)
    async with aclosing(Local.chat(TARGET, chat_request([file_part(long)]))) as events:
        async for event in events:
            if isinstance(event, ChatDelta) and event.text.startswith("- "):
                break
    await wait_until_idle()

    found = await asyncio.wait_for(answer(chat_request("Still there?")), 10)
    assert found.finish == "stop"


async def test_missing_extra_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "PIL" else True)

    with pytest.raises(Unavailable, match=r'pip install "polyphony\[local\]"'):
        await answer(chat_request("Hi"))


def test_body_is_what_is_measured(sample_files):
    request = spoken_request([file_part(sample_files[0])], AudioFormat.WAV, parameters={"seed": 1})

    assert Local.chat_body(TARGET, request) == {
        "model": "inspector",
        "seed": 1,
        "messages": list(request.messages),
        "modalities": ["text", "audio"],
        "audio": {"voice": None, "format": "wav"},
    }
