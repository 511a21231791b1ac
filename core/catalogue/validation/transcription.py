"""Checks a transcription request against its model: language, word times, speakers, and the file."""

from __future__ import annotations

from core.catalogue.entries import ModelEntry
from core.catalogue.validation.audio_file import check_file, check_prompt, check_subtitles, has, unsupported
from core.contract.errors import InvalidRequest
from core.contract.text.languages import english_name, primary
from core.contract.transcription import TranscriptFormat, TranscriptionRequest
from core.media import installed
from core.routing.word_alignment import LONGEST


def check_transcription(request: TranscriptionRequest, model: ModelEntry) -> None:
    """Raises `InvalidRequest`, `Unsupported` or `TooLarge` naming the parameter and the models that can.

    A model without any features was added by an admin: what its server accepts is not known here.
    """
    check_file(request, model)
    check_subtitles(request, model)
    check_prompt(request, model)
    check_keyterms(request, model)
    check_language(request, model)
    check_words(request, model)
    check_characters(request, model)
    check_speakers(request, model)
    if request.logprobs and "logprobs" not in model.features:
        raise unsupported(request, model, "include", "does not tell logprobs", has("logprobs"))


def check_keyterms(request: TranscriptionRequest, model: ModelEntry) -> None:
    if request.keyterms and model.features and not has("keywords", "keyterms", "prompt")(model):
        raise unsupported(
            request, model, "keyterms", "cannot be told words to listen for", has("keywords", "prompt")
        )


def check_language(request: TranscriptionRequest, model: ModelEntry) -> None:
    language = request.language
    if language is None:
        return
    if model.languages:
        if not accepts_language(model, language):
            names = ", ".join(english_name(code).title() for code in model.languages)
            raise unsupported(
                request,
                model,
                "language",
                f"understands {names} only",
                lambda other: accepts_language(other, language),
            )
    elif model.features and not model.features & {"language", "languages"}:
        raise unsupported(
            request, model, "language", "cannot be told the language", has("language", "languages")
        )


def accepts_language(model: ModelEntry, language: str) -> bool:
    """Whether a model lists the language, or lists none at all."""
    return not model.languages or language in {primary(code) for code in model.languages}


def check_words(request: TranscriptionRequest, model: ModelEntry) -> None:
    """Word times need a model that gives them, or a transcript that can be aligned with the audio here."""
    if not request.words or "words" in model.features or can_align(request, model):
        return
    advice = ""
    if alignment_available():
        advice = " Of English up to ten minutes (language: en) they can be found here."
    raise unsupported(
        request,
        model,
        "timestamp_granularities",
        f"does not tell when each word was said.{advice}".removesuffix("."),
        has("words"),
    )


def check_characters(request: TranscriptionRequest, model: ModelEntry) -> None:
    if request.characters and "characters" not in model.features:
        raise unsupported(
            request,
            model,
            "timestamps_granularity",
            "does not tell when each character was said",
            has("characters"),
        )


def can_align(request: TranscriptionRequest, model: ModelEntry) -> bool:
    """Whether the transcript can be aligned with the audio: known to be English, at most ten minutes long."""
    languages = {primary(code) for code in model.languages}
    english = request.language == "en" or (request.language is None and languages == {"en"})
    seconds = request.file.seconds
    return english and seconds is not None and seconds <= LONGEST and alignment_available()


def alignment_available() -> bool:
    return installed.alignment_hint() is None


def check_speakers(request: TranscriptionRequest, model: ModelEntry) -> None:
    if request.diarize and "diarize" not in model.features:
        param = "response_format" if request.format is TranscriptFormat.DIARIZED_JSON else "diarize"
        raise unsupported(request, model, param, "does not tell who spoke", has("diarize"))
    if request.known_speakers and model.features and "diarize" not in model.features:
        raise unsupported(request, model, "known_speaker_names", "does not tell who spoke", has("diarize"))
    most = model.limits.get("speakers")
    if request.speakers is not None and most is not None and request.speakers > most:
        raise InvalidRequest(f"{model.slug} tells at most {most} speakers apart.", param="num_speakers")
