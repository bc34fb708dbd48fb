"""The `departures` command: who left, from the news, in the terminal."""

from include.cli.main import main

__all__ = ["main"]
