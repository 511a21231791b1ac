"""Words and sentences joined in their script."""

from __future__ import annotations

import pytest

from core.contract.text.spacing import join_texts


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        ([], ""),
        (["one", "two."], "one two."),
        ([" one", " two", ","], " one two,"),
        (["one ", "two"], "one two"),
        (["你好", "世界", "OK", "吗", "。"], "你好世界 OK 吗。"),
        (["スマート", "ホン"], "スマートホン"),
        (["สวัสดี", "ครับ"], "สวัสดีครับ"),
        (["안녕", "하세요"], "안녕 하세요"),
    ],
)
def test_spaces_only_where_the_script_has_them(texts, joined):
    assert join_texts(texts) == joined
