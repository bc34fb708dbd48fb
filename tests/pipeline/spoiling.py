"""A site with three departures, and a reading of it as an earlier detector might have made it."""

from __future__ import annotations

from dataclasses import replace

from include.pipeline.run import RunContext
from include.pipeline.staged import StagedMove
from tests.pipeline.site import LEAVING, Site, fill_site

SPOILED_FEEDS = ["/news.xml", "/dead.xml"]


def publish_pages(site: Site) -> None:
    """Jane Roe, John Doe and Ann Poe leave Acme Robotics, and one page tells of something else."""
    fill_site(site)
    for path, person in (("/doe.html", "John Doe"), ("/poe.html", "Ann Poe")):
        site.put_page(path, f"{person} leaves Acme Robotics", [text.replace("Jane Roe", person) for text in LEAVING])
    pages = {"/leaving.html": "Jane Roe leaves", "/model.html": "A new model", "/doe.html": "Doe", "/poe.html": "Poe"}
    site.put_feed("/news.xml", list(pages.items()))


def spoil_moves(run: RunContext) -> None:
    """What was read of these pages, with one destination not seen, one person missed and one made up."""
    moves = run.staging.read_records(StagedMove, "moves/hosts-1.jsonl")
    doe = next(staged for staged in moves if staged.move.person == "John Doe" and staged.move.to_org)
    told: list[StagedMove] = []
    for staged in moves:
        move = replace(staged.move, detector="rules/0")
        if move.person == "Jane Roe":
            told.append(replace(staged, move=replace(move, to_org=None)))
        elif move.person != "Ann Poe":
            told.append(replace(staged, move=move))
    told.append(replace(doe, move=replace(doe.move, person="Priscilla Wentworth", person_aliases=())))
    run.staging.write_records("moves/hosts-1.jsonl", told)
