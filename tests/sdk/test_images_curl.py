"""curl draws: JSON and forms with files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.core.api.image_helpers import FOX, SLUG, make_image_model, picture, size_of

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture
def curl(live, key, tmp_path):
    """Posts with the given options; what came back."""
    make_image_model()
    live.refresh()
    for name in ("fox.png", "mask.png"):
        (tmp_path / name).write_bytes(picture())

    def run(path: str, *options: str, folder: Path = tmp_path) -> bytes:
        command = ["curl", "--noproxy", "*", "-sS", "--fail-with-body", f"{live.api}/images/{path}"]
        command += ["-H", f"Authorization: Bearer {key}", *options]
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=30, check=True).stdout

    return run


def test_json(curl):
    found = json.loads(curl("generations", "--json", json.dumps(FOX)))
    assert size_of(found["data"][0]["b64_json"]) == (64, 48)


def test_a_form_with_a_mask(curl):
    files = ("-F", "image[]=@fox.png", "-F", "image[]=@mask.png", "-F", "mask=@mask.png")
    found = json.loads(curl("edits", "-F", f"model={SLUG}", "-F", "prompt=Blur it", "-F", "n=2", *files))
    assert [size_of(image["b64_json"]) for image in found["data"]] == [(64, 48)] * 2


def test_a_variation_at_an_address(curl, live, tmp_path):
    found = json.loads(
        curl("variations", "-F", f"model={SLUG}", "-F", "image=@fox.png", "-F", "response_format=url")
    )
    subprocess.run(
        ["curl", "--noproxy", "*", "-sS", "--fail", "-OJ", found["data"][0]["url"]],
        cwd=tmp_path, check=True, timeout=30,
    )  # fmt: skip
    assert (tmp_path / "image.png").read_bytes().startswith(b"\x89PNG")


def test_a_stream(curl):
    text = curl("generations", "-N", "--json", json.dumps({**FOX, "stream": True, "partial_images": 1}))
    assert [line for line in text.decode().splitlines() if line.startswith("event:")] == [
        "event: image_generation.partial_image",
        "event: image_generation.completed",
    ]
