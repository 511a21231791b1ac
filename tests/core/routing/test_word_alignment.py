from __future__ import annotations

from contextlib import aclosing

import pytest

from core.contract.events import Transcript, TranscriptWords, Used
from core.contract.route import Policy, Route, Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.usage import Usage
from core.routing.health import Health
from core.routing.word_alignment import transcribe_with_alignment
from tests.core.routing.attempt_log import MemoryAttemptLog

pytestmark = pytest.mark.anyio

ROUTE = Route("m", (Target(1, "ada", "Ada", "w", "http://x.test", "m1"),), Policy(deadline=60.0), align=True)
TEXT = (
    "And so my fellow Americans ask not what your country can do for you "
    "ask what you can do for your country."
)


def transcription_request(path) -> TranscriptionRequest:
    return TranscriptionRequest("m", AudioFile(str(path), "audio.flac", "audio/flac", 1, 11.0), words=True)


async def collect(request: TranscriptionRequest, text: str) -> tuple[list, list]:
    requests, seen = [], []

    async def model(target, request):
        requests.append(request)
        yield Transcript(text, "en", 11.0)
        yield Used(Usage())

    async with aclosing(
        transcribe_with_alignment(ROUTE, request, MemoryAttemptLog(), Health(), model)
    ) as events:
        async for event in events:
            seen.append(event)
    return requests, seen


async def test_words_are_aligned_and_marked_as_such(data):
    requests, seen = await collect(transcription_request(data / "samples" / "jfk.flac"), TEXT)
    assert [request.words for request in requests] == [False]
    found = next(event for event in seen if isinstance(event, TranscriptWords))
    assert found.aligned
    assert " ".join(word.word for word in found.words).casefold().startswith("and so my fellow americans")
    times = [time for word in found.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= 11.1
    assert isinstance(seen[-1], Used)


async def test_a_transcript_is_kept_where_its_words_cannot_be_aligned(tmp_path):
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"fLaC and nothing more")
    _, seen = await collect(transcription_request(broken), TEXT)
    assert [event for event in seen if isinstance(event, TranscriptWords)] == [
        TranscriptWords((), aligned=True)
    ]
    assert Transcript(TEXT, "en", 11.0) in seen


async def test_silence_has_no_words_to_align(tmp_path):
    _, seen = await collect(transcription_request(tmp_path / "nothing"), " ")
    assert [type(event).__name__ for event in seen] == ["Started", "Transcript", "Used"]
