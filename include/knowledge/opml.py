"""Source lists as OPML, the format in which feed readers exchange theirs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from include.errors import ConfigError
from include.knowledge.feeds import FEED_KINDS, LANG, LANG_EXPECTED, SOURCE_ID, FeedSource, check_feed_url, check_source

# What OPML has no attribute for stands in attributes of our own, which other readers leave alone.
_NS = "https://github.com/departure-board/ns/opml"
_MAX_BYTES = 10_000_000
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")


def export_opml(sources: Iterable[FeedSource], *, title: str = "Departure Board") -> str:
    """Return the sources as OPML 2.0. `import_opml` reads back exactly the same sources."""
    ElementTree.register_namespace("departures", _NS)
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = title
    body = ElementTree.SubElement(root, "body")
    for source in sources:
        outline = ElementTree.SubElement(
            body, "outline", type="rss", text=source.name, title=source.name, xmlUrl=source.url, language=source.lang
        )
        for name, value in _own_attributes(source).items():
            outline.set(f"{{{_NS}}}{name}", value)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def import_opml(path: Path, *, taken_ids: Collection[str] = (), lang: str = "und") -> tuple[FeedSource, ...]:
    """Read the feeds of an OPML file, folders or not; a feed that stands twice is taken once.

    Feeds without a stated language get `lang` ("und": the language of each article is recognised from its text).
    Ids are made from the names, different from `taken_ids`. Raises ConfigError with the file and the outline.
    """
    root = _parse(path)
    sources: dict[str, FeedSource] = {}
    taken = set(taken_ids)
    for outline in root.iter("outline"):
        url = (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()
        if not url or url in sources:
            continue
        name = (outline.get("title") or "").strip() or (outline.get("text") or "").strip() or url
        try:
            source = _read_outline(outline, name, check_feed_url(url), lang)
            if source.id in taken or not re.fullmatch(SOURCE_ID, source.id):
                source = replace(source, id=make_id(source.id or name, taken))
            source = check_source(source)
        except ConfigError as error:
            raise ConfigError(f"{path}: outline {name!r}: {error}") from error
        taken.add(source.id)
        sources[url] = source
    if not sources:
        raise ConfigError(f"{path}: no feed in it; outlines with an xmlUrl are expected")
    return tuple(sources.values())


def make_id(name: str, taken: Collection[str]) -> str:
    """Return a source id made from a name, with a number where it is taken."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:60] or "feed"
    number = 1
    while (candidate := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return candidate


def normalise_lang(text: str, default: str) -> str:
    """A feed's own language ("en-US", "zh-TW", "pt_BR") as a source has it ("en", "zh-Hant", "pt")."""
    parts = text.strip().replace("_", "-").split("-")
    code = parts[0].lower()
    if code == "zh":
        rest = {part.lower() for part in parts[1:]}
        return "zh-Hant" if rest & {"tw", "hk", "mo", "hant"} else "zh-Hans"
    return code if re.fullmatch(r"[a-z]{2,3}", code) else default


def read_lang(text: str, name: str) -> str:
    """A language that a person gives, as a source has it: "pt_BR" is "pt", "zh-cn" is "zh-Hans". Raises ConfigError.

    A script that is named, as in "sr-Latn", stays.
    """
    text = text.strip()
    if "-" in text and LANG.fullmatch(text):
        return text
    if not _LANGUAGE_TAG.fullmatch(text):
        raise ConfigError(f"{name} {text!r}: {LANG_EXPECTED} is expected")
    return normalise_lang(text, "")


def _parse(path: Path) -> ElementTree.Element:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    if len(data) > _MAX_BYTES:
        raise ConfigError(f"{path}: larger than {_MAX_BYTES // 1_000_000} MB; an OPML file is expected")
    try:
        root = ElementTree.fromstring(data)  # expat itself refuses entity bombs and loads no external entities
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise ConfigError(f"{path}:{line}: not valid XML ({error}); an OPML file is expected") from error
    except LookupError as error:  # the declaration names an encoding that does not exist
        raise ConfigError(f"{path}: {error}; save it as UTF-8") from error
    if root.tag != "opml":
        raise ConfigError(f"{path}: the root element is {root.tag!r}; an OPML file is expected")
    return root


def _own_attributes(source: FeedSource) -> dict[str, str]:
    values = {
        "id": source.id,
        "country": source.country,
        "kind": source.kind,
        "weight": repr(source.weight),
        "perDay": " ".join(map(repr, source.expect_per_day or ())),
        "lagHours": "" if source.lag_hours is None else repr(source.lag_hours),
        "delay": "" if source.delay is None else repr(source.delay),
        "match": source.match,
        "follow": source.follow,
        "enabled": str(source.enabled).lower(),
    }
    return {name: value for name, value in values.items() if value}


def _read_outline(outline: ElementTree.Element, name: str, url: str, lang: str) -> FeedSource:
    def own(attribute: str, default: str = "") -> str:
        return outline.get(f"{{{_NS}}}{attribute}", default)

    kinds = [kind for kind in FEED_KINDS if kind == own("kind", "press")]
    if not kinds:
        raise ConfigError(f"kind {own('kind')!r}: one of {', '.join(FEED_KINDS)} is expected")
    try:
        per_day = tuple(map(float, own("perDay").split()))
        return FeedSource(
            id=own("id"),
            name=name,
            url=url,
            lang=_read_lang(outline.get("language", ""), own("id"), lang),
            country=own("country", "XX"),
            kind=kinds[0],
            weight=float(own("weight", "1.0")),
            expect_per_day=(per_day[0], per_day[1]) if per_day else None,
            lag_hours=float(own("lagHours")) if own("lagHours") else None,
            delay=float(own("delay")) if own("delay") else None,
            enabled=own("enabled", "true") == "true",
            match=own("match"),
            follow=own("follow"),
        )
    except (ValueError, IndexError) as error:
        raise ConfigError(f"an attribute of ours is no number ({error})") from error


def _read_lang(text: str, own_id: str, default: str) -> str:
    """What this program wrote is as it was; other readers write what they like."""
    return text if own_id and LANG.fullmatch(text) else normalise_lang(text, default)
