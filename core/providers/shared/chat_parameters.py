"""The parameters of a chat as a target is sent them, and how much they let it answer.

The adapter writes them into the body and the ledger reserves for them, so both read them here. Caps are sent
under one name: servers disagree on which of two counts, and ignore or refuse names they do not know.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_completion_tokens
https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, TypeGuard

from core.contract.chat import ChatRequest, folded
from core.contract.route import Target

OWN_FIELDS = frozenset({"model", "messages", "modalities", "audio", "stream", "stream_options"})
"""Fields of the body that the options of an endpoint or of a caller cannot set."""

ROUTING = frozenset({"provider"})
"""Those that the options of an endpoint alone can set."""

CAPS = (
    "max_completion_tokens",
    "max_tokens",
    "max_output_tokens",
    "max_new_tokens",
    "num_predict",
    "n_predict",
    "max_gen_len",
    "max_length",
    "max_tokens_to_sample",
)
"""Names of the limit on the tokens of one choice; of several the first one counts and is sent."""

CHOICES = ("n", "best_of", "candidate_count", "num_return_sequences", "n_completions")
"""Names of the number of choices, all of which are billed."""

THINKING = (
    ("reasoning", "max_tokens"),
    ("thinking", "budget_tokens"),
    ("thinking_budget",),
    ("reasoning_budget",),
)
"""Paths of a limit on the tokens of reasoning, which some servers count beside the answer's own."""

STANDARD_TIERS = frozenset({"auto", "default", "standard", "standard_only", "on_demand"})
SEARCHES = ("web_search_options", "web_search", "search_parameters", "enable_search", "search_settings")
CALLER_TOOLS = frozenset({"function", "custom"})
FREE_PLUGINS = frozenset({"file-parser", "response-healing", "context-compression"})

COMMON_CAPS = CAPS[:2]
MOST_TOKENS = 1_000_000

FOLDED_SEARCHES = frozenset(map(folded, SEARCHES))
CAP_OF = {folded(name): name for name in CAPS}
CHOICES_OF = {folded(name): name for name in CHOICES}
COUNTED = CAP_OF.keys() | CHOICES_OF.keys()


def parameters_at(request: ChatRequest, target: Target) -> dict[str, Any]:
    """The parameters that a target is sent: the endpoint's, the caller's for its provider, the caller's.

    Later ones win; caps and numbers of choices are whole numbers under one name each, or left out."""
    return parameters_and_cap(request, target)[0]


def parameters_and_cap(request: ChatRequest, target: Target) -> tuple[dict[str, Any], int | None]:
    """The same, with the limit on the tokens of one choice that is among them."""
    found = layers(request, target)
    merged: dict[str, Any] = {}
    for layer in reversed(found):
        merged |= layer
    fields = {name: value for name, value in merged.items() if folded(name) not in COUNTED}
    if len(fields) < len(merged):
        fields |= numbers(merged, CHOICES_OF)
    tokens, name = cap_of(found, request, target)
    if tokens is not None:
        fields[name] = tokens
    return fields, tokens


def layers(request: ChatRequest, target: Target) -> list[Mapping[str, Any]]:
    """Where the parameters come from, those that win first."""
    return [request.parameters, *option_layers(request, target)]


def option_layers(request: ChatRequest, target: Target) -> list[Mapping[str, Any]]:
    """The caller's options for the provider, then those of the endpoint, as far as there are any."""
    found = []
    if options := request.options.get(target.provider):
        found.append(without(options, OWN_FIELDS | ROUTING))
    if body := target.options.get("body"):
        found.append(without(body, OWN_FIELDS))
    return found


def without(fields: Mapping[str, Any], names: Set[str]) -> Mapping[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def cap(request: ChatRequest, target: Target) -> tuple[int | None, str]:
    """The limit on the tokens of one choice and the name it is sent under: the caller's, else the endpoint's,
    else the request's own, named as the endpoint's option `limit_field` says.

    A request with a limit of its own is paid from a budget: then none is above what the model writes at most.
    """
    return cap_of(layers(request, target), request, target)


def cap_of(
    found: Sequence[Mapping[str, Any]], request: ChatRequest, target: Target
) -> tuple[int | None, str]:
    """The cap in the first of the layers `found` that has one."""
    tokens, name = request.limit, ""
    for layer in found:
        if caps := numbers(layer, CAP_OF):
            name = min(caps, key=CAPS.index)
            tokens = caps[name]
            break
    if tokens is not None and request.limit is not None:
        tokens = min(tokens, target.options.get("max_output") or MOST_TOKENS, MOST_TOKENS)
        name = name if name in COMMON_CAPS else ""
    return tokens, name or str(target.options.get("limit_field", COMMON_CAPS[1]))


def numbers(fields: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """Those of `fields` whose folded name is in `names` and whose value is a positive whole number."""
    found: dict[str, int] = {}
    for name, value in fields.items():
        if (known := names.get(folded(name))) and (number := whole(value)):
            found[known] = max(number, found.get(known, 0))
    return found


def whole(value: Any) -> int | None:
    """A positive whole number, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        return None
    return int(value) if value == int(value) else None


def choices(parameters: Mapping[str, Any]) -> int:
    """How many choices are billed."""
    return max(numbers(parameters, CHOICES_OF).values(), default=1)


def priced_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The options that providers charge other prices for, as the conditions of prices name them."""
    found: dict[str, Any] = {}
    given = {folded(name): value for name, value in parameters.items() if value not in (None, False)}
    tier = "fast" if given.get("speed") == "fast" else given.get("servicetier")
    if tier is not None and not is_standard_tier(tier):
        found["service_tier"] = tier
    if not given.keys().isdisjoint(FOLDED_SEARCHES) or uses_tools(parameters):
        found["web_search"] = True
    return found


def is_standard_tier(tier: object) -> bool:
    """Whether the usual prices are those of a service tier."""
    return str(tier).casefold() in STANDARD_TIERS


def uses_tools(parameters: Mapping[str, Any]) -> bool:
    """Whether the provider is to run tools of its own: plugins that search, tools that are no functions."""
    tools, plugins = parameters.get("tools"), parameters.get("plugins")
    own = [tool for tool in tools if kind_of(tool, "type") not in CALLER_TOOLS] if is_list(tools) else []
    charged = [plugin for plugin in plugins if not is_free(plugin)] if is_list(plugins) else []
    return bool(own or charged)


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)


def kind_of(value: Any, name: str) -> Any:
    return value.get(name, "function") if isinstance(value, Mapping) else None


def is_free(plugin: Any) -> bool:
    return kind_of(plugin, "id") in FREE_PLUGINS and "mistral-ocr" not in str(plugin)


def thinking_tokens(parameters: Mapping[str, Any]) -> int:
    """Tokens of reasoning that the parameters allow by number."""
    return max((whole(value) or 0 for value in values(parameters, THINKING)), default=0)


def values(parameters: Mapping[str, Any], paths: Iterable[Sequence[str]]) -> list[Any]:
    """The values at the end of paths, as far as they exist."""
    found = []
    for first, *rest in paths:
        value = parameters.get(first)
        for name in rest:
            value = value.get(name) if isinstance(value, Mapping) else None
        if value is not None:
            found.append(value)
    return found
