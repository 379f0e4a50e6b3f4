"""Names resolved: an answer that points inside a private network is none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from jcnews_spider.addresses import is_public, literal, proxy_hosts

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

logger = logging.getLogger(__name__)


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which connects to what it has judged; only the user's own proxy may stand nearby.

    What a proxy resolves is the proxy's to judge.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._proxies = proxy_hosts()

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """The address of a name; fails with DNSLookupError when it is not public."""
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if name in self._proxies or is_public(address):
            return address
        if literal(name) is None:
            logger.warning("%r resolves to %s, which is not public: not asked", name, address)
        raise DNSLookupError(f"{name} resolves to {address}, which is not public")
