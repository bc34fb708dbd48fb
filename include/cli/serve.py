"""`departures serve`: the board without Airflow."""

from __future__ import annotations

import secrets
import socket
from datetime import UTC, datetime
from typing import Annotated

import typer

from include.cli.common import Home, err, read_settings
from include.errors import ConfigError


def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8750,
    home: Home = None,
) -> None:
    """Serve the board on 127.0.0.1 until Ctrl-C; read-only, unless DEPARTURES_BOARD_TOKEN is set."""
    import uvicorn

    from include.board.alone import make_router, open_access
    from include.board.app import create_app

    def clock() -> datetime:
        return datetime.now(UTC)

    settings = read_settings(home)
    listening = listen(port)
    access = open_access(settings.board_token, secrets.token_bytes(32), clock)
    app = create_app(settings, access, clock, make_router(settings.board_token))
    mode = (
        "log in with the token to review" if settings.board_token else "read-only; DEPARTURES_BOARD_TOKEN lets review"
    )
    err().print(f"The board: http://127.0.0.1:{listening.getsockname()[1]}/   {mode}; Ctrl-C stops it")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3))
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()


def listen(port: int) -> socket.socket:
    """A socket on loopback. Raises ConfigError where the port is taken."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen(128)  # whoever reads the address may ask before the server is up
    except OSError as error:
        made.close()
        raise ConfigError(f"--port {port}: cannot be listened on ({error.strerror}); take another one") from error
    return made
