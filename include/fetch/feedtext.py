"""Mend what keeps the bytes of a feed from being read as its publisher meant them."""

from __future__ import annotations

import re
from html.entities import name2codepoint

_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CDATA_OR_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|$)|&(?:([A-Za-z][A-Za-z0-9]{1,31});|(?!#?\w{1,32};))", re.DOTALL
)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_ENCODING = re.compile(rb"""^[^<]{0,200}<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]+)""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.-]+)""", re.IGNORECASE)
_AROUND = 6_000  # bytes beside the first odd one that are looked at
# Encodings whose letters are no Latin ones, and what shows that a text is in one. Latin encodings are alike, and
# feedparser tells them from UTF-8 by itself.
_SCRIPTS = {
    "cp1251": "\u0400-\u04ff", "koi8_r": "\u0400-\u04ff", "iso8859_5": "\u0400-\u04ff", "cp1256": "\u0600-\u06ff",
    "cp1253": "\u0370-\u03ff", "cp1255": "\u0590-\u05ff", "cp874": "\u0e00-\u0e7f", "tis_620": "\u0e00-\u0e7f",
    "cp932": "\u3040-\u30ff\u4e00-\u9fff", "shift_jis": "\u3040-\u30ff\u4e00-\u9fff",
    "euc_jp": "\u3040-\u30ff\u4e00-\u9fff", "cp949": "\uac00-\ud7af", "euc_kr": "\uac00-\ud7af",
    "gb18030": "\u4e00-\u9fff", "gbk": "\u4e00-\u9fff", "gb2312": "\u4e00-\u9fff", "big5": "\u4e00-\u9fff",
}  # fmt: skip


def mend_ampersands(body: bytes) -> bytes:
    """Name no character that XML does not know, and let no ampersand stand alone.

    `AT&T` ends a strict parser, and `&eacute;` of a feed whose DTD is elsewhere is left out by it. What stands in
    CDATA is the publisher's own, and a feed that declares entities is left as it is.
    """
    if b"&" not in body or body[:2] in _BOMS or _ENTITY.search(body[:4_096]):
        return body
    return _CDATA_OR_AMPERSAND.sub(_mend, body)


def find_encoding(body: bytes, content_type: str) -> str:
    """The encoding of a feed in a script of its own that states none, or UTF-8 without being it; "" for all others."""
    if body[:2] in _BOMS or body[:3] in _BOMS:
        return ""
    stated = {match[1].lower() for match in (_CHARSET.search(content_type),) if match}
    stated |= {match[1].decode("ascii", "ignore").lower() for match in (_ENCODING.match(body[:1_000]),) if match}
    if stated - {"utf-8", "utf8"}:
        return ""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guess(body[max(0, error.start - _AROUND) : error.start + _AROUND])
    return ""


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # slow to import, rarely needed

    for guess in from_bytes(sample):
        script = _SCRIPTS.get(guess.encoding)
        text = str(guess)
        # In a text of that script its letters stand together; the accents of a Latin one, taken for them, stand alone.
        together = sum(map(len, re.findall(f"[{script}]{{2,}}", text))) if script else 0
        if together > 0.9 * sum(char.isalpha() and char > "\x7f" for char in text):
            return guess.encoding
    return ""


def _mend(match: re.Match[bytes]) -> bytes:
    name = (match[1] or b"").decode("ascii")
    if match[0] == b"&":
        return b"&amp;"
    if name and name not in _XML_NAMES and name in name2codepoint:
        return b"&#%d;" % name2codepoint[name]
    return match[0]
