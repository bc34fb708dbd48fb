"""`python -m dags.production`: is this Airflow process fit to be one of many? Findings as JSON, a list a finding.

Called by `departures doctor --production`, which knows no Airflow itself. What a process has no setting for is not
looked at: a worker has no metadata database, a scheduler has.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

Finding = tuple[str, str, str]  # ok, warn or bad; what was looked at; what was found and what to do
TIMEOUT = 5.0  # seconds for each peer
MAX_SKEW = 30.0  # seconds; Airflow allows ten between who signs a token and who checks it
SHORTEST_SECRET = 32  # characters; what tools.compose_env makes has more
_SIGNING = (("core", "fernet_key"), ("api", "secret_key"), ("api_auth", "jwt_secret"))


def examine(conf: Any) -> Iterator[Finding]:
    """Secrets, broker, metadata database and API server, as far as this process has settings for them."""
    sources = conf.as_dict(display_source=True, display_sensitive=True)
    database = conf.get("database", "sql_alchemy_conn")
    if not database.startswith("sqlite"):
        yield from examine_secrets(sources)
        yield examine_database(database)
    elif conf.get("core", "executor") == "LocalExecutor":
        yield "bad", "database", f"{mask(database)}: SQLite and the LocalExecutor are for one machine"
    if "Celery" in conf.get("core", "executor"):
        for subject, name in (("broker", "broker_url"), ("results", "result_backend")):
            is_set = sources.get("celery", {}).get(name, ("", "default"))[1] != "default"
            yield examine_broker(subject, name, conf.get("celery", name) if is_set else "")
    yield from examine_api_server(conf.get("core", "execution_api_server_url", fallback=None))


def examine_secrets(sources: Any) -> Iterator[Finding]:
    """The keys that every scheduler and API server must share."""
    bad = False
    for section, name in _SIGNING:
        value, source = sources.get(section, {}).get(name, ("", "default"))
        variable, problem = f"AIRFLOW__{section}__{name}".upper(), ""
        if source in ("default", "airflow.cfg") or not value:  # Airflow writes an airflow.cfg with keys of its own
            problem = "is not set, so every process makes its own; set the same everywhere"
        elif len(value.strip()) < SHORTEST_SECRET:
            problem = f"is shorter than {SHORTEST_SECRET} characters; make a longer one"
        if problem:
            bad = True
            yield "bad", "secrets", f"{variable} {problem}"
    if not bad:
        yield "ok", "secrets", "encryption, API and token keys are set"


def examine_database(url: str) -> Finding:
    """Can the metadata database be reached, and is it of the installed version?"""
    from airflow.utils.db import check_migrations

    try:
        check_migrations(0)
    except TimeoutError:
        return "bad", "database", f"{mask(url)} is not of Airflow {version('apache-airflow')}; run airflow db migrate"
    except Exception as error:
        return "bad", "database", f"{mask(url)} cannot be reached ({shorten(error)})"
    return "ok", "database", f"{mask(url)}, migrated"


def examine_broker(subject: str, name: str, url: str) -> Finding:
    """Does what carries the tasks, or their results, answer?"""
    variable = f"AIRFLOW__CELERY__{name}".upper()
    if not url:
        return "bad", subject, f"{variable} is not set"
    try:
        connect(url)
    except Exception as error:
        return "bad", subject, f"{mask(url)} does not answer ({shorten(error)}); check {variable} and that it runs"
    return "ok", subject, mask(url)


def connect(url: str) -> None:
    """Connect to a broker, or to the database of results, and leave; raises what its client raises."""
    if url.startswith("db+"):
        from sqlalchemy import create_engine

        create_engine(url.removeprefix("db+")).connect().close()
        return
    from kombu import Connection

    with Connection(url, connect_timeout=TIMEOUT) as connection:
        connection.ensure_connection(max_retries=1, timeout=TIMEOUT)
        connection.default_channel.client.ping()


def examine_api_server(url: str | None) -> Iterator[Finding]:
    """Is the API server there, of the same versions, and does its clock agree with ours?"""
    variable = "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"
    if not url:
        yield "bad", "api", f"{variable} is not set; workers report to it"
        return
    try:
        airflow, said_at = ask(urljoin(url, "/api/v2/version"))
        ours, _ = ask(urljoin(url, "/departures/version"))
    except (OSError, ValueError) as error:
        yield "bad", "api", f"{url} does not answer ({shorten(error)}); check {variable}"
        return
    for package, theirs in (("apache-airflow", airflow["version"]), ("departure-board", ours["version"])):
        if theirs != (here := version(package)):
            yield "bad", "api", f"{package} is {theirs} at {url} and {here} here; use the same image everywhere"
            return
    yield "ok", "api", f"{url}, Airflow {airflow['version']}, Departure Board {ours['version']}"
    skew = (datetime.now(UTC) - said_at).total_seconds()
    if abs(skew) > MAX_SKEW:
        side = "ahead of" if skew > 0 else "behind"
        yield "warn", "clock", f"{abs(skew):.0f} s {side} that of the API server; run NTP on both"


def ask(url: str) -> tuple[dict[str, Any], datetime]:
    """The JSON answer of the API server, and the time that it was given at by the server's clock."""
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
        return json.load(answer), parsedate_to_datetime(answer.headers["Date"])


def mask(url: str) -> str:
    """An address without user and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def shorten(error: Exception) -> str:
    """An error in one line."""
    return " ".join(str(error).split())[:160] or type(error).__name__


if __name__ == "__main__":
    from airflow.configuration import conf

    json.dump(list(examine(conf)), sys.stdout)
