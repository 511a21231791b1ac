"""Vertex AI: a service account's token, fetched once and ahead of its end, and the address of its project."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core.contract.errors import (
    InvalidRequest,
    PolyphonyError,
    PrivateUpstream,
    UpstreamDenied,
    UpstreamFailed,
)
from core.contract.events import Used
from core.contract.route import Secret, Target
from core.providers import registry
from core.providers.gemini import tokens, vertex
from core.providers.shared.access_tokens import TokenStore
from tests.core.providers.gemini.calls import chat_request, replies, send, streams, target
from tests.fakes import gemini

pytestmark = pytest.mark.anyio
pytest.importorskip("google.auth")

PEM = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    .decode()
)
STREAM = "gemini-fake:streamGenerateContent?alt=sse"
MAIL = "canary@project-1.iam.gserviceaccount.com"


@pytest.fixture(autouse=True)
def no_accounts(monkeypatch):
    monkeypatch.setattr(tokens, "TOKENS", TokenStore())


def account_key(provider, **fields) -> str:
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "project-1",
            "private_key_id": "0123456789abcdef0123",
            "private_key": PEM,
            "client_email": MAIL,
            "token_uri": f"{provider.url}/token",
            **fields,
        }
    )


def account(provider, key: str = "", **fields) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 1.0, **fields.pop("options", {})}
    key = key or account_key(provider)
    return Target(
        1, "vertex", "Vertex", "vertex", provider.url, "gemini-fake",
        credential=Secret(lambda: key), options=options, **fields,
    )  # fmt: skip


def grants(token: str = "ya29.first-token", seconds: int = 3599):
    return replies({"access_token": token, "expires_in": seconds, "token_type": "Bearer"})


async def test_a_service_account_asks_for_a_token_and_speaks_for_its_project(provider):
    provider.script("token", grants())
    provider.script(STREAM, streams(*gemini.text_chunks()))
    found = await send(account(provider), chat_request())
    assert type(found[-1]) is Used
    token, asked = provider.requests
    grant = parse_qs(token.body.decode())
    assert grant["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    payload = grant["assertion"][0].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert (claims["iss"], claims["scope"]) == (MAIL, "https://www.googleapis.com/auth/cloud-platform")
    assert asked.headers["authorization"] == "Bearer ya29.first-token"
    assert "x-goog-api-key" not in asked.headers
    assert asked.path == f"/v1/projects/project-1/locations/global/publishers/google/models/{STREAM}"


async def test_a_token_is_fetched_once_for_all_who_wait(provider):
    provider.script("token", grants())
    provider.script(STREAM, streams(*gemini.text_chunks()))
    await asyncio.gather(*(send(account(provider), chat_request()) for _ in range(5)))
    assert [seen.path for seen in provider.requests].count("/v1/token") == 1


async def test_a_token_is_renewed_five_minutes_before_its_end(provider):
    provider.script("token", grants("ya29.short", 200), grants("ya29.long"))
    provider.script(STREAM, streams(*gemini.text_chunks()))
    for _ in range(3):
        await send(account(provider), chat_request())
    used = [seen.headers["authorization"] for seen in provider.requests if seen.path != "/v1/token"]
    assert used == ["Bearer ya29.short", "Bearer ya29.long", "Bearer ya29.long"]


async def test_an_account_that_google_does_not_accept_is_denied(provider, caplog):
    caplog.set_level(logging.DEBUG)
    refusal = {"error": "invalid_grant", "error_description": f"Invalid JWT Signature of {MAIL}."}
    provider.script("token", replies(refusal, 400))
    with pytest.raises(UpstreamDenied) as caught:
        await send(account(provider), chat_request())
    assert caught.value.message == "Google did not accept the service account."
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert "PRIVATE KEY" not in caplog.text
    assert len(provider.requests) == 1


async def test_a_token_server_that_fails_is_worth_another_try(provider):
    provider.script("token", replies({}, 503, retry_after="7"))
    with pytest.raises(UpstreamFailed) as caught:
        await send(account(provider), chat_request())
    assert (caught.value.retry_after, caught.value.retryable) == (7.0, True)


async def test_a_token_is_not_asked_of_a_private_address(provider):
    with pytest.raises(PrivateUpstream):
        await send(account(provider, public_only=True), chat_request())
    assert provider.requests == []


async def test_a_private_key_that_is_none_is_denied(provider):
    broken = PEM[:60] + "AAAA" + PEM[64:]
    with pytest.raises(UpstreamDenied) as caught:
        await send(account(provider, account_key(provider, private_key=broken)), chat_request())
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


async def test_a_key_of_the_express_mode_needs_no_project(provider):
    provider.script(STREAM, streams(*gemini.text_chunks()))
    await send(target(provider, wire="vertex"), chat_request())
    (seen,) = provider.requests
    assert seen.path == f"/v1beta/publishers/google/models/{STREAM}"
    assert "x-goog-api-key" in seen.headers


GLOBAL = "https://aiplatform.googleapis.com/v1"
REGIONAL = "https://us-central1-aiplatform.googleapis.com/v1"


@pytest.mark.parametrize(
    ("address", "options", "called"),
    [
        (GLOBAL, {}, f"{GLOBAL}/projects/project-1/locations/global"),
        (REGIONAL, {}, f"{REGIONAL}/projects/project-1/locations/us-central1"),
        (GLOBAL, {"location": "us-central1"}, f"{REGIONAL}/projects/project-1/locations/us-central1"),
        (REGIONAL, {"project": "other-2"}, f"{REGIONAL}/projects/other-2/locations/us-central1"),
        ("http://127.0.0.1:9/v1/", {}, "http://127.0.0.1:9/v1/projects/project-1/locations/global"),
    ],
)
async def test_the_address_names_project_and_region(provider, monkeypatch, address, options, called):
    async def token(*arguments, **fields) -> str:
        return "ya29.x"

    monkeypatch.setattr(vertex, "access_token", token)
    where = Target(
        1, "vertex", "Vertex", "vertex", address, "m",
        credential=Secret(lambda: account_key(provider)), options=options,
    )  # fmt: skip
    assert (await vertex.connect(where)).target.base_url == called


@pytest.mark.parametrize("options", [{"project": "../x"}, {"location": "a/b"}, {"location": 1}])
async def test_a_project_cannot_lead_elsewhere(provider, options):
    provider.script("token", grants())
    with pytest.raises(PolyphonyError) as caught:
        await send(account(provider, options=options), chat_request())
    assert type(caught.value) is InvalidRequest


LISTED = "models?pageSize=100"


async def test_models_are_listed_by_no_project_and_those_we_cannot_ask_are_left_out(provider):
    names = ("gemini-2.5-flash", "gemini-2.5-flash-tts", "gemini-embedding-001", "gemini-live-2.5-flash")
    rows = [{"name": f"publishers/google/models/{name}"} for name in (*names, "veo-3.0", "imagen-4.0")]
    provider.script("token", grants())
    provider.script(LISTED, replies({"publisherModels": rows[:3], "nextPageToken": "x_1"}))
    provider.script(f"{LISTED}&pageToken=x_1", replies({"publisherModels": rows[3:]}))
    found = await registry.adapter("vertex").listing(account(provider))
    shapes = {row["id"]: row["architecture"]["output_modalities"] for row in found}
    assert shapes == {"gemini-2.5-flash": ["text"], "gemini-2.5-flash-tts": ["speech"]}
    _, *pages = provider.requests
    assert [seen.path for seen in pages] == [
        f"/v1beta1/publishers/google/{path}" for path in (LISTED, f"{LISTED}&pageToken=x_1")
    ]
    assert {seen.headers["authorization"] for seen in pages} == {"Bearer ya29.first-token"}
    assert all("x-goog-user-project" not in seen.headers for seen in pages)


async def test_another_project_that_pays_for_the_list_is_named(provider):
    provider.script("token", grants())
    provider.script(LISTED, replies({"publisherModels": []}))
    where = account(provider, options={"project": "other-2"})
    assert await registry.adapter("vertex").models(where) == ()
    assert provider.requests[-1].headers["x-goog-user-project"] == "other-2"


async def test_a_key_of_the_express_mode_lists_models_too(provider):
    provider.script(LISTED, replies({"publisherModels": [{"name": "publishers/google/models/gemini-x"}]}))
    assert await registry.adapter("vertex").models(target(provider, wire="vertex")) == ("gemini-x",)
    (seen,) = provider.requests
    assert seen.path == f"/v1beta1/publishers/google/{LISTED}"
    assert "x-goog-api-key" in seen.headers


@pytest.mark.parametrize(
    ("address", "location", "listed"),
    [
        (GLOBAL, "global", "https://aiplatform.googleapis.com/v1beta1"),
        (GLOBAL, "us-central1", "https://us-central1-aiplatform.googleapis.com/v1beta1"),
        ("https://aiplatform.googleapis.com/v1beta1/", "global", "https://aiplatform.googleapis.com/v1beta1"),
        ("https://proxy.test/google", "global", "https://proxy.test/google/v1beta1"),
    ],
)
async def test_the_list_is_in_the_beta_version(provider, monkeypatch, address, location, listed):
    async def token(*arguments, **fields) -> str:
        return "ya29.x"

    monkeypatch.setattr(vertex, "access_token", token)
    where = Target(
        1, "vertex", "Vertex", "vertex", address, "m",
        credential=Secret(lambda: account_key(provider)), options={"location": location},
    )  # fmt: skip
    assert (await vertex.connect(where)).lists.base_url == listed
