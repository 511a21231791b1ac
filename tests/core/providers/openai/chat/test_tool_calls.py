"""Tool calls from fragments: joined and told apart however a server numbers and names them."""

from __future__ import annotations

import pytest

from core.providers.openai.chat.tool_calls import ToolCallReader


def fragment(index: int | None = None, id: str | None = None, name: str = "", text: str = "") -> dict:
    place = {} if index is None else {"index": index}
    return {**place, "id": id, "type": "function", "function": {"name": name, "arguments": text}}


def joined(*fragments: dict, together: bool = False) -> list[tuple[str, str, str]]:
    """(id, name, arguments) of each call; `together` says that all fragments are of one event."""
    reader, calls = ToolCallReader(), {}
    for event in [list(fragments)] if together else [[one] for one in fragments]:
        for call in reader.read(event, 0):
            id, name, text = calls.get(call.index, ("", "", ""))
            assert not (id and call.id)
            assert not (name and call.name)
            calls[call.index] = (id or call.id, name or call.name, text + call.arguments)
    assert list(calls) == list(range(len(calls)))
    return list(calls.values())


def test_arguments_under_rising_indexes_belong_to_one_call():
    found = joined(fragment(0, "c1", "f"), fragment(1, text='{"a"'), fragment(2, text=": 1}"))
    assert found == [("c1", "f", '{"a": 1}')]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("id", [None, ""])
@pytest.mark.parametrize("indexes", [(0, 0), (0, 1), (None, None)])
def test_calls_without_ids_are_told_apart_by_name(indexes, id, together):
    calls = [fragment(index, id, name, "{}") for index, name in zip(indexes, ("f", "g"), strict=True)]
    first, second = joined(*calls, together=together)
    assert (first[1:], second[1:]) == (("f", "{}"), ("g", "{}"))
    assert first[0] != second[0]
    assert {first[0][:5], second[0][:5]} == {"call_"}


def test_two_whole_calls_of_one_function_without_ids_are_two():
    found = joined(fragment(0, "", "f", '{"n": 1}'), fragment(0, "", "f", '{"n": 2}'))
    assert [call[2] for call in found] == ['{"n": 1}', '{"n": 2}']


def test_a_name_in_every_fragment_is_one_call():
    found = joined(fragment(0, None, "f", '{"a"'), fragment(0, None, "f", ": 1}"))
    assert [call[1:] for call in found] == [("f", '{"a": 1}')]


def test_an_id_in_every_fragment_is_one_call_wherever_it_is():
    found = joined(fragment(0, "c1", "f", '{"a"'), fragment(1, "c1", "f", ": 1}"))
    assert found == [("c1", "f", '{"a": 1}')]


def test_another_id_in_every_fragment_is_one_call_where_no_name_comes_with_it():
    found = joined(fragment(0, "c1", "f"), fragment(0, "c2", text='{"a"'), fragment(0, "c3", text=": 1}"))
    assert found == [("c1", "f", '{"a": 1}')]


def test_an_id_that_comes_after_the_name_is_of_the_same_call():
    (found,) = joined(fragment(0, None, "f"), fragment(0, "late", "", "{}"))
    assert found[1:] == ("f", "{}")


def test_calls_that_come_interleaved_are_told_apart():
    found = joined(
        fragment(0, "c1", "f"), fragment(1, "c2", "g"), fragment(0, text="{1"), fragment(1, text="{2"),
        fragment(0, text="}"),
    )  # fmt: skip
    assert found == [("c1", "f", "{1}"), ("c2", "g", "{2")]


def test_calls_that_share_an_index_are_told_apart_by_id():
    found = joined(fragment(0, "c1", "f", "{}"), fragment(0, "c2", "f", "{"), fragment(0, text="}"))
    assert found == [("c1", "f", "{}"), ("c2", "f", "{}")]


def test_the_same_id_for_every_call_tells_none_apart():
    found = joined(fragment(0, "f", "f", '{"n": 1}'), fragment(1, "f", "f", '{"n": 2}'))
    assert [call[2] for call in found] == ['{"n": 1}', '{"n": 2}']


def test_each_choice_has_its_own_calls():
    reader = ToolCallReader()
    calls = [reader.read([fragment(0, "c", "f")], choice)[0] for choice in (0, 1)]
    assert [(call.index, call.id) for call in calls] == [(0, "c"), (0, "c")]
