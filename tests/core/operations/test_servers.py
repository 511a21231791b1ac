import socket

import pytest

from core import operations
from core.contract.errors import InvalidRequest
from core.models import AuditEvent, Provider
from core.operations.servers import DetectedServer

pytestmark = pytest.mark.anyio

LIST = {"/v1/models": {"object": "list", "data": [{"id": "qwen3"}, {"id": "gemma"}]}}
IDS = ("qwen3", "gemma")


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("Ollama", {"/api/version": {"version": "0.12.0"}}),
        ("llama.cpp", {"/props": {"modalities": {"vision": False}, "n_ctx": 4096}}),
        ("LM Studio", {"/api/v0/models": {"data": [{"id": "qwen3", "type": "llm"}]}}),
        ("speaches", {"/v1/audio/models": {"models": [{"id": "kokoro"}]}}),
        (
            "LocalAI",
            {"/system": {"backends": ["llama-cpp"], "loaded_models": []}, "/version": {"version": "v3"}},
        ),
        ("TGI", {"/info": {"model_id": "qwen3", "router": "text-generation-router", "version": "3.3"}}),
        ("OpenAI-compatible", {}),
    ],
)
async def test_a_server_is_recognized_by_its_path(serve, kind, answers):
    port = serve({**LIST, **answers}).port
    assert await operations.detect_servers((port,)) == [DetectedServer(kind, port, IDS)]


async def test_vllm_is_recognized_by_the_owner_of_its_models(serve):
    models = {"data": [{"id": "qwen3", "owned_by": "vllm"}]}
    port = serve({"/v1/models": models, "/version": {"version": "0.11"}}).port
    assert await operations.detect_servers((port,)) == [DetectedServer("vLLM", port, ("qwen3",))]


async def test_ports_are_probed_in_parallel(serve):
    first, second = serve(LIST).port, serve({**LIST, "/api/version": {"version": "1"}}).port
    found = await operations.detect_servers((first, second))
    assert [server.kind for server in found] == ["OpenAI-compatible", "Ollama"]


async def test_our_own_port_is_not_probed(serve, settings):
    server = serve(LIST)
    settings.PORT = server.port
    assert await operations.detect_servers((server.port,)) == []
    assert server.requests == []


async def test_another_polyphony_is_ignored(serve):
    port = serve({**LIST, "/v1/openapi.json": {"info": {"title": "Polyphony"}}}).port
    assert await operations.detect_servers((port,)) == []


async def test_other_servers_are_ignored(serve):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # takes the connection and never answers
        web = serve({"/": {"hello": "world"}}).port
        assert await operations.detect_servers((web, silent.getsockname()[1], 9)) == []


async def test_only_loopback_is_probed(serve):
    server = serve(LIST)
    await operations.detect_servers((server.port,))
    assert {seen.headers["host"] for seen in server.requests} == {f"127.0.0.1:{server.port}"}
    assert {seen.method for seen in server.requests} == {"GET"}
    assert all("authorization" not in seen.headers for seen in server.requests)


def test_a_server_becomes_a_provider(db):
    row = operations.add_server(DetectedServer("Ollama", 11434, IDS), "My Ollama")
    assert (row.slug, row.name, row.base_url) == ("my-ollama", "My Ollama", "http://127.0.0.1:11434/v1")
    assert (row.needs_key, row.enabled) == (False, True)
    assert AuditEvent.objects.get().action == "provider.detected"
    assert operations.add_server(DetectedServer("vLLM", 8000, None), "locked").needs_key


@pytest.mark.parametrize("name", ["", "ünï", "-x", "a/b", "taken"])
def test_a_name_must_be_new_and_plain(db, name):
    Provider.objects.create(slug="taken", name="Taken")
    with pytest.raises(InvalidRequest):
        operations.add_server(DetectedServer("Ollama", 11434, IDS), name)
