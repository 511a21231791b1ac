from __future__ import annotations

import httpx
import pytest

from core.api.http.metrics import BOUNDS, RequestMetrics
from tests.core.api.conftest import make_model

ASK = {"model": "lab/alto", "input": "Hello there"}


def values(metrics: RequestMetrics) -> dict[str, str]:
    return dict(line.rsplit(" ", 1) for line in metrics.lines() if not line.startswith("#"))


def test_requests_are_counted_by_route_and_status():
    metrics = RequestMetrics()
    for status in (200, 200, 404, 503):
        metrics.count("/models", status, 0.01)
    metrics.aborted = 2
    found = values(metrics)
    assert found['polyphony_requests_total{route="/models",status="200"}'] == "2"
    assert found["polyphony_errors_total"] == "3"


def test_buckets_are_cumulative():
    metrics = RequestMetrics()
    for seconds in (0.001, 0.005, 0.3, 1000.0):
        metrics.count("/models", 200, seconds)
    found = values(metrics)
    buckets = [
        found[f'polyphony_request_seconds_bucket{{route="/models",le="{bound}"}}']
        for bound in (*BOUNDS, "+Inf")
    ]
    assert buckets == ["2", "2", "2", "2", "3", "3", "3", "3", "3", "4"]
    assert found['polyphony_request_seconds_sum{route="/models"}'] == "1000.306000"


def test_every_metric_has_one_help_line():
    lines = list(RequestMetrics().lines([("polyphony_x", "Of x.", 1.5)]))
    names = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(set(names)) == len(names) == 5
    assert lines[-3:] == ["# HELP polyphony_x Of x.", "# TYPE polyphony_x gauge", "polyphony_x 1.5"]


def test_an_aborted_response_is_counted_as_an_error(live, key, lab, monkeypatch):
    fresh = RequestMetrics()
    monkeypatch.setattr("core.api.http.middleware.request_metrics", fresh)
    make_model(lab, "lab/alto", upstream="cut")
    with pytest.raises(httpx.RemoteProtocolError):
        live.post("/audio/speech", key, json=ASK)
    assert (fresh.aborted, fresh.in_flight) == (1, 0)
