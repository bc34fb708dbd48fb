"""`python -m include.newsroom --port N`: serve the bundled newsroom until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from threading import Event

from include.errors import ConfigError
from include.newsroom.server import serve


def main(arguments: list[str] | None = None) -> int:
    """Serve; exit code 2 where the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m include.newsroom", description="Serve the bundled newsroom.")
    parser.add_argument("--port", type=int, default=8765, help="port on 127.0.0.1; 0 takes a free one")
    port = parser.parse_args(arguments).port
    try:
        with serve(port) as newsroom:
            print(f"The newsroom is at {newsroom.base_url}, its source list at {newsroom.feeds_path}. Ctrl-C stops it.")
            sys.stdout.flush()
            Event().wait()
    except ConfigError as error:
        print(f"newsroom: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
