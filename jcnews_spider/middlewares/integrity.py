"""A body that is not whole is no page."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.utils.httpobj import urlparse_cached

from jcnews_spider.archive.warc.coding import MOST_BYTES, BadCoding, Oversize, Unfinished, decoded
from jcnews_spider.images import IMAGE_ENDS, image_suffix

_OPENED = re.compile(rb"<(?:html|body)[\s>]", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:html|body)", re.IGNORECASE)
_BOX = re.compile(rb"<(?:div|table)[\s>]", re.IGNORECASE)
_BOX_END = re.compile(rb"</(?:div|table)", re.IGNORECASE)
_NO_BOXES = {b"<!--": b"-->", b"<script": b"</script"}
"""Where what holds no boxes of the page begins, and its end."""
_HIDDEN = re.compile(b"|".join(_NO_BOXES))
_NEAR_END = 256
"""Bytes at the end of a page among which nearly every one closes."""


class IntegrityMiddleware:
    """Undoes a content coding, which nobody asked for, strictly: Scrapy takes what there is of a cut stream as it is.

    A body that was cut on its way comes with Scrapy's flag `dataloss`, because the WARC keeps it
    (DOWNLOAD_FAIL_ON_DATALOSS is off); one cut inside its coding gets the same flag, and so do one of no declared
    length that ends with its connection and not as a page or an image ends, and a page that ends amid its boxes: what a
    cache or the server itself has cut comes with a length that fits. All are asked again. One that was cut at the size
    limit passes: who asked for it decides.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - Scrapy's names
        """The response, its body as the page is.

        Raises IgnoreRequest when it unfolds to more than the size limit (`too_large`), or is in a coding that cannot
        be undone (`encoding`).
        """
        response = self._uncoded(response)
        is_robots = urlparse_cached(response).path == "/robots.txt"
        if response.status != HTTPStatus.OK or "download_stopped" in response.flags or is_robots:
            return response
        is_whole = not _stays_open(response) and ("partial" not in response.flags or _has_end(response))
        return response if is_whole else _cut(response)

    def _uncoded(self, response: Response) -> Response:
        encodings = response.headers.getlist("Content-Encoding")
        if not encodings or "dataloss" in response.flags:
            return response
        try:
            is_cut = "download_stopped" in response.flags
            return _plain(response, response.body if is_cut else decoded(response.body, encodings, self._most_bytes()))
        except BadCoding as fault:
            if response.status != 200:  # the status says all, and the body is nobody's page
                return _plain(response, b"")
            if isinstance(fault, Unfinished):
                return _cut(response)
            raise IgnoreRequest("too_large" if isinstance(fault, Oversize) else "encoding") from fault

    def _most_bytes(self) -> int:
        spider: Any = self._crawler.spider
        return min(spider.options.max_body_mb * 1_000_000, MOST_BYTES) if hasattr(spider, "options") else MOST_BYTES


def _cut(response: Response) -> Response:
    return response.replace(flags=[*response.flags, "dataloss"])


def _stays_open(response: Response) -> bool:
    """True for a page that opens and never closes, nor closes all its boxes: those of a careless author are closed."""
    body = response.body
    if not isinstance(response, TextResponse) or _CLOSED.search(body, len(body) - _NEAR_END) or _CLOSED.search(body):
        return False
    if not _OPENED.search(body):
        return False
    body = _shown(body.lower())
    return len(_BOX.findall(body)) > len(_BOX_END.findall(body))


def _shown(body: bytes) -> bytes:
    """A page in small letters without its comments and scripts; one that never ends is left where it stands."""
    pieces, at, endless = [], 0, set[bytes]()
    for begin in _HIDDEN.finditer(body):
        kind = begin[0]
        if begin.start() < at or kind in endless:
            continue
        end = body.find(_NO_BOXES[kind], begin.end())
        if end < 0:
            endless.add(kind)
            continue
        pieces.append(body[at : begin.start()])
        at = end + len(_NO_BOXES[kind])
    return b"".join([*pieces, body[at:]])


def _has_end(response: Response) -> bool:
    """True when a page or an image goes to its end; of anything else nothing is known."""
    if isinstance(response, HtmlResponse):
        return b"</html" in response.body.lower()
    end = IMAGE_ENDS.get(image_suffix(response.body) or "", b"")
    return response.body.rstrip(b"\0").endswith(end)


def _plain(response: Response, body: bytes) -> Response:
    """The response with a body that is in no coding any more."""
    headers = response.headers.copy()
    headers.pop("Content-Encoding")
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    return response.replace(cls=kind, headers=headers, body=body)
