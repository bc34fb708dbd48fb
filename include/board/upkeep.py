"""Pages for whoever runs the installation: sources, quality and quarantine, one run, corrections."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from include.board.events import LINE_COLUMNS
from include.board.memory import find
from include.board.reading import Reader, Row
from include.board.site import begin
from include.pipeline.run import clean_run_id

router = APIRouter()
_HELD = 100
_ALL_SOURCES = 400
_RUNS = 30


@router.get("/sources")
def sources(request: Request) -> Response:
    """How every feed does, the worst first."""
    with begin(request) as page:
        rows = page.reader.once("sources", read_sources)
        failing = sum(row["state"] == "bad" or bool(row["last_error"]) for row in rows)
        return page.render("sources.html.j2", rows=rows[:_ALL_SOURCES], total=len(rows), failing=failing)


@router.get("/quality")
def quality(request: Request) -> Response:
    """What the last run's checks found, and what is held in quarantine."""
    kind = request.query_params.get("kind", "")
    with begin(request) as page:
        reader = page.reader
        checks = reader.once("checks", lambda r: read_checks(r, page.freshness.run_id))
        counts = reader.once("held", _count_held)
        if kind and kind not in counts:
            kind = ""
        held = reader.rows(
            "SELECT record_id, stage, kind, reason, detail, source_id, quarantined_at, "
            "payload->>'$.item.title' AS title, payload->>'$.article.title' AS article_title "
            "FROM quarantine WHERE released_at IS NULL "
            f"AND (? = '' OR kind = ?) ORDER BY quarantined_at DESC, record_id LIMIT {_HELD}",
            [kind, kind],
        )
        return page.render(
            "quality.html.j2",
            checks=checks,
            failed=sum(not row["success"] for row in checks),
            held=held,
            counts=counts,
            kind=kind,
            released=page.overlay.releases,
            done=request.query_params.get("done", ""),
        )


@router.get("/run")
def run(request: Request, run_id: str = "") -> Response:
    """What one run changed; Airflow shows it on the page of the DAG run."""
    with begin(request) as page:
        reader = page.reader
        wanted = clean_run_id(run_id) if run_id else page.freshness.run_id
        found = reader.row("SELECT run_id, as_of, generation, detector, counts FROM runs WHERE run_id = ?", [wanted])
        if found is None:
            known = reader.rows(f"SELECT run_id, as_of FROM runs ORDER BY generation DESC LIMIT {_RUNS}")
            return page.render("norun.html.j2", 404, wanted=wanted, known=known)
        events = find(
            reader,
            f"{LINE_COLUMNS}, first_reported_at, score, flagged, version, review",
            "run_id = ? AND kind = 'departure' ORDER BY flagged DESC, score DESC, event_id LIMIT 100",
            [wanted],
        )
        shown = [row for row in events if not {row["event_id"], row["person_id"]} & page.overlay.hidden.keys()]
        return page.render(
            "run.html.j2",
            run=found,
            steps=group_counts(found["counts"]),
            events=shown,
            checks=read_checks(reader, wanted),
        )


@router.get("/corrections")
def corrections(request: Request) -> Response:
    """Where we were wrong, or were told otherwise: never buried."""
    with begin(request) as page:
        rows = find(
            page.reader,
            f"{LINE_COLUMNS}, last_reported_at, known_from, review",
            "status IN ('denied', 'retracted') OR review IN ('corrected', 'rejected') "
            "ORDER BY known_from DESC, event_id LIMIT 100",
            (),
        )
        hidden = page.overlay.hidden
        shown = [row for row in rows if "taken-down" not in (hidden.get(row["event_id"]), hidden.get(row["person_id"]))]
        taken = page.reader.rows(
            "SELECT decided_at FROM store.decisions WHERE action = 'takedown' ORDER BY decided_at DESC LIMIT 50"
        )
        return page.render("corrections.html.j2", rows=shown, taken=taken)


def group_counts(counts: dict[str, int]) -> list[tuple[str, list[tuple[str, int]]]]:
    """What a run counted, by step, in the order of the steps: `load.moves` is of the step load. Zeros are left out."""
    grouped: dict[str, list[tuple[str, int]]] = {}
    for name, count in counts.items():
        step, _, what = name.rpartition(".")
        if count:
            grouped.setdefault(step or "in all", []).append((what.replace("_", " "), count))
    order = ("poll", "fetch", "read", "load", "check", "merge", "flag", "audit")
    return sorted(grouped.items(), key=lambda entry: order.index(entry[0]) if entry[0] in order else len(order))


def read_sources(reader: Reader) -> list[Row]:
    """Every source with its state (bad, warn, ok) and what to do."""
    rows = reader.rows("SELECT * FROM source_health")
    for row in rows:
        row["state"], row["advice"] = judge_source(row)
    order = {"bad": 0, "warn": 1, "ok": 2}
    return sorted(rows, key=lambda row: (order[row["state"]], -row["failures"], row["source_id"]))


def judge_source(row: Row) -> tuple[str, str]:
    """How a source does, in a word, and what a person should do."""
    if row["gone"]:
        return "bad", "It says that it is gone for good: take it out of feeds.yaml, or find its new address"
    if row["failures"] >= 3:
        return "bad", f"Try it: `departures sources check {row['source_id']}`"
    if row["last_error"]:
        return "warn", "It failed last time and is tried again at the next run"
    if row["overlap_lost_30d"]:
        return "warn", "Entries may have been missed between polls: poll more often (DEPARTURES_SCHEDULE)"
    if row["polls_30d"] >= 5 and not row["new_items_30d"]:
        return "warn", "Nothing new in 30 days: is it the right feed of this site?"
    return "ok", ""


def read_checks(reader: Reader, run_id: str) -> list[Row]:
    """The expectations of a run, those not met first."""
    return reader.rows(
        "SELECT suite, expectation, subject, severity, success, observed, failed_rows, advice FROM quality_results "
        "WHERE run_id = ? ORDER BY success, severity, suite, expectation, subject",
        [run_id],
    )


def find_held(reader: Reader, record_id: str) -> Row:
    """A record that is held now. Raises HTTPException 404."""
    row = reader.row(
        "SELECT record_id, stage, kind, reason FROM quarantine WHERE record_id = ? AND released_at IS NULL", [record_id]
    )
    if row is None:
        raise HTTPException(404, f"nothing with the id {record_id[:40]!r} is held; look at the list again")
    return row


def _count_held(reader: Reader) -> dict[str, int]:
    rows = reader.rows(
        "SELECT kind, count(*) AS n FROM quarantine WHERE released_at IS NULL GROUP BY kind ORDER BY n DESC, kind"
    )
    return {row["kind"]: row["n"] for row in rows}
