"""The fixtures of the API's tests."""

from __future__ import annotations

from tests.core.api.conftest import alice as alice
from tests.core.api.conftest import lab as lab
from tests.core.api.conftest import provider as provider
from tests.live import live as live
