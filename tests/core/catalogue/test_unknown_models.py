"""Which names are let through, and what is taken to be known of such a model."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.unknown_models import find_unknown
from core.contract.audio import AudioFormat
from core.contract.tasks import Task
from core.models import Provider


@pytest.fixture
def opened(catalogue) -> None:
    Provider.objects.update(unknown_models=True)
    snapshot.reset()


@pytest.mark.parametrize("task", list(Task))
def test_it_does_the_task_it_is_asked_for(opened, task):
    model = find_unknown("openai/new-model", task)
    (endpoint,) = model.endpoints
    assert (model.slug, model.tasks, endpoint.tasks) == ("openai/new-model", (task,), (task,))
    assert (endpoint.upstream_id, endpoint.provider.slug, endpoint.prices) == ("new-model", "openai", ())


@pytest.mark.parametrize(
    ("slug", "formats"),
    [
        ("openai/new", tuple(AudioFormat)),
        ("openrouter/acme/new", (AudioFormat.MP3, AudioFormat.PCM)),
        ("google/new", (AudioFormat.PCM,)),
    ],
)
def test_it_speaks_in_the_formats_of_the_wire(opened, slug, formats):
    assert find_unknown(slug, Task.SPEECH).endpoints[0].formats == formats


def test_the_engines_of_this_program_are_all_known(opened):
    assert find_unknown("local/new", Task.SPEECH) is None


@pytest.mark.parametrize(
    "id", ["gemini-3.8-flash-tts", "Gemini-3.8-Flash-TTS", "models/gemini-3.8-flash-tts"]
)
def test_an_id_of_the_catalogue_is_known_in_any_spelling(opened, id):
    assert find_unknown(f"google/{id}", Task.SPEECH) is None
    assert find_unknown(f"openrouter/google/{id.removeprefix('models/')}", Task.SPEECH) is None


def test_none_is_let_through_unless_an_admin_says_so(models):
    assert {find_unknown(f"{slug}/new", Task.CHAT) for slug in models.providers} == {None}
