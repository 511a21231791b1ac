"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core import background
from core.api.http.json_response import json_response
from core.api.http.metrics import request_metrics
from core.contract.errors import NotPermitted
from core.ledger.store.writer import writer


async def alive(request: Request) -> Response:
    return json_response({"status": "ok"})


async def ready(request: Request) -> Response:
    """200 when database and ledger writer work and no shutdown has begun, else 503."""
    checks = await background.ready()
    is_ready = all(checks.values())
    status = "ready" if is_ready else "not ready"
    return json_response({"status": status, "checks": checks}, 200 if is_ready else 503)


async def metrics(request: Request) -> Response:
    """Prometheus' text format, for the networks of METRICS_ALLOW only."""
    client = request.client.host if request.client else ""
    if not allowed(client, tuple(settings.METRICS_ALLOW)):
        raise NotPermitted("Metrics are for the networks named in METRICS_ALLOW.", code="ip_not_allowed")
    lines = request_metrics.lines(gauges())
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8")


def gauges() -> list[tuple[str, str, float]]:
    """Name, help, value."""
    return [
        ("polyphony_background_tasks", "Tasks the process owns and waits for.", len(background.owned_tasks)),
        ("polyphony_ledger_queue", "Writes that wait for the ledger.", writer.queue.qsize()),
        ("polyphony_draining", "1 while the process is shutting down.", int(background.state.draining)),
    ]


def allowed(client: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    return any(address in network for network in parsed(networks))


@lru_cache(maxsize=8)
def parsed(networks: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network, strict=False) for network in networks)
