"""A real SMTP server for the tests of sending."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """What the SMTP server of these tests does with a message; `answers` are given first, then all is taken."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.sessions: set[int] = set()
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}
        self.stall = 0.0
        self.drop_next = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.drop_next:
            self.drop_next -= 1
            if isinstance(server.transport, asyncio.Transport):
                server.transport.abort()
            return "250 never heard"
        if self.stall:
            await asyncio.sleep(self.stall)
        if self.answers:
            return self.answers.pop(0)
        self.sessions.add(id(session))
        self.received.append(envelope)
        return "250 OK"

    def message_ids(self) -> list[str]:
        return [
            line.partition(b": ")[2].decode()
            for envelope in self.received
            for line in (envelope.original_content or b"").splitlines()
            if line.startswith(b"Message-ID")
        ]


@contextmanager
def open_post_office(office: PostOffice, host: str = "127.0.0.1", **options: Any) -> Iterator[str]:
    """Open the post office; gives its host and port."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    controller = Controller(office, hostname=host, port=port, **options)
    controller.start()
    try:
        yield f"{host}:{port}"
    finally:
        controller.stop()
