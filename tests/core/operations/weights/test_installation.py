"""Several sources, several installers, full disks, removal."""

from __future__ import annotations

import resource
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from core.contract.errors import InvalidRequest, NotFound, Unavailable
from core.media.weights import Repository, weights_folder
from core.operations.weights import State, folders, install, missing_weights, remove, status
from tests.fakes.weights import CONTENT, PREFIX, row


def installed(models_root) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (models_root / "tiny").iterdir()}


@contextmanager
def small_disk(size: int):
    """No file of this process can grow beyond `size` bytes: the system refuses, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def copies(tmp_path):
    """A folder of the admin's with the files."""
    folder = tmp_path / "copies"
    folder.mkdir()
    for name, data in CONTENT.items():
        (folder / name).write_bytes(data)
    return folder


def test_the_next_source_brings_what_the_first_one_lacks(publisher, weights_table, models_root):
    weights_table["tiny"] = row(
        "tiny", Repository("nobody/tiny", "1"), Repository("somebody/tiny", "0123abc")
    )
    publisher.files["/nobody/tiny/resolve/1/model.bin"] = CONTENT["model.bin"]
    install("tiny")
    assert installed(models_root) == CONTENT
    assert [path for path, _ in publisher.requests] == [
        "/nobody/tiny/resolve/1/model.bin",
        f"{PREFIX}/config.json",
    ]


def test_every_source_that_failed_is_named(publisher, weights_table, models_root, settings, tmp_path):
    settings.MODELS_SOURCE = str(tmp_path)
    publisher.files.clear()
    with pytest.raises(Unavailable) as caught:
        install("tiny")
    assert caught.value.message == (
        f"tiny could not be installed. {tmp_path}: {tmp_path}/model.bin cannot be read: "
        "No such file or directory. 127.0.0.1: answered 404."
    )


def test_the_folder_of_the_settings_comes_first(publisher, models_root, settings, copies):
    settings.MODELS_SOURCE = str(copies)
    install("tiny")
    assert installed(models_root) == CONTENT
    assert publisher.requests == []


def test_a_folder_may_have_a_folder_for_each_model(publisher, models_root, copies):
    copies.rename(copies.with_name("tiny"))
    install("tiny", source=str(copies.parent))
    assert installed(models_root) == CONTENT


def test_an_address_has_a_folder_for_each_model(publisher, models_root):
    publisher.files = {f"/own/tiny/{name}": data for name, data in CONTENT.items()}
    install("tiny", source=f"{publisher.url}/own/")
    assert installed(models_root) == CONTENT


def test_a_wrong_file_of_a_folder_is_refused(publisher, models_root, copies):
    (copies / "config.json").write_bytes(b'{"a": 2}\n')
    with pytest.raises(Unavailable) as caught:
        install("tiny", source=str(copies))
    assert f"{copies}: config.json is another file: SHA-256 " in caught.value.message
    assert not (models_root / "tiny").exists()


@pytest.mark.parametrize("source", ["/nowhere/at/all", "pypi", "ftp://example.org"])
def test_a_source_that_is_none_is_refused(publisher, models_root, source):
    with pytest.raises(InvalidRequest):
        install("tiny", source=source)
    assert status("tiny").state == State.ABSENT


def test_an_unknown_name_is_refused_with_those_there_are(publisher, models_root):
    with pytest.raises(NotFound) as caught:
        install("huge")
    assert caught.value.message == "huge is not known. There are tiny."


def test_two_installers_fetch_each_file_once(publisher, models_root):
    publisher.block_seconds = 0.001
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(install, ["tiny", "tiny"]))
    assert answers == [models_root / "tiny", models_root / "tiny"]
    assert installed(models_root) == CONTENT
    assert sorted(path for path, _ in publisher.requests) == [f"{PREFIX}/config.json", f"{PREFIX}/model.bin"]


def test_a_disk_without_room_is_told_before_anything_is_fetched(publisher, weights_table, models_root):
    file, other = weights_table["tiny"].files
    weights_table["tiny"] = replace(weights_table["tiny"], files=(replace(file, size=10**15), other))
    with pytest.raises(Unavailable) as caught:
        install("tiny")
    assert "127.0.0.1: 1000000000 MB are needed in " in caught.value.message
    assert publisher.requests == []


def test_a_disk_that_fills_up_is_left_as_it_was(publisher, models_root):
    with small_disk(100_000), pytest.raises(Unavailable) as caught:
        install("tiny")
    assert caught.value.message == f"tiny cannot be kept in {models_root}: File too large."
    assert sorted(path.name for path in models_root.rglob("*") if path.is_file()) == [
        "tiny.json",
        "tiny.lock",
    ]
    assert status("tiny").progress.error == caught.value.message
    install("tiny")
    assert installed(models_root) == CONTENT


def test_a_folder_that_cannot_be_made_is_told(publisher, models_root):
    models_root.write_text("a file where the folder should be")
    with pytest.raises(Unavailable) as caught:
        install("tiny")
    assert caught.value.message.startswith(f"tiny cannot be kept in {models_root}: ")


def test_a_broken_installation_is_replaced(publisher, models_root):
    install("tiny")
    (models_root / "tiny" / "model.bin").write_bytes(b"half")
    (models_root / "tiny" / "more").write_bytes(b"")
    assert weights_folder("tiny") is None
    install("tiny")
    assert installed(models_root) == CONTENT


def test_removing_leaves_nothing(publisher, models_root):
    install("tiny")
    assert remove("tiny") is True
    assert weights_folder("tiny") is None
    assert [path.name for path in models_root.rglob("*") if path.is_file()] == ["tiny.lock"]
    assert remove("tiny") is False


def test_what_is_being_installed_is_not_removed(publisher, models_root):
    with folders.lock("tiny"):
        assert status("tiny").state == State.RUNNING
        with pytest.raises(Unavailable) as caught:
            remove("tiny")
    assert caught.value.message == "tiny is being installed by another process."


def test_a_start_fetches_what_is_named_and_has_its_engine(publisher, weights_table, models_root, settings):
    weights_table["other"] = replace(weights_table["tiny"], id="other", engine="no_such_engine")
    settings.POLYPHONY_MODELS = ["tiny", "other"]
    assert [row.id for row in missing_weights()] == ["tiny"]
    install("tiny")
    assert missing_weights() == []
    settings.POLYPHONY_MODELS = ["huge"]
    with pytest.raises(NotFound):
        missing_weights()
