"""Gzip members of a WARC file: found, cut and read back."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from mmap import mmap
from pathlib import Path
from typing import BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

from jcnews_spider.errors import Damaged

FOLDER = "warc"

CHUNK = 1 << 14
"""Bytes read at once; what they inflate to is at most a thousand times as much."""
OPEN = ".open"
"""Suffix of a file that is still written."""


@dataclass(frozen=True, slots=True)
class Member:
    """One record."""

    offset: int
    length: int
    kind: str
    """WARC-Type."""
    url: str | None
    facts: dict[str, str] = field(repr=False)
    """WARC headers by lower-case name."""
    status_line: str | None
    """Of HTTP, such as `200 OK`; of a request `GET /path HTTP/1.1`."""
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    """Of HTTP, as written."""
    payload: bytes = field(repr=False)
    """Entity bytes."""


def warc_paths(root: Path) -> list[str]:
    """Where every WARC of the archive stands once it is closed, under output/, oldest run first."""
    return sorted({f"{FOLDER}/{path.name.removesuffix(OPEN)}" for path in (root / FOLDER).glob("*.warc.gz*")})


def located(root: Path, path: str) -> Path:
    """Where a WARC of the archive stands, closed or still written."""
    closed = root / path
    return closed if closed.exists() else closed.with_name(closed.name + OPEN)


def spans(path: Path, start: int = 0) -> Iterator[tuple[int, int]]:
    """(offset, length) of each whole member from a member's offset on, up to the first that is none.

    A member is whole when its checksum and length say so; a torn tail, zeros, or anything else ends the iteration.
    """
    offset = start
    with path.open("rb") as file:
        file.seek(start)
        rest = b""
        while True:
            length, rest = _span(file, rest)
            if not length:
                return
            yield offset, length
            offset += length


def _span(file: BinaryIO, rest: bytes) -> tuple[int, bytes]:
    """Length of the member that begins with `rest` and goes on in the file, and the bytes read behind it; or 0."""
    inflater, length = zlib.decompressobj(zlib.MAX_WBITS + 16), 0
    while data := rest or file.read(CHUNK):
        rest, length = b"", length + len(data)
        try:
            inflater.decompress(data)
        except zlib.error:
            break
        if inflater.eof:
            return length - len(inflater.unused_data), inflater.unused_data
    return 0, b""


def read_member(path: Path, offset: int, length: int | None = None) -> Member:
    """The record at an offset; raises Damaged where there is none, or where it ends elsewhere than the length says."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return parsed(*inflated(file, length), offset)
    except FileNotFoundError:
        raise Damaged(f"{path.name} is missing") from None
    except (zlib.error, ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError) as fault:
        raise Damaged(f"{path.name} at {offset}: {fault}") from fault


def inflated(file: BinaryIO | mmap, length: int | None = None) -> tuple[bytes, int]:
    """The content of the member at the file's position, and its length in the file; raises zlib.error and EOFError.

    ValueError where the length that is given is another.
    """
    inflater, content, taken = zlib.decompressobj(zlib.MAX_WBITS + 16), [], 0
    while not inflater.eof:
        data = file.read(length or CHUNK)
        if not data:
            raise EOFError("the file ends inside the record")
        taken += len(data)
        content.append(inflater.decompress(data))
    taken -= len(inflater.unused_data)
    if length is not None and taken != length:
        raise ValueError(f"the record has {taken} bytes, not {length}")
    return b"".join(content), taken


def parsed(content: bytes, length: int, offset: int) -> Member:
    """The record that a member holds, given its content and where it stands; raises what warcio does and ValueError."""
    record: ArcWarcRecord = ArcWarcRecordLoader().parse_record_stream(BytesIO(content))
    payload = record.raw_stream.read()
    head = record.http_headers
    return Member(
        offset=offset,
        length=length,
        kind=record.rec_type,
        url=record.rec_headers.get_header("WARC-Target-URI"),
        facts={name.lower(): value for name, value in record.rec_headers.headers},
        status_line=head and head.statusline,
        headers=tuple(_raw_headers(content) if head else ()),
        payload=payload,
    )


def _raw_headers(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The HTTP headers byte for byte; warcio decodes them."""
    _, _, block = content.partition(b"\r\n\r\n")
    head, _, _ = block.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        yield name.strip(), value.strip()
