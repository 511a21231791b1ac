"""The route table: one row per operation, for the router, the OpenAPI document and the docs page.

Whatever else the API needs to know of a task's endpoint is a field of its row.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from core.api import account, models
from core.api.chat import chat
from core.api.embedding import embedding
from core.api.generation import generation
from core.api.http.operation import FileFields, Operation, QueryParameter, RequestSample
from core.api.image.operations import IMAGE_OPERATIONS
from core.api.responses import delete_response, responses, stored_response
from core.api.schemas import account as account_schemas
from core.api.schemas import models as model_schemas
from core.api.schemas.chat import ChatCompletion
from core.api.schemas.embedding import Embeddings
from core.api.schemas.generation import GenerationData
from core.api.schemas.responses import DeletedResponse, Response
from core.api.schemas.transcript import Transcript
from core.api.speech import speech
from core.api.transcription import transcription
from core.api.translation import translation
from core.bodies.responses.body import ResponsesBody
from core.bodies.tasks import BODIES
from core.contract.audio import MEDIA_TYPES
from core.contract.tasks import FACTS, Task

TEXT = {"type": "string"}
FILTERS = (
    QueryParameter("output_modalities", "Comma list such as `speech,text`; `all` by default.", TEXT),
    QueryParameter("input_modalities", "Comma list; a model must take all of them.", TEXT),
    QueryParameter("supported_parameters", "Comma list; a model must know all of them.", TEXT),
    QueryParameter("providers", "Comma list of provider slugs.", TEXT),
    QueryParameter(
        "context", "At least this context length.", {"type": "integer", "minimum": 0, "maximum": 10**9}
    ),
    QueryParameter("q", "Words in the id, the name or the description.", TEXT),
)
PAGING = (
    QueryParameter(
        "sort", "Order; by id when it is not given.", {"type": "string", "enum": list(models.ORDERS)}
    ),
    QueryParameter(
        "offset", "How many to skip.", {"type": "integer", "minimum": 0, "maximum": models.MAX_OFFSET}
    ),
    QueryParameter(
        "limit", "How many to answer.", {"type": "integer", "minimum": 1, "maximum": models.MAX_LIMIT}
    ),
)

GREETING = "Hello from Polyphony."
AUDIO_FILE = FileFields(
    form={"file": {"type": "string", "format": "binary"}},
    json={
        "input_audio": {
            "type": "object",
            "properties": {
                "data": {"type": "string", "contentEncoding": "base64", "minLength": 1},
                "format": {"type": "string", "description": "A hint; the first bytes decide."},
            },
            "required": ["data"],
        }
    },
    required=("file", "input_audio"),
    rows={"file": 'The sound, in a form; in JSON `input_audio` as `{"data": base64, "format": "mp3"}`.'},
    samples={"file": "hello.mp3"},
)

OPERATIONS = (
    Operation(
        "POST",
        FACTS[Task.CHAT].path,
        chat,
        _("Chat"),
        _("Go on with a conversation: text, images, PDFs, sound and video in; text, sound and pictures out"),
        ChatCompletion,
        body=BODIES[Task.CHAT],
        media_types=("application/json", "text/event-stream"),
        errors=(402, 404, 413, 415, 502, 503, 504),
        sample=RequestSample(
            {"model": "local/inspector", "messages": [{"role": "user", "content": GREETING}]}
        ),
    ),
    Operation(
        "POST",
        "/responses",
        responses,
        _("Chat"),
        _("The same in the words of OpenAI's Responses: items in, items out; kept for the next turn"),
        Response,
        body=ResponsesBody,
        media_types=("application/json", "text/event-stream"),
        errors=(402, 404, 413, 415, 502, 503, 504),
        sample=RequestSample({"model": "local/inspector", "input": GREETING}),
    ),
    Operation(
        "GET",
        "/responses/{response_id}",
        stored_response,
        _("Chat"),
        _("A response that is kept"),
        Response,
        errors=(404,),
        pattern="/responses/{response_id}",
    ),
    Operation(
        "DELETE",
        "/responses/{response_id}",
        delete_response,
        _("Chat"),
        _("Forget a response"),
        DeletedResponse,
        errors=(404,),
        pattern="/responses/{response_id}",
    ),
    Operation(
        "POST",
        FACTS[Task.SPEECH].path,
        speech,
        _("Speech"),
        _("Speak a text; the sound is sent while it is made"),
        body=BODIES[Task.SPEECH],
        media_types=(*(kind.partition(";")[0] for kind in MEDIA_TYPES.values()), "text/event-stream"),
        errors=(400, 402, 404, 413, 415, 429, 502, 503, 504),
        sample=RequestSample({"model": "local/hibari", "input": GREETING}, output="hello.mp3"),
    ),
    Operation(
        "POST",
        FACTS[Task.TRANSCRIPTION].path,
        transcription,
        _("Transcription"),
        _("Write down what is said, in every format, or as it is recognised"),
        Transcript,
        body=BODIES[Task.TRANSCRIPTION],
        media_types=("application/json", "text/plain", "text/event-stream"),
        errors=(402, 404, 413, 415, 502, 503, 504),
        files=AUDIO_FILE,
        sample=RequestSample({"model": "local/whisper-base"}),
    ),
    Operation(
        "POST",
        FACTS[Task.TRANSLATION].path,
        translation,
        _("Transcription"),
        _("Write down in English what is said in any language"),
        Transcript,
        body=BODIES[Task.TRANSLATION],
        media_types=("application/json", "text/plain"),
        errors=(402, 404, 413, 415, 502, 503, 504),
        files=AUDIO_FILE,
        sample=RequestSample({"model": "local/whisper-base"}),
    ),
    *IMAGE_OPERATIONS,
    Operation(
        "POST",
        FACTS[Task.EMBEDDING].path,
        embedding,
        _("Embeddings"),
        _("Turn texts into vectors, for search and grouping"),
        Embeddings,
        body=BODIES[Task.EMBEDDING],
        errors=(402, 404, 413, 415, 502, 503, 504),
        sample=RequestSample({"model": "openai/text-embedding-3-small", "input": [GREETING]}),
    ),
    Operation(
        "GET",
        "/embeddings/models",
        models.embedding_models,
        _("Embeddings"),
        _("Models that make vectors"),
        model_schemas.ModelList,
        query=PAGING,
    ),
    Operation(
        "GET",
        "/models",
        models.models,
        _("Models"),
        _("List models"),
        model_schemas.ModelList,
        query=FILTERS + PAGING,
    ),
    Operation(
        "GET",
        "/models/user",
        models.user_models,
        _("Models"),
        _("List the models that this key may be used with"),
        model_schemas.ModelList,
        query=FILTERS + PAGING,
    ),
    Operation(
        "GET",
        "/models/count",
        models.count,
        _("Models"),
        _("Count models"),
        model_schemas.CountData,
        query=FILTERS,
    ),
    Operation(
        "GET",
        "/models/{author}/{slug}/endpoints",
        models.endpoints,
        _("Models"),
        _("Who serves a model, at which price"),
        model_schemas.EndpointData,
        errors=(404,),
        pattern="/models/{id:path}/endpoints",
    ),
    Operation(
        "GET",
        "/models/{id}",
        models.model,
        _("Models"),
        _("One model, as OpenAI's clients read it"),
        model_schemas.Model,
        errors=(404,),
        pattern="/models/{id:path}",
    ),
    Operation(
        "GET",
        "/model/{author}/{slug}",
        models.wrapped_model,
        _("Models"),
        _("One model, as OpenRouter's clients read it"),
        model_schemas.ModelData,
        errors=(404,),
        pattern="/model/{id:path}",
    ),
    Operation(
        "GET", "/providers", models.providers, _("Models"), _("List providers"), model_schemas.Providers
    ),
    Operation(
        "GET",
        "/audio/models",
        models.audio_models,
        _("Speech"),
        _("Models that speak"),
        model_schemas.AudioModels,
    ),
    Operation(
        "GET",
        "/audio/voices",
        models.voices,
        _("Speech"),
        _("Voices of one model or of all"),
        model_schemas.Voices,
        query=(QueryParameter("model", "The model's id.", TEXT),),
        errors=(404,),
        sample=RequestSample(query="model=local/espeak-ng"),
    ),
    Operation("GET", "/key", account.key, _("Account"), _("The key that asks"), account_schemas.KeyData),
    Operation(
        "GET",
        "/credits",
        account.credits,
        _("Account"),
        _("What may be spent and was"),
        account_schemas.CreditsData,
    ),
    Operation(
        "GET",
        "/generation",
        generation,
        _("Account"),
        _("What one request used and cost"),
        GenerationData,
        query=(QueryParameter("id", "The X-Generation-Id of the answer.", TEXT, required=True),),
        errors=(404,),
        sample=RequestSample(query="id=$GENERATION_ID"),
    ),
)
