"""The socket's JSON, and nowhere else: frames become requests, events become frames."""

from playground.frames.asking import heard_live, request
from playground.frames.chatting import chat_bodies, image_ready, spelled
from playground.frames.incoming import NEW, BadFrame, Frame, Ping, Resume, Start, Stop, chat_start, parse
from playground.frames.outgoing import (
    PONG,
    audio_end,
    binary,
    body,
    channel,
    done,
    failed,
    heard_fields,
    refusal,
    segment_fields,
    started,
    text,
    usage,
    word_fields,
    words_between,
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
    "binary",
    "body",
    "channel",
    "chat_bodies",
    "chat_start",
    "done",
    "failed",
    "heard_fields",
    "heard_live",
    "image_ready",
    "money",
    "parse",
    "receipt_fields",
    "refusal",
    "request",
    "segment_fields",
    "spelled",
    "started",
    "text",
    "usage",
    "word_fields",
    "words_between",
]
