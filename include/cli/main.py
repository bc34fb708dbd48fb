"""The application: its commands, and how an error becomes one line and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

import typer

from include.cli import (
    articles,
    board,
    doctor,
    languages,
    quarantine,
    reprocess,
    review,
    run,
    serve,
    sources,
    sql,
    upkeep,
)
from include.errors import AuditStopped, ConfigError, DeparturesError

EXIT_FAILED = 1  # the run could not be finished; what was published before stands
EXIT_INPUT = 2  # the person's input is to be mended
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="departures",
    help="Finds who left which organisation in the news of twenty languages, and shows the departures that matter.",
    epilog="Try: departures run, then departures board. Everything is kept below DEPARTURES_HOME (default ./data).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_RUNNING, _ASKING, _TOOLS = "Collect", "Ask", "Look after"
app.command("run", rich_help_panel=_RUNNING)(run.run)
app.command("import", rich_help_panel=_RUNNING)(run.import_articles)
app.add_typer(reprocess.app, name="reprocess", rich_help_panel=_RUNNING)
app.command("board", rich_help_panel=_ASKING)(board.board)
app.command("sql", rich_help_panel=_ASKING)(sql.sql)
app.command("serve", rich_help_panel=_ASKING)(serve.serve)
app.add_typer(review.app, name="review", rich_help_panel=_ASKING)
app.command("detect", rich_help_panel=_TOOLS)(articles.detect)
app.command("extract", rich_help_panel=_TOOLS)(articles.extract)
app.command("evaluate", rich_help_panel=_TOOLS)(articles.evaluate)
app.add_typer(sources.app, name="sources", rich_help_panel=_TOOLS)
app.add_typer(languages.app, name="languages", rich_help_panel=_TOOLS)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=_TOOLS)
app.command("backup", rich_help_panel=_TOOLS)(upkeep.backup)
app.command("restore", rich_help_panel=_TOOLS)(upkeep.restore)
app.command("maintain", rich_help_panel=_TOOLS)(upkeep.maintain)
app.command("doctor", rich_help_panel=_TOOLS)(doctor.doctor)


# Typer keeps its click to itself; the base of BadParameter is what every usage error is.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def main() -> None:
    """Run the command line. A person's mistake is one line and exit code 2, never a stack trace."""
    _ready_streams()
    try:
        code = app(standalone_mode=False)
    except _UsageError as error:
        code = _explain_usage(error)
    except ConfigError as error:
        _say(str(error))
        code = EXIT_INPUT
    except DeparturesError as error:
        _say(f"stopped by a check: {error}" if isinstance(error, AuditStopped) else str(error))
        code = EXIT_FAILED
    except OSError as error:
        code = _explain_system(error)
    except Exception as error:
        if isinstance(error, RuntimeError) and str(error).startswith(_LOOP):  # Python 3.11 has no OSError for it
            _say(f"{str(error).removeprefix(_LOOP)}: a link that leads back to itself; name another path")
        elif _is_of_another_version(error):
            _say("the published file is of another version of this program; `departures run` brings it up to date")
        else:
            raise
        code = EXIT_INPUT
    if code == EXIT_INTERRUPTED:
        _say("stopped; what was published before stands, and the call can be repeated")
    sys.exit(code or 0)


_LOOP = "Symlink loop from "


def _ready_streams() -> None:
    """Let nothing that is said stop a command: not a letter that the terminal does not know, nor a closed stream."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _explain_usage(error: Any) -> int:
    """A call without a command shows the help; any other mistake in a call is one line with the way to the help."""
    message = " ".join(error.format_message().split())
    where = error.ctx.command_path if error.ctx else "departures"
    if error.ctx and "Commands" in error.format_message():
        print(error.format_message())
    else:
        _say(f"{message} Try: {where} --help")
    return EXIT_INPUT


def _is_of_another_version(error: Exception) -> bool:
    """Whether the published file lacks a table or column; by name, since importing DuckDB takes long."""
    return type(error).__module__ == "_duckdb" and type(error).__name__ in ("CatalogException", "BinderException")


def _explain_system(error: OSError) -> int:
    place = _shorten(str(error.filename or "the home (DEPARTURES_HOME)"))
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        _say(f"{place}: no space is left on this disk; free some and repeat. What was published before is unchanged")
        return EXIT_INPUT
    if error.errno in _ABOUT_A_PATH:
        _say(f"{place}: {error.strerror}; check the path and its permissions")
        return EXIT_INPUT
    if error.errno == errno.EEXIST:
        _say(f"{place}: a file stands where a folder is needed; move it away and repeat")
        return EXIT_INPUT
    if error.errno in (errno.EIO, errno.ESTALE):
        _say(f"{place}: {error.strerror}; look after the disk or the share, and repeat")
        return EXIT_INPUT
    raise error


_ABOUT_A_PATH = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP,
)  # fmt: skip
_LONGEST = 120  # letters of a path that is repeated to a person


def _shorten(path: str) -> str:
    return path if len(path) <= _LONGEST else f"{path[: _LONGEST // 2]}...{path[-_LONGEST // 3 :]}"


def _say(text: str) -> None:
    print(f"departures: {' '.join(text.split())}", file=sys.stderr)
