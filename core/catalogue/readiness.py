"""Whether a provider can be called now, with which key, and what an admin must do when it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _

from core.catalogue.entries import ProviderEntry
from core.contract.route import Secret
from core.media import installed
from core.providers.registry import WIRES


class ReadinessState(StrEnum):
    READY = "ready"
    NEEDS_KEY = "needs_key"
    UNAVAILABLE = "unavailable"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Readiness:
    """`help` is what an admin must do, in one sentence; "" when ready."""

    state: ReadinessState
    help: str = ""

    @property
    def ready(self) -> bool:
        return self.state is ReadinessState.READY


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """Address and keys of a provider; `secrets` is empty where no key is needed.

    `public_only`: neither a superuser nor the environment vouches for the address.
    """

    base_url: str
    secrets: tuple[Secret, ...]
    public_only: bool

    @property
    def secret(self) -> Secret | None:
        """The first key."""
        return self.secrets[0] if self.secrets else None


READY = Readiness(ReadinessState.READY)


def readiness(provider: ProviderEntry, upstream_id: str = "") -> Readiness:
    """Computed anew with every call, from dictionary reads only.

    `upstream_id` is one of its models: each local engine is installed by itself.
    """
    if not provider.enabled:
        advice = _("%(provider)s is switched off: an admin can switch it on.")
        return Readiness(ReadinessState.DISABLED, advice % name_arguments(provider))
    if provider.wire not in WIRES:
        advice = _("%(provider)s is not supported in this version.")
        return Readiness(ReadinessState.UNAVAILABLE, advice % name_arguments(provider))
    if provider.wire == "local" and (command := missing(upstream_id)):
        advice = _("The local engine is not installed: %(command)s") % {"command": command}
        return Readiness(ReadinessState.UNAVAILABLE, advice)
    if provider_access(provider) is None:
        return Readiness(ReadinessState.NEEDS_KEY, key_help(provider))
    return READY


def provider_access(provider: ProviderEntry) -> ProviderAccess | None:
    """Address and keys to call with, None when one is missing.

    A key stored in the admin is sent to the address stored with it, a key from the environment to the
    environment's address where there is one: a key is never sent to an address it was not given for.
    """
    if provider.keys and provider.base_url:
        return ProviderAccess(provider.base_url, provider.keys, not provider.internal)
    key, address = environment_credentials(provider)
    public_only = not (address or provider.internal)
    if key and (address or provider.base_url):
        return ProviderAccess(address or provider.base_url, (Secret(lambda: key),), public_only)
    return None if provider.needs_key else ProviderAccess(address or provider.base_url, (), public_only)


def environment_credentials(provider: ProviderEntry) -> tuple[str, str]:
    """(key, base URL) from the environment, "" where unset."""
    found = settings.PROVIDER_ENVIRONMENT.get(provider.environment, {})
    return found.get("api_key", ""), found.get("base_url", "")


def key_help(provider: ProviderEntry) -> str:
    """What an admin does so that `provider` can be called."""
    prefix = provider.environment
    needed = ["API_KEY"] if provider.base_url else ["API_KEY", "BASE_URL"]
    names = {**name_arguments(provider), "variables": ", ".join(f"{prefix}_{name}" for name in needed)}
    if prefix:
        text = _("%(provider)s needs a key: an admin adds one under Providers or sets %(variables)s.") % names
    else:
        text = _("%(provider)s needs a key: an admin adds one under Providers.") % names
    return f"{text} {_(provider.key_help)}".strip()


def name_arguments(provider: ProviderEntry) -> dict[str, str]:
    return {"provider": _(provider.name)}


def missing(engine: str) -> str | None:
    """How to install what a local engine lacks; weights may come while the server runs."""
    return install_hint(engine) or installed.weights_hint(engine)


@cache
def install_hint(engine: str) -> str | None:
    """How to install a local engine, None when it is there. Cached: an installation needs a restart."""
    return {
        installed.NATURAL_VOICE: installed.natural_speech_hint,
        **dict.fromkeys(installed.RECOGNISERS, installed.recogniser_hint),
        installed.INSPECTOR: installed.inspection_hint,
        installed.CANVAS: installed.drawing_hint,
    }.get(engine, installed.speech_hint)()
