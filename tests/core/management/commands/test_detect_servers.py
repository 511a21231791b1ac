"""`detect_servers` prints what it finds, and adds a provider only with `--add`."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from core.models import Provider
from tests.core.operations.conftest import no_keys, row, serve  # noqa: F401 - fixtures by name

pytestmark = pytest.mark.django_db(transaction=True)

LIST = {"/v1/models": {"data": [{"id": "qwen3"}]}, "/api/version": {"version": "1"}}


def test_detect_prints_and_adds_only_when_asked(serve, capsys):  # noqa: F811 - the fixture
    port = serve(LIST).port
    call_command("detect_servers", port=port)
    assert capsys.readouterr().out == f"Ollama at http://127.0.0.1:{port}/v1: 1 model (qwen3)\n"
    assert Provider.objects.count() == 0
    call_command("detect_servers", port=port, add="ollama")
    added = Provider.objects.get()
    assert (added.slug, added.base_url) == ("ollama", f"http://127.0.0.1:{port}/v1")
    with pytest.raises(CommandError, match="already"):
        call_command("detect_servers", port=port, add="ollama")


def test_detect_of_nothing_adds_nothing(capsys):
    with pytest.raises(CommandError, match="Nothing to add"):
        call_command("detect_servers", port=9, add="x")
    assert capsys.readouterr().out == "Nothing answers at 9 on this machine.\n"
