"""Settings: the environment first, then `departures.toml` in the home, then defaults.

Importing this module does nothing; `Settings.from_env()` reads, checks and freezes.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from include.errors import ConfigError

PACKAGE = Path(__file__).parent
DEFAULT_USER_AGENT = "DepartureBoard/0.1 (news monitor; set DEPARTURES_USER_AGENT to your contact)"
# Airflow's variables hold the metadata database and signing keys, those of a store its credentials, ours the rest.
_MAY_HOLD_SECRETS = (
    "AIRFLOW_",
    "_AIRFLOW",
    "AWS_",
    "AZURE_",
    "GOOGLE_",
    "FSSPEC_",
    "DEPARTURES_",
    "POSTGRES_",
    "REDIS",
)
SECRET_FIELDS = frozenset({"alert_urls", "llm_api_key", "board_token"})

# setting -> (environment variable, default). The key in departures.toml is the setting's own name.
_KEYS: dict[str, tuple[str, Any]] = {
    "home": ("DEPARTURES_HOME", "./data"),
    "sources": ("DEPARTURES_SOURCES", ""),
    "schedule": ("DEPARTURES_SCHEDULE", "0 6 * * *"),
    "allow_hosts": ("DEPARTURES_ALLOW_HOSTS", ""),
    "host_delay": ("DEPARTURES_HOST_DELAY", "5"),
    "user_agent": ("DEPARTURES_USER_AGENT", DEFAULT_USER_AGENT),
    "watchlist": ("DEPARTURES_WATCHLIST", ""),
    "alert_urls": ("DEPARTURES_ALERT_URLS", ""),
    "alert_approval": ("DEPARTURES_ALERT_APPROVAL", "false"),
    "archive_url": ("DEPARTURES_ARCHIVE_URL", ""),
    "staging_url": ("DEPARTURES_STAGING_URL", ""),
    "workers": ("DEPARTURES_WORKERS", "0"),
    "fetch_shards": ("DEPARTURES_FETCH_SHARDS", "1"),
    "retention": ("DEPARTURES_RETENTION", ""),
    "as_of": ("DEPARTURES_AS_OF", ""),
    "llm": ("DEPARTURES_LLM", "off"),
    "llm_base_url": ("DEPARTURES_LLM_BASE_URL", ""),
    "llm_model": ("DEPARTURES_LLM_MODEL", ""),
    "llm_api_key": ("DEPARTURES_LLM_API_KEY", ""),
    "llm_daily_budget": ("DEPARTURES_LLM_DAILY_BUDGET", "200"),
    "board_token": ("DEPARTURES_BOARD_TOKEN", ""),
    "base_url": ("DEPARTURES_BASE_URL", "http://127.0.0.1:8080/departures"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a person can set. Paths are absolute."""

    home: Path
    sources: Path  # the feeds.yaml in force
    schedule: str  # cron
    allow_hosts: tuple[str, ...]  # `host-or-CIDR:port` on internal networks that may be fetched
    host_delay: float  # seconds between starts on one host
    user_agent: str
    watchlist: Path
    alert_urls: tuple[str, ...]
    alert_approval: bool
    archive_url: str  # "" is `home/archive`
    staging_url: str  # "" is `home/staging`
    workers: int  # 0 is one a core
    fetch_shards: int
    retention: str  # `layer=days` over the defaults of `warehouse.retention`
    as_of: str  # ISO time that replaces the clock; "" in production
    llm: str  # off | fallback | always
    llm_base_url: str
    llm_model: str
    llm_api_key: str
    llm_daily_budget: int
    board_token: str
    base_url: str  # where the board is reached, for links in mails and feeds
    origins: tuple[tuple[str, str], ...] = field(default=())  # (setting, "environment" | "departures.toml" | "default")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, home: Path | str | None = None) -> Settings:
        """Read settings from `environ` (default: the process's) and `departures.toml` in the home.

        `home` and nothing else overrides the environment, as `--home` does on the command line.
        Raises ConfigError with the setting's name, its value and what is expected.
        """
        env = os.environ if environ is None else environ
        base = Path(home or env.get("DEPARTURES_HOME") or _KEYS["home"][1]).expanduser().resolve()
        stored = _read_toml(base / "departures.toml")
        values: dict[str, str] = {}
        origins: list[tuple[str, str]] = []
        for name, (variable, default) in _KEYS.items():
            if env.get(variable):
                values[name], origin = env[variable], "environment"
            elif name in stored:
                values[name], origin = stored[name], "departures.toml"
            else:
                values[name], origin = str(default), "default"
            origins.append((name, "--home" if name == "home" and home else origin))
        try:
            return cls._convert(base, values, tuple(origins))
        except ConfigError as error:
            variable = str(error).partition("=")[0]
            if any(_KEYS[name][0] == variable for name, origin in origins if origin == "departures.toml"):
                raise ConfigError(f"{base / 'departures.toml'}: {error}") from None
            raise

    @classmethod
    def _convert(cls, base: Path, values: dict[str, str], origins: tuple[tuple[str, str], ...]) -> Settings:
        return cls(
            home=base,
            sources=_choose_file(values["sources"], base / "feeds.yaml", PACKAGE / "knowledge" / "feeds.yaml"),
            schedule=values["schedule"],
            allow_hosts=_split(values["allow_hosts"]),
            host_delay=_number(values, "host_delay", minimum=0.0),
            user_agent=values["user_agent"],
            watchlist=_choose_file(
                values["watchlist"], base / "watchlist.yaml", PACKAGE / "knowledge" / "watchlist.yaml"
            ),
            alert_urls=_split(values["alert_urls"]),
            alert_approval=_boolean(values, "alert_approval"),
            archive_url=values["archive_url"],
            staging_url=values["staging_url"],
            workers=int(_number(values, "workers", minimum=0)),
            fetch_shards=int(_number(values, "fetch_shards", minimum=1)),
            retention=values["retention"],
            as_of=values["as_of"],
            llm=_choice(values, "llm", ("off", "fallback", "always")),
            llm_base_url=values["llm_base_url"],
            llm_model=values["llm_model"],
            llm_api_key=values["llm_api_key"],
            llm_daily_budget=int(_number(values, "llm_daily_budget", minimum=0)),
            board_token=values["board_token"],
            base_url=values["base_url"].rstrip("/"),
            origins=origins,
        )

    @property
    def published_path(self) -> Path:
        """The file that people query. Never opened for writing."""
        return self.home / "published" / "departures.duckdb"

    @property
    def archive_root(self) -> str:
        """Root of the WARC archive: a folder or an fsspec URL."""
        return self.archive_url or str(self.home / "archive")

    @property
    def staging_root(self) -> str:
        """Root of what steps hand to one another: a folder or an fsspec URL."""
        return self.staging_url or str(self.home / "staging")

    @property
    def articles_root(self) -> Path:
        """Folder of the immutable article Parquet files."""
        return self.home / "articles"

    @property
    def inbox(self) -> Path:
        """Folder of people's decisions, one file each."""
        return self.home / "inbox"


def describe_settings(settings: Settings) -> list[tuple[str, str, str]]:
    """(environment variable, value with secrets masked, where it came from) for `departures doctor`."""
    origins = dict(settings.origins)
    rows = []
    for name, (variable, _) in _KEYS.items():
        value = getattr(settings, name)
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        if name in SECRET_FIELDS and text:
            text = "********"
        rows.append((variable, text, origins.get(name, "default")))
    return rows


def strip_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment for a process that parses foreign bytes: without the variables that may hold secrets."""
    return {name: value for name, value in environ.items() if not name.startswith(_MAY_HOLD_SECRETS)}


def _read_toml(path: Path) -> dict[str, str]:
    if not os.path.lexists(path):
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:  # a link to a share that is not mounted: the packaged settings are not what is wanted
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); mend or remove it") from error
    except ValueError as error:  # no TOML, no UTF-8, or a number of thousands of digits
        raise ConfigError(f"{path}: not valid TOML ({error}); mend or remove the file") from error
    for key, value in data.items():
        if key not in _KEYS or key == "home":
            known = ", ".join(name for name in _KEYS if name != "home")
            raise ConfigError(f"{path}: unknown setting {key!r}; known are {known}")
        if not isinstance(value, (str, int, float, list)):
            raise ConfigError(f"{path}: {key} must be text, a number, true/false or a list")
    return {key: ",".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in data.items()}


def _choose_file(named: str, in_home: Path, packaged: Path) -> Path:
    if named:
        return Path(named).expanduser().resolve()
    return in_home if os.path.lexists(in_home) else packaged


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _number(values: Mapping[str, str], name: str, minimum: float) -> float:
    try:
        number = float(values[name])
    except ValueError:
        number = float("nan")
    if not number >= minimum or number == float("inf"):
        raise ConfigError(f"{_KEYS[name][0]}={values[name]!r}: a number of at least {minimum:g} is expected")
    return number


def _boolean(values: Mapping[str, str], name: str) -> bool:
    text = values[name].strip().lower()
    if text not in ("true", "false", "1", "0", "yes", "no"):
        raise ConfigError(f"{_KEYS[name][0]}={values[name]!r}: true or false is expected")
    return text in ("true", "1", "yes")


def _choice(values: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    if values[name] not in allowed:
        raise ConfigError(f"{_KEYS[name][0]}={values[name]!r}: one of {', '.join(allowed)} is expected")
    return values[name]
