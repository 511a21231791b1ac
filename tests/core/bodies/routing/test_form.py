"""Routing fields in the fields of a form."""

from __future__ import annotations

import pytest

from core.bodies.form_fields import FormFields
from core.bodies.routing.form import with_routing
from core.contract.errors import InvalidRequest

FORM = with_routing(FormFields())

WAYS = {
    "brackets": [
        ("fallbacks[][model]", "b"),
        ("fallbacks[][model]", "c"),
        ("models[]", "d"),
        ("models[]", "e"),
        ("fallback_on_codes[]", "429"),
        ("fallback_on_codes[]", "503"),
        ("retry[count]", "2"),
        ("retry[on_codes][]", "429"),
        ("timeout[call_timeout]", "1500"),
        ("load_balancer[type]", "weight_based"),
        ("load_balancer[models][][model]", "b"),
        ("load_balancer[models][][weight]", "0.7"),
        ("load_balancer[models][][model]", "c"),
        ("load_balancer[models][][weight]", "0.3"),
        ("provider[order][]", "openai"),
        ("provider[allow_fallbacks]", "false"),
        ("provider[options][lab][x]", "1"),
    ],
    "numbers": [
        ("fallbacks[0][model]", "b"),
        ("fallbacks[1][model]", "c"),
        ("models[0]", "d"),
        ("models[1]", "e"),
        ("fallback_on_codes", "429"),
        ("fallback_on_codes", "503"),
        ("retry[count]", "2"),
        ("retry[on_codes][0]", "429"),
        ("timeout[call_timeout]", "1500"),
        ("load_balancer[type]", "weight_based"),
        ("load_balancer[models][0][model]", "b"),
        ("load_balancer[models][0][weight]", "0.7"),
        ("load_balancer[models][1][model]", "c"),
        ("load_balancer[models][1][weight]", "0.3"),
        ("provider[order][0]", "openai"),
        ("provider[allow_fallbacks]", "false"),
        ("provider[options][lab][x]", "1"),
    ],
    "json": [
        ("fallbacks", '[{"model": "b"}, {"model": "c"}]'),
        ("models", '["d", "e"]'),
        ("fallback_on_codes", "[429, 503]"),
        ("retry", '{"count": 2, "on_codes": [429]}'),
        ("timeout", '{"call_timeout": 1500}'),
        (
            "load_balancer",
            '{"type": "weight_based", "models": '
            '[{"model": "b", "weight": 0.7}, {"model": "c", "weight": 0.3}]}',
        ),
        ("provider", '{"order": ["openai"], "allow_fallbacks": false, "options": {"lab": {"x": 1}}}'),
    ],
}
EXPECTED = {
    "fallbacks": [{"model": "b"}, {"model": "c"}],
    "models": ["d", "e"],
    "fallback_on_codes": [429, 503],
    "retry": {"count": 2, "on_codes": [429]},
    "timeout": {"call_timeout": 1500},
    "load_balancer": {
        "type": "weight_based",
        "models": [{"model": "b", "weight": 0.7}, {"model": "c", "weight": 0.3}],
    },
    "provider": {"order": ["openai"], "allow_fallbacks": False, "options": {"lab": {"x": 1}}},
}


@pytest.mark.parametrize("way", WAYS)
def test_each_spelling_of_a_form_is_the_same_json(way):
    assert FORM.parse(WAYS[way]) == EXPECTED


def test_plain_names_are_a_list():
    assert FORM.parse([("fallbacks[]", "b"), ("fallbacks[]", "c")]) == {"fallbacks": ["b", "c"]}
    assert FORM.parse([("models", "b")]) == {"models": ["b"]}


def test_an_empty_text_is_not_given():
    assert FORM.parse([("fallbacks", ""), ("retry[count]", "")]) == {}


@pytest.mark.parametrize(
    "pairs",
    [
        [("retry[count]", "1"), ("retry[count]", "2")],
        [("retry[count]", "1"), ("retry[]", "2")],
        [("retry[]", "1"), ("retry[count]", "2")],
        [("retry[a]", "1"), ("retry[a][b]", "2")],
        [("retry[5][a]", "1")],
        [("retry[][]", "1")],
        [("retry[]", "1"), ("retry[][a]", "1")],
        [("retry" + "[a]" * 9, "1")],
        [("retry", "{1}")],
        [("retry", '[1], "x": [2]')],
    ],
)
def test_names_that_do_not_go_together_are_refused(pairs):
    with pytest.raises(InvalidRequest) as caught:
        FORM.parse(pairs)
    assert caught.value.param == "retry"
