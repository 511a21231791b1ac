"""Speech of the report: order, formats, voices, and how it ends."""

from __future__ import annotations

import io
from array import array
from contextlib import aclosing

import av
import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unavailable
from core.contract.events import AudioChunk
from core.providers.local import Local, speech
from tests.core.providers.local.inspector.reports import (
    TARGET,
    answer,
    file_part,
    spoken_request,
    wait_until_idle,
)
from tests.fakes.workers import decoded_seconds

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]


async def test_report_is_spoken_in_sentences(wordless_files):
    found = await answer(spoken_request([file_part(path) for path in wordless_files], AudioFormat.PCM))

    assert found.text == ""
    assert found.transcript.startswith("I am not a language model.")
    assert "The picture is a JPEG of 597 by 566 pixels." in found.transcript
    assert not set("|`#*") & set(found.transcript)
    assert [(start.format, start.sample_rate) for start in found.audio_starts] == [(AudioFormat.PCM, 24_000)]
    samples = array("h", bytes(found.audio))
    assert max(samples) > 5000
    assert found.units["audio_out.second"] == pytest.approx(len(samples) / 24_000, abs=0.1)
    assert len(found.images) == 3


async def test_audio_comes_while_the_text_is_still_coming(wordless_files):
    found = await answer(spoken_request([file_part(path) for path in wordless_files], AudioFormat.PCM))

    words = [at for at, name in enumerate(found.event_names) if name == "ChatDelta"]
    assert words[0] < found.event_names.index("AudioChunk") < words[1]


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("form", [form for form in AudioFormat if form is not AudioFormat.PCM])
async def test_every_format_plays(form, streamed):
    found = await answer(spoken_request("One two three.", form, streamed=streamed))

    assert {start.format for start in found.audio_starts} == {form}
    assert decoded_seconds(found.audio) == pytest.approx(found.units["audio_out.second"], abs=0.6)


async def test_whole_wav_has_its_true_length():
    found = await answer(spoken_request("One two three.", AudioFormat.WAV, streamed=False))

    with av.open(io.BytesIO(found.audio)) as container:
        assert container.duration / 1_000_000 == pytest.approx(found.units["audio_out.second"], abs=0.01)


async def test_voice_is_the_requested_one():
    higher = await answer(spoken_request("One.", AudioFormat.PCM, voice="gmw/en-US+f3"))
    plain = await answer(spoken_request("One.", AudioFormat.PCM))

    assert higher.transcript == plain.transcript
    assert higher.audio != plain.audio


async def test_unknown_voice_is_an_error_before_anything_is_measured():
    with pytest.raises(InvalidRequest, match="no voice 'nobody'"):
        await answer(spoken_request("One.", AudioFormat.PCM, voice="nobody", streamed=False))


async def test_stop_while_speaking_leaves_nothing_running(wordless_files):
    request = spoken_request([file_part(path) for path in wordless_files], AudioFormat.MP3)
    async with aclosing(Local.chat(TARGET, request)) as events:
        async for event in events:
            if isinstance(event, AudioChunk):
                break

    await wait_until_idle()


async def test_missing_voice_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(speech, "speech_hint", lambda: "pip install it")

    with pytest.raises(Unavailable, match="pip install it"):
        await answer(spoken_request("Hi", AudioFormat.PCM))
