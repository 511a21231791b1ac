"""Sample recordings: a sentence in each of several languages, spoken here, as a file of the user."""

from __future__ import annotations

from pathlib import PurePath
from uuid import uuid4

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from core.contract.audio import AudioFormat
from core.contract.errors import NotFound
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task
from core.models import User
from core.models.offload import offload
from playground.models import Upload
from playground.studios.choices.recordings import SENTENCES, recording_name, speaker
from playground.uploads.probe import probe
from playground.uploads.storage import save_file
from playground.views.json_response import signed_in
from playground.views.uploads import serialize
from playground.views.voice_samples import media_type, playable_format, stored_speech


@signed_in("POST")
async def create(request: HttpRequest, user: User, language: str) -> HttpResponseBase:
    """201 with the upload as `POST /uploads/` returns it. The sentence is synthesized at the first request.

    Raises `NotFound` for a language without a sentence or without a voice, and what the gateway raises.
    """
    found = speaker(language) if language in SENTENCES else None
    if found is None:
        raise NotFound("There is no sample recording in this language.")
    model, voice = found
    form = playable_format(model)
    speech = SpeechRequest(model=model.slug, text=SENTENCES[language], voice=voice, format=form)
    name = await stored_speech(speech, user.pk)
    row = await offload(copy_of, name, user, recording_name(language), form)
    row.probe = await probe(row)
    await offload(row.save, force_insert=True)
    return JsonResponse(serialize(row), status=201)


def copy_of(name: str, user: User, title: str, form: AudioFormat) -> Upload:
    """A stored speech as an upload of `user`, which is not saved yet."""
    upload_id = uuid4()
    with default_storage.open(name) as stored:
        file = save_file(f"uploads/{user.pk}/{upload_id}.{form.extension}", stored)
    return Upload(
        id=upload_id,
        user=user,
        name=f"{title}{PurePath(name).suffix}",
        media_type=media_type(name),
        bytes=default_storage.size(name),
        task=Task.TRANSCRIPTION,
        file=file,
    )
