"""A run as a browser sees it over the socket."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from core import background
from core.contract.audio import PCM_RATE
from core.models import AIModel, Endpoint, Provider, UsageRecord
from core.models.offload import offload
from core.providers.rehearsal.speech import GROUP
from core.providers.rehearsal.tone import duration, pitch, tone
from playground.models import Run
from playground.runs import registry
from tests.playground.conftest import ENDS, MODEL, TEXT

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

LONG = " ".join(["syllable"] * 60)


async def options(endpoint, **values):
    endpoint.options = values
    await offload(endpoint.save)


async def test_a_run_is_sent_from_its_start_to_its_receipt(sign_in, alice, far_ahead):
    tab = await sign_in(alice)
    await tab.start(response_format="wav", voice="tone")
    done = await tab.until(*ENDS)
    assert tab.types() == [
        "run.started",
        "audio.start",
        "speech.words",
        "audio",
        "audio.end",
        "run.usage",
        "run.done",
    ]
    assert tab.numbers() == list(range(1, len(tab.frames) + 1))
    texts = [frame for frame in tab.frames if isinstance(frame, dict)]
    assert {(frame["id"], frame["run"]) for frame in texts} == {("a", done["run"])}
    started, shape, end, usage = (
        next(frame for frame in texts if frame["type"] == kind)
        for kind in ("run.started", "audio.start", "audio.end", "run.usage")
    )
    assert (started["model"], started["provider"], started["estimate"]) == (
        MODEL,
        "rehearsal",
        len(TEXT) / 1e5,
    )
    assert {frame[0] for frame in tab.frames if isinstance(frame, tuple)} == {started["number"]}
    assert (shape["format"], shape["sample_rate"], shape["channels"]) == ("pcm", PCM_RATE, 1)
    assert (end["bytes"], end["duration"]) == (len(tab.audio()), len(tab.audio()) / 48_000)
    assert end["url"] == f"/runs/{done['run']}/sound"
    assert (usage["cost"], usage["currency"], usage["basis"]) == (len(TEXT) / 1e5, "USD", "computed")
    assert usage["units"]["text_in.character"] == len(TEXT)
    assert (done["outcome"], done["receipt"]["outcome"]) == ("completed", "completed")


async def test_a_finished_run_is_a_row_and_a_file(sign_in, alice, far_ahead):
    tab = await sign_in(alice)
    await tab.start(response_format="wav", speed=2)
    done = await tab.until(*ENDS)
    run = await offload(Run.objects.get)
    assert (run.user_id, str(run.id), run.state, run.model) == (alice.pk, done["run"], "completed", MODEL)
    assert run.params == {"input": TEXT, "response_format": "wav", "speed": 2}
    assert (run.title, run.format, run.sample_rate) == (TEXT, "wav", PCM_RATE)
    assert run.receipt == done["receipt"]
    assert run.generation == done["receipt"]["id"] == (await offload(UsageRecord.objects.get)).public_id
    assert [word["word"] for word in run.words] == TEXT.split()
    assert run.bytes == len(tab.audio()) + 44


@pytest.mark.parametrize("name", [MODEL.partition("/")[2], f"{MODEL.partition('/')[0]}/{MODEL}"])
async def test_a_run_has_the_models_own_name(sign_in, alice, far_ahead, name):
    tab = await sign_in(alice)
    await tab.start(model=name, response_format="wav", voice="tone")
    done = await tab.until(*ENDS)

    assert (done["type"], done["receipt"]["model"]) == ("run.done", MODEL)
    assert (await offload(Run.objects.get)).model == MODEL


async def test_words_of_the_params_may_be_plain(sign_in, alice, far_ahead):
    tab = await sign_in(alice)
    await tab.start("# Hello\n\n`print(1)` https://example.org", plain=True)
    await tab.until(*ENDS)
    words = [
        frame["words"][0]["word"] for frame in tab.frames if isinstance(frame, dict) and "words" in frame
    ]
    assert words == ["Hello"]


async def test_a_refused_request_is_a_run_error_and_no_run(sign_in, alice):
    tab = await sign_in(alice)
    await tab.start(model="nobody/knows")
    error = await tab.receive()
    assert (error["type"], error["id"], error["seq"], error["error"]["code"]) == ("run.error", "a", 1, 404)
    await tab.start("  ")
    error = await tab.receive()
    assert (error["type"], error["error"]["code"], error["error"]["param"]) == ("run.error", 400, "input")
    assert await offload(Run.objects.count) == 0
    assert await offload(UsageRecord.objects.count) == 0


async def test_a_provider_that_refuses_ends_the_run_in_an_error(sign_in, alice, engine):
    await options(engine, fail="auth")
    tab = await sign_in(alice)
    await tab.start()
    error = await tab.until(*ENDS)
    assert (error["type"], error["error"]["code"]) == ("run.error", 502)
    run = await offload(Run.objects.get)
    assert (run.state, run.error, run.sound) == ("failed", error["error"], "")


async def test_a_model_that_fails_is_told_and_another_one_answers(sign_in, alice, engine, far_ahead):
    await options(engine, fail="500")
    await offload(partial(add_model, "lab/other"))
    tab = await sign_in(alice)
    await tab.start(fallbacks=["lab/other"], retry={"count": 1, "on_codes": [418]}, response_format="wav")
    done = await tab.until(*ENDS)
    attempt = next(
        frame for frame in tab.frames if isinstance(frame, dict) and frame["type"] == "run.attempt"
    )
    assert attempt == attempt | {
        "number": 1,
        "provider": engine.provider.name,
        "outcome": "failed",
        "model": MODEL,
        "code": "upstream_failed",
        "status": 500,
        "next_provider": "Lab",
        "next_model": "lab/other",
    }
    assert (done["outcome"], done["receipt"]["model"]) == ("completed", "lab/other")
    assert [one["outcome"] for one in done["receipt"]["attempts"]] == ["failed", "completed"]


def add_model(slug: str) -> None:
    """A model that speaks as the rehearsal does."""
    provider = Provider.objects.create(slug="lab", name="Lab", wire="rehearsal", needs_key=False)
    model = AIModel.objects.create(slug=slug, name="Other", tasks=["speech"], formats=["wav", "pcm"])
    Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal")
    background.refresh()


async def test_a_cut_stream_stores_what_arrived_and_is_marked_partial(sign_in, alice, engine, far_ahead):
    await options(engine, fail="cut", cut_after=2)
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    done = await tab.until(*ENDS)
    assert (done["type"], done["outcome"], done["error"]["code"]) == ("run.done", "partial", 502)
    run = await offload(Run.objects.get)
    assert (run.state, run.format, run.bytes) == ("partial", "pcm", len(tab.audio()))


async def test_stop_ends_a_run_at_once_and_stores_what_was_sent(sign_in, alice, engine):
    await options(engine, delay=0.02)
    tab = await sign_in(alice)
    await tab.start(LONG, response_format="pcm")
    await tab.first_audio()
    await tab.send(type="run.stop", id="a")
    done = await tab.until(*ENDS, seconds=2)
    assert (done["type"], done["outcome"], done["receipt"]["outcome"]) == ("run.done", "stopped", "stopped")
    assert [frame["type"] for frame in tab.frames[-3:]] == ["audio.end", "run.usage", "run.done"]
    assert len(tab.audio()) < 48_000 * 5
    run = await offload(Run.objects.get)
    assert (run.state, run.bytes) == ("stopped", len(tab.audio()))
    await tab.send(type="run.stop", id="a")
    await tab.send(type="ping")
    assert await tab.receive() == {"type": "pong"}


async def test_stop_before_the_first_audio_ends_the_run_too(sign_in, alice, engine):
    await options(engine, first_delay=30)
    tab = await sign_in(alice)
    await tab.start()
    await tab.send(type="run.stop", id="a")
    done = await tab.until(*ENDS, seconds=2)
    assert (done["type"], done["outcome"]) == ("run.done", "stopped")


@pytest.mark.timing
async def test_audio_is_paced_five_seconds_ahead_of_playback(sign_in, alice):
    tab = await sign_in(alice)
    await tab.start(LONG, response_format="pcm")
    await tab.first_audio()
    await asyncio.sleep(0.5)
    made = next(iter(registry.runs.values())).audio.size / 48_000
    whole = len(LONG.split()) * (8 * 0.06 + 0.04)
    assert 4.9 < made < 7 < whole
    await tab.send(type="run.stop", id="a")
    await tab.until(*ENDS)


async def test_a_run_goes_on_without_its_socket(sign_in, alice, engine, far_ahead):
    await options(engine, delay=0.02)
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    _, seen, _ = await tab.first_audio()
    before = tab.audio()
    await tab.close()
    live = next(iter(registry.runs.values()))
    await asyncio.wait([live.task], timeout=5)
    other = await sign_in(alice)
    await other.send(type="run.resume", id="z", run=str(live.id), after=seen)
    await other.until(*ENDS)
    assert other.numbers() == [1, *range(seen + 1, live.log.last + 1)]
    assert before + other.audio() == expected(TEXT)
    assert {frame["id"] for frame in other.frames if isinstance(frame, dict)} == {"z"}


async def test_resume_during_the_run_receives_every_byte_once(sign_in, alice, engine, far_ahead):
    await options(engine, delay=0.02)
    tab, other = await sign_in(alice), await sign_in(alice)
    await tab.start(response_format="pcm")
    number, _, _ = await tab.first_audio()
    await other.send(type="run.resume", id="b", run=tab.frames[0]["run"], after=0)
    await tab.until(*ENDS)
    await other.until(*ENDS)
    assert other.numbers() == tab.numbers()
    assert other.audio() == tab.audio() == expected(TEXT)
    assert {frame[0] for frame in other.frames if isinstance(frame, tuple)} == {number}


async def test_many_runs_share_a_socket(sign_in, alice, engine, far_ahead):
    await options(engine, delay=0.005)
    tab = await sign_in(alice)
    for name in "abc":
        await tab.start(f"{name} {name}{name}", id=name, response_format="pcm")
    for _ in "abc":
        await tab.until(*ENDS)
    owners = {
        frame["number"]: frame["id"] for frame in tab.frames if isinstance(frame, dict) and "number" in frame
    }
    assert sorted(owners.values()) == ["a", "b", "c"]
    for channel, name in owners.items():
        sound = b"".join(frame[2] for frame in tab.frames if isinstance(frame, tuple) and frame[0] == channel)
        assert sound == expected(f"{name} {name}{name}")


async def test_a_run_whose_log_is_gone_is_sent_from_its_row(sign_in, alice, far_ahead, settings):
    settings.REDIS_URL = ""  # where there is Redis, it keeps the log for a while
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    done = await tab.until(*ENDS)
    registry.forget(next(iter(registry.runs)))
    other = await sign_in(alice)
    await other.send(type="run.resume", id="a", run=done["run"], after=0)
    await other.until(*ENDS)
    stored = [frame for frame in tab.frames if isinstance(frame, dict) and frame["type"] != "speech.words"]
    assert other.frames == stored


async def test_only_the_owner_follows_a_run(sign_in, alice, bob, charlie, far_ahead):
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    done = await tab.until(*ENDS)
    answers = []
    for stranger in (bob, charlie):
        other = await sign_in(stranger)
        await other.send(type="run.resume", id="x", run=done["run"], after=0)
        answers.append(await other.receive())
        await other.send(type="run.resume", id="x", run="0" * 32, after=0)
        answers.append(await other.receive())
    assert [answer["type"] for answer in answers] == ["error"] * 4
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["error"]["code"] == 404


async def test_shutdown_interrupts_a_run_and_stores_its_audio(sign_in, alice, engine):
    await options(engine, delay=0.02)
    tab = await sign_in(alice)
    await tab.start(LONG, response_format="pcm")
    await tab.first_audio()
    next(iter(registry.runs.values())).task.cancel()
    done = await tab.until(*ENDS)
    assert (done["type"], done["outcome"]) == ("run.done", "interrupted")
    assert (await offload(Run.objects.get)).state == "interrupted"


def expected(text: str) -> bytes:
    """The audio of the rehearsal provider."""
    return b"".join(tone(pitch(group), duration(group, 1.0)) for group in GROUP.findall(text))
