"""A load generator that costs little beside what it measures: one thread, keep-alive connections, requests made beforehand."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CONNECTIONS = 8


@dataclass(frozen=True)
class Request:
    """What goes over the wire, ready to send."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def wire(self) -> bytes:
        """The bytes."""
        headers = {"Host": "localhost", "Accept-Encoding": "identity", **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body))
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


# Given the connection (0 to 7) and how many requests it has sent, the next one.
Maker = Callable[[int, int], Request]


class _Connection:
    def __init__(self, number: int, port: int, make: Maker) -> None:
        self.number, self.make, self.sent = number, make, 0
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self) -> None:
        self.socket.sendall(self.make(self.number, self.sent).wire())
        self.sent += 1

    def receive(self) -> int | None:
        """The status once a whole answer is here."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ConnectionError("the server closed a connection")
        self.buffer += chunk
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        if len(rest) < length:
            return None
        self.buffer = rest[length:]
        return int(head[9:12])


def measure(port: int, make: Maker, seconds: float) -> float:
    """Requests a second over 8 connections that each send the next one when the last is answered.

    Raises `RuntimeError` when an answer is not a success: a fast refusal is no figure.
    """
    poll = selectors.DefaultSelector()
    connections = [_Connection(number, port, make) for number in range(CONNECTIONS)]
    for connection in connections:
        connection.send()
        poll.register(connection.socket, selectors.EVENT_READ, connection)
    began, done = time.perf_counter(), 0
    while (now := time.perf_counter()) - began < seconds:
        for key, _events in poll.select(1):
            status = key.data.receive()
            if status is None:
                continue
            if status >= 300:
                raise RuntimeError(f"status {status} instead of a success: {key.data.buffer[:500]!r}")
            done += 1
            key.data.send()
    for connection in connections:
        connection.socket.close()
    return done / (now - began)
