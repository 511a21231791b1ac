from __future__ import annotations

import json

import pytest

from core.contract.errors import UpstreamDenied, UpstreamLimited
from core.contract.route import Secret, Target
from core.contract.transcription import AudioFile
from core.providers.shared import http
from core.providers.shared.calls import Vendor, is_json, target_limits
from core.providers.shared.errors import ErrorDetails
from core.providers.shared.form_body import FormBody
from tests.fakes.provider import Exchange

pytestmark = pytest.mark.anyio

KEY = "acme-secret-0123456789"
LIMITS = http.CallLimits(total=5.0, idle=1.0)


def read_error(body: bytes) -> ErrorDetails:
    fault = json.loads(body)["fault"]
    return ErrorDetails(fault["text"], no_credit=fault["why"] == "no money")


ACME = Vendor(lambda key: {"X-Acme-Key": key}, read_error)
"""A vendor whose key and errors have nothing in common with OpenAI's."""


def target(url: str = "http://x.test/v9/", **fields: object) -> Target:
    return Target(1, "acme", "Acme", "acme", url, "m", Secret(lambda: KEY), **fields)


def test_the_key_is_where_the_vendor_has_it_and_hidden():
    call = ACME.json_call(target(), "POST", "say", {"text": "Hi"}, LIMITS)
    assert (call.url, call.content) == ("http://x.test/v9/say", b'{"text":"Hi"}')
    assert call.headers["X-Acme-Key"] == KEY
    assert "Authorization" not in call.headers
    assert call.hide == (KEY,)


def test_long_values_of_the_endpoints_headers_are_hidden_too():
    where = target(headers={"X-Tenant": "tenant-secret", "X-Beta": "true"})
    call = ACME.json_call(where, "GET", "voices", None, LIMITS)
    assert (call.headers["X-Tenant"], call.headers["X-Beta"]) == ("tenant-secret", "true")
    assert call.hide == (KEY, "tenant-secret")
    assert "Content-Type" not in call.headers


def test_a_form_has_its_own_headers():
    form = FormBody([("engine", "m")], [("file", AudioFile("/nowhere/a.wav", "a.wav", "audio/wav", 4))])
    call = ACME.form_call(target(), "hear", form, LIMITS)
    assert call.content is form
    assert call.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert int(call.headers["Content-Length"]) > 4


@pytest.mark.parametrize(("why", "kind"), [("no money", UpstreamDenied), ("too fast", UpstreamLimited)])
async def test_errors_are_read_by_the_vendors_reader(provider, why, kind):
    async def refuse(exchange: Exchange) -> None:
        text = f"Not with {exchange.seen.headers['x-acme-key']}."
        await exchange.reply(429, json.dumps({"fault": {"text": text, "why": why}}).encode())

    provider.script("say", refuse)
    with pytest.raises(kind) as caught:
        await http.send(ACME.json_call(target(provider.url), "POST", "say", {"text": "Hi"}, LIMITS))
    assert KEY not in caught.value.message
    if kind is UpstreamLimited:
        assert caught.value.message == "The provider limits our requests: Not with [hidden]."


def test_an_endpoint_may_have_other_limits():
    assert target_limits(target(), LIMITS) is LIMITS
    options = {"timeout": "7", "idle_timeout": 2}
    assert target_limits(target(options=options), LIMITS) == http.CallLimits(7.0, 2.0, LIMITS.size)


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("audio/mpeg", False),
        ("", False),
    ],
)
def test_json_is_known_by_its_media_type(media_type, expected):
    assert is_json(media_type) is expected
