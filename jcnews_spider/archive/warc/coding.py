"""Content codings undone strictly: a stream that was cut must not pass for a shorter page.

Crawl and archive use this one, so that what the one took the other can read.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Iterable
from typing import Any

MOST_BYTES = 256_000_000
"""Bytes to which any body may unfold; a crawl refuses far smaller ones."""

MOST_CODINGS = 3
"""Codings of one body; each costs a copy of it."""

CODINGS = frozenset(b"gzip x-gzip deflate br zstd compress x-compress dcb dcz exi pack200-gzip aes128gcm".split())
"""Content codings with a name (the registry of RFC 9110 §16.6.1)."""

_GZIP = b"\x1f\x8b"
_MOST_MEMBERS = 100
"""Members of one gzip body; each costs a copy of what is behind it."""


class BadCoding(ValueError):
    """A body whose content coding is not known, or that is not in it."""


class Unfinished(BadCoding):
    """A body that was cut inside its coding."""


class Oversize(BadCoding):
    """A body that unfolds to too much."""


def decoded(body: bytes, encodings: Iterable[bytes], most_bytes: int = MOST_BYTES) -> bytes:
    """The body with its codings undone, given the values of Content-Encoding; raises BadCoding.

    A name that no coding has, such as a charset's, says nothing: browsers take such a body as it is.
    Bytes behind a whole stream of gzip or deflate are left out, as browsers do, behind one of brotli they are refused.
    An empty body is empty in every coding.
    """
    names = [name.strip().lower() for value in encodings for name in value.split(b",")]
    codings = [name for name in names if name in CODINGS]
    if len(codings) > MOST_CODINGS:
        raise BadCoding(f"{len(codings)} content codings, one inside another")
    for name in reversed(codings):
        if name not in _DECODERS:
            raise BadCoding(f"content coding {name.decode('latin-1')!r} is not known")
        if body:
            body = _DECODERS[name](body, most_bytes)
    return body


def _inflated(data: bytes, window: int, most_bytes: int) -> tuple[bytes, bytes]:
    """(content, what is behind it) of one stream of zlib's kinds."""
    inflater = zlib.decompressobj(window)
    content = inflater.decompress(data, most_bytes + 1)
    if len(content) > most_bytes:
        raise Oversize(f"unfolds to more than {most_bytes} bytes")
    if not inflater.eof:
        raise Unfinished(f"cut after {len(data)} bytes of its coded form")
    return content, inflater.unused_data


def _gunzipped(data: bytes, most_bytes: int) -> bytes:
    contents: list[bytes] = []
    while not contents or data.startswith(_GZIP):
        if len(contents) == _MOST_MEMBERS:
            raise BadCoding(f"more than {_MOST_MEMBERS} gzip members")
        try:
            content, data = _inflated(data, zlib.MAX_WBITS + 16, most_bytes)
        except zlib.error as fault:
            raise BadCoding(f"no gzip: {fault}") from fault
        contents.append(content)
        most_bytes -= len(content)
    return b"".join(contents)


def _undeflated(data: bytes, most_bytes: int) -> bytes:
    """Of zlib's form as RFC 9110 says, else of the bare one that some servers send."""
    try:
        return _inflated(data, zlib.MAX_WBITS, most_bytes)[0]
    except zlib.error:
        pass
    try:
        return _inflated(data, -zlib.MAX_WBITS, most_bytes)[0]
    except zlib.error as fault:
        raise BadCoding(f"no deflate: {fault}") from fault


def _unbrotlied(data: bytes, most_bytes: int) -> bytes:
    decompressor = _brotli.Decompressor()
    try:
        content: bytes = decompressor.process(data, output_buffer_limit=most_bytes + 1)
    except _brotli.error as fault:
        raise BadCoding(f"no brotli: {fault}") from fault
    if len(content) > most_bytes:
        raise Oversize(f"unfolds to more than {most_bytes} bytes")
    if not decompressor.is_finished():
        raise Unfinished(f"cut after {len(data)} bytes of its coded form")
    return content


def _optional(name: str, least: str) -> Any:
    """A module if it is there and has a thing that older ones lack."""
    try:
        module = importlib.import_module(name)
    except ImportError:
        return None
    return module if hasattr(module.Decompressor, least) else None


_brotli = _optional("brotli", "can_accept_more_data")
_DECODERS = {b"gzip": _gunzipped, b"x-gzip": _gunzipped, b"deflate": _undeflated}
if _brotli:
    _DECODERS[b"br"] = _unbrotlied
