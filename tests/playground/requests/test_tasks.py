"""The table of the requests by task."""

from __future__ import annotations

import pytest

from core.contract.tasks import UnknownTask
from playground import frames, requests
from playground.tasks import TASKS
from tests.playground.made_up_task import JUGGLING

pytestmark = pytest.mark.anyio


def test_every_task_with_a_tab_has_its_request():
    assert tuple(requests.MODULES) == TASKS


async def test_a_task_without_a_module_is_built_as_no_other():
    with pytest.raises(UnknownTask, match=r"playground\.requests has no row for the task juggling"):
        await requests.build(None, frames.Start("a", JUGGLING, "m", {"input": "Hi"}))
