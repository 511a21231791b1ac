"""An error of a server with OpenAI's API in whatever shape: an error page, a whole answer, an event.

https://platform.openai.com/docs/guides/error-codes, https://openrouter.ai/docs/api-reference/errors; flat
objects of FastChat and vLLM, https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html; FastAPI's
`detail`, https://fastapi.tiangolo.com/tutorial/handling-errors/; TGI, Ollama, Gemini, Mistral, DashScope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from core.contract.errors import UpstreamError, UpstreamFailed, UpstreamInvalid
from core.providers.openai.error_status import NO_CREDIT, UNKNOWN, WITHHELD, status_of
from core.providers.shared.errors import ErrorDetails, from_details
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import parse, string
from core.providers.shared.surrogates import without_halves

ERROR = "error"
"""The name of an event, and the `type`, `object` or `status` of an object, that is an error."""
MESSAGES = (
    *("error", "message", "detail", "msg", "error_msg", "status_msg"),
    *("errors", "base_resp", "title", "text"),
)
CODES = ("code", "error_type", "type")
LONGEST_GENERATION = 16_000
"""Characters kept of what a model generated before Groq rejected it."""


def read_error(body: bytes) -> ErrorDetails:
    """The details of an error page; empty for anything but JSON."""
    try:
        value = decode(body)
    except UpstreamInvalid:
        return ErrorDetails()
    return details_of(value)


def error_in(value: Any, hide: Iterable[str] = ()) -> UpstreamError | None:
    """The error that an object in a 200 holds under `error`, or None where it holds none."""
    if not isinstance(value, dict) or not value.get("error"):
        return None
    return from_details(status_of(*error_objects(value)), details_of(value), hide)


def error_of(value: Any, name: str, hide: Iterable[str] = ()) -> UpstreamError | None:
    """The error that an event of that name, or a whole answer (''), is; None for one that is none."""
    if isinstance(value, dict) and value.get("error"):
        return error_in(value, hide)
    if name == ERROR or is_flat_error(value):
        found = from_details(status_of(*error_objects(value)), details_of(value), hide)
        return found if words_of(value) else UpstreamFailed("The provider sent an error.")
    return None


def is_flat_error(value: Any) -> bool:
    """Whether an object without an `error`, or the only object of a list, is an error itself."""
    if isinstance(value, list):
        return len(value) == 1 and isinstance(value[0], dict) and bool(value[0].get("error"))
    if not isinstance(value, dict) or value.get("choices"):
        return False
    if ERROR in (value.get("object"), value.get("type"), value.get("status")):
        return True
    if any(value.get(name) for name in ("detail", "errors", "error_code", "error_msg")):
        return True
    result = value.get("base_resp")
    if isinstance(result, dict) and result.get("status_code"):
        return True
    coded = value.get("code") is not None or status_of(value) != UNKNOWN
    return coded and isinstance(value.get("message"), str)


def refuse(body: bytes, hide: tuple[str, ...]) -> NoReturn:
    """Raise the error of a body that should have been the answer to the request."""
    raise refusal(decode(body), hide)


def refusal(value: Any, hide: tuple[str, ...]) -> UpstreamError:
    """The error of an object that should have been the answer to the request.

    One with nothing but a `message`, as gateways in front of servers write it, says there what was wrong.
    """
    explained = isinstance(value, dict) and string(value.get("message"))
    return error_of(value, ERROR if explained else "", hide) or UpstreamInvalid(
        "The provider answered with something else than was asked for."
    )


def details_of(value: Any) -> ErrorDetails:
    """What an error says, from the innermost object that says it."""
    objects = error_objects(value)
    codes = [code for each in objects for name in CODES if (code := string(each.get(name)))]
    generation: Any = next((text for each in objects if (text := each.get("failed_generation"))), None)
    metadata: dict[str, Any] = {"upstream_code": codes[0][:100]} if codes and codes[0] != ERROR else {}
    if isinstance(generation, str):
        metadata["failed_generation"] = generation[:LONGEST_GENERATION]
    param = next((name for each in objects if (name := param_of(each))), None)
    withheld = not WITHHELD.isdisjoint(codes) or any(is_flagged(each) for each in objects)
    return ErrorDetails(words_of(value), not NO_CREDIT.isdisjoint(codes), param, metadata, withheld=withheld)


def is_flagged(value: Mapping[str, Any]) -> bool:
    """Whether OpenRouter's moderation found something in the request, which it answers with 403.

    https://openrouter.ai/docs/api-reference/errors#moderation-errors
    """
    metadata = value.get("metadata")
    return isinstance(metadata, dict) and isinstance(metadata.get("reasons"), list)


def error_objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in which an error may be described, the innermost first."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return []
    inner = (value.get(name) for name in ("error", "detail", "message", "base_resp"))
    listed = value.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else None
    return [*(found for each in (*inner, first) for found in error_objects(each)), value]


def words_of(value: Any) -> str:
    """The words of an error: a string, one or more objects with a message of any name."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "; ".join(words for each in value[:5] if (words := words_of(each)))
    if not isinstance(value, dict):
        return ""
    found = next((words for name in MESSAGES if (words := words_of(value.get(name)))), "")
    if (inner := inner_words(value)) and inner not in found:
        found = f"{found}: {inner}" if found else inner
    place = ".".join(str(step) for step in location(value))
    return f"{place}: {found}" if place and found else found


def inner_words(value: Mapping[str, Any]) -> str:
    """The words of the provider behind OpenRouter: its error is `raw` in the metadata, JSON or plain text."""
    metadata = value.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if not isinstance(raw, str):
        return words_of(raw)
    try:
        return words_of(parse(raw.encode(errors="replace")))
    except UpstreamInvalid:
        return "" if raw.lstrip().startswith("<") else raw.strip()


def location(value: Mapping[str, Any]) -> list[Any]:
    """Where in the request FastAPI found the fault, without `body`."""
    steps = value.get("loc")
    return [step for step in steps if step != "body"] if isinstance(steps, list) else []


def param_of(value: Mapping[str, Any]) -> str | None:
    """The field of the request that was wrong: `param`, or the first place of FastAPI's `detail`."""
    param = value.get("param") or ".".join(str(step) for step in location(value))
    return without_halves(param)[:200] if param and isinstance(param, str) else None
