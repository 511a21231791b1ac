from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from pkgutil import walk_packages

import pytest

from core.contract.errors import InvalidRequest, Unavailable, UpstreamFailed
from core.media.pool.pool import Pool
from core.media.pool.process import ROOT, minimal_environment
from core.media.worker import jobs
from core.media.worker.main import JOBS, load_job
from tests.fakes.workers import SENTENCE, speech_job, synthesized_size

PARENT = """
import asyncio, sys
from core.media.pool.pool import Pool
pool = Pool(1)
async def speak():
    args = {"text": "word " * 4000, "voice": "gmw/en-US", "speed": 1, "pitch": 50, "format": "aac"}
    async for message in pool.run("synthesize", args):
        if isinstance(message, bytes):
            print(*pool.process_ids, flush=True)
            await asyncio.sleep(60)
asyncio.run(speak())
"""


@pytest.fixture
def without_media_library(synthesiser, tmp_path):
    """A pool whose workers find a package named av that cannot be imported."""
    (tmp_path / "av.py").write_text("raise ImportError('no libraries here')\n")
    pool = Pool(1, environment={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])})
    yield pool
    pool.close()


@pytest.fixture
def without_engine(synthesiser, tmp_path):
    (tmp_path / "espeakng_loader.py").write_text("raise ImportError('no engine here')\n")
    pool = Pool(1, environment={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])})
    yield pool
    pool.close()


def ended(number: int, patience: float) -> bool:
    """Whether a process is gone, or goes within `patience` seconds."""
    last = time.monotonic() + patience
    while True:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        if time.monotonic() >= last:
            return False
        time.sleep(0.02)


def test_worker_exits_when_its_parent_is_killed(synthesiser):
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    with parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert not ended(worker, patience=0)
        parent.send_signal(signal.SIGKILL)

    assert ended(worker, patience=10)


def test_parent_that_ends_without_closing_leaves_no_worker_and_no_warning(synthesiser):
    script = PARENT.replace("await asyncio.sleep(60)", "return")
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr == ""
    assert ended(int(done.stdout.split()[0]), patience=10)


@pytest.mark.anyio
@pytest.mark.parametrize("form", ["pcm", "wav"])
async def test_raw_formats_need_no_media_library(without_media_library, form):
    messages = [
        message
        async for message in without_media_library.run("synthesize", speech_job(SENTENCE * 3, format=form))
    ]

    sound = b"".join(message for message in messages if isinstance(message, bytes))
    seconds = messages[-1]["result"]["seconds"]
    assert (len(sound) - (44 if form == "wav" else 0)) / 48_000 == pytest.approx(seconds, abs=0.01)


@pytest.mark.anyio
@pytest.mark.parametrize("changes", [{"format": "mp3"}, {"speed": 0.3}])
async def test_what_needs_the_media_library_names_the_command(without_media_library, changes):
    with pytest.raises(Unavailable, match=r'pip install "polyphony\[local\]"'):
        await synthesized_size(without_media_library, speech_job(**changes))


@pytest.mark.anyio
async def test_missing_engine_is_unavailable(without_engine):
    with pytest.raises(Unavailable, match=r'pip install "polyphony\[local\]"'):
        await synthesized_size(without_engine, speech_job())


@pytest.mark.anyio
async def test_failing_job_is_an_error_and_the_worker_goes_on(pool):
    await synthesized_size(pool, speech_job())
    workers = pool.process_ids
    with pytest.raises(UpstreamFailed, match="KeyError"):
        await pool.result("nonsense", {})
    with pytest.raises(InvalidRequest):
        await synthesized_size(pool, speech_job(voice="nobody"))

    assert await synthesized_size(pool, speech_job()) > 100_000
    assert pool.process_ids == workers


@pytest.mark.anyio
async def test_signals_for_the_server_do_not_touch_the_worker(pool):
    await synthesized_size(pool, speech_job())
    [worker] = pool.process_ids
    os.kill(worker, signal.SIGINT)
    os.kill(worker, signal.SIGTERM)

    assert await synthesized_size(pool, speech_job()) > 100_000
    assert pool.process_ids == [worker]


def test_worker_sees_no_secrets(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")

    assert {"OPENAI_API_KEY", "DATABASE_URL"} & set(minimal_environment({}, 1)) == set()


@pytest.mark.anyio
@pytest.mark.skipif(not os.path.exists("/proc/self/limits"), reason="limits are read from /proc")
async def test_worker_lives_within_limits(pool):
    await synthesized_size(pool, speech_job())
    limits = Path(f"/proc/{pool.process_ids[0]}/limits").read_text()  # noqa: ASYNC240 -- not a disk

    rows = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert rows["Max address space"] == str(1024**3)
    assert rows["Max core file size"] == "0"
    assert int(rows["Max cpu time"]) < 120


def test_every_job_has_a_module_with_a_run():
    prefix = f"{jobs.__name__}."
    found = walk_packages(jobs.__path__, prefix)
    assert {module.name.removeprefix(prefix) for module in found if not module.ispkg} == JOBS
    assert all(callable(load_job(name)) for name in JOBS)


def test_an_unknown_job_is_not_imported():
    with pytest.raises(KeyError):
        load_job("paint")
