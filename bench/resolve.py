"""Who is who and what happened: how right on the project's own cross-lingual set, how fast, and whether it grows.

Pairwise F1 is over pairs of moves that are one event, on the half that rules were mended on and on the half that was
looked at only at the end; then eight rounds of new people, places and scripts, at first contact and now. Listed people
as strangers: 250 people of the packaged list with up to three of their names each, told of at listed organisations
within six weeks and known to no list; mean of three draws. Likeness across scripts: the share of same-person pairs
(two scripts, one event) that pass the threshold, and of pairs of different people of that set that do. Growth: the
time to resolve and merge 2,000 new moves in a warehouse of 1,000,000 events (ten years of a monitor that finds 274 a
day) against one of 10,000 (five weeks of it), everything read from and written to DuckDB included (processor seconds,
the best of three of each, in turn).

    python -m bench.resolve                # a few minutes, most of them for making the large warehouse
"""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from include.knowledge.gazetteer import Gazetteer, build_gazetteer, load_gazetteer
from include.knowledge.namekeys import organisation_key
from include.pipeline.decided import Decided
from include.pipeline.merge import merge_people
from include.records import Evidence, Move, StoredMove
from include.resolve.book import EntityBook
from include.resolve.entities import resolve_entities
from include.resolve.keys import is_like_pinyin, sound_bones
from include.resolve.likeness import ACCEPT_ACROSS_SCRIPTS, name_likeness
from include.resolve.mentions import block_keys, list_hints, unknown_mark
from include.resolve.merge import merge_moves
from include.resolve.names import is_full_name, script_of, short_sign, skeleton, squeeze
from include.resolve.sounds import is_rare_word, say_word
from include.warehouse.events import read_due_events, read_people_of, write_events
from include.warehouse.generations import create_work_copy, open_work
from tests.resolve.crosslingual import CONTACT, Labelled, pairwise_scores, read_set

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
SIZES = (10_000, 1_000_000)
FRESH = 2_000
REPEATS = 3
EVENTS_A_DAY = 274  # a million in ten years, ten thousand in five weeks: the same monitor, older
ORGANISATIONS = 20_000
FIRST_CONTACT = {
    "round 1": 0.889,
    "round 2": 0.811,
    "round 3": 0.922,
    "round 4": 0.675,
    "round 5": 0.838,
    "round 6": 0.866,
    "round 7": 0.933,
    "round 8": 0.933,
    "round 9": 0.967,
}  # before anything was mended on the round
THRESHOLDS = (0.66, 0.7, 0.74, ACCEPT_ACROSS_SCRIPTS, 0.82, 0.86)
_ONSETS = (
    "b", "br", "ch", "d", "f", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "r", "s", "sh", "st", "t", "tr", "v",
)  # fmt: skip
_ENDS = (
    "an", "ar", "ek", "el", "en", "er", "ic", "il", "in", "ko", "la", "man", "mov", "na", "nen", "nov", "on", "os",
    "ra", "ro", "sen", "ski", "son", "ta", "ti", "vic", "wal",
)  # fmt: skip


def run() -> dict[str, Any]:
    """All figures."""
    gazetteer = load_gazetteer()
    return {
        "pairwise": measure_pairwise(gazetteer),
        "listed people as strangers": measure_strangers(gazetteer),
        "likeness across scripts": measure_likeness(gazetteer),
        "moves a second, resolve and merge": round(measure_speed(gazetteer)),
        "growth": measure_growth(gazetteer),
    }


def measure_pairwise(gazetteer: Gazetteer) -> dict[str, Any]:
    """Precision, recall and F1 on both halves of the own set."""
    labelled = read_set()
    found = _merge([entry.stored for entry in labelled], gazetteer)
    result = {}
    for name, held_out in (("mended on", False), ("held out", True)):
        gold = {e.stored.move_id: e.event for e in labelled if e.is_held_out == held_out}
        precision, recall, f1 = pairwise_scores(gold, found)
        result[name] = {"precision": round(precision, 3), "recall": round(recall, 3), "F1": round(f1, 3)}
    for name, at_first in FIRST_CONTACT.items():
        labelled = [entry for entry in read_set(CONTACT) if entry.trap == name]
        gold = {entry.stored.move_id: entry.event for entry in labelled}
        precision, recall, f1 = pairwise_scores(gold, _merge([entry.stored for entry in labelled], gazetteer))
        result[f"first contact, {name}"] = {
            "F1 at first contact": at_first,
            "precision now": round(precision, 3),
            "recall now": round(recall, 3),
            "F1 now": round(f1, 3),
        }
    return result


def measure_strangers(gazetteer: Gazetteer) -> dict[str, str]:
    """Pairs of moves of listed people whom no list helps to know, at any organisations and at a few."""
    strangers = build_gazetteer(list(gazetteer.organisation_by_id.values()), [])
    result = {}
    for title, places in (("anywhere", None), ("at 30 organisations", 30)):
        scores = []
        for seed in (1, 2, 3):
            moves, gold = _tell_of_listed_people(gazetteer, random.Random(seed), places)
            scores.append(pairwise_scores(gold, _merge(moves, strangers)))
        precision, recall, _ = (sum(values) / len(scores) for values in zip(*scores, strict=True))
        result[title] = f"precision {precision:.3f}, recall {recall:.3f}"
    return result


def _tell_of_listed_people(
    gazetteer: Gazetteer, dice: random.Random, places: int | None
) -> tuple[list[StoredMove], dict[str, object]]:
    """Departures of 250 people within six weeks, each told within three days under up to three of their full names."""
    full = {
        person.id: [name for name in (person.name, *person.aliases) if is_full_name(name)]
        for person in gazetteer.person_by_id.values()
    }
    people = sorted(key for key, names in full.items() if len({script_of(name) for name in names}) > 1)
    organisations = sorted(gazetteer.organisation_by_id.values(), key=lambda organisation: organisation.id)
    organisations = dice.sample(organisations, places or len(organisations))
    moves, gold = [], {}
    for person in dice.sample(people, 250):
        organisation, day = dice.choice(organisations), AS_OF - timedelta(days=3 + dice.randrange(42))
        for name in dice.sample(full[person], min(3, len(full[person]))):
            spellings = [o for o in (organisation.name, *organisation.aliases) if script_of(o) == script_of(name)]
            place = dice.choice(spellings or [organisation.name])
            at = day + timedelta(days=dice.randrange(3))
            key = f"m{len(moves):04d}"
            move = Move("departure", name, place, None, "announced", "main", Evidence("text", 0, len(name), name))
            moves.append(StoredMove(key, f"a-{key}", move, "en", f"s-{key}", f"s-{key}", at, at))
            gold[key] = person
    return moves, gold


def measure_likeness(gazetteer: Gazetteer) -> dict[str, str]:
    """By threshold: same-person pairs that pass, different people that do."""
    labelled = [entry for entry in read_set() if is_full_name(entry.stored.move.person)]
    same, other = [], []
    for left, right in combinations(labelled, 2):
        names = left.stored.move.person, right.stored.move.person
        if script_of(names[0]) != script_of(names[1]):
            (same if _are_one(left, right, gazetteer) else other).append(name_likeness(*names))
    return {
        f"at {threshold:.2f}": f"{sum(x >= threshold for x in same)} of {len(same)} same, "
        f"{sum(x >= threshold for x in other)} of {len(other)} different"
        for threshold in THRESHOLDS
    }


def measure_speed(gazetteer: Gazetteer) -> float:
    """Moves of the own set that are resolved and merged in a second, keys included."""
    moves = [entry.stored for entry in read_set()]
    started = time.process_time()
    for _ in range(5):
        for move in moves:
            block_keys(move, gazetteer)
        _merge(moves, gazetteer)
    return 5 * len(moves) / (time.process_time() - started)


def measure_growth(gazetteer: Gazetteer) -> dict[str, Any]:
    """Seconds for 2,000 new moves by length of the history, and the ratio; the warehouses are merged in turn."""
    with tempfile.TemporaryDirectory() as name:
        made = {size: _make_warehouse(Path(name), size) for size in SIZES}
        times: dict[int, list[float]] = {size: [] for size in SIZES}
        blocks: dict[int, int] = {}
        for _ in range(REPEATS):
            for size, (base, fresh) in made.items():
                work = base.with_name(f"work-{size}.duckdb")
                shutil.copyfile(base, work)
                with open_work(work) as con:
                    elapsed, blocks[size] = _merge_fresh(con, fresh, gazetteer)
                times[size].append(elapsed)
        result: dict[str, Any] = {
            f"{size:,} events": f"{min(times[size]):.2f} s, {blocks[size]:,} moves in the block, "
            f"file of {made[size][0].stat().st_size / 1e6:,.0f} MB"
            for size in SIZES
        }
    # A run in which both were disturbed says nothing: each size's best against each size's best.
    result["ratio"] = round(min(times[SIZES[1]]) / min(times[SIZES[0]]), 2)
    return result


def _make_warehouse(folder: Path, size: int) -> tuple[Path, list[StoredMove]]:
    base = folder / f"{size}.duckdb"
    create_work_copy(folder / "none.duckdb", base, run_id="history", as_of=AS_OF, articles_root=folder / "articles")
    with open_work(base) as con:
        fill_warehouse(con, size)
        return base, _fresh_moves(con)


def fill_warehouse(con: duckdb.DuckDBPyConnection, size: int) -> None:
    """Put `size` events of two moves each into a warehouse, with their keys, links and entities, in order of time."""
    tables = dict(_name_tables())
    for name, table in tables.items():
        con.register(name, table)
    con.execute(
        "CREATE TEMP TABLE history AS " + _HISTORY,
        {
            "size": size,
            "days": size // EVENTS_A_DAY,
            "until": AS_OF.date(),
            **{name: len(t) for name, t in tables.items()},
        },
    )
    for statement in _FILL:
        con.execute(statement)


def _merge(moves: Sequence[StoredMove], gazetteer: Gazetteer) -> dict[str, str]:
    book = resolve_entities(moves, EntityBook(), gazetteer)
    events = merge_moves(moves, book, (), as_of=AS_OF, previous=(), gazetteer=gazetteer)
    return {move_id: event.event_id for event in events for move_id in event.move_ids}


def _are_one(left: Labelled, right: Labelled, gazetteer: Gazetteer) -> bool:
    known = [gazetteer.find_person(entry.stored.move.person) for entry in (left, right)]
    return left.event == right.event or (known[0] is not None and known[0] == known[1])


def _merge_fresh(
    con: duckdb.DuckDBPyConnection, fresh: Sequence[StoredMove], gazetteer: Gazetteer
) -> tuple[float, int]:
    """What the merge step does with new moves, and the writing of its events: (seconds, moves in the block)."""
    _store(con, fresh)
    ids = [move.move_id for move in fresh]
    nothing = Decided((), {}, frozenset(), 0, ())
    started = time.process_time()
    due = read_people_of(con, read_due_events(con, AS_OF))
    events = merge_people(con, ids, due, nothing, gazetteer, run_id="fresh", as_of=AS_OF).events
    write_events(con, events, {}, None, run_id="fresh", as_of=AS_OF)
    return time.process_time() - started, sum(len(event.move_ids) for event in events)


def _fresh_moves(con: duckdb.DuckDBPyConnection) -> list[StoredMove]:
    """New moves, half of them about people of the last four weeks, all at organisations of the last four weeks."""
    dice = random.Random(5)
    recent = con.execute(
        "SELECT person, org FROM history WHERE day > ?::DATE - 28 ORDER BY day DESC, number", [AS_OF.date()]
    ).fetchall()
    people = con.execute(
        "SELECT DISTINCT given, surname FROM givens, surnames USING SAMPLE 5000 ROWS (reservoir, 7)"
    ).fetchall()
    moves = []
    for number in range(FRESH):
        if number % 2:
            person, organisation = dice.choice(recent)
        else:
            person, organisation = " ".join(dice.choice(people)), dice.choice(recent)[1]
        published = AS_OF - timedelta(days=dice.randrange(3))
        quote = f"{person} leaves {organisation}."
        moves.append(
            StoredMove(
                move_id=_hex(f"move {number}"),
                article_id=_hex(f"article {number}"),
                move=Move(
                    "departure", person, organisation, None, "announced", "main", Evidence("text", 0, len(quote), quote)
                ),
                lang="en",
                source_id="wire",
                origin=f"o{number}",
                published_at=published,
                known_at=AS_OF,
            )
        )
    return moves


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _store(con: duckdb.DuckDBPyConnection, moves: Sequence[StoredMove]) -> None:
    table = pa.table(
        {
            "move_id": [m.move_id for m in moves],
            "person": [m.move.person for m in moves],
            "org": [m.move.from_org for m in moves],
            "published": [m.published_at.replace(tzinfo=None) if m.published_at else None for m in moves],
            "origin": [m.origin for m in moves],
        }
    )
    con.register("fresh", table)
    for statement in _ARTICLES_AND_MOVES:
        con.execute(statement.format(source="fresh"))
    con.unregister("fresh")


def _name_tables() -> list[tuple[str, pa.Table]]:
    """Given names, surnames and organisations with their consonants, as the keys need them."""
    dice = random.Random(3)
    givens = sorted({a + b for a in _ONSETS for b in _ENDS})
    surnames = sorted({a + b + c for a in _ONSETS for b in ("a", "e", "o", "u") for c in _ENDS})
    places = sorted({f"{dice.choice(surnames)} {dice.choice(givens)} {n}" for n in range(ORGANISATIONS)})
    tables = []
    for table, column, names in (("givens", "given", givens), ("surnames", "surname", surnames)):
        names = [name.capitalize() for name in names]
        words = [name.lower() for name in names]
        columns = {
            "bones": [skeleton(word) or "-" for word in words],
            "sign": [short_sign(word) for word in words],
            "squeezed": [squeeze(skeleton(word)) for word in words],
            "pinyin": [is_like_pinyin(word) for word in words],
            "sounds": [sound_bones(say_word(word, "latin")) or "-" for word in words],
            "rare": [is_rare_word(word) for word in words],
        }
        tables.append((table, pa.table({"n": range(len(names)), column: names, **columns})))
    ids = ["o-" + hashlib.sha256(organisation_key(place).encode()).hexdigest()[:12] for place in places]
    marks = [unknown_mark(key, place) or key for key, place in zip(ids, places, strict=True)]
    hints = [list(list_hints(place)) for place in places]
    columns = {"org": places, "org_id": ids, "mark": marks, "hints": hints}
    tables.append(("places", pa.table({"n": range(len(places)), **columns})))
    return tables


_HISTORY = """
SELECT r.number, g.given || ' ' || s.surname AS person, lower(g.given) AS g, lower(s.surname) AS s,
    g.bones AS gb, s.bones AS sb, g.sign AS gk, s.sign AS sk, g.squeezed AS gq, s.squeezed AS sq,
    g.pinyin AS gp, s.pinyin AS sp, g.sounds AS gz, s.sounds AS sz, g.rare AS gr, s.rare AS sr,
    p.org, p.org_id, p.mark, p.hints,
    $until::DATE - (hash(r.number, 4) % $days)::INTEGER AS day,
    'p-' || left(md5('p' || r.number), 12) AS person_id, 'e-' || left(md5('e' || r.number), 16) AS event_id
FROM range($size) r(number)
JOIN givens g ON g.n = (hash(r.number, 1) % $givens)::BIGINT
JOIN surnames s ON s.n = (hash(r.number, 2) % $surnames)::BIGINT
JOIN places p ON p.n = (hash(r.number, 3) % $places)::BIGINT
ORDER BY day
"""
_ARTICLES_AND_MOVES = (
    """INSERT INTO store.articles BY NAME SELECT move_id AS article_id, 1 AS version, 'wire' AS source_id,
    'press' AS source_kind, '' AS source_ref, '' AS url, '' AS canonical_url, 'en' AS lang, '' AS title,
    []::VARCHAR[] AS authors, published AS published_at, published AS fetched_at, published AS known_at,
    'full' AS completeness, '' AS site_name, []::VARCHAR[] AS keywords, false AS paywalled, '' AS cites, origin,
    '' AS content_hash, MAP {{}} AS field_sources, MAP {{}} AS cleaning, 0 AS text_id, 0 AS text_length,
    'history' AS run_id FROM {source}""",
    """INSERT INTO store.moves BY NAME SELECT move_id, move_id AS article_id, 'departure' AS kind, person,
    []::VARCHAR[] AS person_aliases, org AS from_org, []::VARCHAR[] AS from_aliases, []::VARCHAR[] AS to_aliases,
    'announced' AS status, 'main' AS focus, 0.8 AS confidence, false AS acting, 'bench' AS rule, 'bench' AS detector,
    'x' AS quote, 'text' AS quote_field, 0 AS quote_start, 1 AS quote_end, published AS known_at, 'history' AS run_id
    FROM {source}""",
)
_FILL = (
    """CREATE TEMP TABLE told AS SELECT left(md5('m' || number || '-' || copy), 16) AS move_id, person, org,
    (day + copy::INTEGER)::TIMESTAMP AS published, 'o' || copy AS origin, h.* EXCLUDE (person, org)
    FROM history h, range(2) c(copy)""",
    *(statement.format(source="told") for statement in _ARTICLES_AND_MOVES),
    """INSERT INTO store.move_links BY NAME SELECT move_id, person_id, org_id AS from_org_id, event_id FROM told""",
    """INSERT INTO store.name_keys SELECT move_id,
        ('0x' || left(sha256(least(g, s) || ' ' || greatest(g, s) || '|' || place), 10))::BIGINT
    FROM (SELECT *, unnest([mark, hints[1]]) AS place FROM told)""",
    """INSERT INTO store.near_keys WITH plain AS (
        SELECT move_id, day AS "at", unnest([least(g, s) || ' ' || greatest(g, s)] ||
            flatten([[place || '|' || part FOR part IN [gk, sk,
                least(left(gb, 1), left(sb, 1)) || greatest(left(gb, 1), left(sb, 1)) || ':']]
                FOR place IN list_append(hints, mark)]) ||
            [mark || '|' || part FOR part IN [':' || left(gb || sb, 2), ':' || left(sb || gb, 2)]] ||
            if(length(left(gz, 2) || left(sz, 2)) < 3, [],
                ['/' || least(left(gz, 2), left(sz, 2)) || '+' || greatest(left(gz, 2), left(sz, 2))]) ||
            ['/' || least(left(gz, 2) || right(gz, 1), left(sz, 2) || right(sz, 1)) || '-' ||
                greatest(left(gz, 2) || right(gz, 1), left(sz, 2) || right(sz, 1))] ||
            ['/' || substr(spoken, start, 5) FOR start IN range(1, length(spoken) - 3)] ||
            if(gr, ['surname|' || gk], []) || if(sr, ['surname|' || sk], []) ||
            if(length(left(gq, 3) || left(sq, 3)) < 4, [],
                [least(left(gq, 3), left(sq, 3)) || '+' || greatest(left(gq, 3), left(sq, 3))]) ||
            if(length(whole) < 4, [], ['^' || left(whole, 5)]) ||
            if(gp AND sp, ['=' || g || s, '=' || s || g], [])) AS key
        FROM (SELECT *, gq || if(right(gq, 1) = left(sq, 1), substr(sq, 2), sq) AS whole,
            gz || if(right(gz, 1) = left(sz, 1), substr(sz, 2), sz) AS spoken FROM told))
    SELECT DISTINCT move_id, ('0x' || left(sha256(key), 10))::BIGINT AS key, "at" FROM plain ORDER BY "at" """,
    """INSERT INTO store.entities BY NAME SELECT person_id AS entity_id, 'person' AS kind, person AS name,
    []::VARCHAR[] AS aliases, day AS known_at, 'history' AS run_id FROM history UNION ALL BY NAME
    SELECT org_id AS entity_id, 'organisation' AS kind, org AS name, []::VARCHAR[] AS aliases,
    DATE '2016-01-01' AS known_at, 'history' AS run_id FROM places""",
    """INSERT INTO store.event_versions BY NAME SELECT event_id, 1 AS version, day AS known_from,
    'first report' AS cause, '' AS state_hash, 'departure' AS kind, person_id, person, org_id AS from_org_id,
    org AS from_org, 'announced' AS status, 'main' AS focus, 'none' AS date_precision,
    strftime(day, '%Y-%m-%d') AS announced_on, day AS first_reported_at, day AS last_reported_at,
    day AS first_known_at, 2 AS origins, 2 AS articles, ['en'] AS languages,
    [left(md5('m' || number || '-0'), 16), left(md5('m' || number || '-1'), 16)] AS move_ids,
    false AS acting, []::VARCHAR[] AS group_event_ids,
    0.9 AS confidence, '' AS review, 0 AS score, false AS flagged, false AS alerted, '' AS model, [] AS terms,
    [{'status': 'announced', 'at': day::TIMESTAMP, 'move_id': left(md5('m' || number || '-0'), 16),
        'cause': 'first said'}] AS history,
    'history' AS run_id FROM history""",
    "CHECKPOINT",
)


if __name__ == "__main__":
    import json

    print(json.dumps(run(), ensure_ascii=False, indent=1))
