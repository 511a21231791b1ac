"""Ids of what is Alice's, and answers made comparable."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields

SECRET = "A plan that nobody else may read"
UUID = "00000000-0000-4000-8000-000000000000"
UNKNOWN = {
    "key": "ZZZZZZZZ",
    "generation": "gen-1-nobody",
    "response": "resp_nobody",
    "item": "msg_nobody",
    "token": "ak_nobody",
    "session": "7100000002",
    "passkey": "7200000002",
}
TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"')


@dataclass(frozen=True, slots=True)
class Things:
    """One id of each kind; `token` is the API key itself."""

    run: str
    upload: str
    conversation: str
    message: str
    preset: str
    key: str
    generation: str
    response: str
    item: str
    token: str
    session: str
    passkey: str

    def names(self) -> dict[str, str]:
        return asdict(self)

    def without_ids(self, body: bytes) -> bytes:
        """The body with every id of ours, known or unknown, left out, and what is new in every page."""
        for value in sorted({*self.names().values(), *NOBODYS.names().values()}, key=len, reverse=True):
            body = body.replace(value.encode(), b"ID").replace(value.replace("-", "").encode(), b"ID")
        return TOKENS.sub(b"", body)


NOBODYS = Things(**{field.name: UNKNOWN.get(field.name, UUID) for field in fields(Things)})
"""Ids that belong to nobody."""
