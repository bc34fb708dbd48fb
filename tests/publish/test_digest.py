"""The digest: golden files that a person has looked at, and what must hold for any content."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.publish.digest import render_digest, write_digest
from tests.board.browser import chromium, find_barriers, is_too_wide
from tests.publish.rows import AS_OF, BASE_URL, row

GOLDEN = Path(__file__).with_name("golden")


def sample() -> dict[str, Any]:
    """A day with a correction, departures in several scripts, a rumour and a very long quote."""
    arabic = quote("ar", "أعلن إيليا سوتسكيفر مغادرته شركة أوبن إيه آي.", "https://akhbar.example/1")
    chinese = quote("zh-Hant", "OpenAI宣佈首席科學家將離職。", "https://xinwen.example/2")
    long = quote("en", "word " * 100, "")
    denial = quote("en", "“I am not going anywhere,” she said.", "https://news.example/3", "denies")
    chief = {"role_from": "co-founder and chief scientist", "to_org": None, "languages": ["ar", "zh-Hant"]}
    rumour = {"status": "rumoured", "origins": 1, "languages": ["en"], "reasons": [], "doubt": "a rumour"}
    unsure = {"doubt": "read with 55% confidence, not reviewed", "status": "reported", "origins": 1}
    hindi = quote("hi", "आशा वर्मा ने शुक्रवार को कंपनी छोड़ दी।", "https://samachar.example/4")
    return {
        "rows": [
            row("e-1", "Ilya Sutskever", score=150.1, evidence=[arabic, chinese], **chief),
            row("e-2", "Ben Example", score=48, evidence=[long], **rumour),
            row("e-4", "आशा वर्मा", score=44, evidence=[hindi], languages=["hi"], **unsure),
        ],
        "corrections": [row("e-3", "Cem Yılmaz", status="denied", score=0, reasons=[], evidence=[chinese, denial])],
        "as_of": AS_OF,
        "base_url": BASE_URL,
    }


def quote(lang: str, text: str, url: str, stance: str = "supports") -> dict[str, str]:
    """One piece of evidence."""
    told = "2026-11-21T08:00:00+00:00"
    return {"url": url, "lang": lang, "quote": text, "stance": stance, "published_at": told}


@pytest.mark.parametrize("form", ["html", "text"])
def test_the_digest_is_the_one_that_was_looked_at(form: str) -> None:
    digest = render_digest(**sample())
    file = GOLDEN / f"digest.{'html' if form == 'html' else 'txt'}"
    made = getattr(digest, form)
    if os.environ.get("REWRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(made, encoding="utf-8")
    assert made == file.read_text(encoding="utf-8"), "look at the new digest, then run with REWRITE_GOLDEN=1"


@pytest.mark.browser
def test_the_digest_can_be_read_in_a_browser(tmp_path: Path) -> None:
    html, _ = write_digest(render_digest(**sample()), tmp_path, AS_OF)
    with chromium() as browser:
        for scheme, width in (("light", 360), ("dark", 360), ("light", 1024), ("dark", 1024)):
            page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
            page.goto(html.as_uri())
            assert find_barriers(page) == [], (scheme, width)
            assert not is_too_wide(page), (scheme, width)
            directions = page.locator("blockquote").evaluate_all("all => all.map((e) => getComputedStyle(e).direction)")
            assert directions == ["ltr", "ltr", "rtl", "ltr", "ltr", "ltr"]


def test_corrections_come_first_and_into_the_subject() -> None:
    digest = render_digest(**sample())
    assert digest.subject == "Correction: Cem Yılmaz: OpenAI → Microsoft (VP Research) is denied, and 3 more"
    assert digest.text.index("Cem Yılmaz") < digest.text.index("Ilya Sutskever") < digest.text.index("Ben Example")


def test_styles_are_inlined_and_nothing_is_loaded() -> None:
    html = render_digest(**sample()).html
    assert 'style="' in html
    assert "<img" not in html
    assert "<script" not in html
    assert "<link" not in html


def test_a_mail_stays_under_100_kb_however_much_happened() -> None:
    rows = [
        row(f"e-{n}", f"Person {n}", reasons=["x" * 80] * 9, evidence=[{"quote": "語" * 900, "lang": "zh-Hant"}] * 9)
        for n in range(300)
    ]
    digest = render_digest(rows, as_of=AS_OF, base_url=BASE_URL)
    assert len(digest.html.encode()) < 102_400
    assert "more on" in digest.text


def test_files_are_named_by_day(tmp_path: Path) -> None:
    html, text = write_digest(render_digest(**sample()), tmp_path, AS_OF)
    assert (html.name, text.name) == ("2026-11-22.html", "2026-11-22.txt")


@settings(max_examples=30)
@given(st.text(), st.text(), st.sampled_from(["https://x.example", "javascript:alert(1)", ""]))
def test_text_of_others_never_becomes_markup(person: str, quote: str, url: str) -> None:
    evil = f"<script>{person}</script>"
    made = render_digest(
        [row(person=evil, reasons=[evil], evidence=[{"quote": "<b>" + quote, "url": url, "lang": "en"}])],
        as_of=AS_OF,
        base_url=BASE_URL,
    )
    assert "<script" not in made.html
    assert "<b>" not in made.html
    assert "javascript:" not in made.html
