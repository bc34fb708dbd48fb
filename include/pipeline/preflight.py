"""What a person can have got wrong, looked at before a run begins and by `departures doctor`: never in the night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from include.errors import ConfigError
from include.settings import Settings


def check_settings(settings: Settings, now: datetime) -> None:
    """Raise ConfigError for the first thing that a run would stumble over."""
    for _, problem in find_problems(settings, now):
        raise ConfigError(problem)


def find_problems(settings: Settings, now: datetime) -> Iterator[tuple[str, str]]:
    """(what, one line) for folders of the home, weights, watchlist, schedule, retention, alerts, language model, the
    time that stands for now, hosts and user agent that cannot be used."""
    from include.fetch.address import parse_allow_hosts
    from include.knowledge.notability import load_notability
    from include.knowledge.watchlist import load_watchlist
    from include.pipeline.freshness import read_interval
    from include.pipeline.maintenance import read_policy
    from include.pipeline.run import parse_as_of

    checks: dict[str, Callable[[], object]] = {
        "home": lambda: _check_folders(settings.home),
        "weights": load_notability,
        "watchlist": lambda: load_watchlist(settings.watchlist),
        "schedule": lambda: read_interval(settings.schedule, now),
        "retention": lambda: read_policy(settings.retention),
        "as of": lambda: parse_as_of(settings.as_of, name="DEPARTURES_AS_OF") if settings.as_of else None,
        "hosts": lambda: parse_allow_hosts(settings.allow_hosts),
        "user agent": lambda: _check_user_agent(settings.user_agent),
    }
    if settings.llm != "off":
        from include.detect.llm.ask import check_llm

        checks["language model"] = lambda: check_llm(settings)
    for subject, check in checks.items():
        try:
            check()
        except ConfigError as error:
            yield subject, str(error)
    if settings.alert_urls:
        from include.publish.alerts import check_urls

        for problem in check_urls(settings.alert_urls):
            yield "alerts", problem


_FOLDERS = ("published", "articles", "archive", "staging", "work", "inbox", "alerts", "digests", "exports")


def _check_folders(home: Path) -> None:
    """A file in the place of one of them would be met after hours, or, as the inbox, taken for an empty folder."""
    for path in (home / name for name in _FOLDERS):
        if path.exists() and not path.is_dir():
            raise ConfigError(f"{path}: a file stands where a folder is needed; move it away and repeat")


def _check_user_agent(text: str) -> None:
    """With the end of a line in it no request leaves: every feed would fail by a reason of its own, bad-url."""
    if not text.isprintable():
        raise ConfigError(f"DEPARTURES_USER_AGENT={text!r:.200}: one line of printable characters is expected")
