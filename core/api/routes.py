"""The route table: one row per operation, read by the router and by the OpenAPI document alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import Route

from core.api import account, models
from core.api.chat import chat
from core.api.models import MOST, ORDERS
from core.api.responses import responses
from core.api.schemas import chat as shapes_chat
from core.api.schemas import resources
from core.api.schemas import responses as shapes_responses
from core.api.speech import speech
from core.api.transcription import transcription, translation
from core.bodies.chat.body import ChatBody
from core.bodies.responses.body import ResponsesBody
from core.bodies.speech import SpeechBody
from core.bodies.transcription.body import TranscriptionBody
from core.bodies.translation import TranslationBody
from core.bodies.validation import Body
from core.contract.audio import MEDIA_TYPES

Endpoint = Callable[[Request], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter."""

    name: str
    words: str
    schema: dict[str, Any]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` is what people read; `pattern` is what the router matches, where a name may hold a slash.

    `file` says that the body has one beside its fields: in a form, or in base64 as `input_audio`.
    """

    method: str
    path: str
    endpoint: Endpoint
    tag: str
    summary: str
    answer: type[BaseModel] | None = None
    body: type[Body] | None = None
    media: tuple[str, ...] = ("application/json",)
    query: tuple[Query, ...] = ()
    refusals: tuple[int, ...] = ()
    pattern: str = ""
    file: bool = False

    def route(self) -> Route:
        return Route(self.pattern or self.path, counted(self), methods=[self.method])

    @property
    def name(self) -> str:
        """The operation id."""
        return self.endpoint.__name__


def counted(operation: Operation) -> Endpoint:
    """The endpoint, telling the counters which row of the table it is."""

    async def endpoint(request: Request) -> Any:
        request.scope["polyphony.route"] = operation.path
        return await operation.endpoint(request)

    return endpoint


TEXT = {"type": "string"}
FILTERS = (
    Query("output_modalities", "Comma list such as `speech,text`; `all` by default.", TEXT),
    Query("input_modalities", "Comma list; a model must take all of them.", TEXT),
    Query("supported_parameters", "Comma list; a model must know all of them.", TEXT),
    Query("providers", "Comma list of provider slugs.", TEXT),
    Query("context", "At least this context length.", {"type": "integer", "minimum": 0, "maximum": 10**9}),
    Query("q", "Words in the id, the name or the description.", TEXT),
)
PAGING = (
    Query("sort", "Order; by id when it is not given.", {"type": "string", "enum": list(ORDERS)}),
    Query("offset", "How many to skip.", {"type": "integer", "minimum": 0, "maximum": models.FARTHEST}),
    Query("limit", "How many to answer.", {"type": "integer", "minimum": 1, "maximum": MOST}),
)

OPERATIONS = (
    Operation(
        "POST",
        "/chat/completions",
        chat,
        _("Chat"),
        _("Go on with a conversation: text, images, PDFs, sound and video in; text, sound and pictures out"),
        shapes_chat.ChatCompletion,
        body=ChatBody,
        media=("application/json", "text/event-stream"),
        refusals=(402, 404, 413, 415, 502, 503, 504),
    ),
    Operation(
        "POST",
        "/responses",
        responses,
        _("Chat"),
        _("The same in the words of OpenAI's Responses: items in, items out; nothing is kept"),
        shapes_responses.Response,
        body=ResponsesBody,
        media=("application/json", "text/event-stream"),
        refusals=(402, 404, 413, 415, 502, 503, 504),
    ),
    Operation(
        "POST",
        "/audio/speech",
        speech,
        _("Speech"),
        _("Speak a text; the sound is sent while it is made"),
        body=SpeechBody,
        media=(*(kind.partition(";")[0] for kind in MEDIA_TYPES.values()), "text/event-stream"),
        refusals=(400, 402, 404, 413, 415, 429, 502, 503, 504),
    ),
    Operation(
        "POST",
        "/audio/transcriptions",
        transcription,
        _("Transcription"),
        _("Write down what is said, in every format, or as it is recognised"),
        resources.Transcript,
        body=TranscriptionBody,
        media=("application/json", "text/plain", "text/event-stream"),
        refusals=(402, 404, 413, 415, 502, 503, 504),
        file=True,
    ),
    Operation(
        "POST",
        "/audio/translations",
        translation,
        _("Transcription"),
        _("Write down in English what is said in any language"),
        resources.Transcript,
        body=TranslationBody,
        media=("application/json", "text/plain"),
        refusals=(402, 404, 413, 415, 502, 503, 504),
        file=True,
    ),
    Operation(
        "GET",
        "/models",
        models.models,
        _("Models"),
        _("List models"),
        resources.ModelList,
        query=FILTERS + PAGING,
    ),
    Operation(
        "GET",
        "/models/count",
        models.count,
        _("Models"),
        _("Count models"),
        resources.CountData,
        query=FILTERS,
    ),
    Operation(
        "GET",
        "/models/{author}/{slug}/endpoints",
        models.endpoints,
        _("Models"),
        _("Who serves a model, at which price"),
        resources.EndpointData,
        refusals=(404,),
        pattern="/models/{id:path}/endpoints",
    ),
    Operation(
        "GET",
        "/models/{id}",
        models.model,
        _("Models"),
        _("One model, as OpenAI's clients read it"),
        resources.Model,
        refusals=(404,),
        pattern="/models/{id:path}",
    ),
    Operation(
        "GET",
        "/model/{author}/{slug}",
        models.wrapped_model,
        _("Models"),
        _("One model, as OpenRouter's clients read it"),
        resources.ModelData,
        refusals=(404,),
        pattern="/model/{id:path}",
    ),
    Operation("GET", "/providers", models.providers, _("Models"), _("List providers"), resources.Providers),
    Operation(
        "GET",
        "/audio/models",
        models.audio_models,
        _("Speech"),
        _("Models that speak"),
        resources.AudioModels,
    ),
    Operation(
        "GET",
        "/audio/voices",
        models.voices,
        _("Speech"),
        _("Voices of one model or of all"),
        resources.Voices,
        query=(Query("model", "The model's id.", TEXT),),
        refusals=(404,),
    ),
    Operation("GET", "/key", account.key, _("Account"), _("The key that asks"), resources.KeyData),
    Operation(
        "GET",
        "/credits",
        account.credits,
        _("Account"),
        _("What may be spent and was"),
        resources.CreditsData,
    ),
    Operation(
        "GET",
        "/generation",
        account.generation,
        _("Account"),
        _("What one request used and cost"),
        resources.GenerationData,
        query=(Query("id", "The X-Generation-Id of the answer.", TEXT, required=True),),
        refusals=(404,),
    ),
)
