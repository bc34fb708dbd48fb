"""The exports of the last publication, under the addresses that they name themselves."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse

from include.board.site import begin

router = APIRouter()
_MEDIA = {
    "departures.atom": "application/atom+xml", "departures.csv": "text/csv", "departures.jsonl": "application/jsonl",
    "departures.parquet": "application/vnd.apache.parquet", "talent_flow.csv": "text/csv",
    "talent_balance.csv": "text/csv",
}  # fmt: skip


def _make_route(name: str) -> Callable[[Request], Response]:
    def export(request: Request) -> Response:
        with begin(request) as page:
            if any(decision.kind == "takedown" for decision in page.overlay.decisions):
                raise HTTPException(503, "somebody is taken down and the exports are written anew; try in a minute")
            path = page.site.settings.home / "exports" / name
        if not path.is_file():
            raise HTTPException(404, f"there is no {name} yet; the next publication writes it")
        return FileResponse(path, media_type=_MEDIA[name], filename=None if name.endswith("atom") else name)

    return export


for _name in _MEDIA:
    router.add_api_route(f"/{_name}", _make_route(_name), methods=["GET"])
