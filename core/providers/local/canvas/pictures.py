"""The pictures that can be drawn: what they are called, which words of a prompt ask for them, which palettes
suit them. The README lists these words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """`name` is what users read. `words` is a pattern that a prompt has to have; `moods` are the palettes of
    which chance takes one where the prompt names none, all of them where there are none here."""

    kind: str
    name: str
    words: re.Pattern[str]
    moods: tuple[str, ...] = ()


def words(*alternatives: str) -> re.Pattern[str]:
    """A pattern for any of the words: whole ones in scripts that have spaces."""
    return re.compile("|".join(rf"\b(?:{word})\b" if word.isascii() else word for word in alternatives), re.I)


CARD = Picture("card", "Prompt card", words("card", "quote", "открытк", "цитат", "卡片", "名言"))
EVENING = ("sunset", "dusk", "dawn", "autumn")

PICTURES = (
    Picture("qr", "QR poster", words(r"qr(?:[ -]?code)?", "qr-код", "二维码")),
    Picture(
        "palette",
        "Palette poster",
        words("palettes?", r"colou?r scheme", "swatch(?:es)?", "палитр", "调色板", "配色"),
    ),
    Picture(
        "waveform",
        "Waveform poster",
        words("wave ?forms?", "sound ?waves?", "звуков", "осциллограмм", "波形", "声波"),
    ),
    CARD,
    Picture(
        "voronoi",
        "Leaded glass",
        words(
            "voronoi", "stained[ -]glass", "leaded glass", "mosaic", "витраж", "мозаик", "彩色玻璃", "马赛克"
        ),
    ),
    Picture(
        "contours",
        "Paper contours",
        words("contours?", r"topograph\w*", "paper ?cut", "terrain", "strata", "рельеф", "等高线", "剪纸"),
    ),
    Picture(
        "flow",
        "Flow field",
        words(r"flow(?: ?fields?)?", "flowing", "currents?", "swirls?", "поток", "вихр", "流线"),
    ),
    Picture(
        "geometric",
        "Geometric tiles",
        words(
            "geometric",
            "geometry",
            "bauhaus",
            "tiles?",
            "patterns?",
            "abstract",
            "геометр",
            "узор",
            "абстрак",
            "几何",
            "图案",
            "抽象",
        ),
    ),
    Picture(
        "stars",
        "Night sky",
        words(
            "stars?",
            "starfield",
            "starry",
            "night sky",
            "galax(?:y|ies)",
            "milky way",
            "cosmos",
            "nebula",
            "outer space",
            "universe",
            "звёзд",
            "звезд",
            "галактик",
            "космос",
            "星空",
            "银河",
            "宇宙",
        ),
        ("night", "dusk", "berry", "ocean", "neon"),
    ),
    Picture(
        "mountains",
        "Mountains",
        words(
            "mountains?",
            "hills?",
            "alps",
            "peaks?",
            "valleys?",
            "forests?",
            "pines?",
            "woods",
            "landscapes?",
            "горы",
            "гор[аеу]?",
            "холм",
            "лес",
            "пейзаж",
            "山",
            "森林",
            "风景",
        ),
        (*EVENING, "forest", "winter", "ocean"),
    ),
    Picture(
        "waves",
        "Waves",
        words("waves?", "seas?", "oceans?", "seascapes?", "surf", "море", "моря", "волн", "океан", "海"),
        (*EVENING, "ocean", "winter", "summer"),
    ),
    Picture(
        "gradient",
        "Colour gradient",
        words("gradients?", "aurora", "mist", "fog", "градиент", "туман", "渐变", "极光"),
    ),
)
"""In the order in which a prompt is searched for their words; a prompt without any becomes a card."""

BY_NAME = {picture.name.lower(): picture for picture in PICTURES}

MOODS: Mapping[str, re.Pattern[str]] = {
    "sunset": words("sunset", "golden hour", "закат", "日落", "夕阳"),
    "dusk": words("dusk", "evening", "twilight", "вечер", "сумер", "黄昏", "傍晚"),
    "dawn": words("dawn", "morning", "sunrise", "рассвет", "утр", "黎明", "清晨", "日出"),
    "night": words("night", "midnight", "moon(?:light)?", "ночь", "ночн", "夜"),
    "winter": words("winter", "snow", "ice", "arctic", "frost", "зим", "снег", "冬", "雪"),
    "spring": words("spring", "blossoms?", "meadow", "весн", "春"),
    "summer": words("summer", "tropic(?:al|s)?", "лето", "летн", "夏"),
    "autumn": words("autumn", "fall colou?rs", "harvest", "осен", "秋"),
    "ocean": words(
        "ocean", "seas?", "marine", "beach", "lake", "river", "water", "море", "океан", "озер", "海", "湖"
    ),
    "forest": words("forests?", "woods", "jungle", "pines?", "moss", "лес", "森林"),
    "desert": words("desert", "dunes?", "sahara", "canyon", "пустын", "沙漠"),
    "berry": words("berr(?:y|ies)", "wine", "love", "valentine", "ягод", "любов", "爱"),
    "citrus": words("citrus", "lemonade", "fresh", "цитрус", "柠檬"),
    "coffee": words("coffee", "espresso", "vintage", "retro", "кофе", "咖啡"),
    "candy": words("candy", "pastel", "sweet", "birthday", "party", "конфет", "糖", "生日"),
    "stone": words("stone", "minimal(?:ist)?", "concrete", "business", "камень", "石"),
    "neon": words("neon", "cyberpunk", "synthwave", "electric", "неон", "霓虹"),
    "paper": words("paper", "classic", "bauhaus", "бумаг", "纸"),
}
"""Words that choose a palette of `core.media.palettes`; the first that is found: hours and seasons before
places."""

TREES = words("forests?", "woods", "pines?", "trees?", "лес", "дерев", "森林", "树")
