"""Samples of voices: their vendors' recordings, else one sentence, synthesized once per voice and stored."""

from __future__ import annotations

import asyncio
import hashlib
import time

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseBase

from core import background, gateway, idempotency
from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, PolyphonyError, Unavailable
from core.contract.requests import Caller, Source
from core.contract.speech import SpeechRequest
from core.ledger.store import heartbeat
from core.models import User
from core.models.offload import offload
from playground.uploads.storage import save_file
from playground.views.files import file_response
from playground.views.json_response import signed_in
from playground.views.vendor_samples import MEDIA_TYPES, vendor_sample

WAIT, PAUSE = 60.0, 0.1
"""Seconds: for a sample that somebody else is making, and between two looks for it."""

SENTENCES = {
    "ar": "مرحبًا، هكذا يبدو صوتي.",
    "cmn": "你好，这就是我的声音。",
    "cs": "Dobrý den, takhle zní můj hlas.",
    "de": "Hallo, so klingt meine Stimme.",
    "el": "Γεια σας, έτσι ακούγεται η φωνή μου.",
    "en": "Hello, this is how my voice sounds.",
    "es": "Hola, así suena mi voz.",
    "fi": "Hei, tältä ääneni kuulostaa.",
    "fr": "Bonjour, voici le son de ma voix.",
    "hi": "नमस्ते, मेरी आवाज़ ऐसी है।",
    "it": "Ciao, questa è la mia voce.",
    "ja": "こんにちは、わたしのこえです。",
    "ko": "안녕하세요, 제 목소리입니다.",
    "nl": "Hallo, zo klinkt mijn stem.",
    "pl": "Dzień dobry, tak brzmi mój głos.",
    "pt": "Olá, é assim que soa a minha voz.",
    "ru": "Здравствуйте, так звучит мой голос.",
    "sv": "Hej, så här låter min röst.",
    "tr": "Merhaba, sesim böyle.",
    "uk": "Вітаю, так звучить мій голос.",
    "yue": "你好，呢個係我把聲。",
    "zh": "你好，这就是我的声音。",
}


@signed_in("GET", "HEAD")
async def sample(request: HttpRequest, user: User) -> HttpResponseBase:
    """The sample of `?model=&voice=`: the vendor's recording, which costs nothing.

    Where there is none, the first request synthesizes one and is metered like any other.
    """
    model = lookup.get(request.GET.get("model", ""))
    voice = model.voices_by_name.get(request.GET.get("voice", "").casefold())
    if voice is None or voice.install_command:
        raise InvalidRequest("This model has no such voice.", param="voice")
    name = await vendor_sample(model, voice) or await stored_sample(model, voice.id, user.pk)
    response = await file_response(request, name, media_type(name), name.rpartition("/")[2], attachment=False)
    response["Cache-Control"] = "private, max-age=86400"
    return response


async def stored_sample(model: ModelEntry, voice: str, user_id: int) -> str:
    """Storage name of the sample, made as by `stored_speech`."""
    form = playable_format(model)
    speech = SpeechRequest(model=model.slug, text=sentence(model, voice), voice=voice, format=form)
    return await stored_speech(speech, user_id)


async def stored_speech(speech: SpeechRequest, user_id: int) -> str:
    """Storage name of the speech, synthesized now where it does not exist: once, however many ask at the same
    time, in this process or another. Raises what the gateway raises."""
    digest = hashlib.sha256(f"{speech.model}\n{speech.voice}\n{speech.text}".encode()).hexdigest()[:32]
    name = f"samples/{digest}.{speech.format.extension}"
    until = time.monotonic() + WAIT
    while not await offload(default_storage.exists, name):
        if await offload(idempotency.claim, None, name, "", heartbeat.token()) is None:
            # finished for those who wait, even where this listener leaves
            task = background.spawn(f"voice {name}", synthesize(name, speech, user_id))
            if error := await asyncio.shield(task):
                raise error
        elif time.monotonic() > until:
            raise Unavailable("This sample is being made.", retry_after=1)
        else:
            await asyncio.sleep(PAUSE)
    return name


async def synthesize(name: str, speech: SpeechRequest, user_id: int) -> PolyphonyError | None:
    """Make the sample and give up the claim; the error where it failed."""
    try:
        if not await offload(default_storage.exists, name):
            session = gateway.Session(Caller(user_id, source=Source.PLAYGROUND), speech)
            answer = await gateway.collect(session)
            await offload(save_file, name, ContentFile(answer.content.audio))
    except PolyphonyError as error:
        return error
    finally:
        await offload(idempotency.release, None, name)
    return None


def playable_format(model: ModelEntry) -> AudioFormat:
    """The smallest format of the model that every browser plays."""
    for form in (AudioFormat.MP3, AudioFormat.WAV, AudioFormat.AAC, AudioFormat.FLAC, AudioFormat.OPUS):
        if form in model.formats or not model.formats:
            return form
    raise InvalidRequest("No browser plays the formats of this model.", param="model")


def sentence(model: ModelEntry, voice: str) -> str:
    language = next((found.language for found in model.voices if found.id == voice), "")
    return SENTENCES.get(language.split("-")[0], SENTENCES["en"])


def media_type(name: str) -> str:
    """The type of a stored sample, by its name."""
    return MEDIA_TYPES[name.rsplit(".", 1)[-1]]
