"""The docs page: no scripts of other origins, and every sample on it works unchanged."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess

import pytest

from core.api.documentation.openapi import document
from core.api.routes import OPERATIONS
from core.contract.audio import AudioFormat
from tests.core.api.conftest import make_model
from tests.core.api.embedding_helpers import make_embedding_model
from tests.core.api.image_helpers import make_image_model, picture
from tests.fakes.audio import audio_bytes

LIGHTHOUSE = {"model": "local/canvas", "prompt": "A lighthouse"}


def samples(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.S)]


def test_every_operation_is_on_the_page(live):
    answer = live.client.get("/api/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r'<article id="(\w+)"', answer.text) == [
        operation.name
        for tag in dict.fromkeys(operation.tag for operation in OPERATIONS)
        for operation in OPERATIONS
        if operation.tag == tag
    ]


@pytest.mark.parametrize("address", ["/api/docs", "/api/v1/openapi.json"])
def test_it_leaves_compressed(live, address):
    with live.client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer:
        sent = sum(map(len, answer.iter_raw()))
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert sent < len(live.client.get(address).content) / 4


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(live):
    answer = live.client.get("/api/docs")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', answer.text) == [f"{live.api}/openapi.json"]
    assert re.findall(r"<style|style=|<script(?![^>]* src=)|\son\w+=", answer.text) == []


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning")
def test_its_own_files_are_served(live):
    page = live.client.get("/api/docs").text
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert live.client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"Accept-Language": "ru-RU,ru;q=0.9"}, "ru"),
        ({"Accept-Language": "xx, zh-CN;q=0.5"}, "zh-hans"),
        ({"Accept-Language": "ru", "Cookie": "django_language=en"}, "en"),
    ],
)
def test_the_page_is_in_the_visitors_language(live, headers, language):
    assert f'<html lang="{language}">' in live.client.get("/api/docs", headers=headers).text


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_samples_run_unchanged(live, key, lab, tmp_path):
    for slug in ("local/hibari", "local/espeak-ng"):
        make_model(lab, slug)
    make_model(lab, "local/whisper-base", tasks=["transcription", "translation"])
    make_model(lab, "local/inspector", tasks=["chat"], output_modalities=["text"])
    make_image_model("local/canvas")
    make_embedding_model("openai/text-embedding-3-small")
    drawn = live.post("/images/generations", key, json={**LIGHTHOUSE, "response_format": "url"}).json()
    spoken = live.post("/audio/speech", key, json={"model": "local/espeak-ng", "input": "Hello"})
    answered = live.post("/responses", key, json={"model": "local/inspector", "input": "Hello"})
    environment = {
        "PATH": os.environ["PATH"],
        "POLYPHONY_API_KEY": key,
        "GENERATION_ID": spoken.headers["x-generation-id"],
        "RESPONSE_ID": answered.json()["id"],
        "IMAGE_TOKEN": drawn["data"][0]["url"].rpartition("/")[2],
    }
    found = samples(live.client.get("/api/docs").text)
    assert len(found) == len(OPERATIONS)
    hello = tmp_path / "hello.mp3"
    (tmp_path / "picture.png").write_bytes(picture())
    for sample in found:
        if "-F file=" in sample:
            hello.write_bytes(
                audio_bytes(AudioFormat.WAV)
            )  # what the provider spoke only begins as sound does
        command = ["sh", "-c", sample.replace("curl ", "curl --silent --show-error --fail ", 1)]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, timeout=30)
        assert (done.returncode, done.stderr) == (0, b""), sample
        if "--output hello.mp3" in sample:
            assert hello.read_bytes()[:2] == b"\xff\xf3"
    assert (tmp_path / "lighthouse.png").read_bytes()[:4] == b"\x89PNG"


def test_the_document_has_one_schema_for_all_errors(live):
    found = live.client.get("/api/v1/openapi.json")
    assert found.json() == document()
    assert found.json()["openapi"] == "3.1.0"
    shapes = {
        response["content"]["application/json"]["schema"]["$ref"]
        for item in document()["paths"].values()
        for operation in item.values()
        for status, response in operation["responses"].items()
        if status != "200"
    }
    assert shapes == {"#/components/schemas/Error"}
