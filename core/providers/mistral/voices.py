"""The voices of an account: https://docs.mistral.ai/api/endpoint/audio/voices."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from core.contract.errors import UpstreamInvalid
from core.contract.route import Target
from core.providers.base import ListedVoice
from core.providers.openai.errors import refusal
from core.providers.openai.vendor import VENDOR
from core.providers.shared import http
from core.providers.shared.calls import is_json
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.scrub.spellings import spellings_of

LIMITS = http.CallLimits(total=20.0, idle=10.0, size=8 * http.MIB)
SAMPLE = http.CallLimits(total=20.0, idle=10.0, size=8 * http.MIB)
PAGE, PAGES = 100, 10
VERSION = "/v1"
"""How the base URL ends; the voices are listed by the next version."""


class MistralVoices:
    async def voices(self, target: Target) -> tuple[ListedVoice, ...]:
        """The presets and the voices that the account has made. Raises from the error tree.

        https://docs.mistral.ai/api/endpoint/audio/voices
        """
        found: list[ListedVoice] = []
        token = ""
        for _ in range(PAGES):
            rows, token = await voice_rows(target, token)
            found += [voice_of(row, target) for row in rows if string(row.get("id"))]
            if not rows or not token:
                break
        return tuple(found)

    async def voice_sample(self, target: Target, address: str) -> bytes:
        """The recording of a voice, as wav or as base64 in a JSON string. Raises from the error tree.

        https://docs.mistral.ai/api/endpoint/audio/voices#operation-get_voice_sample_audio
        """
        vendor = replace(VENDOR, address=lambda _target, path: path)
        call = vendor.json_call(target, "GET", address, None, SAMPLE)
        call = replace(call, headers={**call.headers, "Accept": "audio/wav"})
        async with await http.send(call) as response:
            body = await response.body()
        return decoded(string(decode(body))) if is_json(response.media_type) else body


async def voice_rows(target: Target, token: str) -> tuple[list[Mapping[str, Any]], str]:
    """(rows of the page that `token` names, the token of the next one). Raises from the error tree."""
    base = target.base_url.rstrip("/")
    where = replace(target, base_url=f"{base.removesuffix(VERSION)}/v2" if base.endswith(VERSION) else base)
    query = urlencode({"page_size": PAGE, **({"page_token": token} if token else {})})
    call = VENDOR.json_call(where, "GET", f"audio/voices?{query}", None, LIMITS)
    async with await http.send(call) as response:
        value = decode(await response.body())
    if spellings := spellings_of(target):
        value = spellings.clean(value)
    rows = value.get("data") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise refusal(value, call.hide)
    return [row for row in rows if isinstance(row, dict)], string(value.get("next_page_token"))


def voice_of(row: Mapping[str, Any], target: Target) -> ListedVoice:
    """A row. A preset is asked for by its `slug`, such as `en_paul_neutral`, a voice of one's own by its id.

    Its sample needs our key, and has the id in its address.
    """
    preset = row.get("type") == "preset" or row.get("user_id") is None
    id = (string(row.get("slug")) if preset else "") or row["id"]
    return ListedVoice(
        id=id,
        name=string(row.get("name")) or id,
        language=tag_of(next(iter(strings(row.get("languages"))), "")),
        gender=string(row.get("gender")),
        description=string(row.get("description")) or ", ".join(strings(row.get("tags"))),
        sample_url=f"{target.base_url.rstrip('/')}/audio/voices/{quote(row['id'], safe='')}/sample",
    )


def decoded(text: str) -> bytes:
    """The bytes of base64. Raises `UpstreamInvalid`."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        failure = UpstreamInvalid("The provider's sample is not base64.")
    raise failure


def tag_of(language: str) -> str:
    """`en_us` as `en-US`."""
    code, _, region = language.replace("_", "-").partition("-")
    return f"{code.lower()}-{region.upper()}" if region else code.lower()


def strings(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
