"""The shape of a response, for the OpenAPI document and for the tests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from core.api.schemas.base import Schema

Status = Literal["in_progress", "completed", "incomplete"]


class OutputPart(Schema):
    """Words, or a refusal in place of them."""

    type: Literal["output_text", "refusal"]
    text: str | None = None
    annotations: list[dict[str, Any]] | None = None
    logprobs: list[dict[str, Any]] | None = None
    refusal: str | None = None


class SummaryPart(Schema):
    type: Literal["summary_text"]
    text: str


class OutputMessage(Schema):
    id: str
    type: Literal["message"]
    status: Status
    role: Literal["assistant"]
    content: list[OutputPart]


class OutputReasoning(Schema):
    id: str
    type: Literal["reasoning"]
    status: Status
    summary: list[SummaryPart]
    encrypted_content: str | None = None


class OutputCall(Schema):
    id: str
    type: Literal["function_call", "custom_tool_call"]
    status: Status
    call_id: str
    name: str
    arguments: str | None = Field(default=None, description="JSON, as the model wrote it.")
    input: str | None = None


class OutputPicture(Schema):
    id: str
    type: Literal["image_generation_call"]
    status: Status
    result: str | None = Field(description="Base64, or an address where the provider gave no more.")
    output_format: str | None = None
    revised_prompt: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None


class InputDetails(Schema):
    cached_tokens: int
    cache_write_tokens: int


class OutputDetails(Schema):
    reasoning_tokens: int


class ResponseUsage(Schema):
    input_tokens: int
    input_tokens_details: InputDetails
    output_tokens: int
    output_tokens_details: OutputDetails
    total_tokens: int
    cost: float | None = Field(description="USD; null when no price is known.")
    is_byok: bool


class IncompleteDetails(Schema):
    reason: Literal["max_output_tokens", "content_filter"]


class ResponseError(Schema):
    code: str
    message: str


class Response(Schema):
    """With `stream` it comes as events instead, from `response.created` to `response.completed`."""

    id: str = Field(description="`resp_` and what follows `gen-` in X-Generation-Id.")
    object: Literal["response"]
    created_at: int = Field(description="Unix time.")
    completed_at: int | None
    status: Literal["completed", "incomplete", "failed"]
    model: str
    provider: str | None
    output: list[OutputMessage | OutputReasoning | OutputCall | OutputPicture]
    error: ResponseError | None
    incomplete_details: IncompleteDetails | None
    instructions: str | None
    max_output_tokens: int | None
    metadata: dict[str, Any]
    parallel_tool_calls: bool
    store: bool = Field(description="Whether it can be read again and referred to.")
    temperature: float | None
    top_p: float | None
    tool_choice: str | dict[str, Any]
    tools: list[dict[str, Any]]
    usage: ResponseUsage | None
    tool_usage: dict[str, Any] | None = Field(default=None, description="Tokens of an image model that drew.")


class DeletedResponse(Schema):
    id: str
    object: Literal["response"]
    deleted: Literal[True]
