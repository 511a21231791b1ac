from __future__ import annotations

import httpx
import pytest

from core.api.http.metrics import BOUNDS, Measures
from tests.core.api.conftest import make_model

ASK = {"model": "lab/alto", "input": "Hello there"}


def values(measures: Measures) -> dict[str, str]:
    return dict(line.rsplit(" ", 1) for line in measures.lines() if not line.startswith("#"))


def test_requests_are_counted_by_route_and_status():
    measures = Measures()
    for status in (200, 200, 404, 503):
        measures.count("/models", status, 0.01)
    measures.cut = 2
    found = values(measures)
    assert found['polyphony_requests_total{route="/models",status="200"}'] == "2"
    assert found["polyphony_errors_total"] == "3"


def test_durations_add_up_from_bound_to_bound():
    measures = Measures()
    for seconds in (0.001, 0.005, 0.3, 1000.0):
        measures.count("/models", 200, seconds)
    found = values(measures)
    reached = [
        found[f'polyphony_request_seconds_bucket{{route="/models",le="{bound}"}}']
        for bound in (*BOUNDS, "+Inf")
    ]
    assert reached == ["2", "2", "2", "2", "3", "3", "3", "3", "3", "4"]
    assert found['polyphony_request_seconds_sum{route="/models"}'] == "1000.306000"


def test_every_name_is_explained_once():
    lines = list(Measures().lines([("polyphony_x", "Of x.", 1.5)]))
    names = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(set(names)) == len(names) == 5
    assert lines[-3:] == ["# HELP polyphony_x Of x.", "# TYPE polyphony_x gauge", "polyphony_x 1.5"]


def test_a_cut_answer_is_an_error(live, key, lab, monkeypatch):
    fresh = Measures()
    monkeypatch.setattr("core.api.http.middleware.measures", fresh)
    make_model(lab, "lab/alto", upstream="cut")
    with pytest.raises(httpx.RemoteProtocolError):
        live.post("/audio/speech", key, json=ASK)
    assert (fresh.cut, fresh.in_flight) == (1, 0)
