"""Fields that only the server may decide: a server, a credential, headers, a user, a price.

They are refused in any spelling and at any depth, because clients and routers merge such objects into bodies.
So are limits and priced options inside other objects, where nothing reserves for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.chat import folded
from core.contract.errors import Unsupported

SERVER_FIELDS = frozenset(
    {
        "api_base",
        "api_key",
        "api_url",
        "authorization",
        "azure_endpoint",
        "base_url",
        "cost",
        "default_headers",
        "default_query",
        "extra_body",
        "extra_headers",
        "extra_query",
        "headers",
        "inference_geo",
        "provider_key",
        "proxies",
        "proxy",
        "user_id",
    }
)
FOLDED = frozenset(map(folded, SERVER_FIELDS))
ENDINGS = ("apibase", "apikey", "baseurl")
"""Endings of longer names for the same, such as `openai_api_key`."""

COUNTED_FIELDS = frozenset(
    {
        "best_of",
        "candidate_count",
        "enable_search",
        "max_completion_tokens",
        "max_gen_len",
        "max_length",
        "max_new_tokens",
        "max_output_tokens",
        "max_tokens",
        "max_tokens_to_sample",
        "n_completions",
        "n_predict",
        "num_predict",
        "num_return_sequences",
        "search_parameters",
        "search_settings",
        "service_tier",
        "web_search",
        "web_search_options",
    }
)
"""What raises the bill: read at the top of a body, in options of a provider and in limits of reasoning."""
FOLDED_COUNTED = frozenset(map(folded, COUNTED_FIELDS))
READ_PLACES = re.compile(r"([^.\[]+|provider\.options\.[^.\[]+\.[^.\[]+|(reasoning|thinking)\.[^.\[]+)")

FREE_FORM = frozenset(
    {
        "chat_template_kwargs",
        "function_call",
        "functions",
        "guided_json",
        "input",
        "json_schema",
        "logit_bias",
        "messages",
        "metadata",
        "prediction",
        "response_format",
        "structured_outputs",
        "text",
        "tool_choice",
        "tools",
    }
)
"""Fields whose names inside are the client's own: text, schemas of functions, labels."""

LONGEST_PATH = 120


def refuse_server_fields(fields: Mapping[str, Any]) -> None:
    """Raise `Unsupported` naming the first field of `fields` that only the server may decide."""
    for path, name in names(fields, ""):
        known = folded(name)
        if is_server_field(known) or is_counted_elsewhere(path, known):
            raise Unsupported(
                f"The parameter {path[:LONGEST_PATH]} is not supported.",
                param=path[:LONGEST_PATH],
                code="unsupported_parameter",
            )


def is_server_field(known: str) -> bool:
    return known in FOLDED or known.endswith(ENDINGS)


def is_counted_elsewhere(path: str, known: str) -> bool:
    """Whether a field that raises the bill stands where nobody reads it."""
    return known in FOLDED_COUNTED and READ_PLACES.fullmatch(path) is None


def names(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """(path, name) of every field of a JSON value, but not of those inside free-form fields."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            place = f"{path}.{name}" if path else name
            yield place, name
            if name not in FREE_FORM:
                yield from names(inner, place)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from names(inner, f"{path}[{at}]")
