"""Talent flow: how many people went from one organisation to another, by quarter."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from include.board.reading import Reader, Row
from include.board.site import begin

router = APIRouter()
_DRAWN, _LISTED = 20, 150
_FLOWS = """
SELECT quarter, from_org, to_org, people, from_org_id, to_org_id FROM talent_flow
ORDER BY quarter, people DESC, from_org, to_org
"""


@router.get("/flow")
def flow(request: Request) -> Response:
    """One quarter, or all of them, as a picture and a table."""
    wanted = request.query_params.get("quarter", "")[:20]
    with begin(request) as page:
        by_quarter = page.reader.once("flows", read_flows)
        quarters = sorted(by_quarter, reverse=True)
        chosen = wanted or (quarters[0] if quarters else "")
        known = chosen in by_quarter or chosen == "all"
        everything = page.reader.once("all flows", lambda _: total_flows(by_quarter))
        people = page.reader.once("flowing people", lambda _: count_people({**by_quarter, "all": everything}))
        rows = everything if chosen == "all" else by_quarter.get(chosen, [])
        return page.render(
            "flow.html.j2",
            200 if known or not quarters else 404,
            rows=rows[:_LISTED],
            found=len(rows),
            people=people.get(chosen, 0),
            drawn=_DRAWN,
            quarters=quarters,
            chosen=chosen,
            known=known,
        )


def read_flows(reader: Reader) -> dict[str, list[Row]]:
    """The flows of each quarter, the greatest first."""
    grouped: dict[str, list[Row]] = {}
    for row in reader.rows(_FLOWS):
        grouped.setdefault(row["quarter"], []).append(row)
    return grouped


def total_flows(by_quarter: dict[str, list[Row]]) -> list[Row]:
    """The flows of all quarters together."""
    sums: dict[tuple[str, str], Row] = {}
    for rows in by_quarter.values():
        for row in rows:
            kept = sums.setdefault((row["from_org"], row["to_org"]), {**row, "people": 0})
            kept["people"] += row["people"]
    return sorted(sums.values(), key=lambda row: (-row["people"], row["from_org"], row["to_org"]))


def count_people(by_quarter: dict[str, list[Row]]) -> dict[str, int]:
    """How many went in each quarter."""
    return {quarter: sum(row["people"] for row in rows) for quarter, rows in by_quarter.items()}
