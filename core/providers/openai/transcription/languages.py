"""The code by which an endpoint knows a language, where that is not the one of ISO 639-1."""

from __future__ import annotations

from core.contract.route import Target

WHISPER = {"fil": "tl", "jv": "jw", "nb": "no"}
"""Whisper's own codes: https://github.com/openai/whisper/blob/main/whisper/tokenizer.py"""


def endpoint_language(target: Target, code: str) -> str:
    """The endpoint's spelling of a primary code: by its option `language_codes`, else by Whisper's table
    where the model's name says that it is one."""
    codes = target.options.get("language_codes")
    if codes is None:
        codes = WHISPER if "whisper" in target.model.casefold() else {}
    return str(codes.get(code, code))
