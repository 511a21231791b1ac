"""Targets of a route: the endpoints of a model that can be called now, with address, key and options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.readiness import Readiness, ReadinessState, provider_access, readiness
from core.catalogue.validation.audio_formats import AudioChoice
from core.contract.errors import TooLarge, Unavailable
from core.contract.route import Target
from core.contract.tasks import Task

FIRST_EVENT_SECONDS = 60.0
"""How long a target may take to its first event while another one could be asked instead."""

NO_AUDIO = AudioChoice(None)

MB = 1_000_000
TEXT_BYTES = 1_000_000
"""Bytes of a request that are kept for its text."""


def live_endpoints(model: ModelEntry, task: Task) -> list[EndpointEntry]:
    """Endpoints that can be called now, in order. Raises `Unavailable` naming what an admin must do."""
    endpoints = [endpoint for endpoint in model.endpoints if endpoint.visible and task in endpoint.tasks]
    states = [readiness(endpoint.provider, endpoint.upstream_id) for endpoint in endpoints]
    live = [endpoint for endpoint, state in zip(endpoints, states, strict=True) if state.ready]
    if not live:
        raise not_callable(model, states)
    return live


def not_callable(model: ModelEntry, states: Sequence[Readiness]) -> Unavailable:
    needs_key = any(state.state is ReadinessState.NEEDS_KEY for state in states)
    helps = dict.fromkeys(state.help for state in states if state.help)
    return Unavailable(
        f"{model.slug} cannot be called yet. {' '.join(helps) or 'No provider serves it.'}",
        code="provider_needs_key" if needs_key else "provider_unavailable",
        error_type="provider_unavailable",
        param="model",
        metadata={"model": model.slug},
    )


def build_target(
    endpoint: EndpointEntry,
    voice: str | None = None,
    audio: AudioChoice = NO_AUDIO,
    options: Mapping[str, Any] | None = None,
) -> Target:
    """The endpoint as it is called; the provider's options override `options`, the endpoint's both."""
    provider = endpoint.provider
    access = provider_access(provider)
    return Target(
        endpoint_id=endpoint.id,
        provider=provider.slug,
        provider_name=provider.name,
        wire=provider.wire,
        base_url=access.base_url if access else provider.base_url,
        model=endpoint.upstream_id,
        credential=access.secret if access else None,
        credentials=access.secrets if access else (),
        prices=endpoint.prices,
        voice=voice,
        format=audio.asked,
        encoding=audio.encoding,
        headers=provider.headers,
        options={**(options or {}), **provider.options, **endpoint.options},
        priority=endpoint.priority,
        weight=endpoint.weight,
        requests_per_minute=endpoint.requests_per_minute,
        parallel_requests=endpoint.parallel_requests,
        public_only=access.public_only if access else True,
    )


def roomy_targets(targets: Sequence[Target], files: Iterable[int], param: str) -> tuple[Target, ...]:
    """Those whose requests have room for files of so many bytes in base64, by the option `inline_bytes` of
    providers to which nothing can be uploaded beforehand. Raises `TooLarge` when none has."""
    size = sum(-(-file // 3) * 4 for file in files)
    limits = [(target, target.options.get("inline_bytes")) for target in targets]
    found = tuple(target for target, most in limits if not size or most is None or size <= most - TEXT_BYTES)
    if targets and not found:
        most = max(limit for _, limit in limits if limit is not None)
        names = " or ".join(sorted({target.provider_name for target in targets}))
        raise TooLarge(
            f"The files have {size / MB:.1f} MB in base64; a request to {names} has room for "
            f"{(most - TEXT_BYTES) / MB:.0f} MB: about {(most - TEXT_BYTES) * 3 // 4 // MB} MB of files.",
            param=param,
            metadata={"bytes": size, "limit": most},
        )
    return found
