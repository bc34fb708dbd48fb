"""False alarms and power of the exodus test, and how well the weights agree with an editor.

False alarms: organisations that lose people at a steady rate (a Poisson process) over 15 months, judged at every window
of the last three. `windows` is the share of windows of such organisations that raise an alarm, `tables` the share of
days on which any of them does although none should: what the false discovery rate of 0.01 promises to hold at 0.01
for each day that is judged. Rates differ between organisations, as they do. Power: the share of exoduses found, where
one organisation loses in 30 days four times its monthly rate and two people more.

Editor: Spearman's rank correlation of scores with the project's own list of 40 departures in editorial order, which was
written before the weights.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from include.flag.exodus import FALSE_DISCOVERY_RATE, find_exodus, list_exits
from include.records import Event
from tests.flag.build import event, read_editorial, score, spearman

AS_OF = datetime(2026, 4, 1, tzinfo=UTC)
START = date(2025, 1, 1)
JUDGED_FROM = date(2026, 1, 1)
RATES = (0.1, 0.5, 2.0)  # departures a month
TABLES = 40
ORGANISATIONS = 30  # an even mix of the rates


def run() -> dict[str, Any]:
    """All figures."""
    ranked = read_editorial()
    return {
        "false alarms": measure_false_alarms(),
        "power at 4 times the rate and 2 more": {f"{rate} a month": measure_power(rate) for rate in RATES},
        "editor, Spearman": round(
            spearman([-rank for rank, _ in ranked], [score(made).score for _, made in ranked]), 3
        ),
    }


def measure_false_alarms() -> dict[str, Any]:
    """Shares of windows and of judged days with an alarm where nothing happened, and windows judged."""
    dice = random.Random(11)
    windows = days = alarms = alarmed_days = 0
    for _ in range(TABLES):
        events = [e for n in range(ORGANISATIONS) for e in steady_departures(f"Org {n}", RATES[n % len(RATES)], dice)]
        judged = [w for w in find_exodus(list_exits(events), as_of=AS_OF) if w.window_end >= JUDGED_FROM.isoformat()]
        by_day: dict[str, bool] = {}
        for window in judged:
            by_day[window.window_end] = by_day.get(window.window_end, False) or window.significant
        windows, alarms = windows + len(judged), alarms + sum(w.significant for w in judged)
        days, alarmed_days = days + len(by_day), alarmed_days + sum(by_day.values())
    return {
        "windows": round(alarms / windows, 5),
        "tables": round(alarmed_days / days, 5),
        "stated rate": FALSE_DISCOVERY_RATE,
        "windows judged": windows,
    }


def measure_power(rate: float, attempts: int = 60) -> float:
    """Share of exoduses at an organisation of a rate that are found among steady ones."""
    dice = random.Random(13)
    found = 0
    for _ in range(attempts):
        events = [e for n in range(9) for e in steady_departures(f"Org {n}", RATES[n % len(RATES)], dice)]
        events += steady_departures("Exodus", rate, dice)
        for number in range(_poisson(4 * rate, dice) + 2):
            day = date(2026, 2, 1) + timedelta(days=dice.randrange(30))
            events.append(_departure(f"Leaver {number}", "Exodus", day))
        found += any(w.significant and w.organisation == "Exodus" for w in find_exodus(list_exits(events), as_of=AS_OF))
    return round(found / attempts, 2)


def steady_departures(organisation: str, rate: float, dice: random.Random) -> Iterator[Event]:
    """Departures at a steady rate a month, as a Poisson process."""
    day = 0.0
    number = 0
    while True:
        day += dice.expovariate(rate / 30)
        at = START + timedelta(days=int(day))
        if at >= AS_OF.date():
            return
        number += 1
        yield _departure(f"{organisation} {number}", organisation, at)


def _departure(person: str, organisation: str, day: date) -> Event:
    return event(person, organisation, date=day.isoformat(), reported=None, event_id=f"e-{organisation}-{person}")


def _poisson(mean: float, dice: random.Random) -> int:
    limit, count, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        count += 1
        product *= dice.random()
    return count


if __name__ == "__main__":
    import json

    print(json.dumps(run(), indent=1))
