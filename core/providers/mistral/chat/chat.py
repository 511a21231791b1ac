"""`POST /chat/completions`: messages with their files from disk; the answer comes as events or as one object.

https://docs.mistral.ai/api/endpoint/chat
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.chat import ChatRequest
from core.contract.events import Event
from core.contract.route import Target
from core.providers.mistral.chat.messages import messages_of
from core.providers.mistral.chat.parameters import parameters_of
from core.providers.openai.chat.chat import OpenAIChat


class MistralChat(OpenAIChat):
    async def chat(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, then each event as it arrives, then `Used`.

        https://docs.mistral.ai/api/endpoint/chat#operation-chat_completion_v1_chat_completions_post
        """
        async with aclosing(super().chat(target, request)) as events:
            async for event in events:
                yield event

    def chat_body(self, target: Target, request: ChatRequest) -> dict[str, Any]:
        """The JSON body. A stream ends with its usage without being asked to.

        https://docs.mistral.ai/api/endpoint/chat#operation-chat_completion_v1_chat_completions_post
        """
        fields = parameters_of(request, target)
        fields |= {"model": target.model, "messages": messages_of(request.messages)}
        return {**fields, "stream": True} if request.streamed else fields
