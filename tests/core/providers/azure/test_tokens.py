"""Applications of Microsoft Entra: a token by client credentials, fetched once and ahead of its end."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import parse_qsl

import pytest

from core.contract.chat import ChatRequest
from core.contract.errors import PrivateUpstream, UpstreamDenied, UpstreamFailed, UpstreamInvalid
from core.contract.events import Transcript, Used
from core.contract.speech import SpeechRequest
from core.contract.text.provider_key import clean_key
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.providers.azure import tokens
from core.providers.registry import adapter
from core.providers.shared.access_tokens import TokenStore
from tests.core.providers.azure.calls import of, send, target
from tests.core.providers.promises.files import audio_file
from tests.fakes.azure import DEPLOYMENTS, SECRET, TENANT, TOKEN
from tests.fakes.scenarios import body, status

pytestmark = pytest.mark.anyio

HELLO = ChatRequest("m", messages=({"role": "user", "content": "Hello"},))
PATH = f"/{TENANT}/oauth2/v2.0/token"


@pytest.fixture(autouse=True)
def no_tokens(monkeypatch):
    monkeypatch.setattr(tokens, "TOKENS", TokenStore())


def application(vendor, secret: str = SECRET, **fields) -> str:
    authority = vendor.url.removesuffix("/v1")
    found = {"tenant": TENANT, "appId": "app-0123456789", "password": secret, "authority": authority}
    return clean_key(json.dumps({**found, **fields}))


def asked_for_tokens(vendor) -> list[dict[str, str]]:
    return [dict(parse_qsl(seen.body.decode())) for seen in vendor.requests if seen.path == PATH]


async def test_every_task_is_called_with_the_token_of_the_application(vendor, tmp_path):
    key = application(vendor)
    assert of(Used, await send(target(vendor, key=key), HELLO))
    speech = SpeechRequest("m", "Hello.")
    assert of(Used, await send(target(vendor, "tts", key=key, voice="alloy"), speech))
    for request in (
        TranscriptionRequest("m", audio_file(tmp_path)),
        TranslationRequest("m", audio_file(tmp_path)),
    ):
        assert of(Transcript, await send(target(vendor, "whisper", key=key), request))
    assert await adapter("azure").models(target(vendor, "", key=key)) == tuple(DEPLOYMENTS)
    assert asked_for_tokens(vendor) == [
        {
            "grant_type": "client_credentials",
            "client_id": "app-0123456789",
            "client_secret": SECRET,
            "scope": "https://cognitiveservices.azure.com/.default",
        }
    ]
    carried = {seen.headers.get("authorization") for seen in vendor.requests if seen.path != PATH}
    assert carried == {f"Bearer {TOKEN}"}
    assert SECRET not in str([(seen.headers, seen.body) for seen in vendor.requests if seen.path != PATH])


async def test_a_token_is_fetched_once_for_all_who_wait(vendor):
    key = application(vendor, scope="https://cognitiveservices.azure.us/.default")
    await asyncio.gather(*(send(target(vendor, key=key), HELLO) for _ in range(5)))
    (asked,) = asked_for_tokens(vendor)
    assert asked["scope"] == "https://cognitiveservices.azure.us/.default"


async def test_a_token_is_renewed_five_minutes_before_its_end(vendor):
    lasting = [200, 3599]
    vendor.script(
        "token",
        *(body(json.dumps({"access_token": TOKEN, "expires_in": each}).encode()) for each in lasting),
    )
    for _ in range(3):
        await send(target(vendor, key=application(vendor)), HELLO)
    assert len(asked_for_tokens(vendor)) == 2


async def test_an_application_that_entra_does_not_accept_is_denied(vendor, caplog):
    caplog.set_level(logging.DEBUG)
    wrong = "wrong~canary~0123456789"
    with pytest.raises(UpstreamDenied) as caught:
        await send(target(vendor, key=application(vendor, wrong)), HELLO)
    assert caught.value.message == "Microsoft Entra did not accept the application."
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert wrong not in caplog.text
    assert [seen.path for seen in vendor.requests] == [PATH]


async def test_entra_may_fail_or_answer_nonsense(vendor):
    vendor.script("token", status(503, **{"Retry-After": "7"}))
    with pytest.raises(UpstreamFailed) as caught:
        await send(target(vendor, key=application(vendor)), HELLO)
    assert (caught.value.retry_after, caught.value.retryable) == (7.0, True)
    vendor.script("token", body(b'{"access_token": "", "expires_in": 5}'))
    with pytest.raises(UpstreamInvalid):
        await send(target(vendor, key=application(vendor)), HELLO)


async def test_a_token_is_not_asked_of_a_private_address(vendor):
    with pytest.raises(PrivateUpstream):
        await send(target(vendor, key=application(vendor), public_only=True), HELLO)
    assert vendor.requests == []


async def test_another_account_is_denied(vendor):
    with pytest.raises(UpstreamDenied):
        await send(target(vendor, key='{"type": "service_account"}'), HELLO)
    assert vendor.requests == []
