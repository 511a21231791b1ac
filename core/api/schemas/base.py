"""What all schemas have in common, and the error envelope."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """More fields than these may come."""

    model_config = ConfigDict(extra="allow")


class ErrorObject(Schema):
    code: int = Field(description="The HTTP status.")
    message: str
    type: str = Field(description="OpenAI's kind of error, such as `invalid_request_error`.")
    param: str | None = Field(description="The field that is wrong, as a path.")
    metadata: dict[str, Any] = Field(
        description="`error_type` and `provider_code`, the words clients match on."
    )


class Error(Schema):
    error: ErrorObject
