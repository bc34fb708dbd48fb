"""One run: who it is, when it is, where its files are. Every step gets a RunContext and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Literal

from include.errors import ConfigError
from include.knowledge.feeds import FeedSource
from include.pipeline.staging import Staging
from include.settings import Settings

YEARS = range(1970, 2101)  # ids of texts count days from 1970 on in 16 bits; schedules and windows need room around

Progress = Callable[[str, int, int], None]  # what, done, of how many (0: not known)


def no_progress(what: str, done: int, total: int) -> None:
    """For whoever does not watch."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a person may ask of one run. Kept in the staging folder, so that every worker sees the same."""

    sources: str = ""  # a feeds.yaml for this run alone; "" is the one in force
    limit: int = 0  # at most so many entries are fetched; 0 is all
    force: bool = False  # poll every feed, also those that are not due
    replay: bool = False  # read the archive instead of the network
    origin: Literal["feeds", "import", "archive"] = "feeds"
    since: str = ""  # of the archive: the first day, ISO; "" is from the beginning
    until: str = ""  # the last day, included


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a step did: a sentence for a person, counts for a machine, and what deserves a look."""

    step: str
    sentence: str
    counts: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run of the chain. `as_of` stands for the clock in every step."""

    run_id: str
    as_of: datetime
    settings: Settings
    options: RunOptions

    @property
    def staging(self) -> Staging:
        """What the steps of this run hand to one another."""
        return Staging(self.settings.staging_root, self.run_id)

    @property
    def work_path(self) -> Path:
        """The work copy that this run alone writes to."""
        return self.settings.home / "work" / f"{self.run_id}.duckdb"

    @property
    def parked_path(self) -> Path:
        """Where this run's batch goes when a check refuses it."""
        return self.settings.home / "parked" / self.run_id

    @property
    def sources_path(self) -> Path:
        """The feeds.yaml of this run."""
        return Path(self.options.sources) if self.options.sources else self.settings.sources

    def read_sources(self) -> list[FeedSource]:
        """The sources as `poll` read them: a worker elsewhere has no list of its own, and this one may change."""
        return self.staging.read_records(FeedSource, "sources.jsonl")

    def report(
        self, step: str, sentence: str, *, shard: str = "", warnings: tuple[str, ...] = (), **counts: int
    ) -> StepReport:
        """Keep the report of a step, or of one shard of it, in staging and return it."""
        made = StepReport(step, sentence, counts, warnings)
        name = f"{step}-{shard}" if shard else step
        self.staging.write_json(
            f"reports/{name}.json",
            {"step": step, "sentence": sentence, "counts": counts, "warnings": list(warnings)},
        )
        return made


def start_run(settings: Settings, *, run_id: str, as_of: datetime, options: RunOptions | None = None) -> RunContext:
    """Write what this run is into its staging folder; starting the same run again changes nothing.

    Raises ConfigError where the home cannot be written to, and for settings that a later step would stumble over.
    """
    from include.pipeline.preflight import check_settings

    check_settings(settings, as_of)
    options = options or RunOptions()
    if options.sources:
        options = replace(options, sources=str(Path(options.sources).expanduser().resolve()))
    run = RunContext(clean_run_id(run_id), as_of, settings, options)
    make_home(settings.home)
    kept = {"as_of": as_of.isoformat(), "options": _options_json(options), "version": _version()}
    run.staging.write_json("run.json", kept)
    return run


def make_home(home: Path) -> None:
    """Make the folder that holds everything, where it is missing. Raises ConfigError where nothing can be written."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds names of people, and perhaps passwords
        with TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise ConfigError(
            f"DEPARTURES_HOME={home}: cannot be written to ({error.strerror}); "
            "name a folder that you may write to with DEPARTURES_HOME or --home"
        ) from error


def open_run(settings: Settings, run_id: str, *, of_any_version: bool = False) -> RunContext:
    """The run that start_run wrote down, in whichever process.

    Raises ConfigError where there is none, and where another version of the program started it: steps hand over
    records that only their own version reads. Who reads no such records, as the alerts, takes a run `of_any_version`.
    """
    run_id = clean_run_id(run_id)
    try:
        stored = Staging(settings.staging_root, run_id).read_json("run.json")
    except FileNotFoundError:
        raise ConfigError(
            f"{settings.staging_root}/{run_id}: this run has no staging folder; "
            "check DEPARTURES_HOME or start a new run"
        ) from None
    if not of_any_version and stored["version"] != _version():
        raise ConfigError(
            f"{run_id}: started by Departure Board {stored['version']}, and this process is {_version()}; "
            "use the same version everywhere, and start a new run"
        )
    return RunContext(run_id, datetime.fromisoformat(stored["as_of"]), settings, RunOptions(**stored["options"]))


def clean_run_id(text: str) -> str:
    """A run id as a file name: Airflow's `manual__2026-11-21T06:00:00+00:00` has colons and a plus."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:120] or "run"


def parse_as_of(text: str, *, name: str = "--as-of") -> datetime:
    """An ISO time as UTC; without a zone it is UTC already. Raises ConfigError, also for one outside of YEARS."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{name} {text!r}: not an ISO time; write it as 2026-11-21 or 2026-11-21T06:00:00Z") from None
    check_year(moment, f"{name} {text!r}")  # before it is converted: 0001-01-01T00:00+14:00 is no time in UTC
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    check_year(moment, f"{name} {text!r}")
    return moment


def check_year(day: date, said: str) -> None:
    """Raise ConfigError, beginning with `said`, for a day with which not every step can reckon."""
    if day.year not in YEARS:
        raise ConfigError(f"{said}: a day from {YEARS[0]} to {YEARS[-1]} is expected")


@cache
def _version() -> str:
    return version("departure-board")


def _options_json(options: RunOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in RunOptions.__slots__}
