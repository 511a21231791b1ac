"""curl asks for vectors."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.core.api.embedding_helpers import HELLO, SLUG, make_embedding_model, numbers

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.mark.parametrize("form", ["float", "base64"])
def test_vectors(live, key, form, transactional_db):
    make_embedding_model()
    live.refresh()
    body = json.dumps({**HELLO, "encoding_format": form})
    command = ["curl", "--noproxy", "*", "-sS", "--fail-with-body", f"{live.api}/embeddings"]
    command += ["-H", f"Authorization: Bearer {key}", "--json", body]
    found = json.loads(subprocess.run(command, capture_output=True, timeout=30, check=True).stdout)
    vector = found["data"][0]["embedding"]
    assert (found["model"], len(vector if form == "float" else numbers(vector))) == (SLUG, 64)
