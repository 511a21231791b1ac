"""Finishes what makemessages wrote, for `make messages`: no dates, no guesses, and a compiled file beside."""

from __future__ import annotations

from pathlib import Path

import polib

PLURALS = {
    "ru": "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : "
    "n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3);",
    "zh_Hans": "nplurals=1; plural=0;",
}
"""Exactly as Django's own files have them, so that Django merges ours into one catalogue."""


def settle(messages: polib.POFile, language: str) -> None:
    """Leave only entries in use, with translations somebody wrote; nothing that differs from run to run."""
    messages.header = "Polyphony; written by `make messages`, translations by hand."
    messages.metadata_is_fuzzy = False
    messages.metadata = {
        "Project-Id-Version": "Polyphony",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for entry in messages.obsolete_entries():
        messages.remove(entry)
    for entry in messages:
        if entry.fuzzy:
            forget(entry)


def forget(entry: polib.POEntry) -> None:
    """What msgmerge took from a similar string is no translation."""
    entry.flags.remove("fuzzy")
    entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    entry.msgstr = ""
    entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")


def main() -> None:
    for path in sorted(Path(__file__).parent.glob("*/LC_MESSAGES/django.po")):
        language = path.parts[-3]
        messages = polib.pofile(str(path), wrapwidth=0)
        settle(messages, language)
        messages.save()
        messages.save_as_mofile(str(path.with_suffix(".mo")))
        print(f"{language}: {len(messages.translated_entries())} of {len(messages)} strings translated")


if __name__ == "__main__":
    main()
