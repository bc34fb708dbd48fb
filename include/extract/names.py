"""Split a byline into names, and tell a person's name from what else stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from include.extract.phrases import WIDE, match_any
from include.knowledge.bylines import load_bylines
from include.knowledge.citations import load_citations

_MAX_NAME_CHARS = 70
_MAX_BYLINE_CHARS = 2_000  # forty authors; what is longer is cut, since a pattern may look at it from every place
_LOOSE = " \t-–—|,:·•／/"
_FULL_STOP = re.compile(r"\w{4,}\.$")
_NOT_A_NAME = re.compile(
    r"https?:|www\.|//|@\w+\.|^@|[<>{}\[\]=]|^\W*$|^\d+$|^(?:admin|administrator|null|none|undefined|unknown)$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*[(（\[【][^()（）\[\]【】]{0,60}[)）\]】]")
# `서울=홍길동 기자`, `東京＝山田太郎`, `القاهرة - أحمد محمود`
_BUREAU = re.compile(
    r"^[\u3040-\u9fff\uac00-\ud7af]{2,8}[=＝](?=[\u3400-\u9fff\uac00-\ud7af]{2})"
    r"|^[\u0600-\u06ff]+ - (?=[\u0600-\u06ff]+ [\u0600-\u06ff])"
)
# `記者陳怡君／綜合報導`, `记者 陈明 北京报道`, `中央社記者陳怡君台北2日電`
_DISPATCH = re.compile(r"(?:\s*[／/]\s*.{0,8}|\s+\S{0,8}|[\u3400-\u9fff]{2}\d{1,2}日)(?:報導|报道|報道|電|电)$")
_MARKS = r"\s*[:：/／|｜＝]\s*|\s*[-–—]\s+|(?<=[\u3040-\u9fff])・"
_SEPARATORS = (
    r"\s*[;；、|｜•]\s*|\s+[&/]\s+|\s+-\s+(?=[A-ZÀ-ÞĀ-ɏḀ-ỹА-Я]\w+ [A-ZÀ-ÞĀ-ɏḀ-ỹА-Я])|，"
    r"|(?<=[\uac00-\ud7af])\s*[·ㆍ・]\s*(?=[\uac00-\ud7af])"  # `이서연·박지훈 기자`
)
_TAG = re.compile(r"<[^<>]{1,200}>")  # `<a href="/x">Anna Poe</a>` in JSON-LD
_MAIL = re.compile(r"[\s,;|/]*[(（<\[]?[\w.+-]+@[\w-]+(?:\.[\w-]+)+[)）>\]]?")  # behind a name, as Korean papers sign
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|phd|ph\.d|md|m\.d|dds|esq|rn|dr|mba|jd|cfa)\.?$", re.IGNORECASE)
# `Caio Prado, e1 — São Paulo`, `佐藤 健太 : 例洋経済 記者`, `Ayşe Yılmaz - Ankara`
_PLACE_TAIL = re.compile(r"\s+[—–:：]\s+\S.*$|(?<=\w\w)\s+-\s+\S+$")
# ` و` is written as part of the name behind it; these names begin with the letter themselves.
_ARABIC_AND = re.compile(r"(?<=[\u0600-\u06ff])\s+و(?=[\u0600-\u06ff]{2,}\s+[\u0600-\u06ff]{2,})")
_ARABIC_WAW = re.compile(
    r"(?:ليد|ائل|سام|جدي|حيد|فاء|رد|داد|سيم|هبة|هيب|ديع|صفي|لاء|جيه|ليم|افي|ضاح|عد|جدان|صال)(?=\s)"
)
_PLACE = re.compile(r"[^\W\d_][^\W\d_A-ZА-ЯЁІЇЄҐ]{2,}")  # behind a full name and a comma: `Lena Vogt, Hamburg`
_PARTICLES = frozenset(
    ["de", "da", "do", "dos", "das", "di", "del", "della", "la", "le", "el", "van", "von", "der", "den", "ter", "ten"]
    + ["bin", "al", "ibn", "y", "e", "i", "st", "mc", "af", "av", "zu", "zur", "und"]
)
_ELIDED = re.compile(r"d['’][^\W\d_]")  # `Jean d'Ormesson`
_CJK_NAME = re.compile(r"^[\u3400-\u9fff々]{2,5}$|^[\u3400-\u9fff々]{1,4}[\s　][\u3400-\u9fff々\u3040-\u30ff]{1,5}$")
_KANA_NAME = re.compile(r"^[\u30a0-\u30ff・＝=]{3,24}$")
_HANGUL_NAME = re.compile(r"^[\uac00-\ud7af]{2,4}$")
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0e7f]")
_HAN = re.compile(r"[\u3400-\u9fff]")


def split_names(value: str) -> list[str]:
    """The names in one byline: `By A and B` is two, `Last, First` is one, `A, B and C` is three, a URL is none.

    Who only edited is left out where somebody else is named; what people do and where they report from is cut off.
    """
    text = " ".join(_TAG.sub(" ", value[:_MAX_BYLINE_CHARS]).split())
    text = _BUREAU.sub("", _MAIL.sub("", text))
    if not text or _NOT_A_NAME.search(text):
        return []
    words = _words()
    open_text = _DISPATCH.sub("", _BRACKETS.sub("", text) or text.strip("()（）[]【】"))
    writers, editors = _part_editors(words.marked.sub("", open_text, count=1), words)
    for part in (writers, editors):
        bare = _strip_label(words.han_role.sub("、", part).strip(_LOOSE), words)
        bare = words.role_between.sub(r"\1、", bare)
        chunks = words.joint.split(_ARABIC_AND.sub(_keep_waw, bare))
        names = [_trim(piece, words) for chunk in chunks for piece in _split_commas(chunk, words)]
        found = [name for name in names if _is_name(name)]
        if found:
            return [name for name in found if not words.role.fullmatch(name)] or found
    return []


def is_desk(name: str) -> bool:
    """True where a name is a department's or an outlet's (`Redacción`, `Newsroom`, `编辑部`)."""
    return _words().desk.search(name) is not None


def is_person(name: str) -> bool:
    """True where a name looks like a person's: two to five capitalised words, or a CJK, Hangul or caseless name."""
    if is_desk(name):
        return False
    if _CJK_NAME.match(name) or _HANGUL_NAME.match(name) or _KANA_NAME.match(name):
        return True
    parts = [part for part in re.split(r"[\s·]+", name) if part]
    if not 2 <= len(parts) <= 5:
        return False
    if _CASELESS.search(name):
        return True
    named = [part for part in parts if part.lower() not in _PARTICLES]
    capitalised = all(part[0].isupper() or part[0] in "'’\"" or _ELIDED.match(part) for part in named)
    return len(named) >= 2 and capitalised and not (named[0].isupper() and len(named[0].replace(".", "")) > 3)


def names_writers(text: str) -> bool:
    """True for a text that begins as a byline does: with `By`, `Autor:`, `記者` or the like."""
    words = _words()
    beginnings = (words.marked, words.by, words.unmarked, words.edited_label, words.han_role, words.hangul_role)
    return any(pattern.match(text) for pattern in beginnings)


def names_only_editors(text: str) -> bool:
    """True for a text that begins with the label of those who did not write: `（责编：王芳）`."""
    return _words().edited_label.match(text) is not None


def find_field(text: str) -> str:
    """The part of a line that names the writers behind a label: `作者：李雷` of `来源：某社 作者：李雷 时间：...`."""
    match = _words().field.search(text) or _words().han_field.search(text)
    return match[1] if match else ""


def is_outlet(name: str) -> bool:
    """True for an agency or an outlet that signs beside people: `ANP`, `Reuters`."""
    is_acronym = name.isupper() and len(name) <= 5 and name.isalpha()
    return is_acronym or name in load_citations().outlets


def is_labelled(text: str) -> bool:
    """True for a text that begins with a label and a mark: `作者：`, `By:`."""
    return _words().marked.match(text) is not None or _words().edited_label.match(text) is not None


class _Words:
    """The words of the knowledge file, compiled."""

    def __init__(self) -> None:
        known = load_bylines()
        short = [word for word in known.by if word in _PARTICLES]
        long = [word for word in known.by if word not in _PARTICLES]
        self.by = re.compile(rf"^{match_any(long)}\.?(?:{_MARKS}|\s+|(?<=[\u0e00-\u0e7f]))", re.IGNORECASE)
        self.marked = re.compile(rf"^{match_any([*known.labels, *known.by, *known.roles])}\.?(?:{_MARKS})", re.I)
        self.unmarked = re.compile(rf"^{match_any([*known.labels, *short])}\s+(?=\S+\s\S)", re.IGNORECASE)
        self.edited = re.compile(rf"(?:^|[\s,;|/•(]){match_any(known.edited)}(?=\W)[\s:：/／-]*", re.IGNORECASE)
        self.edited_label = re.compile(rf"^{match_any(known.edited)}\s*[:：/／|｜]", re.IGNORECASE)
        han = [word for word in known.roles if _HAN.match(word)]
        self.han_role = re.compile(
            rf"(?:^[^\s／/、|]{{0,12}}\s?|(?<=[\s／/、|])){match_any(han)}(?:[\s:：／/]+|(?=[\u3400-\u9fff]{{2,4}}(?:$|\W)))"
        )
        one = r"[\u3400-\u9fff]{2,4}"
        self.han_field = re.compile(rf"[\s／/]({match_any(han)}\s?{one}(?:、{one}){{0,4}})(?=$|[\s／/])")
        self.role = re.compile(match_any(known.roles), re.IGNORECASE)
        wide_roles = [word for word in known.roles if WIDE.match(word)]
        self.role_tail = re.compile(rf"(?:(?<=[\uac00-\ud7af])\s[\uac00-\ud7af]{{2,5}})?\s*{match_any(wide_roles)}$")
        hangul = [word for word in known.roles if re.match(r"[\uac00-\ud7af]", word)]
        self.hangul_role = re.compile(
            rf"[\uac00-\ud7af]{{2,4}}(?:\s?[·ㆍ・,]\s?[\uac00-\ud7af]{{2,4}}){{0,4}}\s?{match_any(hangul)}(?:$|\W)"
        )
        outlets = [word for word in known.desks if re.match(r"[\uac00-\ud7af]{2}", word)]
        self.hangul_outlet = re.compile(
            rf"^\S*(?:{'|'.join(outlets)})\S*\s+(?=[\uac00-\ud7af]{{2,4}}(?:\s?{match_any(hangul)})?$)"
        )
        labels = [word for word in known.labels if len(word) > 1]
        self.field = re.compile(
            rf"[\s|｜]({match_any(labels)}\s?[:：]\s*[^\s|｜:：].{{0,60}}?)(?=$|\s*[|｜]|\s+\S{{2,8}}[:：]|\s+\d)",
            re.IGNORECASE,
        )
        places = known.places - _PARTICLES  # `Maria da Silva`, though Italians report `da Bruxelles`
        self.place = re.compile(rf"(?<=\w)\s+{match_any(places)}\s+(?=[^\W\d_a-z]).*$")
        joints = known.joints - {"・", "و"}  # part of names in kana; written together with the next word
        self.joint = re.compile(rf"\s+{match_any(joints)}\s+|{_SEPARATORS}", re.IGNORECASE)
        self.role_between = re.compile(rf"(?<=[\uac00-\ud7af\s])({match_any(wide_roles)})\s+")
        ends = [word for word in known.desks if len(word) == 1]
        self.desk = re.compile(
            rf"{match_any(known.desks.difference(ends))}|(?:{'|'.join(map(re.escape, ends))})$|\d", re.IGNORECASE
        )


@cache
def _words() -> _Words:
    return _Words()


def _part_editors(text: str, words: _Words) -> tuple[str, str]:
    """(what names the writers, what names those who edited)."""
    first = words.edited.search(text)
    if first is None:
        return text, ""
    writers, editors = text[: first.start()], text[first.end() :]
    by = next(
        (match for match in re.finditer(r"[|;,]\s*|\s{2,}", editors) if names_writers(editors[match.end() :])), None
    )
    if by is not None:
        writers, editors = f"{writers} {editors[by.end() :]}", editors[: by.start()]
    return writers, editors


def _strip_label(text: str, words: _Words) -> str:
    """Without what says "by": a preposition that is also a part of names only where two words follow it."""
    for pattern in (words.marked, words.by, words.unmarked):
        bare = pattern.sub("", text, count=1)
        if bare != text:
            return bare
    return text


def _split_commas(text: str, words: _Words) -> Iterable[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) == 2 and " " in parts[0] and _PLACE.fullmatch(parts[1]) and parts[1] not in load_citations().outlets:
        return parts[:1]
    if len(parts) == 2 and all(" " not in part and not WIDE.search(part) for part in parts):
        return [", ".join(parts)]
    merged: list[str] = []
    for part in parts:
        if merged and _SUFFIX.match(part):
            merged[-1] += ", " + part
        elif not merged or not (_says_post(part, words) or _PLACE_TAIL.search(part) or _describes(part)):
            merged.append(part)
    return merged


def _says_post(part: str, words: _Words) -> bool:
    """`Senior Correspondent` does, `이영희 기자` is a second name."""
    return words.role.search(words.role_tail.sub("", part) or part) is not None


def _describes(part: str) -> bool:
    """What follows a name and begins with a small letter says something of it: `Giulia Ferri, inviata a Stoccolma`."""
    first = part.split()[0]
    return first[0].islower() and first.lower() not in _PARTICLES


def _keep_waw(match: re.Match[str]) -> str:
    return match[0] if _ARABIC_WAW.match(match.string, match.end()) else "、"


def _trim(name: str, words: _Words) -> str:
    """Without label, job title, place and loose marks; the stop of `Jr.` or of an initial stays."""
    bare = words.role_tail.sub("", words.hangul_outlet.sub("", _DISPATCH.sub("", name.strip(_LOOSE))))
    bare = words.place.sub("", _PLACE_TAIL.sub("", bare))
    bare = _strip_label(bare, words).strip(_LOOSE)
    return bare.removesuffix(".") if _FULL_STOP.search(bare) else bare


def _is_name(name: str) -> bool:
    return 1 < len(name) <= _MAX_NAME_CHARS and not _NOT_A_NAME.search(name) and any(char.isalpha() for char in name)
