"""Count the characters of the corpus; write `include/knowledge/characters.yaml`.

    python -m bench.count_characters

Counted are letters and what is beyond ASCII, which tell one charset from another. The letters of languages without a
corpus are taken by their rank.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import yaml

ROOT = Path(__file__).parents[1]
PATH = ROOT / "include/knowledge/characters.yaml"
CORPUS = ROOT / "tests/corpus"
# What pages of a language were written in before UTF-8, the usual one first.
WESTERN = ("cp1252",)
ENCODINGS: dict[str, tuple[str, ...]] = {
    "ar": ("cp1256", "iso8859_6"), "de": WESTERN, "en": WESTERN, "es": WESTERN, "fr": WESTERN, "id": WESTERN,
    "it": WESTERN, "ja": ("cp932", "euc_jp"), "ko": ("cp949",), "nl": WESTERN, "pl": ("iso8859_2", "cp1250"),
    "pt": WESTERN, "ru": ("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"), "th": ("cp874",),
    "tr": ("cp1254",), "uk": ("cp1251", "koi8_u", "iso8859_5", "mac_cyrillic"), "vi": ("cp1258",),
    "zh-Hans": ("gb18030",), "zh-Hant": ("big5hkscs", "gb18030"),
}  # fmt: skip
# Languages without a corpus: their letters, the most frequent first. Without them Greek would pass for odd Russian.
CENTRAL, NORTHERN = ("cp1250", "iso8859_2"), ("cp1252",)
OTHERS: dict[str, tuple[tuple[str, ...], str]] = {
    "bg": (("cp1251",), "аиоентрсвлкдпмзгяъубчцйжщхшюфьэ"),
    "cs": (CENTRAL, "oeantsilvrkdumpíchzáyjběéřčšžýůúgťďňóxwq"),
    "da": (NORTHERN, "erntaisdlogmkfvubhpåyøæcjwxzqéö"),
    "el": (("iso8859_7", "cp1253"), "ατοιενρσκηπςυμλίόάγέδήωχθύφβώξζψϊΐϋΰ"),
    "et": (("cp1257", "iso8859_4"), "aiestlunokrdmvgpjhäbõüfcöyšžzwxq"),
    "fa": (("cp1256",), "ايردنهومتبسلكشزفگعخقجآپحطصچضذغثظژئءأؤ"),
    "fi": (NORTHERN, "aintesloukämrvjhpydögcbfwzåxqšž"),
    "he": (("cp1255", "iso8859_8"), "יוהלרבתמאשנעםדקחפסכגטצןזךףץ"),
    "hr": (CENTRAL, "aioenrjstuklvdmpgzbcčhšžćfđ"),
    "hu": (CENTRAL, "eatlsnkriozáégmbyvdhupjöfcóőüíúűwxq"),
    "is": (NORTHERN, "arnieðstuglámkfvhdíþoóöjæpéyúbýxcwz"),
    "lt": (("cp1257", "iso8859_13"), "iasoretnukmlpvdjgėbyųšžcąįčūęzfhwxq"),
    "lv": (("cp1257", "iso8859_13"), "aisetrunoāmkdplēvīzgūbjšcļņķžčģfhwxq"),
    "nb": (NORTHERN, "erntasioldgkmvfpubhåyjøcæwzxqéö"),
    "ro": (CENTRAL, "eiarntulocsdpmăfvîgbşţzhâjxkywqéö"),
    "sk": (CENTRAL, "oaenirvtslkdmpuchjbzáyýíčéžšúľťňôďógfxäŕĺwq"),
    "sl": (CENTRAL, "eaionrsltjvkdpmuzbghčcšžfyćđxwq"),
    "sr": (("cp1251", "iso8859_5"), "аиоенрсуткјвдмплгзбчцшхњжћљђфџ"),
    "sv": (NORTHERN, "eanrtsildomkgvhfupäcböåyjxwzqé"),
}
FIRST_BITS, STEP, CAPITAL_BITS = 3.3, 0.15, 4  # of letters by their rank
MOST_BITS = 16  # of a character that is listed
LEAST_TIMES = 3
_SHAPES = "\u0302\u0306\u031b"  # circumflex, breve, horn
_COUNTED = re.compile(r"[A-Za-z\x80-\U0010ffff]+")


def write_characters(path: Path = PATH) -> None:
    """Count and write the file."""
    content = {
        code: {"encodings": list(encodings), "bits": _bands(Counter("".join(_read(code))))}
        for code, encodings in ENCODINGS.items()
    }
    content |= {
        code: {"encodings": list(encodings), "bits": _ranked_bands(letters)}
        for code, (encodings, letters) in OTHERS.items()
    }
    head = (
        "# Letters and signs by language: `9: abc` says that each of them is about one in 2 to the 9th of all.\n"
        "# `encodings` are those of pages before UTF-8, the usual one first.\n"
        "# From bench/count_characters.py.\n"
    )
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
    path.write_text(head + text, encoding="utf-8")


def _read(code: str) -> Iterator[str]:
    for line in (CORPUS / f"{code}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = normalize("NFC", f"{row['title']}\n{row['text']}")
        yield from _COUNTED.findall(text)
        if code == "vi":  # its charset writes most tones as signs of their own
            yield from _COUNTED.findall(_with_tone_signs(text))


def _with_tone_signs(text: str) -> str:
    """`ế` as `ê` and the sign of its tone."""
    return "".join(char if _fits(char) else _split_tone(normalize("NFD", char)) for char in text)


def _split_tone(parts: str) -> str:
    shape = [sign for sign in parts[1:] if sign in _SHAPES]
    return normalize("NFC", parts[0] + "".join(shape)) + "".join(sign for sign in parts[1:] if sign not in _SHAPES)


def _fits(char: str) -> bool:
    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True


def _bands(counts: Counter[str]) -> dict[int, str]:
    total = counts.total()
    bands: dict[int, list[str]] = {}
    for char, times in counts.most_common():
        bits = max(1, round(-math.log2(times / total)))
        if times >= LEAST_TIMES and bits <= MOST_BITS:
            bands.setdefault(bits, []).append(char)
    return {bits: "".join(chars) for bits, chars in sorted(bands.items())}


def _ranked_bands(letters: str) -> dict[int, str]:
    bands: dict[int, list[str]] = {}
    for rank, letter in enumerate(letters):
        bits = round(FIRST_BITS + STEP * rank)
        bands.setdefault(bits, []).append(letter)
        if letter.upper() != letter and len(letter.upper()) == 1:
            bands.setdefault(bits + CAPITAL_BITS, []).append(letter.upper())
    return {bits: "".join(chars) for bits, chars in sorted(bands.items())}


if __name__ == "__main__":
    write_characters()
