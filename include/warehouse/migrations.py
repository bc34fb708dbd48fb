"""Numbered SQL migrations, forward only, applied to work copies and never to the published file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from include.errors import ConfigError
from include.warehouse.arrow import count_rows, transaction

FOLDER = Path(__file__).parent / "migrations"
_NAME = re.compile(r"(\d{3})_[a-z0-9_]+\.sql")
_TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()"
_LEDGER = """
CREATE TABLE IF NOT EXISTS main.schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL,
    checksum VARCHAR NOT NULL);
COMMENT ON TABLE main.schema_migrations IS 'Migrations that this file has been through.';
COMMENT ON COLUMN main.schema_migrations.version IS 'Number of the migration.';
COMMENT ON COLUMN main.schema_migrations.name IS 'Its file.';
COMMENT ON COLUMN main.schema_migrations.checksum IS 'Hash of what was run, to notice one that was changed later.';
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered SQL file."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Sixteen hexadecimal digits of what it says."""
        return hashlib.sha256(self.sql.encode()).hexdigest()[:16]


def list_migrations(folder: Path = FOLDER) -> list[Migration]:
    """The migrations in order. Raises ConfigError where a file is misnamed or a number is missing or doubled."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if not match:
            raise ConfigError(f"{path}: a migration is named like 004_what_it_does.sql")
        found.append(Migration(int(match[1]), path.name, path.read_text(encoding="utf-8")))
    for expected, migration in enumerate(found, start=1):
        if migration.version != expected:
            raise ConfigError(f"{folder}: migration {expected:03d} is missing or doubled near {migration.name}")
    return found


def read_version(con: duckdb.DuckDBPyConnection) -> int:
    """The schema version of an open file; 0 for an empty one.

    Raises ConfigError for a file with tables that are not ours.
    """
    tables = {name for (name,) in con.execute(_TABLES).fetchall()}
    if "schema_migrations" in tables:
        return count_rows(con, "SELECT coalesce(max(version), 0) FROM main.schema_migrations")
    if tables:
        raise ConfigError(
            f"a DuckDB file of something else (it has the table {min(tables)!r}); "
            "name another DEPARTURES_HOME, or move the file away"
        )
    return 0


def migrate(con: duckdb.DuckDBPyConnection, *, folder: Path = FOLDER, to: int | None = None) -> int:
    """Bring an open work copy to the newest schema (or to version `to`) and return the version it had.

    Each migration is one transaction. Raises ConfigError where the file was made by a newer program, or where a
    migration that it has been through is not the one we have.
    """
    migrations = list_migrations(folder)
    before = read_version(con)
    if before > len(migrations):
        raise ConfigError(
            f"schema version {before}, and this program knows versions up to {len(migrations)}; "
            "upgrade the program, or restore a backup made before the upgrade"
        )
    con.execute(_LEDGER)
    _check_ledger(con, migrations)
    for migration in migrations[before:to]:
        with transaction(con):
            con.execute(migration.sql)
            con.execute(
                "INSERT INTO main.schema_migrations VALUES (?, ?, ?)",
                [migration.version, migration.name, migration.checksum],
            )
    return before


def _check_ledger(con: duckdb.DuckDBPyConnection, migrations: list[Migration]) -> None:
    done = con.execute("SELECT version, checksum FROM main.schema_migrations ORDER BY version").fetchall()
    for version, checksum in done:
        if migrations[version - 1].checksum != checksum:
            raise ConfigError(
                f"schema version {version} of the file was made by another {migrations[version - 1].name}; "
                "use the program that made the file, or restore a backup"
            )
