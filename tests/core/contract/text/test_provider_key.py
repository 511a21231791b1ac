"""Keys are taken as people paste them, and refused without being repeated."""

from __future__ import annotations

import base64
import json

import pytest

from core.contract.text.provider_key import KeyFault, UnusableKey, clean_key, key_hint, trim

BODY = base64.b64encode(bytes(range(150))).decode()
LINES = "\n".join(BODY[at : at + 64] for at in range(0, len(BODY), 64))
PEM = f"-----BEGIN PRIVATE KEY-----\n{LINES}\n-----END PRIVATE KEY-----\n"
ACCOUNT = {
    "type": "service_account",
    "project_id": "aurora",
    "private_key_id": "0123456789abcdef0123",
    "private_key": PEM,
    "client_email": "voice@aurora.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.googleapis.com/token",
}


@pytest.mark.parametrize("around", [" ", "\n", "\r\n", "\t", "\u00a0", "\ufeff", "\u200b \n", "\u2028"])
def test_white_space_around_a_key_is_left_out(around):
    assert clean_key(f"{around}sk-key{around}") == "sk-key"
    assert trim(f"{around}a b{around}") == "a b"


@pytest.mark.parametrize(
    "key", ["sk-\nkey", "sk-\rkey", "sk-\0key", "sk key", "sk-\u200bkey", "sk-\x7f", "ключ"]
)
def test_a_key_that_no_header_can_carry_is_refused(key):
    with pytest.raises(UnusableKey) as caught:
        clean_key(key)

    assert caught.value.fault is KeyFault.CHARACTERS
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "pasted",
    [
        json.dumps(ACCOUNT),
        json.dumps(ACCOUNT, indent=2).replace("\n", "\r\n"),
        json.dumps(ACCOUNT, indent=2).replace("\n", ""),
        f"\ufeff{json.dumps(ACCOUNT)}\n",
        json.dumps(ACCOUNT).replace("\\n", "\n"),
        json.dumps(ACCOUNT).replace("\\n", "\\\\n"),
        json.dumps(ACCOUNT).replace("\\n", ""),
    ],
    ids=["line", "lines", "joined", "mark", "broken", "escaped", "unwrapped"],
)
def test_a_service_account_keeps_the_lines_of_its_key(pasted):
    key = clean_key(pasted)

    assert json.loads(key) == ACCOUNT
    assert key.isascii()
    assert key.isprintable()


@pytest.mark.parametrize(
    "change",
    [
        {"type": "authorized_user"},
        {"private_key": ""},
        {"private_key": None},
        {"private_key": "-----BEGIN PRIVATE KEY-----\nMIIE"},
        {"client_email": 5},
        {"token_uri": ""},
    ],
)
def test_other_json_is_refused_without_being_repeated(change):
    with pytest.raises(UnusableKey) as caught:
        clean_key(json.dumps({**ACCOUNT, **change}))

    assert caught.value.fault is KeyFault.ACCOUNT
    assert "aurora" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "{}", '{"type": "service_account"}', "{sk-key}", "{" * 5000])
def test_broken_json_is_refused(text):
    with pytest.raises(UnusableKey):
        clean_key(text)


def test_people_recognise_a_key_by_its_end():
    assert key_hint("sk-0123456789abcdef") == "cdef"
    assert key_hint("sk-short") == ""
    assert key_hint(clean_key(json.dumps(ACCOUNT))) == "0123"


APPLICATION = {"tenant_id": "t-1", "client_id": "app-0123456789abcdef", "client_secret": "s~1"}


@pytest.mark.parametrize(
    "pasted",
    [
        APPLICATION,
        {"tenant": "t-1", "appId": "app-0123456789abcdef", "displayName": "x", "password": "s~1"},
        {
            "clientId": "app-0123456789abcdef",
            "clientSecret": "s~1",
            "subscriptionId": "x",
            "tenantId": "t-1",
        },
    ],
)
def test_an_application_has_our_names_whichever_program_wrote_it(pasted):
    key = clean_key(json.dumps(pasted, indent=2))
    assert json.loads(key) == APPLICATION
    assert clean_key(key) == key
    assert key_hint(key) == "cdef"


def test_an_application_may_be_of_another_cloud():
    further = {"authority": "https://login.microsoftonline.us", "scope": "https://x.azure.us/.default"}
    assert json.loads(clean_key(json.dumps({**APPLICATION, **further}))) == {**APPLICATION, **further}


@pytest.mark.parametrize(
    "change", [{"tenant_id": ""}, {"client_id": None}, {"client_secret": 5}, {"client_secret": "a\nb"}]
)
def test_an_application_needs_all_its_parts(change):
    with pytest.raises(UnusableKey):
        clean_key(json.dumps({**APPLICATION, **change}))
