"""Azure OpenAI, by deployment: OpenAI's answers, with the results of content filters among them."""

from __future__ import annotations

import json
from dataclasses import replace

from core.contract.errors import UpstreamDenied, UpstreamLimited, UpstreamRefused
from tests.core.providers.promises.openai import EVENTS, OPENAI, QUOTA, error
from tests.core.providers.promises.vendor import Answer, Call, ErrorCase, Vendor
from tests.fakes import azure as fake
from tests.fakes.provider import Seen

OTHERS = ("groq", "image-vary")
"""Calls that are not Azure's."""
ANSWERS = {
    "chat": lambda seen: Answer("application/json", [json.dumps(fake.whole(seen.json)).encode()]),
    "chat-events": lambda seen: Answer(EVENTS, fake.frames(seen.json)),
}


def own_answer(call: Call) -> Call:
    def answer(seen: Seen) -> Answer:
        assert fake.CLASSIC.fullmatch(seen.path.partition("?")[0])
        return ANSWERS.get(call.name, call.answer)(seen)

    return replace(call, answer=answer)


SLOW_DOWN = error("Requests have exceeded the token rate limit. Please retry after 10 seconds.", "429")

AZURE = Vendor(
    wire="azure",
    name="Azure OpenAI",
    key=fake.KEY,
    calls=tuple(
        own_answer(call) for call in OPENAI.calls if not call.name.startswith(("groq", "image-vary"))
    ),
    error=error,
    errors=(
        ErrorCase(400, fake.FILTERED, UpstreamRefused, "upstream_refused"),
        ErrorCase(401, fake.DENIED, UpstreamDenied, "upstream_auth"),
        ErrorCase(404, fake.NO_DEPLOYMENT, UpstreamRefused, "upstream_not_found"),
        ErrorCase(429, QUOTA, UpstreamDenied, "upstream_no_credit"),
        ErrorCase(429, SLOW_DOWN, UpstreamLimited, "upstream_rate_limited", {"retry_after_ms": "9500"}, 9.5),
    ),
    path="",
)
