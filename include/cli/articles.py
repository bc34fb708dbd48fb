"""`departures detect`, `extract`, `evaluate`: the reading rooms on files, without a database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from include.cli.common import err, out, write_json_lines
from include.errors import ConfigError
from include.jsontext import parse_json
from include.outfile import check_output, write_output
from include.settings import Settings

if TYPE_CHECKING:
    from include.evaluate import Evaluation

_PROGRESS_FROM = 48  # articles; less is done before a bar is drawn


def detect(
    articles: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="Articles: id, title, text, lang, published.")],
    out_path: Annotated[Path, typer.Option("--out", metavar="OUT.jsonl", help="Where the moves go.")],
    explain: Annotated[bool, typer.Option("--explain", help="Show which rule found what, and what was seen.")] = False,
) -> None:
    """Find who left, joined or moved in articles; needs no database and no network."""
    from include.pipeline.articles import read_articles

    check_output(out_path, articles, name="--out")
    records = [record for _, record in read_articles(articles)]
    rows = _detect_again(records) if Settings.from_env().llm != "off" else list(_detect_rows(records))
    write_json_lines(out_path, rows)
    if explain:
        _explain(records)
    failed = [row["id"] for row in rows if "error" in row]
    moves = sum(len(row["moves"]) for row in rows)
    err().print(f"{moves} moves in {len(rows)} articles -> {out_path}")
    if failed:
        err().print(f"{len(failed)} articles could not be read and carry an error: {', '.join(failed[:5])}")


def extract(
    index: Annotated[Path, typer.Argument(metavar="INDEX.jsonl", help="Pages: id, url, file (HTML, plain or .gz).")],
    out_path: Annotated[Path, typer.Option("--out", metavar="OUT.jsonl", help="Where the articles go.")],
) -> None:
    """Read saved pages into title, authors, date, text and language."""
    from include.extract.index import extract_index

    check_output(out_path, index, name="--out")
    with err().status("Reading pages ...") as status:
        counts = extract_index(
            index,
            out_path,
            workers=os.cpu_count() or 1,
            on_progress=lambda done: status.update(f"Reading pages ... {done}"),
        )
    err().print(", ".join(f"{count} {name}" for name, count in counts.items()) + f" -> {out_path}")


def evaluate(
    gold: Annotated[list[Path], typer.Argument(metavar="GOLD.jsonl...", help="Annotated articles.")],
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="PRED.jsonl", help="Score these instead of detecting now.")
    ] = None,
    errors: Annotated[int, typer.Option("--errors", min=0, help="Show so many wrong and missed departures.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Fail where a language is worse than in this file."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Write the figures into the baseline instead.")] = False,
) -> None:
    """Precision, recall and F1 of the detector on annotated articles, per language."""
    from include.evaluate import evaluate_predictions

    if keep and not baseline:
        raise ConfigError("--keep writes the file that --baseline names: give both")
    if keep and baseline:
        check_output(baseline, *gold, *([predictions] if predictions else []), name="--baseline")

    annotated = [record for path in gold for record in _read_gold(path)]
    predicted = _read_predictions(predictions) if predictions else _predict(annotated)
    evaluation = evaluate_predictions(annotated, predicted)
    if as_json:
        print(json.dumps(evaluation.as_json(), ensure_ascii=False))
    else:
        _print_evaluation(evaluation)
    for line in evaluation.errors[:errors]:
        err().print(line, markup=False)
    if baseline:
        _compare(evaluation, baseline, keep)


def _compare(evaluation: Evaluation, path: Path, keep: bool) -> None:
    """Hold the figures against a baseline, or make them the new one."""
    from include.evaluate import find_losses, make_baseline

    if keep:
        write_output(path, [json.dumps(make_baseline(evaluation), indent=1, sort_keys=True)])
        err().print(f"{path} holds these figures now")
        return
    try:
        known = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ConfigError(f"{path}: no baseline ({problem}); write one with --keep") from problem
    if not isinstance(known, dict) or not all(isinstance(f1, int | float) for f1 in known.values()):
        raise ConfigError(f"{path}: no baseline (languages with figures are expected); write one with --keep")
    losses = find_losses(evaluation, known)
    for line in losses:
        err().print(line, markup=False)
    if losses:
        raise typer.Exit(1)
    err().print(f"No language is worse than in {path}")


def _detect_rows(records: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    from include.pipeline.detecting import detect_articles

    workers = os.cpu_count() or 1
    if len(records) < _PROGRESS_FROM:
        yield from detect_articles(records, workers=workers)
        return
    from rich.progress import Progress

    with Progress(console=err(), transient=True) as progress:
        bar = progress.add_task("Reading articles", total=len(records))
        yield from detect_articles(
            records, workers=workers, on_progress=lambda done: progress.update(bar, completed=done)
        )


def _detect_again(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what a language model adds, and a line that says what it did."""
    from include.detect.llm.ask import check_llm
    from include.pipeline.detecting import detect_with_model

    settings = Settings.from_env()
    check_llm(settings)
    with err().status("Reading articles ..."):
        rows, report = detect_with_model(records, settings, datetime.now(UTC).date(), workers=os.cpu_count() or 1)
    err().print(str(report), markup=False)
    return rows


def _explain(records: list[dict[str, Any]]) -> None:
    from include.detect.moves import explain
    from include.pipeline.detecting import make_document

    for record in records:
        document = make_document(record)
        out().print(Text.assemble((document.doc_id, "bold"), f" ({document.lang})"))
        out().print(str(explain(document)), markup=False)


def _read_gold(path: Path) -> Iterator[dict[str, Any]]:
    from include.evaluate import check_moves
    from include.pipeline.codec import read_objects

    for number, record in read_objects(path):
        for name, kind in (("id", str), ("lang", str), ("title", str), ("text", str), ("moves", list)):
            if not isinstance(record.get(name), kind):
                raise ConfigError(f"{path}:{number}: field {name!r} is missing or not {kind.__name__}")
        if not isinstance(record.get("published"), str | None):
            raise ConfigError(f"{path}:{number}: field 'published' is neither text nor null")
        check_moves(record["moves"], f"{path}:{number}")
        yield record


def _read_predictions(path: Path) -> dict[str, list[dict[str, Any]]]:
    from include.evaluate import check_moves
    from include.pipeline.codec import read_objects

    found: dict[str, list[dict[str, Any]]] = {}
    for number, record in read_objects(path):
        if not isinstance(record.get("id"), str) or not isinstance(record.get("moves"), list):
            raise ConfigError(f"{path}:{number}: fields 'id' (text) and 'moves' (a list) are expected")
        check_moves(record["moves"], f"{path}:{number}")
        found[record["id"]] = record["moves"]
    return found


def _predict(annotated: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {row["id"]: row["moves"] for row in _detect_rows(annotated)}


def _print_evaluation(evaluation: Evaluation) -> None:
    from rich.table import Table

    figures = evaluation.as_json()
    table = Table("language", title=f"Departures in {figures['articles']} articles", title_justify="left")
    for heading in ("precision", "recall", "F1", "right", "wrong", "missed"):
        table.add_column(heading, justify="right")
    for lang, tally in sorted(evaluation.departures.items()):
        cells = (f"{tally.precision:.2f}", f"{tally.recall:.2f}", f"{tally.f1:.2f}")
        table.add_row(lang, *cells, str(tally.right), str(tally.wrong), str(tally.missed))
    out().print(table)
    for name in ("departure", "move"):
        scores = figures[name]
        out().print(
            f"{name + 's':<11} F1 macro {scores['macro_f1']:.3f}, micro {scores['micro_f1']:.3f}, "
            f"precision {scores['precision']:.3f}, recall {scores['recall']:.3f}"
        )
    out().print("slots       " + ", ".join(f"{slot} {share:.2f}" for slot, share in figures["slots"].items()))
    if figures["clean_articles"] is not None:
        out().print(f"articles without a move in which none was seen: {figures['clean_articles']:.3f}")
