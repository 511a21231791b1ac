"""Names of parameters as they are compared."""

from __future__ import annotations

import pytest

from core.bodies.server_fields import is_counted_elsewhere, is_server_field
from core.contract.chat import folded
from core.providers.shared.chat_parameters import CAP_OF


@pytest.mark.parametrize(
    "name",
    [
        "max_tokens",
        "maxTokens",
        "MAX-TOKENS",
        "max tokens",
        "Max.Tokens",
        "max_to\u212aens",
        "maxtoken\u017f",
    ],
)
def test_spellings_fold_into_one_name(name):
    assert folded(name) == "maxtokens"


@pytest.mark.parametrize("spelled", ["MAX_TO\u212aEN\u017f", "Max-Tokens"])
def test_caps_and_refused_fields_are_compared_alike(spelled):
    assert CAP_OF[folded(spelled)] == "max_tokens"
    assert is_counted_elsewhere(f"inside.{spelled}", folded(spelled))
    assert is_server_field(folded("BA\u017fE_URL"))
