from __future__ import annotations

import pytest

from core.media.pool import kinds
from core.media.pool.kinds import INSPECTION, KINDS, MB, RECOGNITION, SPEECH, Allotment
from core.media.worker.main import JOBS


def test_every_job_is_of_one_kind():
    assert KINDS.keys() == JOBS


def test_no_job_that_reads_a_file_shares_its_process():
    reading = {kind for job, kind in KINDS.items() if job not in ("synthesize", "list_voices", "encode")}
    assert SPEECH not in reading
    assert {kind.jobs_per_process for kind in reading} == {1}


@pytest.mark.parametrize(
    ("memory", "processors", "expected"),
    [
        (24_000, 2, {SPEECH: (2, 1024), RECOGNITION: (2, 1024), INSPECTION: (2, 1024)}),
        (64_000, 16, {SPEECH: (2, 1024), RECOGNITION: (2, 1024), INSPECTION: (3, 1024)}),
        (10_000, 4, {SPEECH: (1, 1024), RECOGNITION: (1, 1024), INSPECTION: (1, 1024)}),
        (2_000, 2, {SPEECH: (1, 768), RECOGNITION: (1, 768), INSPECTION: (1, 768)}),
    ],
)
def test_memory_of_all_workers_follows_from_the_machine(memory, processors, expected):
    allotted = kinds.allot(memory * MB, processors)
    assert allotted == {kind: Allotment(count, each * MB) for kind, (count, each) in expected.items()}


def test_container_counts_with_its_own_memory(monkeypatch, tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{512 * MB}\n")
    monkeypatch.setattr(kinds, "CGROUP_LIMITS", (str(limit), str(tmp_path / "none")))
    assert kinds.machine_memory() == 512 * MB
    limit.write_text("max\n")
    assert kinds.machine_memory() > 512 * MB


def test_operator_reads_what_the_workers_may_take():
    assert kinds.description(24_000 * MB, 2) == (
        "Local workers: 2 for speech, 2 for recognition, 2 for inspection, "
        "at most 1,024 MB each, 6,144 MB together of 24,000 MB."
    )
