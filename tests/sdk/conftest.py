"""The SDKs, each with Alice's key, against a live server."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import openai
import openrouter
import pytest

from tests.core.api.conftest import alice as alice
from tests.core.api.conftest import key as key
from tests.core.api.conftest import lab as lab
from tests.core.api.conftest import model as model
from tests.fakes.fixtures import provider as provider
from tests.live import live as live
from tests.sdk.node_packages import packages as packages


@pytest.fixture
def client(live, key, model) -> Iterator[openai.OpenAI]:
    """OpenAI's own client; it does not retry, so that one call is one request."""
    live.refresh()
    with openai.OpenAI(api_key=key, base_url=live.api, max_retries=0) as made:
        yield made


@pytest.fixture
def router(live, key, model) -> Iterator[openrouter.OpenRouter]:
    """OpenRouter's client, which checks every answer against its own schema."""
    live.refresh()
    with httpx.Client(trust_env=False) as http:
        yield openrouter.OpenRouter(api_key=key, server_url=live.api, client=http, retry_config=None)
