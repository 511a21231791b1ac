"""The parameters of a chat as Google takes them: `generationConfig`, tools, the form of the answer.

https://ai.google.dev/api/generate-content#generationconfig

They are OpenAI's and OpenRouter's. What Google has no word for is left out. Of Google's own, in the options
of an endpoint or a caller, only those are taken that cannot raise the bill: `safetySettings`, and in
`generationConfig` those in `OWN`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.chat import ChatRequest, Modality
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.route import Target
from core.providers.gemini.chat.reasoning import thinking_config
from core.providers.gemini.chat.tool_calls import plain_schema, tool_fields
from core.providers.shared.chat_parameters import cap, choices, is_standard_tier

NAMES = {
    "temperature": "temperature",
    "top_p": "topP",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
}
OWN = frozenset({"mediaResolution", "imageConfig", "enableEnhancedCivicAnswers", "audioTimestamp"})
IMAGE_CONFIG = {"aspect_ratio": "aspectRatio", "image_size": "imageSize", "size": "imageSize"}
"""https://ai.google.dev/gemini-api/docs/image-generation#aspect_ratios; ours are OpenRouter's names."""
SEEDS = 2**31
"""Google's are of 32 bits."""
MODALITIES = ((Modality.TEXT, "TEXT"), (Modality.IMAGE, "IMAGE"), (Modality.AUDIO, "AUDIO"))
JSON = "application/json"

Fields = dict[str, Any]
Parameters = Mapping[str, Any]


def parameter_fields(request: ChatRequest, target: Target, parameters: Parameters) -> Fields:
    """The fields of the body beside the messages. Raises `InvalidRequest`, `Unsupported`."""
    fields = tool_fields(parameters.get("tools"), parameters.get("tool_choice"))
    if settings := parameters.get("safetySettings", parameters.get("safety_settings")):
        fields["safetySettings"] = settings
    tier = parameters.get("service_tier")
    if tier is not None and not is_standard_tier(tier):
        fields["serviceTier"] = tier
    config = generation_config(request, target, parameters)
    return {**fields, "generationConfig": config} if config else fields


def generation_config(request: ChatRequest, target: Target, parameters: Parameters) -> Fields:
    config = own_config(parameters)
    config |= {name: parameters[ours] for ours, name in NAMES.items() if parameters.get(ours) is not None}
    config |= sampling(parameters)
    config |= form(parameters.get("response_format"))
    config |= output(request, parameters)
    tokens, _ = cap(request, target)
    if tokens is not None:
        config["maxOutputTokens"] = tokens
    if thinking := thinking_config(parameters, target, tokens):
        config["thinkingConfig"] = thinking
    return config


def own_config(parameters: Parameters) -> Fields:
    """Google's own object, as far as nothing in it costs more than what is reserved."""
    found = parameters.get("generationConfig", parameters.get("generation_config")) or {}
    if not isinstance(found, Mapping):
        raise InvalidRequest("generationConfig must be an object.", param="generationConfig")
    for name in found:
        if name not in OWN:
            param = f"generationConfig.{name}"[:120]
            raise Unsupported(
                f"{param} is not supported: use OpenAI's name for it.",
                param=param,
                code="unsupported_parameter",
            )
    return dict(found)


def sampling(parameters: Parameters) -> Fields:
    found: Fields = {}
    if (top := parameters.get("top_k")) and top > 0:
        found["topK"] = top
    if (seed := parameters.get("seed")) is not None:
        found["seed"] = int(seed) % SEEDS
    if stop := parameters.get("stop"):
        found["stopSequences"] = [stop] if isinstance(stop, str) else list(stop)
    if (count := choices(parameters)) > 1:
        found["candidateCount"] = count
    if parameters.get("logprobs"):
        found |= {"responseLogprobs": True, "logprobs": parameters.get("top_logprobs") or 0}
    return found


def form(response_format: Any) -> Fields:
    """Structured output. https://ai.google.dev/gemini-api/docs/structured-output"""
    kind = response_format.get("type") if isinstance(response_format, Mapping) else None
    if kind in (None, "text"):
        return {}
    if kind == "json_object":
        return {"responseMimeType": JSON}
    inner = response_format.get("json_schema") if kind == "json_schema" else None
    schema = inner.get("schema") if isinstance(inner, Mapping) else None
    if not isinstance(schema, Mapping):
        raise Unsupported(
            "Google answers as text, json_object, or json_schema with a schema.",
            param="response_format",
            code="unsupported_parameter",
        )
    return {"responseMimeType": JSON, "responseJsonSchema": plain_schema(schema)}


def output(request: ChatRequest, parameters: Parameters) -> Fields:
    """The modalities of an answer with more than text, and how its pictures look."""
    wanted = set(request.modalities)
    if wanted <= {Modality.TEXT}:
        return {}
    found: Fields = {"responseModalities": [name for modality, name in MODALITIES if modality in wanted]}
    image = parameters.get("image_config")
    if isinstance(image, Mapping):
        config = {name: image[ours] for ours, name in IMAGE_CONFIG.items() if image.get(ours)}
        found |= {"imageConfig": config} if config else {}
    return found
