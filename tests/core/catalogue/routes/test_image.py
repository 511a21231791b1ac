from __future__ import annotations

from dataclasses import replace

import pytest

from core.catalogue.lookup import get
from core.catalogue.route import route
from core.catalogue.routes import image
from core.contract.errors import ModelRetired, WrongEndpoint
from core.contract.route import Policy
from tests.core.catalogue.requests import image_request, route_error


def test_a_picture_may_take_minutes(rehearsal):
    found = route(image_request())
    assert found.policy == Policy(first_event=image.FIRST_EVENT_SECONDS, deadline=300.0)
    assert route(image_request(n=4)).policy.deadline == 480.0
    assert [target.model for target in found.targets] == ["rehearsal-image"]


def test_a_retired_model_names_its_successor(openai_key):
    refused = route_error(image_request("openai/dall-e-3"), ModelRetired)
    assert refused.metadata["replacement"] == "openai/gpt-image-2"


def test_a_model_of_another_task_is_refused(openai_key):
    assert route_error(image_request("openai/gpt-4o"), WrongEndpoint).param == "model"


@pytest.mark.parametrize(("words", "first"), [(["standard", "hd"], "standard"), (["auto", "low"], "")])
def test_the_first_word_is_the_models_choice_unless_it_chooses_itself(rehearsal, words, first):
    model = replace(get("local/rehearsal-image"), limits={"qualities": words, "sizes": words})
    options = image.target_options(model)
    assert {options.get("default_size", ""), options.get("default_quality", "")} == {first}
