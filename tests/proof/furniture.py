"""The rows of an installation that is proved; run inside the program's shell by `stage.furnish`."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from core.access import keys
from core.models import AIModel, Budget, Endpoint, Price, Provider, ProviderKey, Team, User, Voice
from tests.proof.billing import LONGEST, PER_CHARACTER, PER_TOKEN_IN, PER_TOKEN_OUT, RATE, SECRET

CHATS = {
    "talker": ("talker",),
    "slow": ("slow",),
    "held": ("held",),
    "resets": ("resets",),
    "fails-over": ("refuses", "talker"),
    "dear": ("dear",),
    "greedy": ("greedy",),
    "hedged": ("later", "talker"),
    "hedged-alone": ("late", "refuses"),
    "hedged-late": ("late", "later"),
}
"""Models and the upstream models of their endpoints."""


def main(origin: str, callers: int) -> None:
    call_command("migrate", verbosity=0)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    provider = make_provider(origin)
    for slug, upstreams in CHATS.items():
        make_chat(provider, slug, upstreams)
    make_chat(provider, "unpriced", ("talker",), priced=False)
    make_voice(provider)
    with transaction.atomic():  # each commit waits for the disk
        made = make_callers(callers)
    print(json.dumps(made))


def make_provider(origin: str) -> Provider:
    provider = Provider(slug="proof", name="Proof", wire="openai", base_url=f"{origin}/v1")
    if hasattr(provider, "internal"):
        provider.internal = True
    provider.save()
    ProviderKey.objects.create(provider=provider, secret=SECRET)
    return provider


def make_chat(provider: Provider, slug: str, upstreams: tuple[str, ...], priced: bool = True) -> None:
    model = AIModel.objects.create(
        slug=f"proof/{slug}",
        name=slug,
        tasks=["chat"],
        input_modalities=["text", "image"],
        output_modalities=["text"],
        features=["max_tokens"],
        limits={"max_output_tokens": LONGEST},
    )
    for priority, upstream in enumerate(upstreams):
        endpoint = Endpoint(model=model, provider=provider, upstream_id=upstream)
        endpoint.priority = priority
        endpoint.save()
        if priced:
            make_price(endpoint, "text_in", "token", PER_TOKEN_IN)
            make_price(endpoint, "text_out", "token", PER_TOKEN_OUT)


def make_voice(provider: Provider) -> None:
    model = AIModel.objects.create(
        slug="proof/voice",
        name="Voice",
        tasks=["speech"],
        formats=["pcm"],
        input_modalities=["text"],
        output_modalities=["speech"],
    )
    Voice.objects.create(model=model, voice_id="v", name="V")
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="voice")
    make_price(endpoint, "text_in", "character", PER_CHARACTER)


def make_price(endpoint: Endpoint, kind: str, unit: str, usd: Decimal) -> None:
    Price.objects.create(endpoint=endpoint, kind=kind, unit=unit, usd_per_unit=usd)


def make_callers(number: int) -> list[dict[str, Any]]:
    """Two of three have a team that pays as well; every tenth has no budget at all, for unpriced models.

    One in a hundred may call `RATE` times a minute.
    """
    payers = Team.objects.create(name="payers")
    Budget.objects.create(team=payers, limit=10_000)
    users = User.objects.bulk_create(
        User(username=f"caller{n}", team=None if n % 10 == 9 or n % 3 == 2 else payers) for n in range(number)
    )
    owners = [user for n, user in enumerate(users) if n % 10 != 9]
    budgets = Budget.objects.bulk_create(Budget(user=user, limit=100) for user in owners)
    ids = {budget.user_id: budget.pk for budget in budgets}
    return [make_caller(user, ids.get(user.pk), limited=n % 100 == 99) for n, user in enumerate(users)]


def make_caller(user: User, budget: int | None, limited: bool) -> dict[str, Any]:
    key, _row = keys.issue(user, **({"requests_per_minute": RATE} if limited else {}))
    return {"id": user.pk, "key": key, "budget": budget, "team": user.team_id is not None, "limited": limited}
