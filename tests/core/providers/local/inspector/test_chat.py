"""The inspector as a chat partner: what it says of itself, measures, ignores, and how it speaks."""

from __future__ import annotations

import asyncio
import io
from array import array
from contextlib import aclosing
from pathlib import Path

import av
import pytest

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.errors import InvalidRequest, Unavailable
from core.contract.events import AudioChunk, ChatDelta
from core.media import installed
from core.media.pool.pool import shared_pool
from core.providers.local import Local
from core.providers.local.inspector import spoken_report as reading
from tests.core.providers.local.inspector.reports import TARGET, aloud, answered, asked, inspected, part, rows
from tests.fakes.audio_files import RATE, samples, write_wav
from tests.fakes.workers import decoded_seconds

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]

OPENING = "**I am not a language model.**"
PIRATE = {"role": "system", "content": "You are a pirate."}
TOOL = {"type": "function", "function": {"name": "sink_ship", "parameters": {"type": "object"}}}


@pytest.fixture
def sea(data) -> list[Path]:
    """One of each kind."""
    names = ("kiwi.jpg", "dummy.pdf", "marcelo.mp3", "small_video.mp4")
    return [data / "samples" / name for name in names]


@pytest.fixture
def broken(tmp_path) -> Path:
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return path


async def idle() -> None:
    """Until the workers noticed that nobody waits for them; a step of theirs takes moments."""
    for _ in range(100):
        if not shared_pool().open_jobs:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("a job goes on that nobody waits for")


async def test_it_says_first_that_it_is_no_language_model():
    found = await answered(asked("How are you?"))

    assert found.text.startswith(OPENING)
    assert (found.text.count("language model"), found.finish) == (1, "stop")


async def test_every_kind_of_part_has_its_section(sea):
    found = await answered(asked([{"type": "text", "text": "Look at this."}, *map(part, sea)]))

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


async def test_findings_come_one_by_one(sea):
    found = await answered(asked([part(path) for path in sea]))

    assert len(found.deltas) > 10
    assert found.order.index("ImageReady") < len(found.order) - found.order[::-1].index("ChatDelta") - 1


async def test_first_delta_does_not_wait_for_the_last_part(speech_file, tmp_path):
    long = write_wav(tmp_path / "long.wav", samples(speech_file) * 5)
    request = asked([{"type": "text", "text": "Hear this."}, part(long)])
    async with aclosing(Local.chat(TARGET, request)) as events:
        seen = [await anext(events) for _ in range(3)]

    assert [type(event) for event in seen[1:]] == [ChatDelta, ChatDelta]
    assert seen[1].text.startswith(OPENING)
    assert seen[2].text.startswith("### Text")
    await idle()


async def test_only_the_last_user_message_is_measured():
    before = [{"role": "user", "content": "One two three"}, {"role": "assistant", "content": "Four"}]
    found = await answered(asked("Five", PIRATE, *before))

    assert rows(found.text)["Characters"] == "4 (4 without spaces)"
    assert (
        "2 messages came before this one and are not measured: 1 from you and 1 from the assistant."
        in found.text
    )
    assert found.units["text_in.character"] == len("You are a pirate.One two threeFourFive")


async def test_first_message_is_called_so():
    assert "This is the first message of the conversation." in (await answered(asked("Hi", PIRATE))).text


async def test_system_prompt_and_parameters_are_echoed_and_tools_not_called():
    parameters = {"temperature": 0.7, "tools": [TOOL], "stop": ["a|b", "`"], "seed": None}
    found = await answered(asked("Go", PIRATE, parameters=parameters))

    echo = found.text.partition("### Received and ignored\n")[2]
    assert "System prompt, 17 characters:\n\n```text\nYou are a pirate.\n```" in echo
    assert rows(echo) == {
        "Parameter": "Value",
        "---": "---",
        "temperature": "`0.7`",
        "tools": "sink_ship (none is called)",
        "stop": '\\["a\\|b", "\\`"\\]',
        "seed": "`null`",
    }
    assert found.finish == "stop"


async def test_nothing_received_is_nothing_echoed():
    assert "ignored" not in (await answered(asked("Go"))).text


async def test_code_fence_in_a_system_prompt_does_not_end_its_block():
    prompt = {"role": "developer", "content": "```\n# Not a heading\n````"}
    found = await answered(asked("Go", prompt))

    assert "`````text\n```\n# Not a heading\n````\n`````\n" in found.text


async def test_unreadable_part_is_told_and_the_others_go_on(sea, broken):
    found = await inspected(broken, sea[0])

    assert "### Image 1: broken.png\n\n**It could not be read**: The header of this picture" in found.text
    assert "### Image 2: kiwi.jpg" in found.text
    assert found.units["image_in.image"] == 1


async def test_nothing_but_an_unreadable_part_is_an_error(broken):
    with pytest.raises(InvalidRequest) as refusal:
        await inspected(broken)

    assert refusal.value.provider_code == "unsupported_media"


@pytest.mark.parametrize("content", ["", [], None])
async def test_empty_message_is_answered(content):
    assert "There is nothing in the message to measure." in (await answered(asked(content))).text


async def test_conversation_without_a_user_is_answered():
    found = await answered(ChatRequest("local/inspector", (PIRATE,), streamed=True))

    assert "There is no message from a user here." in found.text


async def test_addresses_are_not_opened(sea):
    address = {"type": "image_url", "image_url": {"url": "https://example.org/secret?token=1"}}
    found = await answered(asked([address, {"type": "refusal", "refusal": "no"}]))

    assert "### Image\n\nIt was sent as an address, and I open no addresses" in found.text
    assert "A part of the type refusal is nothing I can measure." in found.text
    assert "example.org" not in found.text


async def test_answer_that_is_not_streamed_says_the_same_in_one_piece(sea):
    request = [part(path) for path in sea]
    streamed = await answered(asked(request))
    whole = await answered(asked(request, streamed=False))

    assert whole.deltas == [streamed.text.rstrip()]
    assert whole.images == streamed.images
    assert whole.units == streamed.units


async def test_stop_in_the_middle_leaves_nothing_running(speech_file, tmp_path):
    long = write_wav(tmp_path / "long.wav", (samples(speech_file) + bytes(RATE * 2)) * 8)
    async with aclosing(Local.chat(TARGET, asked([part(long)]))) as events:
        async for event in events:
            if isinstance(event, ChatDelta) and event.text.startswith("- "):
                break
    await idle()

    found = await asyncio.wait_for(answered(asked("Still there?")), 10)
    assert found.finish == "stop"


async def test_report_is_spoken_in_sentences(sea):
    found = await answered(aloud([part(path) for path in sea], AudioFormat.PCM))

    assert found.text == ""
    assert found.transcript.startswith("I am not a language model.")
    assert "The picture is a JPEG of 597 by 566 pixels." in found.transcript
    assert not set("|`#*") & set(found.transcript)
    assert [(start.format, start.sample_rate) for start in found.starts] == [(AudioFormat.PCM, 24_000)]
    heard = array("h", bytes(found.sound))
    assert max(heard) > 5000
    assert found.units["audio_out.second"] == pytest.approx(len(heard) / 24_000, abs=0.1)
    assert len(found.images) == 3


async def test_sound_comes_while_the_text_is_still_coming(sea):
    found = await answered(aloud([part(path) for path in sea], AudioFormat.PCM))

    words = [at for at, name in enumerate(found.order) if name == "ChatDelta"]
    assert words[0] < found.order.index("AudioChunk") < words[1]


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("form", [form for form in AudioFormat if form is not AudioFormat.PCM])
async def test_every_format_plays(form, streamed):
    found = await answered(aloud("One two three.", form, streamed=streamed))

    assert {start.format for start in found.starts} == {form}
    assert decoded_seconds(found.sound) == pytest.approx(found.units["audio_out.second"], abs=0.6)


async def test_whole_wav_tells_its_true_length():
    found = await answered(aloud("One two three.", AudioFormat.WAV, streamed=False))

    with av.open(io.BytesIO(found.sound)) as container:
        assert container.duration / 1_000_000 == pytest.approx(found.units["audio_out.second"], abs=0.01)


async def test_voice_is_the_one_asked_for():
    higher = await answered(aloud("One.", AudioFormat.PCM, voice="gmw/en-US+f3"))
    plain = await answered(aloud("One.", AudioFormat.PCM))

    assert higher.transcript == plain.transcript
    assert higher.sound != plain.sound


async def test_unknown_voice_is_an_error_before_anything_is_measured():
    with pytest.raises(InvalidRequest, match="no voice 'nobody'"):
        await answered(aloud("One.", AudioFormat.PCM, voice="nobody", streamed=False))


async def test_stop_while_speaking_leaves_nothing_running(sea):
    async with aclosing(Local.chat(TARGET, aloud([part(path) for path in sea], AudioFormat.MP3))) as events:
        async for event in events:
            if isinstance(event, AudioChunk):
                break

    await idle()


async def test_missing_extra_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "PIL" else True)

    with pytest.raises(Unavailable, match=r'pip install "polyphony\[local\]"'):
        await answered(asked("Hi"))


async def test_missing_voice_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(reading, "speech_hint", lambda: "pip install it")

    with pytest.raises(Unavailable, match="pip install it"):
        await answered(aloud("Hi", AudioFormat.PCM))


async def test_it_is_listed_where_its_libraries_are(monkeypatch):
    assert "inspector" in await Local().models(TARGET)
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "pypdfium2" else True)

    assert await Local().models(TARGET) == ("espeak-ng", "pocketsphinx")


def test_body_is_what_is_measured(sea):
    request = aloud([part(sea[0])], AudioFormat.WAV, parameters={"seed": 1})

    assert Local.chat_body(TARGET, request) == {
        "model": "inspector",
        "seed": 1,
        "messages": list(request.messages),
        "modalities": ["text", "audio"],
        "audio": {"voice": None, "format": "wav"},
    }
