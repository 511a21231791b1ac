"""A new installation: three models at the benchmarks' provider, people, a key, something large to fetch."""

from __future__ import annotations

from tests.benchmarks.processes import Facts, outcome

MODEL = "bench/voice"
CHAT = "bench/chat"
EAR = "bench/ear"


def furnished(origin: str, environment: dict[str, str]) -> Facts:
    """Its `key`, its people's `sessions` and `large`, an address; the provider is at `origin`."""
    code = f"from tests.benchmarks.furnish import main; main({origin!r})"
    return outcome("manage.py", "shell", "--no-imports", "--command", code, environment=environment)
