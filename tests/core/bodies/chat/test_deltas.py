"""Pieces of streamed fields are joined without changing the events they came in."""

from __future__ import annotations

from core.bodies.chat.deltas import merge


def merged(*pieces: dict) -> dict:
    whole: dict = {}
    for piece in pieces:
        merge(whole, piece)
    return whole


def test_strings_that_come_in_pieces_are_joined():
    assert merged({"refusal": "I "}, {"refusal": "won't"}) == {"refusal": "I won't"}


def test_other_strings_are_replaced():
    assert merged({"format": "v1"}, {"format": "v2"}) == {"format": "v2"}


def test_null_leaves_a_value_as_it_is():
    assert merged({"refusal": "No", "id": None}, {"refusal": None}) == {"refusal": "No", "id": None}


def test_objects_are_merged():
    assert merged({"audio": {"id": "a"}}, {"audio": {"expires_at": 9}}) == {
        "audio": {"id": "a", "expires_at": 9}
    }


def test_entries_of_one_index_and_type_are_merged():
    first = {"details": [{"index": 0, "type": "text", "text": "A f"}]}
    second = {"details": [{"index": 0, "type": "text", "text": "ox"}, {"index": 0, "type": "signed"}]}
    assert merged(first, second)["details"] == [
        {"index": 0, "type": "text", "text": "A fox"},
        {"index": 0, "type": "signed"},
    ]


def test_entries_without_an_index_are_appended():
    assert merged({"annotations": [{"a": 1}]}, {"annotations": [{"a": 1}]})["annotations"] == [{"a": 1}] * 2


def test_the_pieces_stay_as_they_are():
    piece = {"details": [{"index": 0, "text": "A f"}], "audio": {"id": "a"}}
    merged(piece, {"details": [{"index": 0, "text": "ox"}], "audio": {"expires_at": 9}})
    assert piece == {"details": [{"index": 0, "text": "A f"}], "audio": {"id": "a"}}
