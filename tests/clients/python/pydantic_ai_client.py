"""Pydantic AI, by chat completions, by Responses and with its own model of OpenRouter."""

from __future__ import annotations

import asyncio

import openai
from cases import IMAGE, INSPECTED, PLACE, QUESTION, SOUND, TEXT, case, contains, equal, raises, run
from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent, ModelHTTPError, NativeOutput, PromptedOutput
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.models.openrouter import OpenRouterModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openrouter import OpenRouterProvider

asked: list[str] = []


class Place(BaseModel):
    city: str


def weather(city: str) -> str:
    """What the weather will be."""
    asked.append(city)
    return "rain"


def provider() -> OpenAIProvider:
    """A client of its own for each loop: `run_sync` makes a loop, and connections do not outlive it."""
    return OpenAIProvider(openai_client=openai.AsyncOpenAI())


def chats(name: str = "lab/talker") -> OpenAIChatModel:
    return OpenAIChatModel(name, provider=provider())


def remembered(name: str = "lab/talker") -> OpenAIResponsesModel:
    return OpenAIResponsesModel(name, provider=provider())


def routed(name: str = "lab/talker") -> OpenRouterModel:
    return OpenRouterModel(name, provider=OpenRouterProvider(openai_client=openai.AsyncOpenAI()))


async def streamed(agent: Agent) -> str:
    async with agent.run_stream(QUESTION) as found:
        return "".join([piece async for piece in found.stream_text(delta=True)])


@case
def chat() -> None:
    for model in (chats(), routed()):
        found = Agent(model).run_sync(QUESTION)
        equal(found.output, TEXT)
        equal(found.usage.total_tokens if not callable(found.usage) else found.usage().total_tokens, 22)


@case
def stream() -> None:
    for model in (chats(), routed()):
        equal(asyncio.run(streamed(Agent(model))), TEXT)


@case
def tools() -> None:
    for model in (chats(), remembered(), routed()):
        asked.clear()
        found = Agent(model, tools=[weather]).run_sync(QUESTION)
        equal((found.output, asked), (TEXT, [PLACE["city"]]))


@case
def object() -> None:
    equal(Agent(chats(), output_type=Place).run_sync(QUESTION).output, Place(**PLACE))
    for form in (NativeOutput(Place), PromptedOutput(Place)):
        for model in (chats("lab/describer"), remembered("lab/describer")):
            equal(Agent(model, output_type=form).run_sync(QUESTION).output, Place(**PLACE))


@case
def image() -> None:
    part = BinaryContent(IMAGE.read_bytes(), media_type="image/png")
    for model in (chats("local/inspector"), remembered("local/inspector"), routed("local/inspector")):
        contains(Agent(model).run_sync(["What is this?", part]).output, INSPECTED["image"])


@case
def audio() -> None:
    part = BinaryContent(SOUND.read_bytes(), media_type="audio/wav")
    for model in (chats("local/inspector"), routed("local/inspector")):
        contains(Agent(model).run_sync(["What is this?", part]).output, INSPECTED["audio"])


@case
def responses() -> None:
    equal(Agent(remembered()).run_sync(QUESTION).output, TEXT)
    equal(asyncio.run(streamed(Agent(remembered()))), TEXT)


@case
def turns() -> None:
    for model in (chats(), remembered(), routed()):
        first = Agent(model).run_sync(QUESTION)
        equal(Agent(model).run_sync("And the dog?", message_history=first.all_messages()).output, TEXT)


@case
def memory() -> None:
    settings = {"openai_previous_response_id": "auto"}
    first = Agent(remembered(), tools=[weather]).run_sync(QUESTION, model_settings=settings)
    history = first.all_messages()
    found = Agent(remembered()).run_sync("And the dog?", message_history=history, model_settings=settings)
    equal(found.output, TEXT)


@case
def errors() -> None:
    stranger = OpenAIProvider(openai_client=openai.AsyncOpenAI(api_key="ak_wrong"))
    refused(401, OpenAIChatModel("lab/talker", provider=stranger))
    refused(404, chats("lab/nothing"))
    refused(429, chats("lab/limited"))
    broken = BinaryContent(b"123", media_type="image/png")
    refused(400, chats(), ["What is this?", broken])


def refused(status: int, model: object, question: object = QUESTION) -> None:
    equal(raises(ModelHTTPError, lambda: Agent(model).run_sync(question)).status_code, status)


@case
def timeout() -> None:
    hasty = OpenAIProvider(openai_client=openai.AsyncOpenAI(timeout=1, max_retries=0))
    silent = Agent(OpenAIChatModel("lab/silent", provider=hasty))
    raises(ModelAPIError, lambda: silent.run_sync(QUESTION))


@case
def cancel() -> None:
    async def leave() -> str:
        async with Agent(chats("lab/stuck")).run_stream(QUESTION) as found:
            async for said in found.stream_text(debounce_by=None):
                if said == "The quick":
                    return said
        return ""

    equal(asyncio.run(leave()), "The quick")


run()
