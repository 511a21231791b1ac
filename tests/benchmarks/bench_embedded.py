"""The engines of this computer through the whole program: what is understood, how fast, in what memory.

Judged: a real voice is written down without an error, ten sentences spoken by hibari come back from whisper
with at most 3 % of the words wrong; whisper takes less than a second of one processor for a second of sound,
what the server and a running speech take included; of 20 speeches and 4 transcriptions at once all finish,
and no worker takes more than its bound. The other figures are ratios of what ran in turns, and are printed:
how much later the first sound comes than the engine's own, time per second of sound alone and beside each
other, what a request elsewhere waits more meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx

from core.contract.audio import PcmShape, wav_header
from core.media import weights
from core.media.installed import natural_speech_hint, speech_hint, transcription_hint
from core.media.worker.engines.hibari import engine
from core.media.worker.engines.plain_text import spelled
from tests.benchmarks.processes import ROOT, Running, introduce, outcome, surroundings
from tests.benchmarks.program import playground
from tests.benchmarks.verdict import Verdict
from tests.fakes.audio_files import word_errors

NATURAL, ROBOTIC, EAR = "local/hibari", "local/espeak-ng", "local/whisper-base"
SENTENCES = (
    "The ferry leaves the island at noon, whatever the weather is like.",
    "My grandmother keeps every letter that she has ever received.",
    "Please put the clean cups back on the shelf above the sink.",
    "Nobody expected that the old bridge would last another winter.",
    "We walked through the forest until the path ended at a river.",
    "The children built a castle of sand and watched the sea take it.",
    "A good question is often worth more than a quick answer.",
    "The baker opens before sunrise, and the street smells of bread.",
    "Turn left at the church, then follow the road up the hill.",
    "He closed the window because the wind kept blowing the papers around.",
)
PARAGRAPH = " ".join(SENTENCES)
RATE, WAV_HEADER = 24_000, 44
PEOPLE, SPEECHES, TRANSCRIPTIONS = 6, 20, 4
ROUNDS, ASKED = 7, 40
WRONG, WORKER_MB, TOGETHER_MB = 0.03, 512.0, 1536.0

USERS = """
import json
from core.access import keys
from core.models import User
people = [User.objects.create_user(f"person{{number}}") for number in range({count})]
print(json.dumps({{"keys": [keys.issue(person)[0] for person in people]}}))
"""


@dataclass(frozen=True)
class Server:
    """The program, and a client for each of its people."""

    process: Running
    clients: list[httpx.AsyncClient]


def main() -> None:
    introduce("hibari-tts", "faster-whisper", "ctranslate2", "onnxruntime", "daphne")
    models = os.environ.get("MODELS_ROOT") or str(ROOT / "var" / "models")
    weights.root.folder = Path(models)
    if missing := natural_speech_hint() or speech_hint() or transcription_hint():
        print(f"not measured, something is not installed here: {missing}")
        return
    verdict = Verdict()
    asyncio.run(measured((accuracy, first_sound, speed, crowd), models, verdict))
    with one_processor():
        asyncio.run(measured((one_core,), models, verdict))
    verdict.end()


Part = Callable[[Server, Verdict], Awaitable[None]]


async def measured(parts: Sequence[Part], models: str, verdict: Verdict) -> None:
    """Parts of the measurement on one server, whose engines are loaded before."""
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, MODELS_ROOT=models)
        with playground(environment) as process:
            code = USERS.format(count=PEOPLE)
            keys = outcome("manage.py", "shell", "--no-imports", "-c", code, environment=environment)["keys"]
            origin = f"http://127.0.0.1:{process.facts['port']}/api/v1"
            clients = [
                httpx.AsyncClient(base_url=origin, headers={"Authorization": f"Bearer {key}"}, timeout=600)
                for key in keys
            ]
            server = Server(process, clients)
            sound = await speak(clients[0], SENTENCES[0])
            await asyncio.gather(*(transcribe(client, sound) for client in clients[:2]))
            for part in parts:
                print(f"{part.__name__.replace('_', ' ')}:", flush=True)
                await part(server, verdict)
            await asyncio.gather(*(client.aclose() for client in clients))


@contextmanager
def one_processor() -> Iterator[None]:
    """Processes started within share one processor."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


async def speak(client: httpx.AsyncClient, text: str, model: str = NATURAL) -> bytes:
    """A wav file with a true header."""
    body = {"model": model, "input": text, "response_format": "pcm"}
    answer = await client.post("/audio/speech", json=body)
    answer.raise_for_status()
    return wav_header(PcmShape(RATE), len(answer.content)) + answer.content


def seconds_of(sound: bytes) -> float:
    return (len(sound) - WAV_HEADER) / 2 / RATE


async def transcribe(client: httpx.AsyncClient, sound: bytes, name: str = "sound.wav") -> str:
    answer = await client.post(
        "/audio/transcriptions", data={"model": EAR, "language": "en"}, files={"file": (name, sound)}
    )
    answer.raise_for_status()
    return answer.json()["text"]


async def accuracy(server: Server, verdict: Verdict) -> None:
    """Judge what is understood."""
    client = server.clients[0]
    if data := os.environ.get("POLYPHONY_TEST_DATA"):
        real = (Path(data) / "samples" / "jfk.flac").read_bytes()
        verdict.at_most(
            "a real voice: wrong words", word_errors(await transcribe(client, real, "jfk.flac")), 0
        )
    else:
        print("         a real voice: not measured, POLYPHONY_TEST_DATA is not set")
    wrong = {model: await echo(client, model) for model in (NATURAL, ROBOTIC)}
    verdict.at_most("ten sentences by hibari: wrong words", wrong[NATURAL] * 100, WRONG * 100, " %")
    verdict.note("the same by espeak-ng", wrong[ROBOTIC] * 100, " %")


async def echo(client: httpx.AsyncClient, model: str) -> float:
    """The word error rate of the sentences, spoken by a model and written down again."""
    heard = [await transcribe(client, await speak(client, sentence, model)) for sentence in SENTENCES]
    for said, found in zip(SENTENCES, heard, strict=True):
        if word_errors(found, said):
            print(f"         {model.partition('/')[2]}: {said!r} was heard as {found!r}")
    return word_errors(" ".join(heard), PARAGRAPH)


async def first_sound(server: Server, verdict: Verdict) -> None:
    """Compare the first bytes of sound over the API with the engine's first array, in turns."""
    own, ours = [], []
    tokens(SENTENCES[0])
    for sentence in SENTENCES[:ROUNDS]:
        began = time.perf_counter()
        engine().speak(tokens(sentence), 1.0)
        own.append(time.perf_counter() - began)
        ours.append(await first_bytes(server.clients[0], sentence))
    raw, api = statistics.median(own), statistics.median(ours)
    print(f"         medians: the engine's first array {raw * 1e3:.0f} ms, over the API {api * 1e3:.0f} ms")
    verdict.note("first sound of hibari over the API, of the engine's", api / raw, "×")


def tokens(sentence: str) -> list:
    return engine().tokens(spelled(sentence))


async def first_bytes(client: httpx.AsyncClient, sentence: str) -> float:
    body = {"model": NATURAL, "input": sentence, "response_format": "pcm"}
    began = time.perf_counter()
    async with client.stream("POST", "/audio/speech", json=body) as answer:
        async for data in answer.aiter_raw():
            if data:
                return time.perf_counter() - began
    raise AssertionError("no sound came")


async def speed(server: Server, verdict: Verdict) -> None:
    """Print the time per second of sound alone and beside each other, and what others wait meanwhile."""
    speaker, ear, other = server.clients[:3]
    sound = await speak(speaker, PARAGRAPH)
    await waits(other)
    quiet = await waits(other)
    talking = statistics.median([await rate(speak(speaker, PARAGRAPH), sound) for _ in range(ROUNDS)])
    writing = statistics.median([await rate(transcribe(ear, sound), sound) for _ in range(2)])
    listening = asyncio.create_task(repeated(lambda: rate(transcribe(ear, sound), sound), lambda n: n < 2))
    speaking = asyncio.create_task(
        repeated(lambda: rate(speak(speaker, PARAGRAPH), sound), lambda n: not listening.done())
    )
    busy = []
    while not listening.done():
        busy += await waits(other, 5)
    written, beside = statistics.median(await listening), await speaking
    quiet += await waits(other)
    verdict.note("seconds per second of sound, hibari alone", talking)
    verdict.note("hibari beside whisper, of that", statistics.median(beside) / talking, "×")
    verdict.note("seconds per second of sound, whisper alone", writing)
    verdict.note("whisper beside hibari, of that", written / writing, "×")
    calm, crowded = (statistics.median(found) * 1e3 for found in (quiet, busy))
    print(f"         a request to another endpoint: {calm:.1f} ms alone, {crowded:.1f} ms while both work")
    verdict.note("it waits, of what it does alone", crowded / calm, "×")


async def rate(work: Awaitable[object], sound: bytes) -> float:
    """Seconds of work for each second of `sound`."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) / seconds_of(sound)


async def repeated(work: Callable[[], Awaitable[float]], going: Callable[[int], bool]) -> list[float]:
    """What `work` comes to, again and again while `going` says so of the times so far."""
    found: list[float] = []
    while going(len(found)):
        found.append(await work())
    return found


async def waits(client: httpx.AsyncClient, count: int = ASKED) -> list[float]:
    """Seconds that each of some requests takes which have nothing to do with sound."""
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        (await client.get("/key")).raise_for_status()
        taken.append(time.perf_counter() - began)
    return taken


async def crowd(server: Server, verdict: Verdict) -> None:
    """Judge many at once: that all finish, and in what memory."""
    sound = await speak(server.clients[0], " ".join(SENTENCES[:4]))
    idle = memory(server)
    for process in workers(server):
        process.forget_peak()
    people = server.clients
    began = time.perf_counter()
    answers = await asyncio.gather(
        *(speak(people[number % PEOPLE], PARAGRAPH) for number in range(SPEECHES)),
        *(transcribe(people[number % PEOPLE], sound) for number in range(TRANSCRIPTIONS)),
        return_exceptions=True,
    )
    failures = [answer for answer in answers if isinstance(answer, BaseException) or not answer]
    print(f"         the last one ended after {time.perf_counter() - began:.0f} s")
    verdict.holds(
        f"{SPEECHES} speeches, {TRANSCRIPTIONS} transcriptions at once: all finish", true=not failures
    )
    for failure in failures:
        print(f"         {failure!r}")
    busy, together = memory(server, "VmHWM"), 0.0
    for name, peaks in busy.items():
        together += sum(peaks)
        rested = ", ".join(f"{size:.0f}" for size in idle.get(name, []))
        verdict.at_most(f"{name}, {rested or 'not started'} MiB idle, at most", max(peaks), WORKER_MB, " MiB")
    verdict.at_most("all workers together", together, TOGETHER_MB, " MiB")


def memory(server: Server, field: str = "VmRSS") -> dict[str, list[float]]:
    """MiB of each worker, by the libraries that it has loaded."""
    found: dict[str, list[float]] = {}
    for process in workers(server):
        found.setdefault(kind(process), []).append(process.memory(field))
    return found


def workers(server: Server) -> list[Running]:
    children = Path(f"/proc/{server.process.id}/task").glob("*/children")
    return [Running(int(number), {}) for file in children for number in file.read_text().split()]


def kind(process: Running) -> str:
    loaded = Path(f"/proc/{process.id}/maps").read_text()
    names = {"ctranslate2": "whisper", "onnxruntime": "hibari", "espeak": "espeak-ng"}
    return next((name for library, name in names.items() if library in loaded), "files")


async def one_core(server: Server, verdict: Verdict) -> None:
    """Judge the processor time of a transcription beside a speech that somebody listens to."""
    speaker, ear = server.clients[:2]
    sound = await speak(speaker, PARAGRAPH)
    listening = asyncio.create_task(listen(speaker))
    await asyncio.sleep(1)
    processes = [server.process, *workers(server)]
    before, began = sum(process.cpu() for process in processes), time.perf_counter()
    await transcribe(ear, sound)
    took, used = time.perf_counter() - began, sum(process.cpu() for process in processes) - before
    verdict.holds("the speech goes on all the while", true=not listening.done())
    listening.cancel()
    verdict.at_most("processor time per second of sound, everything", used / seconds_of(sound), 1.0)
    verdict.note("time per second of sound, other programs' work included", took / seconds_of(sound))


async def listen(client: httpx.AsyncClient) -> None:
    """Take a long speech as fast as it is played."""
    body = {"model": NATURAL, "input": PARAGRAPH * 20, "response_format": "pcm"}
    async with client.stream("POST", "/audio/speech", json=body) as answer:
        async for data in answer.aiter_bytes(RATE):
            await asyncio.sleep(len(data) / 2 / RATE)


if __name__ == "__main__":
    main()
