"""The clients that are tried: what each one installs, and the script that uses it as its users do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """`script` is a file under python/ or node/, `packages` what its registry calls them, the first with
    the version that is shown; `arguments` follow the script."""

    name: str
    script: str
    packages: tuple[str, ...]
    arguments: tuple[str, ...] = ()

    @property
    def is_node(self) -> bool:
        return self.script.endswith(".mjs")


AI_SDK = ("ai", "@ai-sdk/openai", "@ai-sdk/openai-compatible", "@openrouter/ai-sdk-provider", "zod")

CLIENTS = (
    Client("openai", "openai_client.py", ("openai",)),
    Client("openrouter", "openrouter_client.py", ("openrouter",)),
    Client("orq", "orq_client.py", ("orq-ai-sdk",)),
    Client("langchain", "langchain_client.py", ("langchain-openai",)),
    Client("openai-agents", "agents_client.py", ("openai-agents[voice]",)),
    Client("pydantic-ai", "pydantic_ai_client.py", ("pydantic-ai-slim[openai]",)),
    Client("litellm", "litellm_client.py", ("litellm",)),
    Client("llm", "llm_client.py", ("llm",)),
    Client("aider", "aider_client.py", ("aider-chat",)),
    Client("openai-node", "openai_client.mjs", ("openai", "zod")),
    Client("ai-sdk openai", "ai_sdk_client.mjs", AI_SDK, ("openai",)),
    Client("ai-sdk openai.chat", "ai_sdk_client.mjs", AI_SDK, ("openai-chat",)),
    Client("ai-sdk compatible", "ai_sdk_client.mjs", AI_SDK, ("compatible",)),
    Client("ai-sdk openrouter", "ai_sdk_client.mjs", AI_SDK, ("openrouter",)),
)

CASES = (
    "models",
    "chat",
    "stream",
    "tools",
    "object",
    "image",
    "audio",
    "responses",
    "turns",
    "memory",
    "speech",
    "transcript",
    "embeddings",
    "routing",
    "errors",
    "timeout",
    "cancel",
)
"""The columns of the table. A client without such a thing has no case of that name. `turns` sends the whole
conversation again, `memory` names the answer before."""
