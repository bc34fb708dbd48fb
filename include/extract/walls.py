"""Tell what stands in the place of an article, as a consent wall or an error with status 200, from the article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from include.extract.measure import fold, width
from include.extract.phrases import match_any
from include.extract.urls import split_address
from include.knowledge.walls import load_walls

_SHARED = 0.25  # of an entry's words; by chance a wall has some
_LEAST_LETTERS = 4  # of a word: shorter ones are on every page
_STEM = 0.7  # of a word must come up: `resigns` for `resigned`
_WIDE_LETTERS = 2  # of scripts without spaces; of Thai, which has as few letters as Latin, twice as many
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_WIDE_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u0e00-\u0e7f]+")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")  # endings and particles, alike in all texts
_READ_CHARS = 6_000  # a wall's list of partners may go on for a hundred thousand
_OPENING_LINES, _LINE_WIDTH, _ERROR_WIDTH = 3, 160, 2_000
_LEAST_PHRASES = 2
_WALL_SHARE = 0.33  # of the width of what is read
_ADDRESS = re.compile(
    r"(?:^|[/._-])(?:404|(?:page-?)?not-?found|errors?|consent|cookie-?(?:consent|wall)|gdpr|captcha|challenge|denied"
    r"|log-?in|sign-?in)(?:[/._-]|$)",
    re.IGNORECASE,
)

_FRONT = re.compile(r"/?|/(?:index|home|default)(?:\.\w{2,5})?/?|/[a-z]{2}(?:[-_][a-z]{2,4})?/?", re.IGNORECASE)


def is_wall(title: str, text: str, *, url: str, entry: Sequence[str], entry_url: str) -> bool:
    """True for a page that shares next to nothing with the `entry` of its feed and that reads as walls and errors do.

    `entry` are the entry's title and summary. Both are asked for: a translated feed shares no word with its articles,
    and an article on cookies has a wall's words. An entry without words cannot stand in for its page. A site's front
    page, to which it leads whoever asks for a page that it has removed, is a wall whatever stands there.
    """
    if not any(part.strip() for part in entry):
        return False
    if is_front_page(url, entry_url):
        return True
    return shared_words(entry, text) < _SHARED and reads_like_wall(title, text, url=url, entry_url=entry_url)


def is_front_page(url: str, entry_url: str) -> bool:
    """Whether a page is the front page of the site on which an entry's page was asked for."""
    (host, path), (entry_host, entry_path) = split_address(url), split_address(entry_url)
    same = bool(host) and host.removeprefix("www.") == entry_host.removeprefix("www.")
    return same and "?" not in url and bool(_FRONT.fullmatch(path)) and not _FRONT.fullmatch(entry_path)


def reads_like_wall(title: str, text: str, *, url: str, entry_url: str) -> bool:
    """True where title, opening, a good part of the text or an address that is not the entry's speak of a wall."""
    headline, opening = _plain(title), _plain(text[:_READ_CHARS])
    if _names_wall(url) and not _names_wall(entry_url):
        return True
    if _find(load_walls().errors, headline):
        return True
    lines = opening.split("\n")
    if width(text) <= _ERROR_WIDTH and any(
        width(line) <= _LINE_WIDTH and _find(load_walls().errors, line) for line in lines[:_OPENING_LINES]
    ):
        return True
    asked = _find(load_walls().walls, f"{headline}\n{opening}")
    if len(asked) < _LEAST_PHRASES:  # `consent` alone is a word of many articles
        return False
    of_walls = sum(width(line) for line in lines if _find(asked, line))
    return bool(_find(asked, headline)) or of_walls >= _WALL_SHARE * width(opening)


def shared_words(entry: Iterable[str], text: str) -> float:
    """The share of an entry's words that come up in a text, in whatever form; 0 for an entry without words."""
    folded = fold(text)
    words = {word for part in entry for word in _words(part)}
    return sum(word in folded for word in words) / len(words) if words else 0.0


def _words(text: str) -> Iterator[str]:
    """Stems of the words that carry meaning; of scripts without spaces, all pairs of characters."""
    for run in _WIDE_RUN.findall(text):
        size = 2 * _WIDE_LETTERS if _THAI.match(run) else _WIDE_LETTERS
        pairs = (run[index : index + size] for index in range(len(run) - size + 1))
        yield from (pair for pair in pairs if not _HIRAGANA.fullmatch(pair))
    for word in _WIDE_RUN.sub(" ", text).split():
        folded = fold(word)
        if len(folded) >= _LEAST_LETTERS:
            yield folded[: max(_LEAST_LETTERS, round(_STEM * len(folded)))]


def _names_wall(url: str) -> bool:
    return any(_ADDRESS.search(part) for part in split_address(url))


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")


def _find(phrases: Iterable[str], text: str) -> set[str]:
    """Which of the phrases come up in a text, as whole words; most are told absent without a pattern."""
    return {phrase for phrase in phrases if phrase in text and _pattern(phrase).search(text)}


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(match_any([phrase]))
