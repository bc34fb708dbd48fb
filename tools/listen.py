"""`python -m tools.listen`: prints alerts that arrive on loopback, where there is no Slack or mail to try them with.

Point DEPARTURES_ALERT_URLS to `json://127.0.0.1:PORT/` (Apprise's plain JSON).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Listener(BaseHTTPRequestHandler):
    """Says thank you, and prints title and message."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(204)
        self.end_headers()
        try:
            message = json.loads(body)
            print(f"{message['title']}\n{message['message']}\n", flush=True)
        except (ValueError, KeyError, TypeError):
            print(f"something that is no alert: {body[:200]!r}", flush=True)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing but the alerts is printed."""


def main() -> int:
    """Listen until Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=9000)
    port = parser.parse_args().port
    try:
        server = HTTPServer(("127.0.0.1", port), Listener)
    except OSError as error:
        print(f"listen: port {port}: {error.strerror}; take another one with --port", file=sys.stderr)
        return 2
    print(f"Listening; DEPARTURES_ALERT_URLS=json://127.0.0.1:{port}/", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
