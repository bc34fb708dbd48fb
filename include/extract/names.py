"""Split a byline into names, and tell a person's name from what else stands there."""

from __future__ import annotations

import re

_MAX_NAME_CHARS = 70
_LOOSE = " \t-–—|,:·•"
_FULL_STOP = re.compile(r"\w{4,}\.$")
_NOT_A_NAME = re.compile(
    r"https?:|www\.|//|@\w+\.|^@|[<>{}\[\]=]|^\W*$|^\d+$|^(?:admin|administrator|null|none|undefined|unknown)$",
    re.IGNORECASE,
)
_BY = re.compile(
    r"^(?:written by|reported by|story by|words by|by|von|por|par|di|da|door|av|af|przez|autor(?:ka|zy|es|en|in)?"
    r"|author|yazan|автор|текст|testo(?: di)?|texto(?: de)?|text|oleh|tác giả|إعداد|بقلم|كتب|लेखक|글|文)"
    r"(?:\s*[:：/／|]\s*|\s+)"
    r"|^(?:作者|記者|记者|文|撰文|責任編輯|责任编辑|责编|编辑|編輯)\s*[:：/／|｜]\s*|^(?:記者|记者)(?=[\u3400-\u9fff]{2,4}$)",
    re.IGNORECASE,
)
_ROLE_TAIL = re.compile(
    r"\s*(?:기자|특파원|논설위원|선임기자|記者|记者|編集委員|報導|报道)$|\s*[(（\[][^)）\]]{0,60}[)）\]]$|\s*[/／]\s*(?:綜合報導|综合报道|.{0,8}報導)$"
)
_AND = re.compile(
    r"\s+(?:and|und|et|y|e|en|og|och|ja|i|и|та|ve|dan|và|with|mit)\s+|\s*[;；、|•]\s*|\s+[&/]\s+"
    r"|\s+-\s+(?=[A-Z][a-z]+ [A-Z])|，"
)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|phd|ph\.d|md|m\.d|dds|esq|rn|dr|mba|jd|cfa)\.?$", re.IGNORECASE)
_ROLE_PART = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|journalist|columnist|staff|contributor|redakteur(?:in)?"
    r"|korrespondent(?:in)?|periodista|redactor|jornalista|rédact|journaliste|giornalista|redactie|bureau chief)\b",
    re.IGNORECASE,
)
_NOT_A_PERSON = re.compile(
    r"\b(?:redaktion|redaction|redacción|redação|rédaction|redazione|redactie|staff|agenc(?:y|ia|e|ies)|agenzia|agentur(?:en)?"
    r"|news|newsroom|team|desk|nachrichten|noticias|editors?|editorial|press|media|inc|ltd|gmbh|online|tv|radio|twitter"
    r"|facebook|share|today|ago|uhr|min|read|follow|subscribe|comments?|published|updated|more)\b"
    r"|редакци|редакці|агентств|新闻|新聞|日报|日報|网$|報$|报$|社$|編集部|편집|뉴스|일보|신문|تحرير|وكالة|\d",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "del",
        "della",
        "la",
        "le",
        "el",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "bin",
        "al",
        "ibn",
        "y",
        "e",
        "i",
        "st",
        "mc",
        "af",
        "av",
        "zu",
        "zur",
        "und",
    ]
)
_CJK_NAME = re.compile(r"^[\u3400-\u9fff々]{2,5}$|^[\u3400-\u9fff々]{1,4}[\s　][\u3400-\u9fff々\u3040-\u30ff]{1,5}$")
_KANA_NAME = re.compile(r"^[\u30a0-\u30ff・＝=]{3,24}$")
_HANGUL_NAME = re.compile(r"^[\uac00-\ud7af]{2,4}$")
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0e7f]")


def split_names(value: str) -> list[str]:
    """The names in one byline: `By A and B` is two, `Last, First` is one, `A, B and C` is three, a URL is none."""
    text = " ".join(value.split())
    if not text or _NOT_A_NAME.search(text):
        return []
    text = _BY.sub("", text, count=1)
    names = [_trim(part) for chunk in _AND.split(text) for part in _split_commas(chunk)]
    return [name for name in names if _is_name(name)]


def is_desk(name: str) -> bool:
    """True where a name is a department's or an outlet's (`Redacción`, `Newsroom`, `编辑部`)."""
    return _NOT_A_PERSON.search(name) is not None


def is_person(name: str) -> bool:
    """True where a name looks like a person's: two to five capitalised words, or a CJK, Hangul or caseless name."""
    if is_desk(name):
        return False
    if _CJK_NAME.match(name) or _HANGUL_NAME.match(name) or _KANA_NAME.match(name):
        return True
    words = [word for word in re.split(r"[\s·]+", name) if word]
    if not 2 <= len(words) <= 5:
        return False
    if _CASELESS.search(name):
        return True
    named = [word for word in words if word.lower() not in _PARTICLES]
    capitalised = all(word[0].isupper() or word[0] in "'’\"" for word in named)
    return len(named) >= 2 and capitalised and not all(word.isupper() and len(word) > 3 for word in named[:1])


def _split_commas(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 2 and all(" " not in part for part in parts):
        return [", ".join(parts)]
    merged: list[str] = []
    for part in parts:
        if merged and _SUFFIX.match(part):
            merged[-1] += ", " + part
        elif not (merged and _ROLE_PART.search(part)):
            merged.append(part)
    return merged


def _trim(name: str) -> str:
    """Without label, job title and loose marks; the stop of `Jr.` or of an initial stays."""
    bare = _BY.sub("", _ROLE_TAIL.sub("", name.strip(_LOOSE)), count=1).strip(_LOOSE)
    return bare.removesuffix(".") if _FULL_STOP.search(bare) else bare


def _is_name(name: str) -> bool:
    return 1 < len(name) <= _MAX_NAME_CHARS and not _NOT_A_NAME.search(name) and any(char.isalpha() for char in name)
