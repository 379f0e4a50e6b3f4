"""Requests read, and answers as they go over the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from tests.replica.plan import Answer, Content
from tests.replica.site import Page

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_FRAMING = {"content-length", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request."""

    method: str
    target: str
    version: str
    headers: dict[str, str]

    @property
    def conditional(self) -> bool:
        """Whether it carries If-None-Match or If-Modified-Since."""
        return "if-none-match" in self.headers or "if-modified-since" in self.headers

    @property
    def keeps(self) -> bool:
        """Whether the client wants to ask more on this connection."""
        tokens = (self.headers.get("connection", "") + "," + self.headers.get("proxy-connection", "")).lower()
        return "close" not in tokens and (self.version == "HTTP/1.1" or "keep-alive" in tokens)

    def url(self, scheme: str) -> str:
        """The absolute address asked for, on a connection of this scheme."""
        if self.target.startswith("/"):
            return f"{scheme}://{self.headers.get('host', '')}{self.target}"
        return self.target


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent."""

    status: int
    """0 when it has none."""
    sent: int
    """Bytes of the body; 0 when it is made while it is sent."""
    pieces: Iterable[bytes | float]
    """Bytes, and pauses in seconds."""
    is_last: bool = False
    """True when the connection ends with it."""
    is_reset: bool = False


def parsed(head: bytes) -> Request | None:
    """The request of a head, None when it is none."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return None
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(words[0], words[1], words[2], headers)


def page_reply(page: Page, request: Request | None) -> Reply:
    """A page as nginx sends it: validators for files, 304 when the client has it already."""
    keep = request is not None and request.keeps
    lines = {"Content-Type": page.type}
    status, body = page.status, page.body
    if page.modified is not None:
        etag = f'"{page.modified:x}-{len(body):x}"'
        modified = formatdate(page.modified, usegmt=True)
        lines |= {"Last-Modified": modified, "ETag": etag, "Accept-Ranges": "bytes"}
        if request and _is_current(request.headers, etag, modified):
            status = 304
    if page.location:
        lines["Location"] = page.location
        body = b"<html><head><title>301 Moved Permanently</title></head></html>\n"
    if status == 304:
        del lines["Content-Type"], lines["Accept-Ranges"]
        return Reply(status, 0, [_head(status, lines, keep)], is_last=not keep)
    lines["Content-Length"] = str(len(body))
    if request and request.method == "HEAD":
        body = b""
    return Reply(status, len(body), [_head(status, lines, keep), body], is_last=not keep)


def answer_reply(answer: Answer, request: Request) -> Reply:
    """A planted answer."""
    if answer.raw is not None:
        whole = answer.raw if isinstance(answer.raw, bytes) else b""
        status = int(whole[9:12]) if whole[9:12].isdigit() else 0
        sent = len(whole.partition(b"\r\n\r\n")[2])
        return Reply(status, sent, _pieces(answer.hang_s, answer.raw), is_last=True, is_reset=answer.reset)
    body: Content = b"" if request.method == "HEAD" else answer.body
    lines, is_framed = dict(answer.headers), bool(_FRAMING & {name.lower() for name in answer.headers})
    if isinstance(answer.body, bytes) and not is_framed:
        lines["Content-Length"] = str(len(answer.body))
    keep = request.keeps and not is_framed and isinstance(answer.body, bytes) and not answer.reset
    sent = len(body) if isinstance(body, bytes) else 0
    pieces = _pieces(answer.hang_s, _head(answer.status, lines, keep), body)
    return Reply(answer.status, sent, pieces, is_last=not keep, is_reset=answer.reset)


def _pieces(pause_s: float, *contents: Content) -> Iterator[bytes | float]:
    yield pause_s
    for content in contents:
        yield from [content] if isinstance(content, bytes) else content()


def _is_current(headers: dict[str, str], etag: str, modified: str) -> bool:
    """Whether the client's copy is this one; If-None-Match decides where it stands (RFC 9110 §13.2.2)."""
    if "if-none-match" in headers:
        offered = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return bool(offered & {etag, "*"})
    return headers.get("if-modified-since") == modified


def _head(status: int, lines: dict[str, str], keep: bool) -> bytes:
    fixed = (
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}\r\nServer: nginx\r\nDate: {formatdate(usegmt=True)}\r\n"
    )
    rest = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{fixed}{rest}Connection: {'keep-alive' if keep else 'close'}\r\n\r\n".encode("latin-1")
