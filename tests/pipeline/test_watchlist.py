"""Another field is watched by another file: what it names is on the board, known to the gazetteer or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from include.pipeline.chain import run_chain
from include.pipeline.imports import stage_articles
from include.pipeline.rows import read_rows
from include.pipeline.run import RunOptions, start_run
from include.settings import Settings
from include.warehouse.generations import open_read_only

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
WATCHLIST = """name: What I watch
organisations: [Hartwell Therapeutics, Banco do Brasil, Ajax]
roles: [head coach]
"""
NEWS = (
    ("en", "Tom Ridley, a process engineer at Hartwell Therapeutics, has left the company, he wrote on Tuesday."),
    ("pt", "A vice-presidente de riscos do Banco do Brasil, Carla Menezes, deixou o cargo na sexta-feira."),
    ("nl", "Trainer Johan de Graaf vertrekt bij Ajax, maakte de club vrijdag bekend."),
    ("en", "Ana Okafor, a process engineer at Corner Shop Logistics, has left the company, she wrote on Tuesday."),
)


def test_biotech_a_bank_and_a_football_club_are_watched_by_one_file(tmp_path: Path) -> None:
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    settings = Settings.from_env({"DEPARTURES_WORKERS": "1"}, home=tmp_path)
    run = start_run(settings, run_id="first", as_of=AS_OF, options=RunOptions(origin="import"))
    rows = [{"id": f"{n}", "lang": lang, "title": "News", "text": text} for n, (lang, text) in enumerate(NEWS)]
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps({**row, "published": AS_OF.isoformat()}) + "\n" for row in rows), "utf-8")
    stage_articles(run, path)
    reports = {report.step: report for report in run_chain(run)}
    con = open_read_only(settings.published_path, articles_root=settings.articles_root)
    try:
        departures = {row["person"]: row for row in read_rows(con, "departures")}
    finally:
        con.close()
    watched = {person: row["from_org"] for person, row in departures.items() if row["flagged"]}
    assert watched == {
        "Tom Ridley": "Hartwell Therapeutics", "Carla Menezes": "Banco do Brasil", "Johan de Graaf": "Ajax",
    }  # fmt: skip
    assert not departures["Ana Okafor"]["flagged"]
    (warning,) = reports["flag"].warnings
    assert "watchlist.yaml:2: no organisation 'Hartwell Therapeutics' is known" in warning
