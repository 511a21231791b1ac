"""OpenRouter's client, which checks every answer against its own schema."""

from __future__ import annotations

import json

import httpx
from cases import (
    ADDRESS,
    IMAGE,
    INSPECTED,
    KEY,
    PLACE,
    QUESTION,
    SOUND,
    TEXT,
    TRANSCRIPT,
    case,
    contains,
    data_url,
    encoded,
    equal,
    raises,
    run,
)
from openrouter import OpenRouter, errors

client = OpenRouter(api_key=KEY, server_url=ADDRESS)
ASK = {"model": "lab/talker", "messages": [{"role": "user", "content": QUESTION}]}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


@case
def models() -> None:
    found = client.models.list().result
    equal("lab/talker" in [entry.id for entry in found.data], True)
    equal(client.models.get(author="lab", slug="talker").data.id, "lab/talker")


@case
def chat() -> None:
    found = client.chat.send(**ASK)
    equal((found.choices[0].message.content, found.choices[0].finish_reason), (TEXT, "stop"))
    equal(client.generations.get_generation(id=found.id).data.tokens_prompt, 12)


@case
def stream() -> None:
    with client.chat.send(**ASK, stream=True) as chunks:
        said = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    equal("".join(said), TEXT)


@case
def tools() -> None:
    message = client.chat.send(**ASK, tools=[TOOL]).choices[0].message
    (call,) = message.tool_calls
    equal((call.function.name, json.loads(call.function.arguments)), ("weather", PLACE))
    result = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
    asked = message.model_dump(mode="json", exclude_none=True, by_alias=True)
    messages = [*ASK["messages"], asked, result]
    found = client.chat.send(model=ASK["model"], messages=messages, tools=[TOOL])
    equal(found.choices[0].message.content, TEXT)


@case
def object() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}
    found = client.chat.send(**{**ASK, "model": "lab/describer"}, response_format=form)
    equal(json.loads(found.choices[0].message.content), PLACE)


@case
def image() -> None:
    inspect({"type": "image_url", "image_url": {"url": data_url(IMAGE, "image/png")}}, INSPECTED["image"])


@case
def audio() -> None:
    sound = {"data": encoded(SOUND), "format": "wav"}
    inspect({"type": "input_audio", "input_audio": sound}, INSPECTED["audio"])


def inspect(part: dict, word: str) -> None:
    content = [{"type": "text", "text": "What is this?"}, part]
    found = client.chat.send(model="local/inspector", messages=[{"role": "user", "content": content}])
    contains(found.choices[0].message.content, word)


@case
def responses() -> None:
    found = client.responses.send(model=ASK["model"], input=QUESTION)
    equal(found.output[0].content[0].text, TEXT)
    with client.responses.send(model=ASK["model"], input=QUESTION, stream=True) as events:
        said = [event.delta for event in events if event.type == "response.output_text.delta"]
    equal("".join(said), TEXT)


@case
def turns() -> None:
    first = client.responses.send(model=ASK["model"], input=QUESTION)
    items = [item.model_dump(mode="json", exclude_none=True, by_alias=True) for item in first.output]
    said = [{"role": "user", "content": QUESTION}, *items, {"role": "user", "content": "And the dog?"}]
    found = client.responses.send(model=ASK["model"], input=said)
    equal(found.output[0].content[0].text, TEXT)


@case
def speech() -> None:
    answer = client.tts.create_speech(model="lab/alto", input="Hello.", voice="ada", response_format="mp3")
    equal(len(answer.read()) > 1000, True)
    contains(answer.headers["content-type"], "audio/mpeg")


@case
def transcript() -> None:
    sound = {"data": encoded(SOUND), "format": "wav"}
    equal(client.stt.create_transcription(model="lab/ear", input_audio=sound).text, TRANSCRIPT)
    ask = {"model": "lab/ear", "input_audio": sound, "response_format": "verbose_json"}
    found = client.stt.create_transcription(**ask, timestamp_granularities=["word", "segment"])
    equal((len(found.segments), len(found.words) > 10, found.duration), (2, True, 6))


@case
def embeddings() -> None:
    found = client.embeddings.generate(model="lab/vectors", input=["one", "two"], dimensions=8)
    equal([len(item.embedding) for item in found.data], [8, 8])


@case
def routing() -> None:
    limited = {**ASK, "model": "lab/limited"}
    equal(client.chat.send(**limited, models=["lab/limited", "lab/talker"]).model, "lab/talker")
    found = client.chat.send(**ASK, provider={"order": ["lab"], "allow_fallbacks": False, "sort": "latency"})
    equal(client.generations.get_generation(id=found.id).data.provider_name, "Lab")
    refused = {"ignore": ["lab"]}
    raises(errors.OpenRouterError, lambda: client.chat.send(**ASK, provider=refused))


@case
def errors_() -> None:
    stranger = OpenRouter(api_key="ak_wrong", server_url=ADDRESS)
    raises(errors.UnauthorizedResponseError, lambda: stranger.chat.send(**ASK))
    raises(errors.NotFoundResponseError, lambda: client.chat.send(**{**ASK, "model": "lab/nothing"}))
    raises(errors.TooManyRequestsResponseError, lambda: client.chat.send(**{**ASK, "model": "lab/limited"}))
    raises(errors.BadRequestResponseError, lambda: client.chat.send(**{**ASK, "messages": []}))


@case
def timeout() -> None:
    silent = {**ASK, "model": "lab/silent"}
    raises(httpx.TimeoutException, lambda: client.chat.send(**silent, timeout_ms=1000, retries=None))


@case
def cancel() -> None:
    said = ""
    with client.chat.send(**{**ASK, "model": "lab/stuck"}, stream=True) as chunks:
        while said != "The quick":
            said += next(chunks).choices[0].delta.content or ""


run()
