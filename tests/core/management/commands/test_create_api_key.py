import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from core.access import keys
from core.models import ApiKey, Budget


def test_json_names_key_and_id(alice, capsys):
    call_command("create_api_key", user="alice", name="ci", budget=Decimal("2.50"), json=True)
    printed = json.loads(capsys.readouterr().out)
    key = ApiKey.objects.get()
    assert printed == {"key": printed["key"], "id": key.public_id}
    assert key.digest == keys.digest(printed["key"], key.pepper_id)
    assert Budget.objects.get(api_key=key).limit == Decimal("2.50")


def test_an_unknown_user_is_named(db):
    with pytest.raises(CommandError, match="no user named nobody"):
        call_command("create_api_key", user="nobody")


@pytest.mark.parametrize("budget", ["-1", "NaN", "lots"])
def test_a_budget_must_be_money(alice, budget):
    with pytest.raises(CommandError):
        call_command("create_api_key", "--user", "alice", "--budget", budget)
    assert not ApiKey.objects.exists()
