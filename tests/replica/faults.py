"""What broken and hostile servers answer, as words for plans.

Whatever is large is made while it is sent: the server stays small.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat

from tests.replica.plan import Answer

HTML: Mapping[str, str] = {"Content-Type": "text/html"}
_MEGABYTE = 1_000_000
_PIECE = 65_536


# ---- connections


def reset(sent: bytes = b"") -> Answer:
    """A reset behind so many bytes, head and all."""
    return Answer(raw=sent, reset=True)


def hanging(seconds: float = 600) -> Answer:
    """Nothing at all for some time."""
    return Answer(hang_s=seconds)


def stalled(body: bytes, seconds: float = 600) -> Answer:
    """Half of a body, then nothing for some time."""
    half = len(body) // 2
    return Answer(headers=_length(len(body)), body=lambda: [body[:half], seconds, body[half:]])


def trickle(body: bytes, size: int = 1, pause_s: float = 0.2) -> Answer:
    """A few bytes every so often."""

    def pieces() -> Iterator[bytes | float]:
        for start in range(0, len(body), size):
            yield body[start : start + size]
            yield pause_s

    return Answer(headers=_length(len(body)), body=pieces)


# ---- lengths and codings


def short(body: bytes, missing: int) -> Answer:
    """A body that ends so many bytes before its Content-Length."""
    return Answer(headers=_length(len(body)), body=body[:-missing])


def unmeasured(body: bytes) -> Answer:
    """A body without a length, which the end of the connection ends."""
    return Answer(body=lambda: [body])


def chunked(body: bytes, *, size: int = 1_000, is_cut: bool = False, headers: Mapping[str, str] = HTML) -> Answer:
    """A body in chunks, whole or without its second half."""

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body) // 2 if is_cut else len(body), size):
            piece = body[start : start + size]
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
        if not is_cut:
            yield b"0\r\n\r\n"

    return Answer(headers={**headers, "Transfer-Encoding": "chunked"}, body=pieces)


def gzipped(body: bytes, missing: int = 0) -> Answer:
    """A body in gzip that nobody asked for, without its last bytes."""
    packed = gzip.compress(body, mtime=0)
    return Answer(headers={**HTML, "Content-Encoding": "gzip"}, body=packed[: len(packed) - missing])


def called_gzip(body: bytes) -> Answer:
    """A plain body that says it is gzip."""
    return Answer(headers={**HTML, "Content-Encoding": "gzip"}, body=body)


# ---- sizes


def endless(piece: bytes = b"<p>" + b"a" * _PIECE + b"</p>", head: bytes = b"") -> Answer:
    """A body that ends when the client goes away."""

    def pieces() -> Iterator[bytes]:
        yield head
        yield from repeat(piece)

    return Answer(body=pieces)


def large(megabytes: int, piece: bytes, kind: str = "text/html") -> Answer:
    """Something again and again, up to so many MB (10^6 bytes)."""
    number = megabytes * _MEGABYTE // len(piece)
    headers = {"Content-Type": kind, "Content-Length": str(number * len(piece))}
    return Answer(headers=headers, body=lambda: repeat(piece, number))


def bomb(megabytes: int, kind: str = "text/html") -> Answer:
    """A gzip stream of a few bytes that unfolds to so many MB of blanks; its checksum is wrong."""

    def pieces() -> Iterator[bytes]:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        yield packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
        packed = packer.compress(b" " * _MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
        yield from repeat(packed, megabytes)
        yield packer.flush()

    return Answer(headers={"Content-Type": kind, "Content-Encoding": "gzip"}, body=pieces)


def many_headers(body: bytes, number: int = 5_000) -> Answer:
    """A body behind so many header lines."""
    return Answer(headers={**HTML, **{f"X-{line}": "x" * 20 for line in range(number)}}, body=body)


def long_header(body: bytes, length: int = 100_000) -> Answer:
    """A body behind a header line of so many bytes."""
    return Answer(headers={**HTML, "X-Long": "x" * length}, body=body)


def endless_headers() -> Answer:
    """Header lines until the client goes away."""
    return Answer(raw=lambda: _after(b"HTTP/1.1 200 OK\r\n", repeat(b"X-More: and more\r\n" * 1_000)))


def _after(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


# ---- statuses


def interim(body: bytes, number: int = 1_000) -> Answer:
    """So many `100 Continue` that nobody asked for, then a page."""
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    return Answer(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * number + page)


def redirect(location: str, status: int = 302) -> Answer:
    """Somewhere else."""
    return Answer(status, {"Location": location}, b"<html><head><title>302 Found</title></head></html>\n")


def refresh(target: str) -> Answer:
    """A page that sends its reader elsewhere."""
    meta = f'<meta http-equiv="refresh" content="0;url={target}">'
    return Answer(body=f"<html><head>{meta}</head><body></body></html>\n".encode())


def busy(retry_after: str | None, status: int = 429, times: int | None = None, then: Answer | None = None) -> Answer:
    """A server that wants to be left alone."""
    headers = {**HTML, **({} if retry_after is None else {"Retry-After": retry_after})}
    return Answer(status, headers, b"<html><body><h1>Too Many Requests</h1></body></html>", times=times, then=then)


def busy_until(seconds: float, status: int = 503, times: int | None = None) -> Answer:
    """A server that wants to be left alone until some time from the moment of its answer, written as a date."""

    def whole() -> Iterator[bytes]:
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
        yield f"HTTP/1.1 {status} Busy\r\nRetry-After: {moment}\r\nContent-Length: 0\r\n\r\n".encode()

    return Answer(raw=whole, times=times)


def _length(length: int) -> dict[str, str]:
    return {**HTML, "Content-Length": str(length)}
