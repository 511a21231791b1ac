"""OpenAI's client for Python."""

from __future__ import annotations

import asyncio
import json

import openai
from cases import (
    IMAGE,
    INSPECTED,
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
    quickly,
    raises,
    run,
)
from pydantic import BaseModel

client = openai.OpenAI()
ASK = {"model": "lab/talker", "messages": [{"role": "user", "content": QUESTION}]}
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class Place(BaseModel):
    city: str


@case
def models() -> None:
    names = [entry.id for entry in client.models.list()]
    equal("lab/talker" in names, True)
    equal(client.models.retrieve("lab/talker").id, "lab/talker")


@case
def chat() -> None:
    found = client.chat.completions.create(**ASK)
    equal((found.choices[0].message.content, found.choices[0].finish_reason), (TEXT, "stop"))
    equal((found.usage.prompt_tokens, found.usage.completion_tokens), (12, 10))


@case
def stream() -> None:
    """The loop of every tutorial, and the client's own collector."""
    said = [
        chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**ASK, stream=True)
    ]
    equal("".join(said), TEXT)
    with client.chat.completions.stream(**ASK, stream_options={"include_usage": True}) as collector:
        found = collector.get_final_completion()
    equal((found.choices[0].message.content, found.usage.total_tokens), (TEXT, 22))


@case
def tools() -> None:
    asked = client.chat.completions.create(**ASK, tools=[TOOL]).choices[0]
    call = asked.message.tool_calls[0]
    equal(
        (asked.finish_reason, call.function.name, json.loads(call.function.arguments)),
        ("tool_calls", "weather", PLACE),
    )
    result = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
    messages = [*ASK["messages"], asked.message, result]
    found = client.chat.completions.create(model=ASK["model"], messages=messages, tools=[TOOL])
    equal(found.choices[0].message.content, TEXT)


@case
def object() -> None:
    ask = {**ASK, "model": "lab/describer"}
    found = client.chat.completions.parse(**ask, response_format=Place)
    equal(found.choices[0].message.parsed, Place(**PLACE))
    answer = client.responses.parse(model=ask["model"], input=QUESTION, text_format=Place)
    equal(answer.output_parsed, Place(**PLACE))


@case
def image() -> None:
    inspect({"type": "image_url", "image_url": {"url": data_url(IMAGE, "image/png")}}, INSPECTED["image"])


@case
def audio() -> None:
    sound = {"data": encoded(SOUND), "format": "wav"}
    inspect({"type": "input_audio", "input_audio": sound}, INSPECTED["audio"])
    found = client.chat.completions.create(
        **ASK, modalities=["text", "audio"], audio={"voice": "ada", "format": "wav"}
    )
    equal(found.choices[0].message.audio.transcript, TEXT)


def inspect(part: dict, word: str) -> None:
    content = [{"type": "text", "text": "What is this?"}, part]
    messages = [{"role": "user", "content": content}]
    found = client.chat.completions.create(model="local/inspector", messages=messages)
    contains(found.choices[0].message.content, word)


@case
def responses() -> None:
    equal(client.responses.create(model=ASK["model"], input=QUESTION).output_text, TEXT)
    with client.responses.stream(model=ASK["model"], input=QUESTION) as collector:
        said = [event.delta for event in collector if event.type == "response.output_text.delta"]
        equal(collector.get_final_response().output_text, "".join(said))
    equal("".join(said), TEXT)


@case
def turns() -> None:
    first = client.responses.create(model=ASK["model"], input=QUESTION)
    said = [{"role": "user", "content": QUESTION}, *first.output, {"role": "user", "content": "And the dog?"}]
    equal(client.responses.create(model=ASK["model"], input=said).output_text, TEXT)


@case
def memory() -> None:
    first = client.responses.create(model=ASK["model"], input=QUESTION)
    ask = {"model": ASK["model"], "previous_response_id": first.id}
    found = client.responses.create(**ask, input="And the dog?")
    equal((found.output_text, found.previous_response_id), (TEXT, first.id))
    with client.responses.stream(**ask, input="And the dog?") as collector:
        equal(collector.get_final_response().output_text, TEXT)
    equal(client.responses.retrieve(first.id).output_text, TEXT)
    client.responses.delete(first.id)
    raises(openai.NotFoundError, lambda: client.responses.retrieve(first.id))
    forgotten = client.responses.create(model=ASK["model"], input=QUESTION, store=False)
    ask["previous_response_id"] = forgotten.id
    raises(openai.APIStatusError, lambda: client.responses.create(**ask, input="And the dog?"))


@case
def speech() -> None:
    ask = {"model": "lab/alto", "input": "Hello.", "voice": "ada"}
    equal(client.audio.speech.create(**ask, response_format="wav").content[:4], b"RIFF")
    with client.audio.speech.with_streaming_response.create(**ask) as answer:
        equal(sum(map(len, answer.iter_bytes())) > 1000, True)


@case
def transcript() -> None:
    def written(**fields: object) -> object:
        with SOUND.open("rb") as file:
            return client.audio.transcriptions.create(model="lab/ear", file=file, **fields)

    equal(written().text, TRANSCRIPT)
    verbose = written(response_format="verbose_json", timestamp_granularities=["word", "segment"])
    equal((verbose.text, len(verbose.segments), len(verbose.words) > 10), (TRANSCRIPT, 2, True))
    contains(written(response_format="srt"), "00:00:03,000")
    equal(written(response_format="text").strip(), TRANSCRIPT)
    events = list(written(stream=True))
    equal(events[-1].text, TRANSCRIPT)


@case
def embeddings() -> None:
    ask = {"model": "lab/vectors", "input": ["one", "two"], "dimensions": 8}
    found = client.embeddings.create(**ask)
    plain = client.embeddings.create(**ask, encoding_format="float")
    equal([list(item.embedding) for item in found.data], [item.embedding for item in plain.data])
    equal((len(found.data[0].embedding), found.usage.prompt_tokens), (8, 2))


@case
def errors() -> None:
    stranger = openai.OpenAI(api_key="ak_wrong")
    raises(openai.AuthenticationError, lambda: stranger.chat.completions.create(**ASK))
    raises(openai.AuthenticationError, lambda: stranger.models.list())
    missing = raises(openai.NotFoundError, lambda: create(model="lab/nothing"))
    contains(missing.message, "lab/nothing")
    raises(openai.RateLimitError, lambda: create(model="lab/limited"))
    wrong = raises(openai.BadRequestError, lambda: create(messages=[]))
    equal(wrong.param, "messages")


def create(**fields: object) -> object:
    return client.chat.completions.create(**{**ASK, **fields})


@case
def timeout() -> None:
    hasty = client.with_options(timeout=1, max_retries=0)
    ask = {**ASK, "model": "lab/silent"}
    raises(openai.APITimeoutError, lambda: hasty.chat.completions.create(**ask))


@case
def cancel() -> None:
    quickly(leave)
    quickly(lambda: asyncio.run(cancelled()))


def leave() -> None:
    with client.chat.completions.create(**{**ASK, "model": "lab/stuck"}, stream=True) as chunks:
        equal("".join(next(chunks).choices[0].delta.content or "" for _ in range(3)), "The quick")


async def cancelled() -> None:
    async with openai.AsyncOpenAI() as other:
        task = asyncio.create_task(other.chat.completions.create(**{**ASK, "model": "lab/silent"}))
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        equal(task.cancelled(), True)


run()
