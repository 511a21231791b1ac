"""orq.ai's own client, whose requests carry how they are to be routed."""

from __future__ import annotations

import json
import time

from cases import ADDRESS, KEY, PLACE, QUESTION, SOUND, TEXT, TRANSCRIPT, case, equal, quickly, raises, run
from orq_ai_sdk import Orq
from orq_ai_sdk.models import OrqError

client = Orq(api_key=KEY, server_url=ADDRESS.removesuffix("/api/v1"))
router = client.router
ASK = {"model": "lab/talker", "messages": [{"role": "user", "content": QUESTION}]}
LIMITED = {**ASK, "model": "lab/limited"}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


@case
def chat() -> None:
    found = router.chat.completions.create(**ASK)
    equal((found.choices[0].message.content, found.choices[0].finish_reason), (TEXT, "stop"))


@case
def stream() -> None:
    with router.chat.completions.create(**ASK, stream=True) as chunks:
        said = [choice.delta.content or "" for chunk in chunks for choice in chunk.data.choices]
    equal("".join(said), TEXT)


@case
def tools() -> None:
    found = router.chat.completions.create(**ASK, tools=[TOOL])
    (call,) = found.choices[0].message.tool_calls
    equal((call.function.name, json.loads(call.function.arguments)), ("weather", PLACE))


@case
def speech() -> None:
    found = router.audio.speech.create(model="lab/alto", input="Hello.", voice="ada", response_format="mp3")
    equal(found is None or len(found.read()) > 1000, True)


@case
def transcript() -> None:
    sound = {"file_name": "second.wav", "content": SOUND.read_bytes(), "content_type": "audio/wav"}
    equal(router.audio.transcriptions.create(model="lab/ear", file=sound).text, TRANSCRIPT)


@case
def embeddings() -> None:
    found = router.embeddings.create(model="lab/vectors", input=["one", "two"], dimensions=8)
    equal([len(item.embedding) for item in found.data], [8, 8])


@case
def routing() -> None:
    create = router.chat.completions.create
    equal(create(**LIMITED, fallbacks=[{"model": "lab/talker"}]).model, "lab/talker")
    raises(OrqError, lambda: create(**LIMITED, fallbacks=[{"model": "lab/talker"}], fallback_on_codes=[500]))
    balanced = {"type": "weight_based", "models": [{"model": "lab/talker", "weight": 1}]}
    equal(create(**ASK, load_balancer=balanced).model, "lab/talker")
    late = {"timeout": {"call_timeout": 500}, "fallbacks": [{"model": "lab/talker"}]}
    equal(quickly(lambda: create(**{**ASK, "model": "lab/silent"}, **late)).model, "lab/talker")
    retry = {"count": 1, "on_codes": [429]}
    began = time.monotonic()
    raises(OrqError, lambda: create(**LIMITED, retry=retry))
    equal(time.monotonic() - began < 30, True)
    cached = {**ASK, "cache": {"type": "exact_match", "ttl": 60}}
    first, again = create(**cached), create(**cached)
    equal(first.choices[0].message.content, again.choices[0].message.content)
    equal((first.id != again.id, again.usage.total_tokens), (True, 0))


@case
def errors() -> None:
    stranger = Orq(api_key="ak_wrong", server_url=ADDRESS.removesuffix("/api/v1"))
    unknown = {**ASK, "model": "lab/nothing"}
    statuses = [
        raises(OrqError, lambda: stranger.router.chat.completions.create(**ASK)).status_code,
        raises(OrqError, lambda: router.chat.completions.create(**unknown)).status_code,
        raises(OrqError, lambda: router.chat.completions.create(**LIMITED)).status_code,
    ]
    equal(statuses, [401, 404, 429])


run()
