"""LiteLLM as a client: models of `openai/` and of `openrouter/` at an address of one's own."""

from __future__ import annotations

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # it is fetched from the internet otherwise

import litellm
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
from pydantic import BaseModel

MESSAGES = [{"role": "user", "content": QUESTION}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}
BROKEN = [
    {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "!", "format": "wav"}}]}
]
PREFIXES = ("openai/", "openrouter/")


class Place(BaseModel):
    city: str


def complete(model: str = "openai/lab/talker", messages: object = MESSAGES, **fields: object) -> object:
    ask = {"api_base": ADDRESS, "api_key": KEY, **fields}
    return litellm.completion(model=model, messages=messages, **ask)


@case
def models() -> None:
    names = litellm.get_valid_models(
        check_provider_endpoint=True, custom_llm_provider="openai", api_base=ADDRESS, api_key=KEY
    )
    equal(any("lab/talker" in name for name in names), True)


@case
def chat() -> None:
    for prefix in PREFIXES:
        found = complete(f"{prefix}lab/talker")
        equal((found.choices[0].message.content, found.choices[0].finish_reason), (TEXT, "stop"))
        equal((found.usage.total_tokens, found.usage.prompt_tokens_details.cached_tokens), (22, 4))


@case
def stream() -> None:
    for prefix in PREFIXES:
        chunks = list(complete(f"{prefix}lab/talker", stream=True))
        equal("".join(chunk.choices[0].delta.content or "" for chunk in chunks), TEXT)
        chunks = list(complete(f"{prefix}lab/talker", stream=True, stream_options={"include_usage": True}))
        equal(litellm.stream_chunk_builder(chunks, messages=MESSAGES).usage.total_tokens, 22)


@case
def tools() -> None:
    for prefix in PREFIXES:
        asked = complete(f"{prefix}lab/talker", tools=[TOOL]).choices[0].message
        (call,) = asked.tool_calls
        equal((call.function.name, json.loads(call.function.arguments)), ("weather", PLACE))
        result = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
        found = complete(f"{prefix}lab/talker", [*MESSAGES, asked, result], tools=[TOOL])
        equal(found.choices[0].message.content, TEXT)


@case
def object() -> None:
    found = complete("openai/lab/describer", response_format=Place)
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
    for prefix in PREFIXES:
        found = complete(f"{prefix}local/inspector", [{"role": "user", "content": content}])
        contains(found.choices[0].message.content, word)


def respond(**fields: object) -> object:
    ask = {"model": "openai/lab/talker", "input": QUESTION, "api_base": ADDRESS, "api_key": KEY}
    return litellm.responses(**{**ask, **fields})


@case
def responses() -> None:
    equal(respond().output[0].content[0].text, TEXT)
    said = [event.delta for event in respond(stream=True) if event.type == "response.output_text.delta"]
    equal("".join(said), TEXT)


@case
def memory() -> None:
    again = respond(input="And the dog?", previous_response_id=respond().id)
    equal(again.output[0].content[0].text, TEXT)


@case
def speech() -> None:
    ask = {"model": "openai/lab/alto", "input": "Hello.", "voice": "ada", "api_base": ADDRESS, "api_key": KEY}
    equal(len(litellm.speech(**ask).content) > 1000, True)


@case
def transcript() -> None:
    def written(**fields: object) -> object:
        ask = {"model": "openai/lab/ear", "api_base": ADDRESS, "api_key": KEY}
        with SOUND.open("rb") as file:
            return litellm.transcription(file=file, **ask, **fields)

    equal(written().text, TRANSCRIPT)
    equal(len(written(response_format="verbose_json").segments), 2)
    contains(written(response_format="srt").text, "00:00:03,000")


@case
def embeddings() -> None:
    ask = {"model": "openai/lab/vectors", "api_base": ADDRESS, "api_key": KEY}
    found = litellm.embedding(input=["one", "two"], **ask)
    equal([len(item["embedding"]) for item in found.data], [64, 64])
    equal(found.usage.prompt_tokens, 2)


@case
def errors() -> None:
    for prefix in PREFIXES:
        raises(
            litellm.AuthenticationError,
            lambda prefix=prefix: complete(f"{prefix}lab/talker", api_key="ak_wrong"),
        )
        raises(litellm.NotFoundError, lambda prefix=prefix: complete(f"{prefix}lab/nothing"))
        raises(litellm.RateLimitError, lambda prefix=prefix: complete(f"{prefix}lab/limited"))
        raises(litellm.BadRequestError, lambda prefix=prefix: complete(f"{prefix}lab/talker", BROKEN))


@case
def timeout() -> None:
    raises(litellm.Timeout, lambda: complete("openai/lab/silent", timeout=1, max_retries=0))


@case
def cancel() -> None:
    said = ""
    for chunk in complete("openai/lab/stuck", stream=True):
        said += chunk.choices[0].delta.content or ""
        if said.startswith("The quick"):
            break


run()
