"""What transcriptions and translations share: an audio file in, a transcript out."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from core.api.files.audio_upload import AudioUpload, receive_audio
from core.api.http.answer_cache import cache_headers, cache_terms
from core.api.http.authentication import authenticate
from core.api.http.json_response import dumps
from core.api.http.responders import CompleteResponder
from core.api.http.streaming import generation_headers
from core.bodies.transcription.body import TranscriptionBody
from core.bodies.transcription.fields import FORM
from core.bodies.transcription.transcript import MEDIA_TYPES, render_transcript
from core.bodies.translation import TranslationBody
from core.bodies.validation import validate
from core.contract.translation import TranscriptRequest
from core.gateway import CollectedAnswer, Session, collect, open_session


class TranscriptCall:
    """A request with its audio file, admitted and routed; nothing has been sent to a provider yet."""

    def __init__(self, request: TranscriptRequest, session: Session, upload: AudioUpload) -> None:
        self.request = request
        self.session = session
        self.upload = upload


async def receive_call(request: Request, schema: type[TranscriptionBody | TranslationBody]) -> TranscriptCall:
    """Receive the file, admit and route. Raises from the error tree; the file is deleted then."""
    caller = await authenticate(request)
    upload = await receive_audio(request, FORM)
    try:
        body = validate(schema, upload.fields)
        transcript_request = body.request(await upload.audio())
        session = await open_session(caller, transcript_request, cache_terms(request, body.cache))
        return TranscriptCall(transcript_request, session, upload)
    except BaseException:
        upload.close()
        raise


class TranscriptResponder(CompleteResponder):
    """A transcript in one piece."""

    def __init__(self, call: TranscriptCall) -> None:
        super().__init__(call.session, call.upload)
        self.request = call.request

    async def response(self) -> Response:
        answer = await collect(self.session)
        content = render_transcript(answer.content, self.request, answer.receipt)
        if isinstance(content, dict):
            content |= self.extra_fields()
        body = content.encode() if isinstance(content, str) else dumps(content)
        return Response(body, headers=self.headers(answer))

    def extra_fields(self) -> Mapping[str, str]:
        """Fields of a JSON body beside those of the transcript."""
        return {}

    def headers(self, answer: CollectedAnswer) -> Mapping[str, str]:
        media_type = MEDIA_TYPES[self.request.format]
        route, cost = self.session.route, answer.receipt.cost
        headers = generation_headers(media_type, self.session.id, route, answer.started, cost)
        return headers | cache_headers(self.session)
