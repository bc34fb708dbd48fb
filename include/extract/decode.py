"""Bytes of a response to the text of an HTML page, or the reason why they are none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from include.errors import QuarantineRecord
from include.extract.charset import STATED, USUAL, find_charset

MAX_HTML_BYTES = 5_000_000  # larger pages are never articles, and time grows faster than size
MAX_TAGS = 150_000  # a real live blog of 1.3 MB has 20,000; a megabyte of empty spans costs ten seconds

# How browsers read a label (https://encoding.spec.whatwg.org/#names-and-labels), where Python reads it otherwise.
_WEB_LABELS = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8",
}  # fmt: skip
# What browsers take a page without a label for, by its language
# (https://html.spec.whatwg.org/#determining-the-character-encoding).
_BY_LANGUAGE = {
    "ar": "cp1256", "fa": "cp1256", "bg": "cp1251", "ru": "cp1251", "uk": "cp1251", "be": "cp1251", "sr": "cp1251",
    "cs": "cp1250", "hu": "iso8859_2", "pl": "iso8859_2", "sk": "cp1250", "sl": "iso8859_2", "hr": "cp1250",
    "el": "iso8859_7", "he": "cp1255", "ja": "cp932", "ko": "cp949", "th": "cp874", "tr": "cp1254", "vi": "cp1258",
    "zh-tw": "big5hkscs", "zh-hk": "big5hkscs", "zh-hant": "big5hkscs", "zh": "gb18030",
}  # fmt: skip
_LANGUAGE = re.compile(rb"""<html[^>]{0,500}?\blang\s*=\s*["']?\s*([A-Za-z-]{2,12})""", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]+)""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w:.-]+)""", re.IGNORECASE)
_XML_ROOT = re.compile(r"<(rss|feed|rdf:RDF|urlset|sitemapindex|svg|opml|Error)\b")
_HTML_HINT = re.compile(
    r"<\s*(?:!doctype\s+html|html|head|body|title|meta|div|article|p|h1|script|main|section)\b", re.IGNORECASE
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image or a sound"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x00\x00\x00", "a video"),
)


def decode_html(body: bytes, headers: Mapping[str, str]) -> str:
    """Return the page's text.

    Order of belief: byte order mark, escape sequences of a declared ISO-2022-JP, valid UTF-8, the header's
    charset, the page's own, the usual one of its language, a guess from the bytes; the last four only where the text
    is not far more natural in another (`£ukasz` of a Polish page that says that it is UTF-8). Raises QuarantineRecord:
    `empty-page`, `too-large`, `not-html`, `too-many-elements`.
    """
    if len(body) > MAX_HTML_BYTES:
        raise QuarantineRecord("too-large", f"{len(body):,} bytes, more than {MAX_HTML_BYTES:,}")
    if not body.strip():
        raise QuarantineRecord("empty-page", "the answer has no body")
    for magic, what in _MAGIC:
        if body.startswith(magic):
            raise QuarantineRecord("not-html", f"the answer is {what}")
    if body.count(b"<") > MAX_TAGS:
        raise QuarantineRecord("too-many-elements", f"{body.count(b'<'):,} tags, more than {MAX_TAGS:,}")
    text = _decode(body, headers)
    _require_html(text)
    return text


def _decode(body: bytes, headers: Mapping[str, str]) -> str:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    declared = _declared_encodings(body, headers)
    if "iso-2022-jp" in declared and b"\x1b$" in body:  # all its bytes are ASCII, so it also passes for UTF-8
        return body.decode("iso2022_jp", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        damaged_at = error.start
    return body.decode(_choose_encoding(body, declared, damaged_at), "replace")


def _choose_encoding(body: bytes, declared: list[str], damaged_at: int) -> str:
    """Of bytes that are no whole UTF-8: their encoding."""
    if _is_damaged_utf8(body, 0.1):
        return "utf-8"
    stated = _stated_encoding(body, declared)
    if stated == "utf-8":
        return stated
    if stated:
        return find_charset(body, stated, STATED) or stated
    language = _LANGUAGE.search(body[:4_096])
    usual = _usual_encoding(body, language[1].decode("ascii").lower() if language else "")
    found = find_charset(body, usual, USUAL)
    return found or (usual if language else "") or _guess_encoding(body, damaged_at)


def _stated_encoding(body: bytes, declared: list[str]) -> str:
    """The first declared encoding that the bytes have without an error, or with a few; "" where there is none."""
    for encoding in declared:
        if encoding == "utf-8":
            break
        if _decodes(body, encoding):
            return encoding
    for encoding in declared:
        if encoding == "utf-8" and _is_damaged_utf8(body, 0.5):
            return encoding
        if encoding != "utf-8" and _decodes(body, encoding, broken=0.01):
            return encoding
    return ""


def _is_damaged_utf8(body: bytes, share: float) -> bool:
    """True where no more than this share of the characters beyond ASCII is broken, and few of all.

    UTF-8 with more broken characters than whole ones is a wrong label, not a damaged page.
    """
    text = body.decode("utf-8", "replace")
    broken, beyond_ascii = text.count("\ufffd"), len(text) - len(text.encode("ascii", "ignore"))
    return broken < len(text) / 100 and broken <= beyond_ascii * share


def _usual_encoding(body: bytes, language: str) -> str:
    """What browsers take the page for by its language, or without one; "" where the bytes are something else."""
    usual = _BY_LANGUAGE.get(language) or _BY_LANGUAGE.get(language.partition("-")[0], "cp1252")
    return usual if _decodes(body, usual) else ""


def _guess_encoding(body: bytes, damaged_at: int) -> str:
    from charset_normalizer import from_bytes  # slow to import, rarely needed

    start = max(0, damaged_at - 2_000)
    guess = from_bytes(body[start : start + 12_000]).best()
    return guess.encoding if guess else "utf-8"


def _decodes(body: bytes, encoding: str, *, broken: float = 0.0) -> bool:
    """True where no more than this share of the characters is broken."""
    try:
        text = body.decode(encoding, "replace" if broken else "strict")
    except (LookupError, UnicodeError):
        return False
    return not broken or text.count("\ufffd") < len(text) * broken


def _declared_encodings(body: bytes, headers: Mapping[str, str]) -> list[str]:
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    found = [match[1] for match in [_HEADER_CHARSET.search(content_type)] if match]
    for pattern in (_META_CHARSET, _XML_ENCODING):
        match = pattern.search(body[:4_096])
        if match:
            found.append(match[1].decode("ascii", "ignore"))
    labels = [label.strip().lower() for label in found]
    return list(dict.fromkeys(_WEB_LABELS.get(label, label) for label in labels))


def _require_html(text: str) -> None:
    start = text[:2_000].lstrip("\ufeff \t\r\n")
    if _HTML_HINT.search(text[:20_000]) is None or start[:1] in "{[":
        xml = _XML_ROOT.search(start)
        what = f"XML ({xml[1]})" if xml else "JSON" if start[:1] in "{[" else "no HTML element"
        raise QuarantineRecord("not-html", f"the answer has {what}: {start[:60]!r}")
    xml = _XML_ROOT.search(start[:600])
    if xml and "<html" not in start.lower():
        raise QuarantineRecord("not-html", f"the answer is XML ({xml[1]})")
