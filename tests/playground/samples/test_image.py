"""Code samples of images are run as they are shown: only the key is put in, and the pictures beside them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.contract.errors import InvalidRequest
from core.models import UsageRecord
from playground.samples.image import samples
from playground.samples.sample import PLACEHOLDER, SampleRequest
from tests.core.api.conftest import alice as alice
from tests.core.api.conftest import key as key
from tests.core.api.image_helpers import SLUG, make_image_model, picture
from tests.live import live as live
from tests.playground.samples.runner import FILES, NODE_MODULES, runner

AWKWARD = (
    'A fox that says "it\'s $(touch x) `y` \\n\\\\" & left;\n\tüber 你好 🎭 </script> #{z} %s {q} ${HOME}'
)
UPLOAD = {"upload": "d9a2f1f4-6f5e-4f2e-9d0a-2b1c3d4e5f60"}


def codes(origin: str = "https://ai.example.org", **params: Any) -> dict[str, str]:
    found = samples(SampleRequest(None, SLUG, params, origin))
    return {sample.name: sample.code for sample in found}


@pytest.fixture
def brush(transactional_db):
    return make_image_model()


def execute(name: str, code: str, folder: Path) -> list[Path]:
    """Run the sample beside the files it sends; the files it writes."""
    command = runner(name)
    if name == "typescript":
        (folder / "node_modules").symlink_to(NODE_MODULES / "node_modules")
    home = folder / "run"
    home.mkdir()
    for given in ("picture.png", "picture-1.png", "picture-2.png", "mask.png"):
        (home / given).write_bytes(picture())
    before = set(home.iterdir())
    script = home / FILES[name]
    script.write_text(code, encoding="utf-8")
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*command, script.name],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return sorted(set(home.iterdir()) - before - {script})


def sizes(files: list[Path]) -> dict[str, tuple[int, int]]:
    found = {}
    for path in files:
        with Image.open(path) as written:
            found[path.name] = written.size
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_sample_draws_what_it_shows(name, live, key, brush, tmp_path):
    live.refresh()
    code = codes(live.url, prompt=AWKWARD, size="64x48", n=2, quality="high", seed=5, partial_images=2)[name]
    written = sizes(execute(name, code.replace(PLACEHOLDER, key), tmp_path))
    assert written["image-1.png"] == (64, 48)
    assert set(written) == ({"image-1.png"} if name == "curl" else {"image-1.png", "image-2.png"})
    assert UsageRecord.objects.get().units["image_out.image"] == 2


@pytest.mark.parametrize("name", ["python", "typescript", "curl"])
@pytest.mark.parametrize(
    ("params", "inputs"),
    [
        ({"prompt": "Bluer", "images": [UPLOAD], "mask": UPLOAD}, 1),
        ({"prompt": "Both", "images": [UPLOAD, UPLOAD]}, 2),
        ({"image": UPLOAD}, 1),
    ],
    ids=["edit", "two", "vary"],
)
def test_a_sample_sends_its_pictures(name, params, inputs, live, key, brush, tmp_path):
    live.refresh()
    code = codes(live.url, **params)[name]
    written = sizes(execute(name, code.replace(PLACEHOLDER, key), tmp_path))
    assert written == {"image-1.png": (64, 48)}
    assert UsageRecord.objects.get().units["image_in.image"] == inputs


def test_openrouters_sdk_has_no_edits():
    assert list(codes(prompt="A fox")) == ["python", "typescript", "curl", "openrouter"]
    assert list(codes(prompt="Bluer", images=[UPLOAD])) == ["python", "typescript", "curl"]


def test_every_sample_has_a_placeholder_and_this_servers_address():
    for code in codes("https://ai.example.org:8443", prompt="A fox").values():
        assert code.count(PLACEHOLDER) == 1
        assert "https://ai.example.org:8443/api/v1" in code
        assert "openai.com" not in code


def test_a_format_names_the_file():
    for code in codes(prompt="A fox", output_format="jpeg").values():
        assert ".jpg" in code
        assert ".png" not in code


def test_a_request_that_the_api_refuses_has_no_sample():
    with pytest.raises(InvalidRequest, match="prompt is required"):
        codes(size="64x48")
