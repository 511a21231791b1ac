"""LangChain's ChatOpenAI, by chat completions and by Responses."""

from __future__ import annotations

import openai
from cases import (
    IMAGE,
    INSPECTED,
    PLACE,
    QUESTION,
    SOUND,
    TEXT,
    case,
    contains,
    data_url,
    encoded,
    equal,
    raises,
    run,
)
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel


class Place(BaseModel):
    city: str


@tool
def weather(city: str) -> str:
    """What the weather will be."""
    return "rain"


def model(name: str = "lab/talker", **fields: object) -> ChatOpenAI:
    return ChatOpenAI(model=name, **fields)


@case
def chat() -> None:
    found = model().invoke(QUESTION)
    equal((found.content, found.response_metadata["finish_reason"]), (TEXT, "stop"))
    equal(found.usage_metadata["total_tokens"], 22)


@case
def stream() -> None:
    chunks = list(model().stream(QUESTION))
    equal("".join(chunk.content for chunk in chunks), TEXT)
    counted = list(model(stream_usage=True).stream(QUESTION))
    equal(sum(chunk.usage_metadata["total_tokens"] for chunk in counted if chunk.usage_metadata), 22)


@case
def tools() -> None:
    round_trip(model())


def round_trip(chosen: ChatOpenAI) -> None:
    able = chosen.bind_tools([weather])
    messages = [HumanMessage(QUESTION)]
    messages.append(able.invoke(messages))
    (call,) = messages[-1].tool_calls
    equal((call["name"], call["args"]), ("weather", PLACE))
    messages.append(ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"]))
    equal(str(able.invoke(messages).text), TEXT)


@case
def object() -> None:
    for method in ("json_schema", "json_mode"):
        found = model("lab/describer").with_structured_output(Place, method=method).invoke(QUESTION)
        equal(found, Place(**PLACE))
    equal(model().with_structured_output(Place, method="function_calling").invoke(QUESTION), Place(**PLACE))


@case
def image() -> None:
    inspect({"type": "image_url", "image_url": {"url": data_url(IMAGE, "image/png")}}, INSPECTED["image"])
    inspect({"type": "image", "base64": encoded(IMAGE), "mime_type": "image/png"}, INSPECTED["image"])


@case
def audio() -> None:
    inspect({"type": "audio", "base64": encoded(SOUND), "mime_type": "audio/wav"}, INSPECTED["audio"])


def inspect(part: dict, word: str) -> None:
    message = HumanMessage([{"type": "text", "text": "What is this?"}, part])
    contains(model("local/inspector").invoke([message]).content, word)


@case
def responses() -> None:
    chosen = model(use_responses_api=True)
    equal(str(chosen.invoke(QUESTION).text), TEXT)
    equal("".join(str(chunk.text) for chunk in chosen.stream(QUESTION)), TEXT)
    round_trip(chosen)


@case
def turns() -> None:
    messages = [HumanMessage(QUESTION)]
    messages += [model().invoke(messages), HumanMessage("And the dog?")]
    equal(model().invoke(messages).content, TEXT)
    by_responses = model(use_responses_api=True)
    messages = [HumanMessage(QUESTION)]
    messages += [by_responses.invoke(messages), HumanMessage("And the dog?")]
    equal(str(by_responses.invoke(messages).text), TEXT)


@case
def memory() -> None:
    remembered = model(use_responses_api=True, use_previous_response_id=True)
    messages = [HumanMessage(QUESTION)]
    messages += [remembered.invoke(messages), HumanMessage("And the dog?")]
    equal(str(remembered.invoke(messages).text), TEXT)


@case
def embeddings() -> None:
    """As for any model but OpenAI's own: texts, not the ids of OpenAI's tokens."""
    found = OpenAIEmbeddings(model="lab/vectors", check_embedding_ctx_length=False, dimensions=8)
    vectors = found.embed_documents(["one", "two"])
    equal([len(vector) for vector in vectors], [8, 8])
    equal(found.embed_query("two"), vectors[1])


@case
def errors() -> None:
    raises(openai.AuthenticationError, lambda: model(api_key="ak_wrong").invoke(QUESTION))
    raises(openai.NotFoundError, lambda: model("lab/nothing").invoke(QUESTION))
    raises(openai.RateLimitError, lambda: model("lab/limited").invoke(QUESTION))
    raises(openai.BadRequestError, lambda: model().invoke([]))


@case
def timeout() -> None:
    hasty = model("lab/silent", timeout=1, max_retries=0)
    raises(openai.APITimeoutError, lambda: hasty.invoke(QUESTION))


@case
def cancel() -> None:
    chunks = model("lab/stuck").stream(QUESTION)
    said = ""
    while said != "The quick":
        said += next(chunks).content
    chunks.close()


run()
