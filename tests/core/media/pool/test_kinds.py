from __future__ import annotations

import pytest

from core.media.pool import kinds
from core.media.pool.kinds import (
    ALIGNMENT,
    DRAWING,
    INSPECTION,
    KINDS,
    MB,
    NATURAL_SPEECH,
    SPEECH,
    TEXT_READING,
    TRANSCRIPTION,
    Allotment,
)
from core.media.worker.main import JOBS


def test_every_job_is_of_one_kind():
    assert KINDS.keys() == JOBS


def test_no_job_that_reads_a_file_shares_its_process():
    speaking = ("synthesize", "synthesize_hibari", "list_voices", "encode")
    reading = {kind for job, kind in KINDS.items() if job not in speaking}
    assert reading.isdisjoint({SPEECH, NATURAL_SPEECH})
    assert {kind.jobs_per_process for kind in reading} == {1}


@pytest.mark.parametrize(
    ("memory", "processors", "counts", "each"),
    [
        (24_000, 2, (2, 1, 2, 2, 2, 1, 2), (795, 861, 795, 1856, 795, 1060, 795)),
        (64_000, 16, (2, 1, 2, 2, 3, 1, 2), (1024, 1024, 1024, 4096, 1024, 2048, 1024)),
        (10_000, 4, (1, 1, 1, 1, 1, 1, 1), (768, 832, 768, 1792, 768, 1024, 768)),
        (2_000, 2, (1, 1, 1, 1, 1, 1, 1), (768, 832, 768, 1792, 768, 1024, 768)),
    ],
)
def test_memory_of_all_workers_follows_from_the_machine(memory, processors, counts, each):
    allotted = kinds.allot(memory * MB, processors)

    assert list(allotted) == [
        SPEECH,
        NATURAL_SPEECH,
        ALIGNMENT,
        TRANSCRIPTION,
        INSPECTION,
        TEXT_READING,
        DRAWING,
    ]
    assert tuple(entry.processes for entry in allotted.values()) == counts
    assert tuple(entry.memory // MB for entry in allotted.values()) == each


@pytest.mark.parametrize(("processors", "threads"), [(1, 1), (2, 1), (4, 2), (16, 4)])
def test_transcription_shares_the_processors_out(processors, threads):
    allotted = kinds.allot(64_000 * MB, processors)

    assert {kind.name: entry.threads for kind, entry in allotted.items()} == {
        "speech": 1,
        "natural speech": 1,
        "alignment": 1,
        "transcription": threads,
        "inspection": 1,
        "text reading": 1,
        "drawing": 1,
    }


def test_small_machine_lets_its_one_transcription_use_both_processors():
    assert kinds.allot(2_000 * MB, 2)[TRANSCRIPTION] == Allotment(1, 1792 * MB, 2)


def test_container_counts_with_its_own_memory(monkeypatch, tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{512 * MB}\n")
    monkeypatch.setattr(kinds, "CGROUP_LIMITS", (str(limit), str(tmp_path / "none")))
    assert kinds.machine_memory() == 512 * MB
    limit.write_text("max\n")
    assert kinds.machine_memory() > 512 * MB


def test_operator_reads_what_the_workers_may_take():
    assert kinds.description(24_000 * MB, 2) == (
        "Local workers: 2 for speech (at most 795 MB each), 1 for natural speech (at most 861 MB each), "
        "2 for alignment (at most 795 MB each), 2 for transcription (at most 1,856 MB each), "
        "2 for inspection (at most 795 MB each), 1 for text reading (at most 1,060 MB each), "
        "2 for drawing (at most 795 MB each), 11,999 MB together of 24,000 MB."
    )
