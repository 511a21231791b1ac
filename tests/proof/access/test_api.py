"""The same people at every operation of the API: without a key nothing, with one's own nothing of Alice's."""

from __future__ import annotations

import json

import httpx
import pytest
from starlette.routing import Mount, Route

from core.access import keys
from core.api.http.app import application
from core.contract.tasks import API_PREFIXES
from tests.core.api.chat_helpers import make_chat_model
from tests.proof.access.things import NOBODYS, SECRET, Things

OWNED = {
    "/responses/{response_id}": "/responses/{response}",
    "/generation": "/generation?id={generation}",
}
"""Operations on a thing by its id, and the address with the id in it."""

PERSONAL = [
    "/chat/completions",
    "/responses",
    "/audio/speech",
    "/audio/transcriptions",
    "/audio/translations",
    "/images/generations",
    "/images/edits",
    "/images/variations",
    "/images",
    "/embeddings",
    "/embeddings/models",
    "/images/models",
    "/images/models/{id:path}/endpoints",
    "/models",
    "/models/",
    "/models/user",
    "/models/count",
    "/models/{id:path}/endpoints",
    "/models/{id:path}",
    "/model/{id:path}",
    "/providers",
    "/audio/models",
    "/audio/voices",
    "/key",
    "/credits",
]
PUBLIC = ("/openapi.json", "/responses/{rest:path}", "/images/files/{token}")
"""The document, the refusal of operations of Responses that there are none of, and pictures whose address is
signed: whoever has it may see them."""

OUTSIDE = ("/api/docs", "/healthz", "/readyz", "/metrics")
BODIES = [
    {"model": "lab/talker", "input": "Go on.", "previous_response_id": "{response}"},
    {"model": "lab/talker", "input": [{"type": "item_reference", "id": "{item}"}]},
]
"""Bodies of `POST responses` that name a thing of Alice's."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(strangers) -> dict[str, str]:
    """A key of each."""
    return {who: keys.issue(user)[0] for who, user in strangers.items()}


def routes() -> list[Route]:
    """Those of the router that all prefixes share."""
    mounts = [route for route in application.app.routes if isinstance(route, Mount)]
    assert [mount.path for mount in mounts] == list(API_PREFIXES)
    (shared,) = {id(mount.app): mount.app for mount in mounts}.values()
    return list(shared.routes)


def answer(found: httpx.Response, things: Things) -> tuple[int, bytes]:
    return found.status_code, things.without_ids(found.content)


def test_every_route_has_a_row():
    assert {route.path for route in routes()} == {*OWNED, *PERSONAL, *PUBLIC}
    outside = [route.path for route in application.app.routes if isinstance(route, Route)]
    assert outside == list(OUTSIDE)


@pytest.mark.parametrize("path", [*OWNED, *PERSONAL])
def test_without_a_key_nothing_is_told(live, things, path):
    methods = {method for route in routes() if route.path == path for method in route.methods}
    for owner in (things, NOBODYS):
        where = OWNED.get(path, path.replace("{id:path}", "lab/ear")).format(**owner.names())
        for method in sorted(methods):
            for key in ("", "ak_abcdefgh_nothing"):
                # 429 where too many wrong keys came from one address, and nothing else either
                assert live.request(method, where, key).status_code in (401, 429), (method, where)


@pytest.mark.parametrize("path", OWNED)
def test_what_is_anothers_is_like_what_is_not_there(live, things, people, path):
    for who, key in people.items():
        for method in ("GET", "HEAD", "DELETE", "POST"):
            hers, nobodys = (
                answer(live.request(method, OWNED[path].format(**owner.names()), key), things)
                for owner in (things, NOBODYS)
            )
            assert hers == nobodys, (who, method)
            assert hers[0] in (400, 404, 405), (who, method)
        assert live.get(OWNED[path].format(**things.names()), key).status_code == 404, who
    assert live.get(OWNED[path].format(**things.names()), things.token).status_code == 200


@pytest.mark.parametrize("body", BODIES, ids=["previous_response_id", "item_reference"])
def test_bodies_cannot_name_what_is_anothers(live, things, people, lab, body):
    make_chat_model(lab)
    for who, key in people.items():
        answers = []
        for owner in (things, NOBODYS):
            text = json.dumps(body)
            for name, value in owner.names().items():
                text = text.replace(f"{{{name}}}", value)
            answers.append(answer(live.post("/responses", key, json=json.loads(text)), things))
        assert answers[0] == answers[1], who
        assert 400 <= answers[0][0] < 500, who


@pytest.mark.parametrize("path", PERSONAL)
def test_lists_show_nothing_of_anothers(live, things, people, path):
    where = path.replace("{id:path}", "lab/ear")
    for key in people.values():
        text = live.get(where, key).text
        assert SECRET not in text
        assert not [value for value in things.names().values() if value in text]
