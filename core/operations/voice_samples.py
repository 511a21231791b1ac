"""Fetches the recording of a voice that its vendor offers, for our own pages to play."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.catalogue import readiness
from core.catalogue.entries import ModelEntry, ProviderEntry, VoiceEntry
from core.contract.errors import UpstreamDenied, UpstreamInvalid, UpstreamRefused
from core.media.file_types import AAC, FLAC, M4A, MP3, MP4, OGG, WAV, FileType, file_type
from core.operations.connection import call_with_keys, provider_target
from core.providers import registry
from core.providers.base import VoiceSampleAdapter
from core.providers.shared.audio.voice_sample import public_sample

TYPES = (MP3, WAV, OGG, FLAC, AAC, M4A, MP4)
"""What browsers play."""


async def fetch_sample(model: ModelEntry, voice: VoiceEntry) -> tuple[bytes, FileType] | None:
    """The recording at `voice.sample_url` and its type; None where the vendor has none there that plays.

    One on the server of a provider of the model is fetched as that provider is called: with its key where the
    vendor asks for it, and from a private address where it may have one. Any other is public, by https.
    Raises from the error tree where the vendor cannot be reached now.
    """
    owner = owner_of(model, voice.sample_url)
    if owner is None and not voice.sample_url.startswith("https:"):
        return None
    try:
        content = await (fetch_at(owner, voice.sample_url) if owner else fetch_public(voice.sample_url))
    except (UpstreamDenied, UpstreamInvalid, UpstreamRefused):
        return None
    found = file_type(content)
    return (content, found) if found in TYPES else None


async def fetch_public(address: str) -> bytes:
    return await public_sample(address, public_only=True)


async def fetch_at(provider: ProviderEntry, address: str) -> bytes:
    """The bytes at an address on the provider's own server."""
    target = provider_target(provider)
    adapter = registry.adapter(provider.wire)
    if not isinstance(adapter, VoiceSampleAdapter):
        return await public_sample(address, public_only=target.public_only)
    return await call_with_keys(target, lambda keyed: adapter.voice_sample(keyed, address))


def owner_of(model: ModelEntry, address: str) -> ProviderEntry | None:
    """The provider of the model on whose server the address is."""
    providers = (endpoint.provider for endpoint in model.endpoints)
    return next((provider for provider in providers if is_at(provider, address)), None)


def is_at(provider: ProviderEntry, address: str) -> bool:
    access = readiness.provider_access(provider)
    return access is not None and origin(access.base_url) == origin(address)


def origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()
