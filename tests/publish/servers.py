"""A real SMTP server and a real webhook receiver on loopback, which can also refuse, stall and kill."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mailbox:
    """An SMTP server that keeps what it takes. `refuse` is an answer such as "550 no"; `wait` delays it."""

    def __init__(self, refuse: str = "", wait: float = 0.0) -> None:
        self.refuse, self.wait = refuse, wait
        self.messages: list[EmailMessage] = []
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.wait)
        if self.refuse:
            return self.refuse
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.messages.append(email.message_from_bytes(content, policy=email.policy.default))
        return "250 OK"

    @property
    def url(self) -> str:
        """The Apprise URL of this mailbox."""
        return (
            f"mailto://127.0.0.1:{self._controller.port}?from=board@example.org&to=ana@example.org&mode=insecure&cto=1"
        )

    def __enter__(self) -> Mailbox:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()


class Webhook:
    """An HTTP receiver that keeps what it takes. `answer` gets the number of the request before it is kept."""

    def __init__(self, answer: Callable[[int], int] = lambda number: 200) -> None:
        self.requests: list[dict[str, Any]] = []
        self.calls = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls += 1
                status = answer(receiver.calls)
                if not status:
                    return  # the connection closes without an answer
                if status < 300:
                    receiver.requests.append(json.loads(body))
                try:
                    self.send_response(status)
                    self.end_headers()
                except OSError:
                    pass  # whoever called is gone

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The Apprise URL of this receiver; it waits a second for an answer."""
        return f"json://127.0.0.1:{self._server.server_port}/hook?rto=1&cto=1"

    @property
    def titles(self) -> list[str]:
        """Titles of what was taken, in order."""
        return [request["title"] for request in self.requests]

    def __enter__(self) -> Webhook:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def stall(seconds: float) -> Callable[[int], int]:
    """An answer that comes after some seconds."""

    def answer(number: int) -> int:
        time.sleep(seconds)
        return 200

    return answer
