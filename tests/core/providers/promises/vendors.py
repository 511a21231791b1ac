"""The vendors whose adapters keep the promises: a line for each wire."""

from __future__ import annotations

import pytest

from tests.core.providers.promises.azure import AZURE
from tests.core.providers.promises.elevenlabs import ELEVENLABS
from tests.core.providers.promises.google import GOOGLE, VERTEX
from tests.core.providers.promises.mistral import MISTRAL
from tests.core.providers.promises.openai import OPENAI
from tests.core.providers.promises.openrouter import OPENROUTER
from tests.core.providers.promises.vendor import Case

VENDORS = (OPENAI, AZURE, OPENROUTER, GOOGLE, VERTEX, ELEVENLABS, MISTRAL)

CASES = [Case(vendor, call) for vendor in VENDORS for call in vendor.calls]

each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.wire)
each_case = pytest.mark.parametrize("case", CASES, ids=str)
