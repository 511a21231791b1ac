"""Scripts and languages of a text."""

from __future__ import annotations

import pytest

from core.providers.local.inspector.report.scripts import ScriptCounter, guess_language

LANGUAGES = {
    "English": "The rain in Spain stays mainly in the plain, and that is all there is to it.",
    "German": "Der Regen in Spanien fällt auf die Ebene, und das ist auch nicht schlecht.",
    "French": "La pluie en Espagne tombe dans la plaine et c'est tout ce que je sais.",
    "Spanish": "La lluvia en España cae en la llanura y no se sabe por qué es así.",
    "Russian": "Дождь в Испании идёт на равнине, и это всё, что я о нём знаю.",
    "Ukrainian": "Дощ в Іспанії йде на рівнині, і це все, що я про нього знаю, але не більше.",
    "Chinese": "西班牙的雨主要下在平原上。",
    "Japanese": "スペインの雨は主に平野に降る。",
    "Korean": "스페인의 비는 주로 평원에 내린다.",
    "Greek": "Η βροχή στην Ισπανία",
    "Arabic": "المطر في إسبانيا يسقط على السهل من السماء",
    "Persian": "باران در اسپانیا به دشت می بارد و این را همه می دانند که است",
}


def guessed(text: str) -> str:
    scripts = ScriptCounter()
    scripts.feed(text)
    return guess_language(text, scripts.shares())[0]


@pytest.mark.parametrize("name", LANGUAGES)
def test_language_is_guessed(name):
    assert guessed(LANGUAGES[name]) == name


@pytest.mark.parametrize("text", ["", "12345", "xyzzy plugh", "OK"])
def test_language_is_not_guessed_without_evidence(text):
    assert guessed(text) == ""
