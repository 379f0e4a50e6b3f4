"""HTTP/1.1 on 127.0.0.1, as a forward proxy for the replica's hosts, those of its plan, and nobody else's."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import urlsplit

from tests.replica.plan import Answer
from tests.replica.site import Page, Site

HOSTS = frozenset({"www.jcnews.com.cn", "jcnews.com.cn"})
_HEAD_LIMIT = 65_536
_REFUSAL = b"This is a replica of www.jcnews.com.cn for tests; it answers for no other host.\n"
_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Logged:
    """A request as it was answered."""

    method: str
    url: str
    status: int
    """0 when what was sent has none."""
    sent: int
    """Bytes of the body sent."""
    conditional: bool
    """Whether it carried If-None-Match or If-Modified-Since."""


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    version: str
    headers: dict[str, str]

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers

    @property
    def keeps(self) -> bool:
        tokens = (self.headers.get("connection", "") + "," + self.headers.get("proxy-connection", "")).lower()
        return "close" not in tokens and (self.version == "HTTP/1.1" or "keep-alive" in tokens)


class Server:
    """A listening socket with one thread per connection."""

    def __init__(self, site: Site, port: int = 0) -> None:
        """A server of a site; port 0 takes a free one."""
        self.site = site
        self.requests: list[Logged] = []
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
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        waiting = b""
        with connection, suppress(OSError):
            while True:
                while b"\r\n\r\n" not in waiting:
                    received = connection.recv(_HEAD_LIMIT)
                    if not received or len(waiting) > _HEAD_LIMIT:
                        break
                    waiting += received
                head, separator, waiting = waiting.partition(b"\r\n\r\n")
                if not separator:
                    break
                request = _parsed(head)
                if request is None:
                    connection.sendall(
                        _rendered(Page(b"Bad Request\n", status=400, type="text/plain"), with_body=True, keep=False)
                    )
                    break
                answer, is_last = self._answer(request)
                connection.sendall(answer)
                if is_last or not request.keeps or "content-length" in request.headers:
                    break
        with self._lock:
            self._connections.discard(connection)

    def _answer(self, request: _Request) -> tuple[bytes, bool]:
        """The bytes of the whole answer, after the plan's delay, and whether the connection ends with it.

        A hanging answer is in the log before it hangs.
        """
        self._wait(self.site.plan.delay_s)
        with_body = request.method != "HEAD"
        url = _wanted(request)
        parts = urlsplit(url)
        host = parts.netloc.lower().removesuffix(":80")
        others = self.site.plan.other_hosts
        if request.method == "CONNECT" or parts.scheme != "http" or host not in HOSTS | others.keys():
            page: Page | Answer = Page(_REFUSAL, status=403, type="text/plain")
        elif request.method not in {"GET", "HEAD"}:
            page = Page(b"Method Not Allowed\n", status=405, type="text/plain")
        else:
            planted = others.get(host, self.site.plan.faults)
            page = planted.get(parts.path) or (
                self.site.missing() if host in others else self.site.page(parts.path or "/")
            )
        rendered = (
            _planted(page, with_body, request.keeps)
            if isinstance(page, Answer)
            else _rendered(page, with_body, request.keeps, request.headers)
        )
        sent = len(rendered.partition(b"\r\n\r\n")[2])
        status = int(rendered[9:12]) if rendered[9:12].isdigit() else 0
        self.requests.append(Logged(request.method, url, status, sent, request.conditional))
        if isinstance(page, Answer):
            self._wait(page.hang_s)
        return rendered, isinstance(page, Answer) and page.raw is not None

    def _wait(self, seconds: float) -> None:
        """Some time; ConnectionAbortedError when the server closes meanwhile."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError("the server closes")


def _parsed(head: bytes) -> _Request | None:
    """The request of a head, None when it is none."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return _Request(words[0], words[1], words[2], headers)


def _wanted(request: _Request) -> str:
    """The absolute address asked for."""
    if request.target.startswith("/"):
        return f"http://{request.headers.get('host', '')}{request.target}"
    return request.target


def _rendered(page: Page, with_body: bool, keep: bool, headers: dict[str, str] | None = None) -> bytes:
    """A page as nginx sends it: validators for files, 304 when the client has it already."""
    lines = {"Content-Type": page.type}
    status = page.status
    body = page.body
    if page.modified is not None:
        etag = f'"{page.modified:x}-{len(body):x}"'
        modified = formatdate(page.modified, usegmt=True)
        lines |= {"Last-Modified": modified, "ETag": etag, "Accept-Ranges": "bytes"}
        if headers and _is_current(headers, etag, modified):
            status = 304
    if page.location:
        lines["Location"] = page.location
        body = b"<html><head><title>301 Moved Permanently</title></head></html>\n"
    if status == 304:
        del lines["Content-Type"], lines["Accept-Ranges"]
        return _head(status, lines, keep)
    lines["Content-Length"] = str(len(body))
    return _head(status, lines, keep) + (body if with_body else b"")


def _is_current(headers: dict[str, str], etag: str, modified: str) -> bool:
    """Whether the client's copy is this one; If-None-Match decides where it stands (RFC 9110 §13.2.2)."""
    if "if-none-match" in headers:
        offered = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return bool(offered & {etag, "*"})
    return headers.get("if-modified-since") == modified


def _planted(answer: Answer, with_body: bool, keep: bool) -> bytes:
    if answer.raw is not None:
        return answer.raw
    lines = {**answer.headers, "Content-Length": str(len(answer.body))}
    return _head(answer.status, lines, keep) + (answer.body if with_body else b"")


def _head(status: int, lines: dict[str, str], keep: bool) -> bytes:
    fixed = (
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}\r\nServer: nginx\r\nDate: {formatdate(usegmt=True)}\r\n"
    )
    rest = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{fixed}{rest}Connection: {'keep-alive' if keep else 'close'}\r\n\r\n".encode("latin-1")
