"""The shape of an answer in a conversation, for the OpenAPI document and for the tests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from core.api.schemas.base import Schema


class ToolFunction(Schema):
    name: str
    arguments: str = Field(description="JSON, as the model wrote it.")


class ToolCall(Schema):
    id: str
    type: str = Field(description="`function`, or `custom` with a `custom` object in place of `function`.")
    function: ToolFunction | None = None


class AnswerAudio(Schema):
    id: str
    data: str = Field(description="Base64, in the format that was asked for.")
    expires_at: int = Field(description="Unix time until which the provider knows the id.")
    transcript: str


class ImageAddress(Schema):
    url: str = Field(description="A data URL.")


class AnswerImage(Schema):
    type: Literal["image_url"]
    image_url: ImageAddress


class Message(Schema):
    role: Literal["assistant"]
    content: str | None = Field(description="Null where the answer is sound, a refusal or calls of tools.")
    refusal: str | None
    reasoning: str | None = None
    tool_calls: list[ToolCall] | None = None
    audio: AnswerAudio | None = None
    images: list[AnswerImage] | None = None


class Choice(Schema):
    index: int
    message: Message
    logprobs: dict[str, Any] | None
    finish_reason: str = Field(description="`stop`, `length`, `tool_calls` or `content_filter`.")
    native_finish_reason: str | None = Field(description="The provider's own word for it.")


class PromptTokens(Schema):
    """Parts of `prompt_tokens`; `cached_tokens` are counted in the others too."""

    cached_tokens: int
    text_tokens: int
    audio_tokens: int
    image_tokens: int
    video_tokens: int
    file_tokens: int


class CompletionTokens(Schema):
    """Parts of `completion_tokens`; `reasoning_tokens` are counted in the others too."""

    reasoning_tokens: int
    text_tokens: int
    audio_tokens: int
    image_tokens: int


class CostDetails(Schema):
    upstream_inference_cost: float | None = Field(description="What the provider says it charged.")
    upstream_inference_prompt_cost: float
    upstream_inference_completions_cost: float


class ChatUsage(Schema):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokens
    completion_tokens_details: CompletionTokens
    cost: float | None = Field(description="USD; null when no price is known.")
    cost_details: CostDetails | None
    is_byok: bool


class ChatCompletion(Schema):
    """With `stream` it comes as `chat.completion.chunk` events instead, the usage in the last one."""

    id: str = Field(description="The X-Generation-Id, which `GET /generation` knows.")
    object: Literal["chat.completion"]
    created: int = Field(description="Unix time.")
    model: str
    provider: str
    system_fingerprint: str
    choices: list[Choice]
    usage: ChatUsage
    processing_time_ms: int
