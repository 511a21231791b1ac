"""`POST embeddings`: vectors of texts, of token ids and of images, in one piece."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import Response

from core.api.files.embedding_upload import EmbeddingUpload, receive_embedding
from core.api.http.answer_cache import cache_headers, cache_terms
from core.api.http.authentication import authenticate
from core.api.http.json_response import JSON, dumps
from core.api.http.middleware import Receive, Scope, Send
from core.api.http.responders import CompleteResponder
from core.api.http.streaming import generation_headers
from core.bodies.embedding.response import embedding_pieces, embedding_usage
from core.contract.errors import UpstreamInvalid
from core.gateway import Session, collect, open_session


async def embedding(request: Request) -> EmbeddingResponder:
    """Receive the inputs, admit and route; nothing is sent yet."""
    caller = await authenticate(request)
    upload = await receive_embedding(request)
    try:
        terms = cache_terms(request, upload.body.cache)
        return EmbeddingResponder(await open_session(caller, upload.request, terms), upload)
    except BaseException:
        upload.close()
        raise


class EmbeddingResponder(CompleteResponder):
    """All vectors, in the order of their inputs."""

    def __init__(self, session: Session, upload: EmbeddingUpload) -> None:
        super().__init__(session, upload)
        self.request = upload.request

    async def response(self) -> Response:
        answer = await collect(self.session)
        if not answer.content:
            raise UpstreamInvalid("The provider sent no vectors.")
        tail = dumps(
            {
                "model": self.session.route.model,
                "usage": embedding_usage(answer.receipt),
                "id": self.session.id,
            }
        )
        cost = answer.receipt.cost
        headers = generation_headers(JSON, self.session.id, self.session.route, answer.started, cost)
        pieces = embedding_pieces(answer.content, self.request.format, tail)
        return VectorResponse(pieces, headers | cache_headers(self.session))


class VectorResponse(Response):
    """Sends JSON in pieces, each of them encoded in a thread when its turn comes."""

    def __init__(self, pieces: Iterator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self.pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        piece = await self.next_piece()
        following = await self.next_piece()
        await send(start)
        while following:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            piece, following = following, await self.next_piece()
        await send({"type": "http.response.body", "body": piece, "more_body": False})

    async def next_piece(self) -> bytes:
        return await asyncio.to_thread(next, self.pieces, b"")
