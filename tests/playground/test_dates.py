"""Times as text, in the reader's zone and language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from playground.dates import brief_text, day_text, moment_text

LATE = datetime(2026, 11, 29, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "moment", "day"),
    [
        ("en", "Nov 30, 2026, 06:05", "Nov 30, 2026"),
        ("ru", "30.11.2026 06:05", "30.11.2026"),
        ("zh-hans", "2026年11月30日 06:05", "2026年11月30日"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone_and_language(language, moment, day):
    with timezone.override("Asia/Shanghai"), translation.override(language):
        assert (moment_text(LATE), day_text(LATE)) == (moment, day)


def test_a_date_is_the_same_everywhere():
    with timezone.override("America/New_York"):
        assert day_text(date(2026, 3, 26)) == "Mar 26, 2026"


@pytest.mark.parametrize(
    ("now", "brief"),
    [
        (datetime(2026, 11, 29, 23, tzinfo=UTC), "22:05"),
        (datetime(2026, 11, 30, 1, tzinfo=UTC), "Nov 29"),
        (datetime(2027, 1, 1, tzinfo=UTC), "Nov 29, 2026"),
    ],
)
def test_narrow_lists_tell_what_is_needed(now, brief):
    assert brief_text(LATE, now) == brief


def test_templates_have_time_elements():
    page = Template("{% load dates %}{% moment late %} {% day born %}")
    with timezone.override("Asia/Shanghai"):
        shown = page.render(Context({"late": LATE, "born": date(2026, 3, 26)}))
    assert shown == (
        '<time datetime="2026-11-29T22:05:00+00:00" title="Asia/Shanghai">Nov 30, 2026, 06:05</time> '
        '<time datetime="2026-03-26">Mar 26, 2026</time>'
    )
