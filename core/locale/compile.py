"""Completes the files of makemessages, for `make messages`: removes dates and fuzzy entries, compiles.

`django.po` has the sentences of code and templates, `seed.po` those of the catalogue's seed;
`django.mo` has both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polib

FOLDER = Path(__file__).parent
SEED = FOLDER.parent / "catalogue" / "seed"
PLURALS = {
    "ru": "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : "
    "n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3);",
    "zh_Hans": "nplurals=1; plural=0;",
}
"""Exactly as Django's own files have them, so that Django merges ours into one catalogue."""


def seed_texts() -> dict[str, list[str]]:
    """The seed's texts that people read, with the files each is in; names of products need no translation."""
    found: dict[str, list[str]] = {}
    for path in sorted(SEED.glob("*.json")):
        for text in texts(json.loads(path.read_text())):
            files = found.setdefault(text, [])
            if path.name not in files:
                files.append(path.name)
    return found


def texts(seed: dict) -> Iterator[str]:
    provider = seed["provider"]
    own = provider["name"] if not provider["needs_key"] else ""
    described = [thing for model in seed["models"] for thing in (model, *model.get("voices", ()))]
    yield from filter(
        None, [own, provider["key_help"], *(thing.get("description", "") for thing in described)]
    )


def normalize(messages: polib.POFile, language: str) -> None:
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
            clear_translation(entry)


def clear_translation(entry: polib.POEntry) -> None:
    """Drop a fuzzy translation, which msgmerge took from a similar string."""
    entry.flags.remove("fuzzy")
    entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    entry.msgstr = ""
    entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")


def seed_messages(path: Path, language: str, known: polib.POFile) -> polib.POFile:
    """The seed's texts with the translations `path` has; texts that code says too are left to `known`."""
    before = polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile()
    messages = polib.POFile(wrapwidth=0)
    normalize(messages, language)
    for text, files in seed_texts().items():
        if known.find(text) is None:
            old = before.find(text)
            places = [(f"core/catalogue/seed/{name}", "") for name in files]
            messages.append(polib.POEntry(msgid=text, msgstr=old.msgstr if old else "", occurrences=places))
    return messages


def main() -> None:
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/django.po")):
        language = path.parts[-3]
        messages = polib.pofile(str(path), wrapwidth=0)
        normalize(messages, language)
        messages.save()
        seed = seed_messages(path.with_name("seed.po"), language, messages)
        seed.save(str(path.with_name("seed.po")))
        messages.extend(seed)
        messages.save_as_mofile(str(path.with_suffix(".mo")))
        print(f"{language}: {len(messages.translated_entries())} of {len(messages)} strings translated")


if __name__ == "__main__":
    main()
