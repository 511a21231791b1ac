"""The route table."""

from __future__ import annotations

import pytest

from core.api.routes import OPERATIONS
from core.bodies.tasks import BODIES
from core.contract.tasks import FACTS


def test_every_operation_has_an_address_and_a_name_of_its_own():
    addresses = [(operation.method, operation.path) for operation in OPERATIONS]
    assert len(set(addresses)) == len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("task", list(BODIES))
def test_a_task_with_a_body_has_its_own_operation(task):
    (operation,) = [operation for operation in OPERATIONS if operation.path == FACTS[task].path]
    assert (operation.method, operation.name) == ("POST", task)
    assert operation.body is not None
    assert issubclass(operation.body, BODIES[task])
