"""Fields that only the server may decide, in any spelling and at any depth."""

from __future__ import annotations

import pytest

from core.bodies.server_fields import refuse_server_fields
from core.contract.errors import Unsupported


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"extra_body": {}}, "extra_body"),
        ({"extra_query": {"a": "b"}}, "extra_query"),
        ({"Extra_Headers": {}}, "Extra_Headers"),
        ({"API_BASE": "http://127.0.0.1"}, "API_BASE"),
        ({"apiBase": "x"}, "apiBase"),
        ({"api-key": "x"}, "api-key"),
        ({"baseURL": "x"}, "baseURL"),
        ({"openai_api_key": "x"}, "openai_api_key"),
        ({"defaultHeaders": {}}, "defaultHeaders"),
        ({"proxies": {}}, "proxies"),
        ({"provider": {"options": {"lab": {"apiKey": "x"}}}}, "provider.options.lab.apiKey"),
        ({"orq": {"retry": {"Base-Url": "x"}}}, "orq.retry.Base-Url"),
        ({"plugins": [{"id": "web"}, {"id": "x", "headers": {}}]}, "plugins[1].headers"),
        ({"reasoning": {"extra_body": {"max_tokens": 9}}}, "reasoning.extra_body"),
        ({"options": {"num_predict": 9}}, "options.num_predict"),
        ({"generation_config": {"maxOutputTokens": 9}}, "generation_config.maxOutputTokens"),
        ({"reasoning": {"x": {"max_tokens": 9}}}, "reasoning.x.max_tokens"),
        (
            {"provider": {"options": {"lab": {"options": {"Best-Of": 9}}}}},
            "provider.options.lab.options.Best-Of",
        ),
        ({"options": [{"web_search": True}]}, "options[0].web_search"),
        ({"extra": {"serviceTier": "priority"}}, "extra.serviceTier"),
        ({"inference_geo": "us"}, "inference_geo"),
    ],
)
def test_a_server_field_is_named(fields, param):
    with pytest.raises(Unsupported) as caught:
        refuse_server_fields(fields)
    assert (caught.value.param, caught.value.provider_code) == (param, "unsupported_parameter")


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {"user_id": "7", "headers": "none"}},
        {"tools": [{"type": "function", "function": {"parameters": {"properties": {"base_url": {}}}}}]},
        {"response_format": {"json_schema": {"schema": {"properties": {"cost": {}}}}}},
        {"messages": [{"role": "user", "content": "x", "headers": 1}]},
        {"user": "api_key", "stop": ["headers"], "plugins": ["base_url"]},
        {"key": 1, "base": 2, "api": 3, "header": 4},
        {"max_tokens": 9, "best_of": 2, "service_tier": "auto", "web_search_options": {}},
        {"reasoning": {"max_tokens": 9}, "provider": {"options": {"lab": {"max_tokens": 9}}}},
    ],
)
def test_names_that_are_the_clients_own_are_not(fields):
    refuse_server_fields(fields)
