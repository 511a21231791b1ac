"""Probes and metrics."""

from __future__ import annotations

import pytest

from core import background
from core.api.health import allowed


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_to_any_host(live, path):
    answer = live.client.get(path, headers={"Host": "anything.example"})
    assert answer.status_code == 200


def test_ready_lists_its_checks(live):
    found = live.client.get("/readyz").json()
    assert found == {
        "status": "ready",
        "checks": {"database": True, "writer": True, "accepting": True},
    }


def test_a_draining_process_is_not_ready_but_alive(live, key, model, monkeypatch):
    monkeypatch.setattr(background.state, "draining", True)
    answer = live.client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["accepting"]) == (503, False)
    assert live.client.get("/healthz").status_code == 200
    refused = live.post("/audio/speech", key, json={"model": "lab/alto", "input": "Hello"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")


def test_metrics_count_by_route_and_status(live, key, model):
    live.post("/audio/speech", key, json={"model": "lab/alto", "input": "Hello"})
    live.get("/models/lab/alto", key)
    live.get("/nowhere", key)
    answer = live.client.get("/metrics")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    counted = {line.rpartition(" ")[0] for line in lines if line.startswith("polyphony_requests_total")}
    assert counted >= {
        'polyphony_requests_total{route="/audio/speech",status="200"}',
        'polyphony_requests_total{route="/models/{id}",status="200"}',
        'polyphony_requests_total{route="other",status="404"}',
    }
    assert "polyphony_requests_in_flight 1" in lines
    assert "polyphony_ledger_queue 0" in lines


def test_metrics_are_for_named_networks(live, settings):
    settings.METRICS_ALLOW = ["203.0.113.0/24"]
    answer = live.client.get("/metrics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, 403)


@pytest.mark.parametrize(
    ("client", "networks", "found"),
    [
        ("127.0.0.1", ("127.0.0.0/8",), True),
        ("::1", ("127.0.0.0/8", "::1/128"), True),
        ("10.1.2.3", ("127.0.0.0/8",), False),
        ("10.1.2.3", ("10.1.2.3",), True),
        ("", ("0.0.0.0/0",), False),
        ("unix", ("0.0.0.0/0",), False),
    ],
)
def test_an_address_is_compared_with_networks(client, networks, found):
    assert allowed(client, networks) is found
