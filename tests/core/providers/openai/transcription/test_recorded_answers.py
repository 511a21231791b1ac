"""What real providers once wrote down, replayed over real HTTP into the adapter."""

from __future__ import annotations

from contextlib import aclosing
from decimal import Decimal
from email import message_from_bytes, policy

import pytest

from core.contract.events import Transcript, TranscriptDelta, Used
from core.contract.route import Secret, Target
from core.contract.tasks import Task
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.providers.registry import adapter
from tests.core.providers.openai.speech.test_recorded_answers import recorded, replay

pytestmark = pytest.mark.anyio

TEXT = "Ruby is a programming language designed for developer happiness."
NAME = "transcription_basic_functionality_{}.yml"


def sent(exchange: dict) -> tuple[dict[str, str], bytes]:
    """The fields of the recorded request, and its file."""
    head = f"Content-Type: {exchange['request']['headers']['Content-Type'][0]}\r\n\r\n".encode()
    body = exchange["request"]["body"]["string"]
    form = message_from_bytes(head + body, policy=policy.HTTP)
    fields, file = {}, b""
    for part in form.iter_parts():
        content = part.get_payload(decode=True)
        if part.get_filename():
            file = content
        else:
            fields[part.get_param("name", header="content-disposition")] = content.decode()
    return fields, file


async def played(
    provider, data, tmp_path, tape: str, slug: str, wire: str = "openai", **asked
) -> tuple[list, dict, dict]:
    exchange, body = recorded(data, NAME.format(tape))
    fields, sound = sent(exchange)
    (tmp_path / "ruby.wav").write_bytes(sound)
    provider.script(fields["model"], replay(exchange, body))
    where = Target(
        1, slug, slug.title(), wire, provider.url, fields["model"], Secret(lambda: "sk-test"),
        options={"response_formats": ("json",), "stream": True},
    )  # fmt: skip
    file = AudioFile(str(tmp_path / "ruby.wav"), "audio.wav", "audio/wav", len(sound), 3.7)
    async with aclosing(adapter(wire).transcribe(where, TranscriptionRequest("m", file, **asked))) as found:
        events = [event async for event in found]
    assert [part for part in provider.requests[0].parts if part[1]] == [("file", "audio.wav", sound)]
    return events, fields, dict(provider.requests[0].form)


@pytest.mark.recorded("openai", Task.TRANSCRIPTION)
async def test_whisper_bills_whole_seconds(provider, data, tmp_path):
    tape = "openai_whisper-1_can_transcribe_audio"
    events, fields, ours = await played(provider, data, tmp_path, tape, "openai")
    assert events[:2] == [TranscriptDelta(TEXT), Transcript(TEXT)]
    assert events[2].usage.units() == {"audio_in.second": Decimal(4)}
    assert ours == {**fields, "response_format": "json"}


@pytest.mark.recorded("openai", Task.TRANSCRIPTION, streamed=True)
async def test_a_stream_of_openai(provider, data, tmp_path):
    tape = "openai_gpt-4o-transcribe_streams_text_deltas_and_returns_the_final_transcription"
    events, fields, ours = await played(provider, data, tmp_path, tape, "openai", streamed=True)
    *deltas, whole, used = events
    assert "".join(delta.text for delta in deltas) == TEXT == whole.text
    assert (len(deltas), type(used)) == (10, Used)
    assert used.usage.units() == {
        "audio_in.second": Decimal("3.7"), "text_in.token": 0, "audio_in.token": 37, "text_out.token": 12,
    }  # fmt: skip
    assert ours == {**fields, "response_format": "json"}


@pytest.mark.recorded("openrouter", Task.TRANSCRIPTION)
async def test_openrouter_tells_its_cost(provider, data, tmp_path):
    tape = "openrouter_openai_gpt-4o-mini-transcribe_can_transcribe_audio"
    events, fields, ours = await played(provider, data, tmp_path, tape, "openrouter", "openrouter")
    assert events[:2] == [TranscriptDelta(TEXT), Transcript(TEXT)]
    assert events[2].usage.reported_cost == Decimal("0.00010625")
    assert ours == {**fields, "response_format": "json"}


async def test_mistral_rounds_down(provider, data, tmp_path):
    tape = "mistral_voxtral-mini-latest_can_transcribe_audio"
    events, fields, ours = await played(provider, data, tmp_path, tape, "mistral")
    assert events[:2] == [TranscriptDelta(TEXT), Transcript(TEXT)]
    assert events[2].usage.units() == {
        "audio_in.second": 3, "text_in.token": 3, "audio_in.token": 375, "text_out.token": 11,
    }  # fmt: skip
    assert ours == {**fields, "response_format": "json"}
