"""Talent flow: how many people went from one organisation to another, by quarter."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from include.board.reading import Reader, Row
from include.board.site import begin

router = APIRouter()
ALL = "all"
_DRAWN, _LISTED = 20, 150
_FLOWS = f"""
WITH flows AS MATERIALIZED (SELECT quarter, from_org, to_org, people, from_org_id, to_org_id FROM talent_flow)
FROM flows UNION ALL
SELECT '{ALL}', any_value(from_org), any_value(to_org), sum(people)::BIGINT, from_org_id, to_org_id FROM flows
GROUP BY from_org_id, to_org_id ORDER BY quarter, people DESC, from_org, to_org
"""
_BALANCES = f"""
WITH balances AS MATERIALIZED (SELECT quarter, organisation, came, went, net, organisation_id FROM talent_balance)
FROM balances UNION ALL
SELECT '{ALL}', any_value(organisation), sum(came)::BIGINT, sum(went)::BIGINT, sum(net)::BIGINT, organisation_id
FROM balances GROUP BY organisation_id ORDER BY quarter, net DESC, came DESC, organisation
"""


@router.get("/flow")
def flow(request: Request) -> Response:
    """One quarter, or all of them, as a picture and two tables."""
    wanted = request.query_params.get("quarter", "")[:20]
    with begin(request) as page:
        flows = page.reader.once("flows", lambda reader: _by_quarter(reader, _FLOWS))
        balances = page.reader.once("balances", lambda reader: _by_quarter(reader, _BALANCES))
        quarters = sorted(flows.keys() - {ALL}, reverse=True)
        chosen = wanted or (quarters[0] if quarters else "")
        known = chosen in flows
        moved, balance = flows.get(chosen, _NOTHING), balances.get(chosen, _NOTHING)
        return page.render(
            "flow.html.j2",
            200 if known or not quarters else 404,
            rows=moved.rows,
            found=moved.found,
            balance=balance.rows,
            balance_found=balance.found,
            people=moved.people,
            drawn=_DRAWN,
            quarters=quarters,
            chosen=chosen,
            known=known,
        )


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a page shows of the rows of a quarter: the first, how many there are, and how many people in all."""

    rows: list[Row]
    found: int
    people: int


_NOTHING = _Listed([], 0, 0)


def _by_quarter(reader: Reader, sql: str) -> dict[str, _Listed]:
    """Rows of a view by quarter, all of them together under `ALL`."""
    grouped: dict[str, list[Row]] = {}
    for row in reader.rows(sql):
        grouped.setdefault(row["quarter"], []).append(row)
    return {
        quarter: _Listed(rows[:_LISTED], len(rows), sum(row.get("people", 0) for row in rows))
        for quarter, rows in grouped.items()
    }
