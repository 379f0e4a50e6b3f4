"""The records of a segment or of a WARC, one after the other, past whatever is damaged."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from jcnews_spider.archive.segments import lines_of
from jcnews_spider.archive.warc.members import CHUNK, Member, inflated, parsed
from jcnews_spider.archive.warc.records import payload_digest
from jcnews_spider.article import Article, content_hash, read_article

_GZIP = b"\x1f\x8b\x08"
_NO_MEMBER = (zlib.error, EOFError)
_NO_RECORD = (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Flaw:
    """A stretch of a file that is not what it was."""

    offset: int
    end: int
    """Byte behind it, from which the rest can be read again."""
    what: str


def walk_segment(path: Path) -> Iterator[tuple[int, Article] | Flaw]:
    """(byte offset, record) of each line that is one; a record that its content_hash does not fit comes, and a Flaw."""
    for offset, line in lines_of(path):
        end = offset + len(line)
        try:
            if not line.endswith(b"\n"):
                raise ValueError("the file ends inside the record")  # noqa: TRY301 - as a line that is no JSON
            article = read_article(line.decode())
            is_true = content_hash(article) == article.content_hash
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            yield Flaw(offset, end, f"no record: {fault}")
            continue
        yield offset, article
        if not is_true:
            yield Flaw(offset, end, f"{article.id} version {article.version}: content_hash does not fit its content")


def walk_warc(path: Path) -> Iterator[Member | Flaw]:
    """Each record whose gzip member is whole and whose digests of block and payload fit, and the stretches between."""
    offset = 0
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while offset < size:
            found = _at(file, offset)
            yield found
            offset = found.end if isinstance(found, Flaw) else offset + found.length


def _at(file: BinaryIO, offset: int) -> Member | Flaw:
    try:
        file.seek(offset)
        content, length = inflated(file)
    except _NO_MEMBER as fault:
        return Flaw(offset, _next_whole(file, offset + 1), str(fault))
    try:
        member = parsed(content, length, offset)
        _check_digests(content, member)
    except _NO_RECORD as fault:
        return Flaw(offset, offset + length, str(fault))
    return member


def _next_whole(file: BinaryIO, start: int) -> int:
    """Offset of the next whole gzip member, the end of the file when there is none."""
    while True:
        file.seek(start)
        data = file.read(CHUNK)
        place = data.find(_GZIP)
        if place < 0 and len(data) < len(_GZIP):
            return start + len(data)
        if place < 0:
            start += len(data) - len(_GZIP) + 1
            continue
        start += place
        try:
            file.seek(start)
            inflated(file)
        except _NO_MEMBER:
            start += 1
        else:
            return start


def _check_digests(content: bytes, member: Member) -> None:
    """Raises ValueError where the record is not as long as it says, or a digest is another."""
    _, _, rest = content.partition(b"\r\n\r\n")
    length = int(member.facts["content-length"])
    if rest[length:] != b"\r\n\r\n":
        raise ValueError(f"the record has {len(rest) - 4} bytes, its head says {length}")
    digests = {"block": rest[:length]} | ({"payload": member.payload} if member.kind == "response" else {})
    for name, part in digests.items():
        expected = member.facts.get(f"warc-{name}-digest")
        if expected is not None and expected != payload_digest(part):
            raise ValueError(f"the {name} digest of {member.url} is another")
