"""Numbers of the report as text."""

from __future__ import annotations

from core.providers.local.inspector.report.number_format import count, file_size, percentage


def test_counts_shares_and_sizes_are_formatted():
    assert [count(1, "page"), count(1200, "page"), count(2, "stretch", "stretches")] == [
        "1 page",
        "1,200 pages",
        "2 stretches",
    ]
    assert [percentage(0.0), percentage(0.004), percentage(0.42)] == ["0%", "under 1%", "42%"]
    assert [file_size(812), file_size(98_572), file_size(50_000_000)] == ["812 bytes", "98.6 kB", "50.0 MB"]
