"""Pages as served, for a sandboxed frame: their bytes, with the images that are archived."""

from __future__ import annotations

import codecs
import re
from html import unescape

from jcnews_spider.article import Article
from jcnews_spider.browse.web import Answer, snapshot_policy
from jcnews_spider.urls import joined

_SOURCE = re.compile(
    rb"""(<img\b[^<>]{0,4000}?\ssrc\s{0,9}=\s{0,9})("[^"<>]{0,4000}"|'[^'<>]{0,4000}'|[^\s<>"']{1,4000})""",
    re.IGNORECASE,
)
"""Bounded, and stopped by the next tag: a page may hold thousands of beginnings."""


def framed(record: Article, body: bytes, origin: str) -> Answer:
    """The page, each image that the record knows taken from the archive; for looking at, and only in a sandbox."""
    numbers = {image.url: number for number, image in enumerate(record.images) if image.path}

    def archived(match: re.Match[bytes]) -> bytes:
        address = unescape(match[2].strip(b"\"'").decode("latin-1")).strip()
        number = numbers.get(joined(record.url, address) or "")
        if number is None:
            return match[0]
        return match[1] + f'"{origin}/image/{record.id}/{record.version}/{number}"'.encode()

    return Answer(_SOURCE.sub(archived, body), f"text/html; charset={_charset(record)}", 200, snapshot_policy(origin))


def source_code(record: Article, body: bytes, origin: str) -> Answer:
    """The bytes as they are, as plain text."""
    return Answer(body, f"text/plain; charset={_charset(record)}", 200, snapshot_policy(origin))


def _charset(record: Article) -> str:
    """Name of the encoding that decoded the page, UTF-8 where it is not known."""
    try:
        return codecs.lookup(record.crawl.encoding or "utf-8").name
    except LookupError:
        return "utf-8"
