"""Articles in the JSON that client-rendered pages hand to their scripts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from include.extract.state import find_story

FIRST = (
    "Jane Roe is leaving Fernlight at the end of March, the maker of batteries said in a note to its staff on Monday."
)
SECOND = (
    "She joined in 2015 as the ninth employee and built the team that designed the first three products of the company."
)
THIRD = "Her successor has not been named yet; the company says that it looks inside and outside for one, and has time."
TEXTS = (FIRST, SECOND, THIRD)
STATES: list[tuple[str, Any]] = [
    ("arc", {"content_elements": [{"type": "text", "content": f"<b>{text[:5]}</b>{text[5:]}"} for text in TEXTS]}),
    ("portable text", {"body": [{"_type": "block", "children": [{"text": t[:9]}, {"text": t[9:]}]} for t in TEXTS]}),
    ("contentful", {"content": [{"nodeType": "paragraph", "content": [{"value": text}]} for text in TEXTS]}),
    ("editor.js", {"blocks": [{"type": "paragraph", "data": {"text": text}} for text in TEXTS]}),
    ("model", {"blocks": [{"type": "text", "model": {"text": text, "blocks": []}} for text in TEXTS]}),
    ("strings", {"paragraphs": list(TEXTS)}),
]


@pytest.mark.parametrize(("kind", "state"), STATES)
def test_paragraphs_are_found(kind: str, state: Any) -> None:
    page = {"props": {"article": {"authors": [{"name": "Mia Holm"}], **state}, "menu": [{"text": "Home"}]}}
    for script in (json.dumps(page), f"window.__STATE__={json.dumps(page)};go()"):
        story = find_story([script])
        assert story.paragraphs == TEXTS, kind
        assert story.authors == ("Mia Holm",), kind


def test_other_articles_and_pictures_are_not_taken() -> None:
    teasers = [{"title": "A", "url": f"/{n}", "text": text} for n, text in enumerate(TEXTS)]
    pictures = [{"type": "image", "caption": "c", "text": text} for text in TEXTS]
    assert find_story([json.dumps({"related": teasers, "gallery": pictures})]).paragraphs == ()


@pytest.mark.parametrize("script", ["", "{", "x = {", "x={};" * 50_000, "[" * 100_000, '{"a":' * 5_000, "a=" * 500_000])
def test_scripts_in_any_state_end_soon(script: str) -> None:
    started = time.process_time()
    assert find_story([script]).paragraphs == ()
    assert time.process_time() - started < 5
