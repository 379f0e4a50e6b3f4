"""A real HTTP server on 127.0.0.1 that takes alerts and answers what it is told to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

HANG = 0
"""In place of a status: no answer as long as the receiver stands."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request that came."""

    method: str
    path: str
    type: str
    body: bytes


class Receiver:
    """Gives each status once, in order, and 204 from then on; with a 3xx it sends to itself."""

    def __init__(self, statuses: Sequence[int] = ()) -> None:
        self.received: list[Received] = []
        self._statuses = list(statuses)
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def url(self, scheme: str = "http", path: str = "/hook?token=S3CRET") -> str:
        """An address of it that carries a secret."""
        return f"{scheme}://127.0.0.1:{self._server.server_port}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.received.append(Received(self.command, self.path, self.headers.get("Content-Type", ""), body))
                status = receiver._statuses.pop(0) if receiver._statuses else 204
                if status == HANG:
                    receiver._closing.wait()
                    return
                self.send_response(status, "S3CRET")
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = answer  # noqa: N815 - the library's names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Says nothing."""

        return Handler

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
