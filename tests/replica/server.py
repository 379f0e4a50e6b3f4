"""HTTP/1.1 on 127.0.0.1, as a forward proxy for the replica's hosts, those of its plan, and nobody else's."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.replica.messages import Reply, Request, answer_reply, page_reply, parsed
from tests.replica.plan import Answer
from tests.replica.site import Page, Site
from tests.replica.tls import Authority

HOSTS = frozenset({"www.jcnews.com.cn", "jcnews.com.cn"})
_HEAD_LIMIT = 65_536
_REFUSAL = Page(
    b"This is a replica of www.jcnews.com.cn for tests; it answers for no other host.\n", status=403, type="text/plain"
)
_NO_METHOD = Page(b"Method Not Allowed\n", status=405, type="text/plain")
_NO_REQUEST = Page(b"Bad Request\n", status=400, type="text/plain")
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: close() sends a RST


@dataclass(frozen=True, slots=True)
class Logged:
    """A request as it was answered."""

    method: str
    url: str
    status: int
    """0 when what was sent has none."""
    sent: int
    """Bytes of the body; 0 when it was made while it was sent."""
    conditional: bool
    """Whether it carried If-None-Match or If-Modified-Since."""
    at: float
    """When its answer began, in seconds of the monotonic clock."""


class Server:
    """A listening socket with one thread per connection."""

    def __init__(self, site: Site, port: int = 0) -> None:
        """A server of a site; port 0 takes a free one."""
        self.site = site
        self.authority = Authority()
        self.requests: list[Logged] = []
        self._given: Counter[tuple[str, str]] = Counter()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="replica", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and cut what is open."""
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection, "http"), daemon=True).start()

    def _serve(self, connection: socket.socket, scheme: str) -> None:
        """Answers on a connection until one side ends it."""
        with self._lock:
            self._connections.add(connection)
        try:
            with connection, suppress(OSError):
                self._converse(connection, scheme)
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _converse(self, connection: socket.socket, scheme: str) -> None:
        waiting = b""
        while not self._closing.is_set():
            while b"\r\n\r\n" not in waiting:
                received = connection.recv(_HEAD_LIMIT)
                if not received or len(waiting) > _HEAD_LIMIT:
                    return
                waiting += received
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            request = parsed(head)
            if request is None:
                self._send(connection, page_reply(_NO_REQUEST, None))
                return
            if request.method == "CONNECT" and self._is_secure(request.target):
                self._log(request, request.target, 200, 0)
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._secure(connection)
                return
            reply = self._reply(request, scheme)
            self._send(connection, reply)
            if reply.is_last or "content-length" in request.headers:
                return

    @property
    def _hosts(self) -> frozenset[str]:
        return HOSTS | self.site.plan.other_hosts.keys()

    def _is_secure(self, target: str) -> bool:
        return self.site.plan.https is not None and target.lower().removesuffix(":443") in self._hosts

    def _secure(self, connection: socket.socket) -> None:
        """Speaks TLS from now on; a client that does not like the certificate goes away."""
        assert self.site.plan.https is not None
        context = self.authority.context(self.site.plan.https, tuple(sorted(self._hosts)))
        with suppress(ssl.SSLError):
            self._serve(context.wrap_socket(connection, server_side=True), "https")

    def _send(self, connection: socket.socket, reply: Reply) -> None:
        for piece in reply.pieces:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            else:
                self._wait(piece)
        if reply.is_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _reply(self, request: Request, scheme: str) -> Reply:
        """The answer, after the plan's delay; it is in the log before it is sent."""
        self._wait(self.site.plan.delay_s)
        url = request.url(scheme)
        found = self._found(request, url, scheme)
        reply = answer_reply(found, request) if isinstance(found, Answer) else page_reply(found, request)
        self._log(request, url, reply.status, reply.sent)
        return reply

    def _found(self, request: Request, url: str, scheme: str) -> Page | Answer:
        """What stands at an address."""
        parts, plan = urlsplit(url), self.site.plan
        host = parts.netloc.lower().removesuffix(":443" if scheme == "https" else ":80")
        others = plan.other_hosts
        if request.method == "CONNECT" or parts.scheme != scheme or host not in self._hosts:
            return _REFUSAL
        if request.method not in {"GET", "HEAD"}:
            return _NO_METHOD
        if plan.https and scheme == "http" and host in HOSTS:
            return Page(b"", status=301, location=f"https://{host}{parts.path or '/'}")
        planted = self._planted(others.get(host, plan.faults), host, parts.path)
        return planted or (self.site.missing() if host in others else self.site.page(parts.path or "/"))

    def _planted(self, answers: Mapping[str, Answer], host: str, path: str) -> Answer | None:
        """What is planted at a path and has its turn."""
        answer = answers.get(path) or answers.get("*")
        if answer is None:
            return None
        with self._lock:
            given = self._given[host, path]
            self._given[host, path] += 1
        while answer and answer.times is not None and given >= answer.times:
            given -= answer.times
            answer = answer.then
        return answer

    def _log(self, request: Request, url: str, status: int, sent: int) -> None:
        self.requests.append(Logged(request.method, url, status, sent, request.conditional, time.monotonic()))

    def _wait(self, seconds: float) -> None:
        """Some time; ConnectionAbortedError when the server closes meanwhile."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError("the server closes")
