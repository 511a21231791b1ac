"""`POST responses`: the body of OpenAI's Responses API, turned into a `ChatRequest`.

https://platform.openai.com/docs/api-reference/responses/create
https://openrouter.ai/docs/api-reference/responses/overview
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from core.bodies.files.data_urls import FileLoader
from core.bodies.parameters import document_known
from core.bodies.responses.image_tool import image_tool, image_tools, output_modalities
from core.bodies.responses.input import InputMessages, input_messages
from core.bodies.responses.tools import chat_tool_choice, chat_tools
from core.bodies.routing.body import NOT_RELAYED, RoutedBody
from core.bodies.shared_fields import check_chat_fields
from core.bodies.validation import Body, FieldError
from core.contract.chat import ChatRequest
from core.contract.errors import NotFound, Unsupported

STATEFUL = {
    "conversation": "conversations are not kept here: send the whole conversation as input",
    "background": "answers are not kept here: stream instead",
    "prompt": "prompts are not kept here: send instructions and input",
}
CHAT_ONLY = ("audio", "messages", "n")
"""Fields of `chat/completions` that `responses` has not, refused because they would change the answer."""

NOT_FOR_CHAT = frozenset({"context_management", "debug", "max_tool_calls", "truncation"})
LOGPROBS = "message.output_text.logprobs"


def check_input(value: Any) -> Any:
    """Checked by hand: pydantic reports each member of a union by itself, with its own path."""
    if not isinstance(value, str | list):
        raise FieldError("input must be a string or a list of items.", param="input")
    return value


class ReasoningBody(Body):
    model_config = ConfigDict(extra="allow")

    effort: str | None = Field(default=None, max_length=40)
    summary: str | None = Field(default=None, max_length=40)


class FormatBody(Body):
    model_config = ConfigDict(extra="allow")

    type: Literal["text", "json_object", "json_schema"]


class TextBody(Body):
    model_config = ConfigDict(extra="allow")

    format: FormatBody | None = None
    verbosity: str | None = Field(default=None, max_length=40)


class ResponsesBody(RoutedBody):
    """A conversation to be answered; what is not named here is relayed as in `chat/completions`."""

    model_config = ConfigDict(extra="allow", json_schema_extra=document_known)

    model: str = Field(min_length=1, description="The model, such as `openai/gpt-4o`.")
    input: Annotated[str | list[Any], BeforeValidator(check_input)] = Field(
        description="A text, or the items so far: messages with parts `input_text`, `input_image`, "
        "`input_file`, `input_audio`, `input_video`; `function_call` and `function_call_output`."
    )
    instructions: str | None = Field(default=None, description="What the model is told first.")
    stream: bool | None = Field(default=None, description="Send the answer as events while it is made.")
    stream_options: dict[str, Any] | None = None
    modalities: list[Literal["text", "audio", "image"]] | None = Field(
        default=None,
        max_length=8,
        description="`text` or `image`; sound comes from `chat/completions`.",
    )
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_logprobs: int | None = None
    parallel_tool_calls: bool | None = None
    tools: list[Any] | None = Field(
        default=None,
        max_length=1000,
        description="Functions and custom tools. `image_generation` lets a model draw, in the conversation "
        "itself or by an image model of its provider's; other built-in tools are refused.",
    )
    tool_choice: str | dict[str, Any] | None = None
    reasoning: ReasoningBody | None = Field(default=None, description="`effort`: how long to think.")
    text: TextBody | None = Field(default=None, description="`format`: text, json_object or json_schema.")
    include: list[str] | None = Field(default=None, max_length=100)
    metadata: dict[str, Any] | None = Field(default=None, description="Told back with the answer.")
    store: bool | None = Field(
        default=None,
        description="Whether the next requests may refer to the response, for a day; true by default.",
    )
    previous_response_id: str | None = Field(
        default=None, max_length=200, description="A stored response whose conversation goes on."
    )

    _context: Sequence[Any] = PrivateAttr(default=())

    _check_fields = model_validator(mode="before")(check_chat_fields)

    def load_messages(self, load: FileLoader) -> InputMessages:
        """The input as chat messages; `load` is called for every file in it. Raises `InvalidRequest`."""
        return input_messages(self.input, self.instructions, load, self._context)

    @property
    def references(self) -> list[str]:
        """The ids of the stored items that the input refers to."""
        given = self.input if isinstance(self.input, list) else ()
        return [value["id"] for value in given if is_reference(value)]

    @property
    def items(self) -> list[Any]:
        """The whole conversation so far: the items before this request, and its own."""
        own = [{"type": "message", "role": "user", "content": self.input}]
        return [*self._context, *(self.input if isinstance(self.input, list) else own)]

    def resolved(self, context: Sequence[Any], stored: Mapping[str, Any]) -> Self:
        """The body after the items of `context`, with `stored` items by id in place of references to them.

        Raises `NotFound` for an item that is not among them.
        """
        given = self.input
        if isinstance(given, list):
            given = [referred_item(value, at, stored) for at, value in enumerate(given)]
        found = self.model_copy(update={"input": given})
        found._context = context
        return found

    def request(self, messages: Sequence[dict[str, Any]]) -> ChatRequest:
        """The chat request with these `messages`. Raises `InvalidRequest` for fields that need a server which
        stores responses or runs tools."""
        self.check()
        tool = image_tool(
            self.tools or (),
            self.tool_choice,
            self.extra.get("max_tool_calls"),
            streamed=bool(self.stream),
        )
        return ChatRequest(
            model=self.model,
            messages=tuple(messages),
            parameters=self.parameters,
            modalities=output_modalities(tuple(dict.fromkeys(self.modalities or ())), tool),
            streamed=bool(self.stream),
            options=self.options,
            preferences=self.preferences,
            routing=self.rules,
            image_tool=tool,
        )

    @property
    def image_tool(self) -> str:
        """The place of the tool that asks for pictures; "" where it is not offered."""
        return next((place for place, _ in image_tools(self.tools or ())), "")

    @property
    def extra(self) -> Mapping[str, Any]:
        return self.model_extra or {}

    @property
    def parameters(self) -> dict[str, Any]:
        """The fields that are relayed, under their names in `chat/completions`."""
        dropped = NOT_RELAYED | NOT_FOR_CHAT | STATEFUL.keys()
        found = {name: value for name, value in self.extra.items() if name not in dropped}
        tools = chat_tools(self.tools) if self.tools else []
        renamed = {
            "max_completion_tokens": self.max_output_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "parallel_tool_calls": self.parallel_tool_calls,
            "tools": tools or None,
            "tool_choice": chat_tool_choice(self.tool_choice) if tools else None,
            **self._reasoning_parameters(),
            **self._text_parameters(),
        }
        return found | {name: value for name, value in renamed.items() if value is not None}

    def _reasoning_parameters(self) -> dict[str, Any]:
        """OpenAI's effort as `reasoning_effort`; with fields of OpenRouter's, the object as it came."""
        if self.reasoning is None:
            return {}
        further = self.reasoning.model_extra
        if further:
            effort = {"effort": self.reasoning.effort} if self.reasoning.effort else {}
            return {"reasoning": {**effort, **further}}
        return {"reasoning_effort": self.reasoning.effort}

    def _text_parameters(self) -> dict[str, Any]:
        text = self.text or TextBody()
        logprobs = self.top_logprobs is not None or LOGPROBS in (self.include or ())
        return {
            "response_format": response_format(text.format) if text.format else None,
            "verbosity": text.verbosity,
            "logprobs": logprobs or None,
            "top_logprobs": self.top_logprobs,
        }

    def check(self) -> None:
        for name, why in STATEFUL.items():
            if self.extra.get(name) not in (None, False):
                raise Unsupported(
                    f"{name} is not supported: {why}.", param=name, code="unsupported_parameter"
                )
        if "audio" in (self.modalities or ()):
            raise Unsupported("Spoken answers come from chat/completions.", param="modalities")
        for name in CHAT_ONLY:
            if name in self.extra:
                raise unsupported(name, "belongs to chat/completions, not to responses")


def is_reference(value: Any) -> bool:
    """Whether an item names a stored item; OpenAI lets its type be left out."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return False
    return value.get("type") == "item_reference" or (value.keys() <= {"id", "type"} and not value.get("type"))


def referred_item(value: Any, at: int, stored: Mapping[str, Any]) -> Any:
    if not is_reference(value):
        return value
    if value["id"] not in stored:
        raise NotFound(
            f"There is no item {value['id'][:80]!r}: it was not stored, or not for long enough.",
            param=f"input[{at}].id",
            code="item_not_found",
        )
    return stored[value["id"]]


def response_format(form: FormatBody) -> dict[str, Any] | None:
    """`text.format` as `response_format`; plain text needs none."""
    if form.type == "text":
        return None
    rest = dict(form.model_extra or {})
    return {"type": form.type, form.type: rest} if form.type == "json_schema" else {"type": form.type}


def unsupported(name: str, why: str) -> Unsupported:
    return Unsupported(f"{name} {why}.", param=name, code="unsupported_parameter")
