"""Hosts that asked to be left alone for longer than a run waits.

Nothing is kept of its own for this: the archive of the last day says who asked for how long, to every worker, and
also after a run that was killed or whose batch was refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from include.fetch.address import host_of
from include.fetch.archive import Archive
from include.fetch.limits import Patience
from include.fetch.retry_after import DAY, parse_date_header, parse_retry_after

BUSY = frozenset({429, 503})  # statuses that may ask for a pause
_PATIENCE = Patience().retry_after
_LONGEST_RUN = timedelta(hours=6)


def read_pauses(archive: Archive, as_of: datetime, *, longer_than: float = _PATIENCE) -> dict[str, float]:
    """Seconds that a host is still to be left alone at `as_of`, by host.

    Only Retry-After above `longer_than` counts: a shorter one was waited for when it came.
    """
    since = as_of - timedelta(seconds=DAY) - _LONGEST_RUN
    pauses: dict[str, float] = {}
    for entry in archive.list_between(since, as_of, statuses=BUSY):
        headers = archive.read(entry.path, entry.offset).headers
        asked = parse_retry_after(headers, entry.at)
        if asked is None or asked <= longer_than:
            continue
        # An answer is archived under the time of its run; the server's own clock says how long after its start it came.
        said_at = parse_date_header(headers) or entry.at
        late = said_at - entry.at if entry.at < said_at <= entry.at + _LONGEST_RUN else timedelta(0)
        left = (entry.at + late - as_of).total_seconds() + asked
        host = host_of(entry.url)
        if left > pauses.get(host, 0.0):
            pauses[host] = left
    return pauses


def keep_pauses(asked: Archive, archive: Archive, as_of: datetime, *, longer_than: float = _PATIENCE) -> int:
    """Copy from `asked` the answers of `as_of` in which a host wants to be left alone; return how many.

    For whoever asks hosts with an archive that is thrown away: the next run, and the next such call, find them.
    """
    count = 0
    for entry in asked.list_between(as_of, as_of, statuses=BUSY):
        found = asked.read(entry.path, entry.offset)
        seconds = parse_retry_after(found.headers, entry.at)
        if entry.status is None or seconds is None or seconds <= longer_than:
            continue
        headers = [(name, value) for name, value in found.headers.items() if name in ("retry-after", "date")]
        archive.append(entry.url, status=entry.status, headers=headers, body=b"", fetched_at=entry.at)
        count += 1
    return count
