"""The JSON of the socket: parsing of the browser's frames, building of the server's."""

from playground.frames.chat import chat_events, chat_start, event_object, reasoning_done
from playground.frames.events import event_body, segment_fields, transcript_word_fields, word_fields
from playground.frames.image import image_partial, image_ready
from playground.frames.incoming import (
    NEW,
    BadFrame,
    Frame,
    Ping,
    Resume,
    Start,
    Stop,
    parse,
)
from playground.frames.outgoing import (
    PONG,
    audio_end,
    audio_frame,
    done,
    error_frame,
    event_frame,
    failed,
    run_number,
    started,
    text_delta_template,
    usage,
)
from playground.frames.receipts import money, receipt_fields

__all__ = [
    "NEW",
    "PONG",
    "BadFrame",
    "Frame",
    "Ping",
    "Resume",
    "Start",
    "Stop",
    "audio_end",
    "audio_frame",
    "chat_events",
    "chat_start",
    "done",
    "error_frame",
    "event_body",
    "event_frame",
    "event_object",
    "failed",
    "image_partial",
    "image_ready",
    "money",
    "parse",
    "reasoning_done",
    "receipt_fields",
    "run_number",
    "segment_fields",
    "started",
    "text_delta_template",
    "transcript_word_fields",
    "usage",
    "word_fields",
]
