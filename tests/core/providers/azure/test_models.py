from __future__ import annotations

import pytest

from core.contract.errors import UpstreamDenied, UpstreamInvalid, UpstreamRefused
from core.providers.registry import adapter
from tests.core.providers.azure.calls import BASES, target
from tests.fakes.azure import DEPLOYMENTS, answering
from tests.fakes.provider import Provider
from tests.fakes.scenarios import body

pytestmark = pytest.mark.anyio


@pytest.fixture
def secretive(tmp_path):
    """A resource that lists no deployments."""
    scenario = answering(lists=False)
    with Provider(lambda name: scenario, tmp_path / "bills.jsonl") as running:
        yield running


@pytest.mark.parametrize("base", BASES)
async def test_the_models_are_the_deployments(vendor, base):
    assert await adapter("azure").models(target(vendor, "", base)) == tuple(DEPLOYMENTS)
    rows = await adapter("azure").listing(target(vendor, "", base))
    assert {row["id"]: row["model"] for row in rows} == DEPLOYMENTS


@pytest.mark.parametrize("base", BASES)
async def test_without_deployments_the_key_is_tried_on_the_models(secretive, base):
    assert await adapter("azure").models(target(secretive, "", base)) == ("gpt-4o",)
    with pytest.raises(UpstreamRefused):
        await adapter("azure").listing(target(secretive, "", base))


async def test_a_wrong_key_is_denied(vendor):
    with pytest.raises(UpstreamDenied):
        await adapter("azure").models(target(vendor, "", key="0" * 32))


@pytest.mark.parametrize("odd", [b"7", b"{}", b'{"data": [{"name": "x"}]}'])
async def test_a_list_that_is_none_is_invalid(tmp_path, odd):
    with (
        Provider(lambda name: body(odd), tmp_path / "bills.jsonl") as vendor,
        pytest.raises(UpstreamInvalid),
    ):
        await adapter("azure").models(target(vendor, ""))
