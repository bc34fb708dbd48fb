"""Templates and static files: read once, everything in them escaped, every link below where the board is mounted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.board import wording
from include.board.access import form_token
from include.flag.notability import find_doubt
from include.knowledge.languages import language_names
from include.knowledge.notability import load_notability
from include.publish.rows import STATUS_MEANINGS

HERE = Path(__file__).parent
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that pages refer to, with the version that stands in its address."""

    content: bytes
    media_type: str
    version: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Every static file by its name below `static/`."""
    root = HERE / "static"
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in _MEDIA:
            content = path.read_bytes()
            version = hashlib.sha256(content).hexdigest()[:12]
            found[path.relative_to(root).as_posix()] = StaticFile(
                content, f"{_MEDIA[path.suffix]}; charset=utf-8", version
            )
    return found


@cache
def environment() -> Environment:
    """Jinja with autoescape everywhere and no silent gaps."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clip=wording.clip, when=wording.when, day=wording.day, signed=wording.signed, language=wording.language,
        safe_url=wording.safe_url, host=wording.host_of, route=wording.describe_route, languages=wording.name_languages,
        percent=wording.percent, hours=wording.hours, once_in=wording.once_in, code=wording.with_code,
        sentence=wording.sentence, score=wording.score_of,
    )  # fmt: skip
    made.globals.update(
        plural=wording.plural, term_words=wording.describe_term, doubt=_doubt, highlight=wording.highlight,
        glyphs=wording.STATUS_GLYPHS, languages=language_names(), field_words=wording.FIELD_WORDS,
        meanings=STATUS_MEANINGS,
    )  # fmt: skip
    return made


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """One page for whoever asks. `root` is where the board is mounted; every link begins with it."""
    site = request.app.state.site
    viewer = getattr(request.state, "viewer", None)
    root = root_of(request)
    page = environment().get_template(template)
    html = page.render(
        root=root,
        viewer=viewer,
        alone=site.access.alone,
        token=form_token(site.access.secret, viewer) if viewer else "",
        static=lambda name: f"{root}/static/{name}?v={static_files()[name].version}",
        here=request.url.path,
        **{"notices": [], "freshness": None, "waiting": None, **context},
    )
    return HTMLResponse(html, status_code=status)


def _doubt(row: Mapping[str, Any]) -> str:
    """Why nobody is alerted of an event; "" for a rumour, whose status says it."""
    if row["status"] == "rumoured":
        return ""
    return find_doubt(row["status"], row["confidence"], row["review"], load_notability())


def root_of(request: Request) -> str:
    """The path below which the board is mounted; "" at the root."""
    return str(request.scope.get("root_path", "")).rstrip("/")
