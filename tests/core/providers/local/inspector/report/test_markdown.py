"""Text of unknown origin in the report's Markdown."""

from __future__ import annotations

import pytest

from core.providers.local.inspector.report.markdown import code_block, escape


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("a|b", "a\\|b"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("two\nlines\x00 \u202eend", "two lines end"),
        ("![x](javascript:1)", "!\\[x\\](javascript:1)"),
        ("small_video _x_", "small_video \\_x\\_"),
        ("$x$ &amp;", "\\$x\\$ \\&amp;"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_markdown_is_escaped(hostile, harmless):
    assert escape(hostile) == harmless


def test_code_block_is_not_closed_from_inside():
    assert code_block("```\n````") == "`````text\n```\n````\n`````\n\n"
