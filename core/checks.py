"""System checks: configuration that would fail later, or leak, is reported before the server starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import ERROR, CheckMessage, Error, Info, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections, models

from core.catalogue.seed import files
from core.media import installed as extras
from core.models import ApiKey, Provider, ProviderKey
from core.models.secrets import key_id
from core.models.secrets.headers import sealed_by
from core.operations.second_factors import held_by
from core.providers.registry import WIRES

DAPHNE = (4, 2, 3)
WORKLET = "playground/js/audio/playback/player-worklet.js"


@register(Tags.security)
def key_ring(**kwargs: Any) -> list[CheckMessage]:
    """POLYPHONY_SECRET_KEYS, which encrypt provider keys: present, well-formed, and not SECRET_KEY."""
    keys = settings.POLYPHONY_SECRET_KEYS
    if not keys:
        hint = (
            "Generate one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key())'"
        )
        return [Error("POLYPHONY_SECRET_KEYS is empty.", hint=hint, id="polyphony.E001")]
    found: list[CheckMessage] = []
    for number, key in enumerate(keys, 1):
        if not is_fernet_key(key):
            text = f"Key {number} of POLYPHONY_SECRET_KEYS is not a Fernet key (32 bytes in URL-safe base64)."
            found.append(Error(text, id="polyphony.E002"))
    if settings.SECRET_KEY in keys:
        text = "SECRET_KEY is also in POLYPHONY_SECRET_KEYS: one leak would open both."
        found.append(Error(text, id="polyphony.E003"))
    return found


def is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


@register(Tags.database)
def sealed_keys(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """POLYPHONY_SECRET_KEYS still has every key that provider keys, second factors and API keys depend on."""
    known = {key_id(key) for key in settings.POLYPHONY_SECRET_KEYS}
    found: list[CheckMessage] = []
    for alias in reachable(databases, ProviderKey, Authenticator):
        stored = ProviderKey.objects.using(alias).values_list("secret", flat=True)
        headers = map(sealed_by, Provider.objects.using(alias).values_list("headers", flat=True))
        factors = (name for factor in Authenticator.objects.using(alias).all() for name in held_by(factor))
        lost = {*(sealed.key_id for sealed in stored if sealed), *filter(None, headers), *factors} - known
        if lost:
            text = f"Secrets are sealed with ring keys that are gone: {', '.join(sorted(lost))}."
            hint = (
                "Put them back into POLYPHONY_SECRET_KEYS; where they are lost, run "
                "manage.py rotate_secrets --remove-lost and enter the provider keys again."
            )
            found.append(Error(text, hint=hint, id="polyphony.E004"))
        live = ApiKey.objects.using(alias).filter(revoked_at=None)
        if live.exclude(pepper_id__in=known).exists():
            text = "API keys were issued under a ring key that is gone: they do not work."
            found.append(Warning(text, id="polyphony.W001"))
    return found


@register(Tags.security)
def sign_in(**kwargs: Any) -> list[CheckMessage]:
    """A company's sign-in is configured whole, and there is a way in."""
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    if app and not (app[0]["client_id"] and app[0]["secret"]):
        text = "OIDC_ISSUER is set without OIDC_CLIENT_ID and OIDC_CLIENT_SECRET."
        return [Error(text, id="polyphony.E009")]
    if not app and not settings.PASSWORD_SIGN_IN:
        text = "PASSWORD_SIGN_IN is off without OIDC_ISSUER: only passkeys and links of the console sign in."
        return [Warning(text, id="polyphony.W007")]
    return []


@register(Tags.database)
def wires(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every provider's wire has an adapter, or is one that the seed names for a later version."""
    found: list[CheckMessage] = []
    for alias in reachable(databases, Provider):
        rows = Provider.objects.using(alias).exclude(wire__in={*WIRES, *seeded_wires()})
        for slug, wire in rows.values_list("slug", "wire"):
            text = f"Provider {slug} speaks “{wire}”, which nobody wrote: {', '.join(sorted(WIRES))} exist."
            found.append(Warning(text, id="polyphony.W002"))
    return found


def reachable(databases: Sequence[str] | None, *tables: type[models.Model]) -> Iterator[str]:
    """Those of `databases` that have the tables: checks also run before a migration that makes one."""
    for alias in databases or ():
        present = connections[alias].introspection.table_names()
        if all(table._meta.db_table in present for table in tables):
            yield alias


@cache
def seeded_wires() -> frozenset[str]:
    return frozenset(row["wire"] for row in files.read().providers.values())


@register(Tags.compatibility)
def server(**kwargs: Any) -> list[CheckMessage]:
    """Daphne is recent enough to have the security fixes that our server needs."""
    try:
        installed = version("daphne")
    except PackageNotFoundError:
        installed = "0"
    if tuple(map(int, re.findall(r"\d+", installed)[:3])) >= DAPHNE:
        return []
    floor = ".".join(map(str, DAPHNE))
    return [Error(f"Daphne {installed} is older than {floor}.", id="polyphony.E005")]


@register()
def local_engine(**kwargs: Any) -> list[CheckMessage]:
    """The local engine is installed."""
    command = extras.speech_hint()
    if command is None:
        return []
    return [Info("The local engine is not installed.", hint=command, id="polyphony.I001")]


@register()
def white_space(**kwargs: Any) -> list[CheckMessage]:
    """Keys and addresses in the environment have no white space around them."""
    text = "{} has white space around its value, which is left out."
    return [Warning(text.format(name), id="polyphony.W004") for name in settings.TRIMMED_VARIABLES]


@register(Tags.security)
def exposure(**kwargs: Any) -> list[CheckMessage]:
    """Neither debug pages, which show settings and source, for other machines, nor any Host header."""
    return exposed_at(settings.HOST)


def exposed_at(host: str) -> list[CheckMessage]:
    """The same for a server that listens on `host`: errors, warnings where ALLOW_INSECURE is set."""
    kind: type[CheckMessage] = Warning if settings.ALLOW_INSECURE else Error
    found = []
    if settings.DEBUG and not is_loopback(host):
        hint = "Unset DEBUG, listen on 127.0.0.1, or set ALLOW_INSECURE=true."
        found.append(kind(f"DEBUG is on while the server listens on {host}.", hint=hint, id="polyphony.E007"))
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts that people use, or set ALLOW_INSECURE=true."
        found.append(kind("ALLOWED_HOSTS is *: any Host header is believed.", hint=hint, id="polyphony.E008"))
    return found


def refusals() -> list[CheckMessage]:
    """Why the server must not start, whichever program serves it. Blocking."""
    found = [*key_ring(), *exposure(), *sealed_keys([DEFAULT_DB_ALIAS])]
    return [message for message in found if message.level >= ERROR]


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@register(Tags.staticfiles)
def worklet(**kwargs: Any) -> list[CheckMessage]:
    """The audio worklet exists: no import names it, so nothing else would notice that it is missing."""
    if finders.find(WORKLET):
        return []
    return [Error(f"{WORKLET} is missing: pages could not play live sound.", id="polyphony.E006")]
