"""Small articles, moves and events for the tests of warehouse and check."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from include.records import Article, Event, Evidence, Flag, Move, Term
from include.warehouse.generations import Generation, create_work_copy, open_work, publish_work_copy
from include.warehouse.load import LoadReport, load_batch
from include.warehouse.staged import move_id

T0 = datetime(2026, 11, 21, 6, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def article(name: str, text: str = "", **changes: Any) -> Article:
    """An article about one departure; `name` makes its id and address."""
    text = text or f"Ada Lovelace leaves Babbage Labs. The {name} desk reports it."
    title = changes.pop("title", f"News {name}")
    url = changes.pop("canonical_url", f"https://{name}.example/story")
    made = Article(
        article_id=short_hash(url or name),
        source_id=name,
        source_ref="",
        url=url,
        canonical_url=url,
        lang="en",
        title=title,
        text=text,
        authors=("Grace Hopper",),
        published_at=T0 - timedelta(hours=3),
        modified_at=None,
        fetched_at=T0,
        completeness="full",
        content_hash=short_hash(f"{title}\n{text}"),
        minhash=b"",
        field_sources=(("title", "json-ld"),),
        cleaning=(("doubled-punctuation", 2),),
    )
    return replace(made, **changes)


def move(of: Article, sentence: str = "Ada Lovelace leaves Babbage Labs.", **changes: Any) -> Move:
    """A departure whose evidence is `sentence` in the text of the article."""
    start = of.text.find(sentence)
    made = Move(
        kind="departure",
        person="Ada Lovelace",
        from_org="Babbage Labs",
        to_org=None,
        status="announced",
        focus="main",
        evidence=Evidence("text", start, start + len(sentence), sentence),
        confidence=0.9,
        rule="en.leaves",
        detector="test/1",
    )
    return replace(made, **changes)


def event(name: str, moves: Sequence[str] = (), **changes: Any) -> Event:
    """An event with the given moves."""
    made = Event(
        event_id=short_hash(f"event {name}"),
        kind="departure",
        person_id=f"p-{name}",
        person="Ada Lovelace",
        from_org_id="o-babbage",
        from_org="Babbage Labs",
        to_org_id=None,
        to_org=None,
        role_from="Chief Scientist",
        role_to=None,
        status="announced",
        focus="main",
        date="2026-11-20",
        date_precision="day",
        announced_on="2026-11-20",
        effective_on=None,
        first_reported_at=T0 - timedelta(hours=3),
        last_reported_at=T0 - timedelta(hours=2),
        known_from=T0,
        origins=1,
        articles=1,
        languages=("en",),
        move_ids=tuple(moves),
    )
    return replace(made, **changes)


def flag(of: Event, score: float = 70.0, **changes: Any) -> Flag:
    """A flag that shows the event."""
    terms = (Term("seniority", "Chief Scientist", score, of.move_ids[0] if of.move_ids else None),)
    return replace(Flag(of.event_id, score, score >= 50, score >= 80, terms, "weights/1"), **changes)


def same_words(a: bytes, b: bytes) -> float:
    """A similarity for signatures that are just words: the share they have in common."""
    left, right = set(a.split()), set(b.split())
    return len(left & right) / max(len(left | right), 1)


@cache
def empty_file() -> Path:
    """A migrated file of generation 0, made once: from here a run of a test starts quicker than from nothing."""
    folder = Path(tempfile.mkdtemp(prefix="departures-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    work = folder / "empty.duckdb"
    create_work_copy(folder / "absent.duckdb", work, run_id="", as_of=T0, articles_root=folder / "articles")
    with open_work(work) as con:
        con.execute("UPDATE store.generation SET number = 0, as_of = NULL")
    return work


@dataclass
class Home:
    """A home folder with what the tests do to it."""

    path: Path

    @property
    def published(self) -> Path:
        return self.path / "published" / "departures.duckdb"

    @property
    def articles_root(self) -> Path:
        return self.path / "articles"

    def work_path(self, run_id: str) -> Path:
        return self.path / "work" / f"{run_id}.duckdb"

    def begin(self, run_id: str, as_of: datetime = T0) -> Generation:
        published = self.published if self.published.exists() else empty_file()
        return create_work_copy(
            published, self.work_path(run_id), run_id=run_id, as_of=as_of, articles_root=self.articles_root
        )

    def publish(self, run_id: str, base: Generation) -> Generation:
        return publish_work_copy(self.work_path(run_id), self.published, base)

    @contextmanager
    def run(self, run_id: str, as_of: datetime = T0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A whole run: what the block does to the work copy is published."""
        base = self.begin(run_id, as_of)
        with open_work(self.work_path(run_id)) as con:
            yield con
        self.publish(run_id, base)

    def load(
        self,
        con: duckdb.DuckDBPyConnection,
        articles: Sequence[Article],
        moves: Mapping[str, Sequence[Move]] | None = None,
        *,
        run_id: str = "r1",
        as_of: datetime = T0,
        bands: Mapping[str, Sequence[int]] | None = None,
    ) -> LoadReport:
        if moves is None:
            moves = {a.article_id: [move(a)] for a in articles if "Ada Lovelace leaves" in a.text}
        return load_batch(
            con,
            articles,
            moves,
            run_id=run_id,
            as_of=as_of,
            articles_root=self.articles_root,
            bands=bands or {},
            similarity=same_words,
        )


def only_move(of: Article) -> str:
    """The id of the departure that `move` makes of an article."""
    return move_id(of.article_id, move(of))


def rows(con: duckdb.DuckDBPyConnection, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    return con.execute(sql, parameters).fetchall() if parameters else con.execute(sql).fetchall()
