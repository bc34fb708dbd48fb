"""A real S3 server on loopback, and a network before it that fails on purpose."""

from __future__ import annotations

import logging
import re
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal["unavailable", "slow", "torn-request", "torn-answer"]
BUCKET = "departures"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
_UNAVAILABLE = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_SLOW_SECONDS = 0.5


@dataclass
class S3:
    """The server behind its network. `faults` are given to the next requests that match `only`, in order."""

    environment: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    only: str = ""  # regular expression of the request line
    always: Fault | None = None
    requests: list[str] = field(default_factory=list)
    direct: str = ""  # address of the server itself, past the network

    def list_keys(self) -> list[str]:
        """Names of all objects, asked for directly."""
        found = self.client().list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [entry["Key"] for entry in found]

    def clear(self) -> None:
        """Remove all objects."""
        for key in self.list_keys():
            self.client().delete_object(Bucket=BUCKET, Key=key)

    def client(self) -> Any:
        """A client of the server itself, past the network."""
        import boto3

        return boto3.client("s3", endpoint_url=self.direct, aws_access_key_id="test", aws_secret_access_key="test")

    def next_fault(self, line: str) -> Fault | None:
        """What is to happen to this request."""
        self.requests.append(line)
        if not re.search(self.only, line):
            return None
        return self.always or (self.faults.pop(0) if self.faults else None)


@contextmanager
def serve_s3() -> Iterator[S3]:
    """An S3 server with one empty bucket while the block lasts."""
    # Here, since every process of a test run imports this module and two of them start a server.
    from moto.backends import get_backend
    from moto.server import ThreadedMotoServer
    from s3fs import S3FileSystem

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    get_backend("s3").reset()  # moto's buckets belong to the process: an earlier server's would still be there
    server.start()
    host, port = server.get_host_and_port()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    own = f"http://127.0.0.1:{listener.getsockname()[1]}"
    s3 = S3({**CREDENTIALS, "AWS_ENDPOINT_URL": own}, direct=f"http://{host}:{port}")
    thread = threading.Thread(target=_accept, args=(listener, (host, port), s3), daemon=True)
    thread.start()
    S3FileSystem.clear_instance_cache()  # the address is none of its keys: an earlier server's would be asked
    try:
        s3.client().create_bucket(Bucket=BUCKET)
        yield s3
    finally:
        listener.close()
        server.stop()


def _accept(listener: socket.socket, target: tuple[str, int], s3: S3) -> None:
    with suppress(OSError):  # the listener is closed at the end
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_carry, args=(client, target, s3), daemon=True).start()


def _carry(client: socket.socket, target: tuple[str, int], s3: S3) -> None:
    """One connection, one request: what follows on a kept connection would not be seen."""
    with client, suppress(OSError), socket.create_connection(target) as server:
        head = _read_head(client)
        if not head:
            return
        fault = s3.next_fault(head.split(b"\r\n", 1)[0].decode())
        length = int((re.search(rb"(?i)\r\ncontent-length: (\d+)", head) or [b"", b"0"])[1])
        start, _, rest = head.partition(b"\r\n\r\n")
        if fault == "unavailable":
            _drain(client, length - len(rest))
            client.sendall(_UNAVAILABLE)
            return
        if fault == "slow":
            time.sleep(_SLOW_SECONDS)
        server.sendall(start + b"\r\nConnection: close\r\n\r\n" + rest)
        if fault == "torn-request":
            with suppress(OSError):
                server.sendall(client.recv(max(1, (length - len(rest)) // 2)) if length > len(rest) else b"")
            return
        _relay(client, server, torn=fault == "torn-answer")


def _relay(client: socket.socket, server: socket.socket, *, torn: bool) -> None:
    while True:
        for ready in select.select([client, server], [], [])[0]:
            data = ready.recv(1 << 16)
            if ready is client:
                if not data:
                    return
                server.sendall(data)
            elif not data:
                return
            elif torn and b"\r\n\r\n" in data:
                head, _, body = data.partition(b"\r\n\r\n")
                client.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
                return
            else:
                client.sendall(data)


def _read_head(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(1 << 16)
        if not part:
            return b""
        data += part
    if re.search(rb"(?i)\r\nexpect: 100-continue", data):
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = data.partition(b"\r\n\r\n")
    return re.sub(rb"(?i)\r\n(connection|expect): [^\r]*", b"", head) + b"\r\n\r\n" + body


def _drain(client: socket.socket, length: int) -> None:
    while length > 0:
        length -= len(client.recv(min(length, 1 << 16)) or b"x" * length)
