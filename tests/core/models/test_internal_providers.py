"""Providers at private addresses go on working after the migration that asks for a tick."""

from importlib import import_module

import pytest

migration = import_module("core.migrations.0006_internal_providers")


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://10.0.0.5/v1", True),
        ("http://ollama:11434/v1", True),
        ("http://vllm.internal/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://8.8.8.8/v1", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_addresses_of_private_networks_are_marked(address, local):
    assert migration.is_local(address) is local
