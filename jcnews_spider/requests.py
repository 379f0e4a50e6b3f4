"""Requests that may go where others may not."""

from __future__ import annotations

from scrapy import Request


class ImageRequest(Request):
    """A request of an image of a body: the only kind that may leave the site's hosts, as may its redirects."""
