"""`POST audio/transcriptions`: the fields beside the file, from JSON or a form.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from core.bodies.routing.body import RoutedBody
from core.bodies.transcription.fields import Format, Prompt, Temperature
from core.bodies.transcription.options import TranscriptOptions
from core.bodies.validation import FieldError
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.text.languages import is_detection, primary
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest

MOST_SPEAKERS = 32
SUBTITLES = (TranscriptFormat.SRT, TranscriptFormat.VTT)


def language_code(text: str) -> str | None:
    """The primary code; None where the model is to find the language out."""
    code = primary(text)
    if code is None and not is_detection(text):
        raise FieldError(
            "language must be a code such as en, a tag such as pt-BR or an English name.", param="language"
        )
    return code


def check_chunking(value: Any) -> Any:
    """`auto`, or an object of type `server_vad`."""
    if isinstance(value, dict) and value.get("type") == "server_vad":
        return value
    if value not in (None, "auto"):
        raise FieldError(
            'chunking_strategy must be "auto" or an object of type server_vad.', param="chunking_strategy"
        )
    return value


Language = Annotated[str, StringConstraints(max_length=40), AfterValidator(language_code)]
Term = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class TranscriptionBody(RoutedBody):
    """What to write down, and how."""

    model: str = Field(min_length=1, description="The model, such as `local/whisper-base`.")
    language: Language | None = Field(
        default=None,
        description="What is spoken: `en`, `pt-BR` or `english`. Found out for `auto` and when not given.",
    )
    languages: list[Language] = Field(
        default_factory=list, max_length=1, description="`language` as a list of one."
    )
    prompt: Prompt | None = Field(
        default=None, description="Names and words that occur, or what came before."
    )
    response_format: Format = Field(
        default=TranscriptFormat.JSON,
        description="Every model answers in every format, except where it would have to invent.",
    )
    temperature: Temperature | None = None
    timestamp_granularities: list[Literal["word", "segment"]] = Field(
        default_factory=list, max_length=8, description="What has times in `verbose_json`."
    )
    timestamps_granularity: Literal["none", "word", "character"] | None = Field(
        default=None,
        description="ElevenLabs' name for `timestamp_granularities`; `character` also times letters.",
    )
    include: list[Literal["logprobs"]] = Field(
        default_factory=list, max_length=8, description="How sure the model was of each token; `json` only."
    )
    stream: bool = Field(default=False, description="Send the words as events while they are recognised.")
    chunking_strategy: Annotated[Any, BeforeValidator(check_chunking)] = Field(
        default=None, description='`auto`, or `{"type": "server_vad", …}`; only some models use it.'
    )
    known_speaker_names: list[Term] = Field(default_factory=list, max_length=4)
    known_speaker_references: list[str] = Field(
        default_factory=list, max_length=4, description="Data URLs of 2 to 10 seconds, one for each name."
    )
    diarize: bool = Field(default=False, description="Say who spoke.")
    num_speakers: Annotated[int, Field(ge=1, le=MOST_SPEAKERS)] | None = None
    tag_audio_events: bool | None = Field(default=None, description="Note laughter and the like.")
    enable_logging: bool | None = Field(default=None, description="Whether the provider may keep the file.")
    keyterms: list[Term] = Field(default_factory=list, max_length=1000, description="Words to listen for.")
    keywords: list[Term] = Field(default_factory=list, max_length=1000, description="As `keyterms`.")

    def request(self, file: AudioFile) -> TranscriptionRequest:
        """Raises `InvalidRequest` or `Unsupported` for fields that do not go together."""
        self.check()
        form = self.response_format
        return TranscriptionRequest(
            model=self.model,
            file=file,
            language=self.language or next(iter(self.languages), None),
            prompt=self.prompt or None,
            temperature=self.temperature,
            format=form,
            words="word" in self.timestamp_granularities
            or self.timestamps_granularity in ("word", "character"),
            segments="segment" in self.timestamp_granularities,
            characters=self.timestamps_granularity == "character",
            logprobs=bool(self.include),
            diarize=self.diarize or form is TranscriptFormat.DIARIZED_JSON,
            speakers=self.num_speakers,
            tag_events=self.tag_audio_events,
            logging=self.enable_logging,
            keyterms=tuple(dict.fromkeys((*self.keyterms, *self.keywords))),
            chunking=self.chunking_strategy,
            known_speakers=tuple(zip(self.known_speaker_names, self.known_speaker_references, strict=True)),
            streamed=self.stream,
            options=self.options,
            preferences=self.preferences,
            routing=self.rules,
        )

    def check(self) -> None:
        if self.language and self.languages and self.languages[0] not in (None, self.language):
            raise InvalidRequest("languages must be [language] where both are given.", param="languages")
        if self.timestamp_granularities and self.response_format is not TranscriptFormat.VERBOSE_JSON:
            raise InvalidRequest(
                "timestamp_granularities needs response_format verbose_json.", param="timestamp_granularities"
            )
        if self.stream and self.response_format in SUBTITLES:
            raise Unsupported(
                "Subtitles are sent whole: leave stream out, or ask for another response_format.",
                param="stream",
            )
        if self.include and self.response_format is not TranscriptFormat.JSON:
            raise Unsupported("include logprobs needs response_format json.", param="include")
        if len(self.known_speaker_names) != len(self.known_speaker_references):
            raise InvalidRequest(
                "known_speaker_references must have one entry for each of known_speaker_names.",
                param="known_speaker_references",
            )
        if not all(reference.startswith("data:") for reference in self.known_speaker_references):
            raise InvalidRequest(
                "known_speaker_references must be data URLs.", param="known_speaker_references"
            )


def transcript_options(request: TranscriptionRequest) -> TranscriptOptions:
    return TranscriptOptions(
        task="transcribe",
        language=request.language,
        words=request.words,
        segments=request.segments,
        logprobs=request.logprobs,
        diarize=request.diarize,
    )
