"""HTTP on 127.0.0.1: who may ask, and what stands in the head of every answer."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from urllib.parse import parse_qsl, unquote, urlsplit

from jcnews_spider.browse.web import Answer, Request
from jcnews_spider.errors import UsageFault

HOST = "127.0.0.1"

IDLE_S = 30
"""Seconds that a connection may be silent."""

MOST_PARAMETERS = 20

logger = logging.getLogger(__name__)

Respond = Callable[[Request], Answer]

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}


class Server(ThreadingMixIn, TCPServer):
    """Serves what `respond` gives until it is shut down; port 0 takes a free one. Raises UsageFault.

    No HTTPServer: that one asks the DNS for its own name.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, respond: Respond) -> None:
        self.respond = respond
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as fault:
            raise UsageFault(f"port {port} cannot be had ({fault}): --port takes another, 0 any free one") from fault
        self.port = int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Notes a defect; a browser that has gone, or says nothing, is none."""
        fault = sys.exception()
        if not isinstance(fault, (ConnectionError, TimeoutError)):
            logger.error("an answer could not be made", exc_info=fault)

    @property
    def address(self) -> str:
        """Of the first page."""
        return f"http://{HOST}:{self.port}/"

    def origin(self, host: str) -> str | None:
        """The origin that a Host header names; None for any other than this server's own.

        A page of another site, whose name was made to lead to 127.0.0.1 (DNS rebinding), can read nothing here.
        """
        own = [f"{name}:{self.port}" for name in (HOST, "localhost")]
        if self.port == 80:
            own += [HOST, "localhost"]
        return f"http://{host.lower()}" if host.lower() in own else None


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = IDLE_S

    def version_string(self) -> str:
        """What stands in the head as Server."""
        return "jcnews_spider"

    def do_GET(self) -> None:
        self._answer(self._answered())

    def do_HEAD(self) -> None:
        self._answer(self._answered())

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuses what is no GET and no HEAD, and what is no HTTP."""
        self._answer(_plain(code, message or HTTPStatus(code).phrase))

    def _answered(self) -> Answer:
        origin = self.server.origin(self.headers.get("Host", ""))
        if origin is None:
            return _plain(403, f"open {self.server.address}")
        try:
            parts = urlsplit(self.path)
            pairs = parse_qsl(parts.query, max_num_fields=MOST_PARAMETERS)
        except ValueError:
            return _plain(400, "no address, or too many parameters")
        request = Request(unquote(parts.path), dict(pairs), origin)
        try:
            return self.server.respond(request)
        except Exception:  # a defect in one page must not leave the browser waiting
            logger.exception("%r could not be answered", request.path)
            return _plain(500, "a defect: the log says more")

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        head = {**_HEADERS, "Content-Type": answer.kind, "Content-Security-Policy": answer.policy}
        for name, value in {**head, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        logger.debug("%r", format % arguments)


def _plain(status: int, message: str) -> Answer:
    return Answer(f"{message}\n".encode(), "text/plain; charset=utf-8", status)
