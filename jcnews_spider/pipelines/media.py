"""The images of an article's body: Scrapy's FilesPipeline over the archive as its store."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.pipelines.files import FilesPipeline
from scrapy.pipelines.media import FileInfo
from scrapy.utils.datatypes import LocalCache
from twisted.python.failure import Failure

from jcnews_spider import clock
from jcnews_spider.answers import REASONS, conditions, is_conditional, reason_of, validators_of, warc_pointer
from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.images import StoredImage
from jcnews_spider.archive.media import FOLDER, Arrived
from jcnews_spider.article import Image
from jcnews_spider.engine import STOPPED, fail_storage
from jcnews_spider.errors import StorageFault
from jcnews_spider.images import image_suffix
from jcnews_spider.items import Draft, Item
from jcnews_spider.requests import ImageRequest

MOST_IMAGES = 200
"""Images of one article that are asked; the longest gallery seen has 40."""

REMEMBERED = 1000
"""Results that are remembered, so that an image that is missing is not asked for each article that shows it."""

NEVER_ASKED = frozenset({"scheme", "bad_address", "private_address", "robots", "too_many"})
"""Reasons for which an image is not asked, and will not be another time."""

ACCEPT = "image/jpeg, image/png, image/gif, image/webp, image/bmp"

logger = logging.getLogger(__name__)


class _Memory(LocalCache[bytes, Any]):
    """Results by fingerprint; what was asked for last is forgotten last, Scrapy takes it a moment later."""

    def __contains__(self, key: object) -> bool:
        is_known = super().__contains__(key)
        if is_known:
            self.move_to_end(key)  # type: ignore[arg-type]
        return is_known


class ImagesPipeline(FilesPipeline):
    """Gives each image of a draft its path and digest; one that is missing is counted as `media/missing/<reason>`.

    An image that the ledger knows to be fresh (FILES_EXPIRES, 90 days) is not asked, an older one conditionally.
    """

    MEDIA_NAME = "image"
    LOG_FAILED_RESULTS = False

    class SpiderInfo(FilesPipeline.SpiderInfo):
        """What is under way, and a bounded memory of results: the ledger has what was stored."""

        def __init__(self, spider: Spider) -> None:
            super().__init__(spider)
            self.downloaded = _Memory(REMEMBERED)

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        if not hasattr(spider, "archive") or not spider.options.images:
            raise NotConfigured
        self._archive: Archive = spider.archive
        self._media = self._archive.media
        self._stats = crawler.stats
        super().__init__(FOLDER, crawler=crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _get_store(self, uri: str) -> Any:  # noqa: ARG002 - the archive's folder is the spider's to know
        return self._media

    def get_media_requests(self, item: Item, info: Any) -> list[Request]:  # noqa: ARG002
        """A request for each image that has an address."""
        return [
            ImageRequest(
                image.url,
                callback=NO_CALLBACK,
                errback=partial(self._instead, image.url),
                headers={"Accept": ACCEPT},
                cb_kwargs={"url": image.url},
            )
            for image in _askable(item)
        ]

    def media_to_download(self, request: Request, info: Any, *, item: Any = None) -> FileInfo | None:  # type: ignore[override]  # noqa: ARG002
        """The image that is archived and fresh; None when it has to be asked."""
        try:
            known = self._media.known(request.cb_kwargs["url"])
        except StorageFault as fault:
            fail_storage(self.crawler, fault)
            return _missing(request.url, STOPPED)
        if known is None:
            return None
        if clock.now() - known.checked < self.expires * 86_400:
            return self._found(known, "uptodate")
        request.headers.update(conditions(known.etag, known.last_modified))
        return None

    async def media_downloaded(self, response: Response, request: Request, info: Any, *, item: Any = None) -> FileInfo:  # noqa: ARG002
        """The image, stored; raises IgnoreRequest with the reason where the answer is none."""
        try:
            return self._stored(response, request.cb_kwargs["url"])
        except StorageFault as fault:
            fail_storage(self.crawler, fault)
        raise IgnoreRequest(STOPPED)

    def media_failed(self, failure: Failure, request: Request, info: Any) -> Any:
        """Sends every reason the way of a request that was filtered: a missing image is no error of ours."""
        fault = failure.value
        if not isinstance(fault, tuple(REASONS)):
            logger.error("image %r: %r", request.url, fault, exc_info=fault)
        reason = reason_of(fault)
        if fault is not None:
            fault.__traceback__ = None  # it would keep the response as long as the reason is remembered
        super().media_failed(Failure(IgnoreRequest(reason)), request, info)  # type: ignore[no-untyped-call]

    def item_completed(self, results: list[Any], item: Item, info: Any) -> Item:  # noqa: ARG002
        """The draft with what was found; raises DropItem when the crawl stops meanwhile: the article stays due."""
        if not isinstance(item, Draft) or not item.article.images:
            return item
        asked = dict(zip((image.url for image in _askable(item)), results, strict=True))
        infos = [
            asked.get(image.url, (True, _missing(image.url, _why_not_asked(number))))
            for number, image in enumerate(item.article.images)
        ]
        reasons = [info["status"] if is_info else "error" for is_info, info in infos if not is_info or not info["path"]]
        if STOPPED in reasons:
            raise DropItem("the crawl stops before its images have come", log_level="DEBUG")
        for reason in reasons:
            self._stats.inc_value(f"media/missing/{reason}")
        images = tuple(
            replace(image, path=info["path"], sha256=info["checksum"]) if is_info and info["path"] else image
            for image, (is_info, info) in zip(item.article.images, infos, strict=True)
        )
        lacks = bool(set(reasons) - NEVER_ASKED)
        return replace(item, article=replace(item.article, images=images), lacks_images=lacks)

    def inc_stats(self, status: str) -> None:
        """Counts an image: downloaded, uptodate, or stale, which is archived but did not come again."""
        self._stats.inc_value(f"media/{status}")

    def _stored(self, response: Response, url: str) -> FileInfo:
        now, known = int(clock.now()), self._media.known(url)
        if response.status == 304 and known and is_conditional(response):
            self._media.still(known, now)
            return self._found(known, "uptodate")
        pointer = warc_pointer(response)
        reason = _fault(response) or ("not_captured" if self._archive.warc and pointer is None else None)
        if reason:
            raise IgnoreRequest(reason)
        self._archive.check_space()
        arrived = Arrived(url, response.body, image_suffix(response.body) or "", *validators_of(response), pointer)
        self._stats.inc_value("media/bytes", len(response.body))
        return self._found(self._media.keep(arrived, now), "downloaded")

    def _instead(self, url: str, failure: Failure) -> FileInfo:
        """What is archived of an image that does not come any more; else nothing, with the reason."""
        reason = str(failure.value)
        try:
            known = None if reason == STOPPED else self._media.known(url)
        except StorageFault as fault:
            fail_storage(self.crawler, fault)
            return _missing(url, STOPPED)
        return self._found(known, "stale") if known else _missing(url, reason)

    def _found(self, image: StoredImage, status: str) -> FileInfo:
        self.inc_stats(status)
        return FileInfo(url=image.url, path=image.path, checksum=image.sha256, status=status)


def _askable(item: Item) -> list[Image]:
    """Those of the draft's images that are asked: they have an address, and are not too many."""
    return (
        [image for image in item.article.images[:MOST_IMAGES] if _is_address(image.url)]
        if isinstance(item, Draft)
        else []
    )


def _is_address(url: str) -> bool:
    try:
        ImageRequest(url)
    except ValueError:
        return False
    return True


def _why_not_asked(number: int) -> str:
    return "bad_address" if number < MOST_IMAGES else "too_many"


def _missing(url: str, reason: str) -> FileInfo:
    """The result of an image that is not had; its status is the reason."""
    return FileInfo(url=url, path="", checksum=None, status=reason)


def _fault(response: Response) -> str | None:
    """Why an answer is no image, None when it is one."""
    if response.status != 200:
        return f"http_{response.status}"
    if "download_stopped" in response.flags:
        return "too_large"
    if not response.body:
        return "empty"
    return None if image_suffix(response.body) else "wrong_type"
