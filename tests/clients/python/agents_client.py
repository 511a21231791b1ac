"""OpenAI's Agents: by Responses as by default, by chat completions, and its pipeline of voices."""

from __future__ import annotations

import asyncio
from functools import partial

import numpy
import openai
from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    Runner,
    RunResult,
    function_tool,
    set_tracing_disabled,
)
from agents.voice import AudioInput, OpenAIVoiceModelProvider, STTModelSettings, TTSModelSettings
from cases import (
    IMAGE,
    INSPECTED,
    PLACE,
    QUESTION,
    TEXT,
    TRANSCRIPT,
    case,
    contains,
    data_url,
    equal,
    raises,
    run,
)
from pydantic import BaseModel

set_tracing_disabled(True)  # traces go to OpenAI only
loop = asyncio.Runner()
"""One for all cases: clients and their connections are shared."""
asked: list[str] = []
chats = partial(OpenAIChatCompletionsModel, openai_client=openai.AsyncOpenAI())


class Place(BaseModel):
    city: str


@function_tool
def weather(city: str) -> str:
    """What the weather will be."""
    asked.append(city)
    return "rain"


# a name's first word chooses a provider, and openai/ is the default one
def agent(model: object = "openai/lab/talker", **fields: object) -> Agent:
    return Agent(name="Fox", instructions="Be brief.", model=model, **fields)


def answer(chosen: Agent, question: object = QUESTION, **fields: object) -> object:
    return ran(chosen, question, **fields).final_output


def ran(chosen: Agent, question: object = QUESTION, **fields: object) -> RunResult:
    return loop.run(Runner.run(chosen, question, **fields))


async def streamed(chosen: Agent) -> str:
    found = Runner.run_streamed(chosen, QUESTION)
    said = ""
    async for event in found.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            said += event.data.delta
    equal(found.final_output, said)
    return said


@case
def chat() -> None:
    equal(answer(agent(chats("lab/talker"))), TEXT)


@case
def stream() -> None:
    equal(loop.run(streamed(agent(chats("lab/talker")))), TEXT)


@case
def tools() -> None:
    for model in ("openai/lab/talker", chats("lab/talker")):
        asked.clear()
        equal((answer(agent(model, tools=[weather])), asked), (TEXT, [PLACE["city"]]))


@case
def object() -> None:
    for model in ("openai/lab/describer", chats("lab/describer")):
        equal(answer(agent(model, output_type=Place)), Place(**PLACE))


@case
def image() -> None:
    part = {"type": "input_image", "image_url": data_url(IMAGE, "image/png"), "detail": "auto"}
    content = [{"type": "input_text", "text": "What is this?"}, part]
    for model in ("openai/local/inspector", chats("local/inspector")):
        contains(str(answer(agent(model), [{"role": "user", "content": content}])), INSPECTED["image"])


@case
def responses() -> None:
    equal(answer(agent()), TEXT)
    equal(loop.run(streamed(agent())), TEXT)


@case
def turns() -> None:
    first = ran(agent(tools=[weather]))
    again = [*first.to_input_list(), {"role": "user", "content": "And the dog?"}]
    equal(answer(agent(tools=[weather]), again), TEXT)


@case
def memory() -> None:
    """With a tool: the second request of the run names the answer with the call."""
    asked.clear()
    able = agent(tools=[weather])
    equal(answer(able, auto_previous_response_id=True), TEXT)
    first = ran(able)
    equal(answer(able, "And the dog?", previous_response_id=first.last_response_id), TEXT)
    equal(asked, [PLACE["city"]] * 3)


@case
def speech() -> None:
    async def spoken() -> int:
        voice = OpenAIVoiceModelProvider().get_tts_model("lab/alto")
        return sum([len(piece) async for piece in voice.run("Hello.", TTSModelSettings(voice="ada"))])

    equal(loop.run(spoken()), 24_000)


@case
def transcript() -> None:
    ear = OpenAIVoiceModelProvider().get_stt_model("lab/ear")
    sound = AudioInput(numpy.zeros(24_000, dtype=numpy.int16))
    equal(loop.run(ear.transcribe(sound, STTModelSettings(), False, False)), TRANSCRIPT)


@case
def errors() -> None:
    stranger = openai.AsyncOpenAI(api_key="ak_wrong")
    wrong = OpenAIChatCompletionsModel("lab/talker", openai_client=stranger)
    raises(openai.AuthenticationError, lambda: answer(agent(wrong)))
    raises(openai.NotFoundError, lambda: answer(agent("openai/lab/nothing")))
    raises(openai.RateLimitError, lambda: answer(agent("openai/lab/limited")))
    raises(openai.BadRequestError, lambda: answer(agent(), []))


@case
def timeout() -> None:
    hasty = OpenAIChatCompletionsModel(
        "lab/silent", openai_client=openai.AsyncOpenAI(timeout=1, max_retries=0)
    )
    raises(openai.APITimeoutError, lambda: answer(agent(hasty)))


@case
def cancel() -> None:
    async def leave() -> str:
        found = Runner.run_streamed(agent("openai/lab/stuck"), QUESTION)
        said = ""
        async for event in found.stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                said += event.data.delta
            if said == "The quick":
                found.cancel()
                return said
        return said

    equal(loop.run(leave()), "The quick")


run()
