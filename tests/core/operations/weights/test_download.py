"""Downloads over real HTTP that break, come short, are wrong, slow, resumed or redirected."""

from __future__ import annotations

from threading import Event

import pytest

from core.contract.errors import Interrupted, Unavailable
from core.operations.weights import Progress, State, download, install, status
from tests.fakes.weights import CONTENT, PREFIX

MODEL = f"{PREFIX}/model.bin"


def installed(models_root) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (models_root / "tiny").iterdir()}


def error_of() -> str:
    with pytest.raises(Unavailable) as caught:
        install("tiny")
    return caught.value.message


def test_the_files_are_moved_into_place_whole(publisher, models_root):
    steps: list[Progress] = []
    assert install("tiny", report=steps.append) == models_root / "tiny"
    assert installed(models_root) == CONTENT
    assert steps[-1] == Progress("127.0.0.1", 300_009, 300_009)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert sorted(path.name for path in (models_root / ".partial").iterdir()) == ["tiny.lock"]


def test_what_is_installed_is_not_fetched_again(publisher, models_root):
    install("tiny")
    publisher.requests.clear()
    assert install("tiny") == models_root / "tiny"
    assert publisher.requests == []


def test_a_redirect_is_followed_and_the_range_goes_with_it(publisher, models_root):
    publisher.redirected = {MODEL}
    publisher.breaks = {MODEL: [100_000]}
    install("tiny")
    assert installed(models_root) == CONTENT
    assert publisher.requests[:2] == [(MODEL, ""), (MODEL, "bytes=100000-")]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(publisher, models_root):
    publisher.breaks = {MODEL: [100_000, 50_000]}
    install("tiny")
    assert installed(models_root) == CONTENT
    assert [asked for path, asked in publisher.requests if path == MODEL] == [
        "",
        "bytes=100000-",
        "bytes=150000-",
    ]


def test_a_server_without_ranges_sends_everything_again(publisher, models_root):
    publisher.ranges = False
    publisher.breaks = {MODEL: [100_000]}
    install("tiny")
    assert installed(models_root) == CONTENT


def test_connections_that_bring_nothing_end_it_and_the_next_attempt_goes_on(publisher, models_root):
    publisher.breaks = {MODEL: [100_000, 0, 0, 0]}
    assert error_of() == (
        "tiny could not be installed. "
        "127.0.0.1: model.bin: the connection ended after 100000 of 300000 bytes."
    )
    assert not (models_root / "tiny").exists()
    assert status("tiny").state == State.FAILED
    publisher.requests.clear()
    install("tiny")
    assert installed(models_root) == CONTENT
    assert publisher.requests[0] == (MODEL, "bytes=100000-")


def test_a_short_file_is_refused(publisher, models_root):
    publisher.files[MODEL] = CONTENT["model.bin"][:-1]
    assert error_of() == (
        "tiny could not be installed. "
        "127.0.0.1: model.bin: the connection ended after 299999 of 300000 bytes."
    )
    assert not (models_root / "tiny").exists()


def test_a_wrong_file_is_refused_and_deleted(publisher, models_root):
    publisher.files[MODEL] = bytes(300_000)
    assert "127.0.0.1: model.bin is another file: SHA-256 " in error_of()
    assert not (models_root / "tiny").exists()
    assert list((models_root / ".partial" / "tiny").iterdir()) == []


def test_a_file_without_an_end_is_cut_off(publisher, models_root):
    publisher.files[MODEL] = CONTENT["model.bin"] + b"more"
    assert error_of() == (
        "tiny could not be installed. 127.0.0.1: model.bin is another file: more than 300000 bytes."
    )


@pytest.mark.parametrize("left", [bytes(1000), bytes(300_000), bytes(300_001)])
def test_a_wrong_part_of_an_earlier_attempt_is_fetched_anew(publisher, models_root, left):
    part = models_root / ".partial" / "tiny" / "model.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(left)
    install("tiny")
    assert installed(models_root) == CONTENT


@pytest.mark.parametrize(
    ("status", "told"), [(404, "answered 404"), (403, "answered 403"), (503, "answered 503")]
)
def test_a_refusal_is_told(publisher, models_root, status, told):
    publisher.statuses = {MODEL: [status]}
    assert error_of() == f"tiny could not be installed. 127.0.0.1: {told}."


def test_no_server_is_told(weights_table, models_root, settings):
    settings.HF_ENDPOINT, settings.MODELS_SOURCE = "http://127.0.0.1:9", ""
    assert error_of() == "tiny could not be installed. 127.0.0.1: [Errno 111] Connection refused."


def test_a_slow_server_is_waited_for(publisher, models_root, monkeypatch):
    monkeypatch.setattr(download, "SILENCE_SECONDS", 0.5)
    publisher.block_seconds = 0.002
    install("tiny")
    assert installed(models_root) == CONTENT


def test_a_silent_server_is_given_up(publisher, models_root, monkeypatch):
    monkeypatch.setattr(download, "SILENCE_SECONDS", 0.2)
    publisher.silent_seconds = 0.5
    assert error_of().endswith("model.bin: nothing came for 0.2 seconds.")


def test_a_stopped_installation_is_taken_up_again(publisher, models_root):
    publisher.block_seconds = 0.001
    stop = Event()

    def report(progress: Progress) -> None:
        if progress.done > 20_000:
            stop.set()

    with pytest.raises(Interrupted):
        install("tiny", report=report, stop=stop)
    assert not (models_root / "tiny").exists()
    assert status("tiny").progress.error == "The installation of tiny was stopped."
    publisher.block_seconds = 0
    publisher.requests.clear()
    install("tiny")
    assert installed(models_root) == CONTENT
    assert publisher.requests[0][1].startswith("bytes=")
