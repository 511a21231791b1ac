"""Our secrets are found nowhere after a provider has written them back wherever it could."""

from __future__ import annotations

import io
import itertools
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command
from websockets.sync.client import connect

from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import make_model
from tests.core.api.transcription_helpers import WAV, make_transcription_model
from tests.fakes.echo import ECHO_SCENARIOS
from tests.playground.conftest import ENDS, cookie
from tests.proof import canaries
from tests.proof.canaries import Canary, Text

KEY = Canary("provider key", "sk-canary-4d1c7e9b2a6f8035")
HEADER = Canary("provider header", "hdr-canary-90b7c3d5e1f2/46+8")
FROM_ENVIRONMENT = Canary("provider key of the environment", "sk-canary-e2f90c71b3a84d65")
PASSWORD = Canary("password", "canary pass phrase 7f3e91")
PUBLIC = ("/api/v1/models", "/metrics", "/readyz", "/api/v1/openapi.json")
PAGES = ("/", "/models", "/history", "/usage", "/keys", "/admin/core/provider/", "/admin/core/attempt/")
MESSAGES = [{"role": "user", "content": "Tell me of the fox."}]
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]


class Notes(logging.Handler):
    """Every line that is logged, with tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def notes() -> Iterator[Notes]:
    """Everything is logged, libraries included."""
    notes, root = Notes(), logging.getLogger()
    loggers = [root, *map(logging.getLogger, ("polyphony", "django", "httpx", "asyncio", "aiohttp"))]
    levels = [logger.level for logger in loggers]
    root.addHandler(notes)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield notes
    root.removeHandler(notes)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def owner(django_user_model):
    """Who signs in with the canary, and is an admin: nobody sees more."""
    return django_user_model.objects.create_superuser("owner", "owner@example.org", PASSWORD.secret)


@pytest.fixture
def api_key(owner) -> Canary:
    from core.access import keys  # noqa: PLC0415 - the registry is not ready at import time

    return Canary("API key", keys.issue(owner, name="canary")[0])


@pytest.fixture
def scenarios(lab, provider, settings) -> list[str]:
    """A chat, a speech and a transcription model for each scenario, at a provider with a key and a header
    that is as secret, and a chat model at one whose key is in the environment."""
    from core.models import Provider, ProviderKey  # noqa: PLC0415 - as above

    ProviderKey.objects.create(provider=lab, label="canary", secret=KEY.secret)
    Provider.objects.filter(pk=lab.pk).update(needs_key=True, headers={"X-Access-Token": HEADER.secret})
    other = Provider.objects.create(slug="env", name="Env", wire="openai", environment="CANARY")
    settings.PROVIDER_ENVIRONMENT = {"CANARY": {"api_key": FROM_ENVIRONMENT.secret, "base_url": provider.url}}
    for name in ECHO_SCENARIOS:
        make_chat_model(lab, upstream=name, slug=f"lab/chat-{name}")
        make_model(lab, f"lab/voice-{name}", upstream=name)
        make_transcription_model(
            lab, f"lab/ear-{name}", name, formats=["json", "verbose_json"] if name == "echo-all" else None
        )
    make_chat_model(other, upstream="echo-all", slug="env/chat-echo-all")
    return [*ECHO_SCENARIOS]


def test_our_secrets_are_found_nowhere(live, notes, owner, api_key, scenarios, provider, settings):
    secrets = [KEY, HEADER, FROM_ENVIRONMENT, PASSWORD, api_key]
    live.refresh()
    answers = [
        *calls(live, api_key.secret, scenarios),
        *runs(live, owner, scenarios),
        *browse(live, owner.username),
        *commands(),
    ]
    told = {seen.headers.get("authorization") for seen in provider.requests}
    assert told == {f"Bearer {KEY.secret}", f"Bearer {FROM_ENVIRONMENT.secret}"}
    live.stop()
    stored = [
        canaries.tables(),
        canaries.files(Path(settings.VAR)),
        canaries.files(Path(settings.MEDIA_ROOT)),
    ]
    if settings.REDIS_URL:
        stored.append(canaries.redis_values(settings.REDIS_URL))
    logged = (("log lines at DEBUG", line) for line in notes.lines)
    texts = itertools.chain(answers, logged, *stored)
    hits, searched = canaries.found(secrets, texts)
    assert canaries.passed(hits, searched)
    assert searched["log lines at DEBUG"] > 100
    assert searched["table core_attempt"] > 100


def calls(live, key: str, scenarios: list[str]) -> Iterator[Text]:
    """Every endpoint with every scenario, and what is told of them afterwards."""
    for name, stream in itertools.product(scenarios, (False, True)):
        yield from chats(live, key, f"lab/chat-{name}", stream)
        if name == "echo-all" or not stream:
            yield from sounds(live, key, name, stream)
    yield from chats(live, key, "env/chat-echo-all", True)
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
    yield from shown("refusals", live.get("/key", wrong))
    yield from shown("refusals", live.get("/key", params={"api_key": "wrong"}))
    yield from shown("refusals", live.post("/chat/completions", key, json={"model": "none", "messages": []}))
    for path in ("/key", "/credits", "/models"):
        yield from shown("account", live.get(path, key))
    from core.models import UsageRecord  # noqa: PLC0415 - as above

    for id in UsageRecord.objects.values_list("public_id", flat=True):
        yield from shown("generation", live.get("/generation", key, params={"id": id}))


def chats(live, key: str, model: str, stream: bool) -> Iterator[Text]:
    fields = {"model": model, "stream": stream}
    chat = {**fields, "messages": MESSAGES, "tools": TOOLS, "logprobs": True}
    yield from shown("chat", live.post("/chat/completions", key, json=chat))
    yield from shown(
        "responses", live.post("/responses", key, json={**fields, "input": "Tell me of the fox."})
    )


def sounds(live, key: str, name: str, stream: bool) -> Iterator[Text]:
    ear = {"model": f"lab/ear-{name}", "response_format": "json" if stream else "verbose_json"}
    streamed = {"stream": "true", "include[]": "logprobs"} if stream else {}
    for path, fields in (("transcriptions", ear | streamed), ("translations", ear)):
        files = {"file": ("talk.wav", WAV)}
        yield from shown(path, live.post(f"/audio/{path}", key, data=fields, files=files))
    speech = {"model": f"lab/voice-{name}", "input": "The fox.", "voice": "ada"}
    form = {"stream_format": "sse"} if stream else {}
    yield from shown("speech", live.post("/audio/speech", key, json=speech | form))


def shown(place: str, answer: httpx.Response) -> Iterator[Text]:
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    yield f"answers of {place}", f"{head}\n\n{answer.content.decode('latin-1')}"
    if events := canaries.sent_events(answer.text):
        yield f"answers of {place}, put together", canaries.joined(events)


def runs(live, owner, scenarios: list[str]) -> Iterator[Text]:
    """A run of every scenario over the socket."""
    headers = {"Cookie": f"sessionid={cookie(owner)}"}
    url = f"{live.sockets}/ws/playground/"
    with connect(url, origin=live.url, additional_headers=headers, proxy=None, max_size=None) as socket:
        for number, name in enumerate(scenarios):
            for task, model, params in (
                ("chat", f"lab/chat-{name}", {"messages": MESSAGES}),
                ("speech", f"lab/voice-{name}", {"input": "The fox.", "voice": "ada"}),
            ):
                start = {"type": "run.start", "id": f"{task}{number}", "task": task, "model": model}
                socket.send(json.dumps({**start, "params": params, "render": True}))
                yield from run_events(socket)


def run_events(socket) -> Iterator[Text]:
    events = []
    while not events or events[-1]["type"] not in ENDS:
        received = socket.recv(timeout=20)
        if isinstance(received, str):
            events.append(json.loads(received))
            yield "frames of the socket", received
    yield "frames of the socket, put together", canaries.joined(events)


@contextmanager
def signed_in(live, name: str) -> Iterator[httpx.Client]:
    """A browser that signs in by the form, with a wrong password first."""
    with httpx.Client(base_url=live.url, trust_env=False, follow_redirects=True) as browser:
        for password in (PASSWORD.secret[:-1], PASSWORD.secret):
            browser.get("/accounts/login/")
            form = {"login": name, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            page = browser.post("/accounts/login/", data=form, headers={"Referer": live.url})
            assert page.status_code == 200
        yield browser


def browse(live, name: str) -> Iterator[Text]:
    """Pages of the studio and of the admin, and what machines are told."""
    from core.models import Provider, UsageRecord  # noqa: PLC0415 - as above
    from playground.models import Run  # noqa: PLC0415 - as above

    with signed_in(live, name) as browser:
        rows = [f"/admin/core/provider/{row.pk}/change/" for row in Provider.objects.all()]
        rows += [f"/admin/core/usagerecord/{row.pk}/change/" for row in UsageRecord.objects.all()[:5]]
        runs = [f"/runs/{run.pk}" for run in Run.objects.all()[:12]]
        for path in (*PAGES, *rows, *runs, *PUBLIC):
            page = browser.get(path)
            assert page.status_code < 500, path
            yield from shown("pages", page)


def commands() -> Iterator[Text]:
    """What the commands print, of lists and of a test of the connection."""
    from asgiref.sync import async_to_sync  # noqa: PLC0415 - as above

    from core.operations import connection  # noqa: PLC0415 - as above

    for slug, options in (("lab", {"add": True}), ("env", {}), ("none", {})):
        printed = io.StringIO()
        try:
            call_command("sync_models", provider=slug, stdout=printed, **options)
        except CommandError as error:
            printed.write(str(error))
        yield "output of commands", printed.getvalue()
    yield "output of commands", async_to_sync(connection.test_connection)("lab").message
    printed = io.StringIO()
    call_command("usage_report", json=True, stdout=printed)
    yield "output of commands", printed.getvalue()
