"""The site of SITE.md on 127.0.0.1, made up from a seed, with the gold record of every document.

It imports nothing of jcnews_spider: it is independent evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any

from tests.replica.plan import Answer, Plan
from tests.replica.server import Logged, Server
from tests.replica.site import Listing, Site


class Replica:
    """A replica that serves while it is entered."""

    def __init__(self, plan: Plan | None = None, port: int = 0) -> None:
        """A replica of a plan; the port (0 takes a free one) is opened on entering."""
        self.plan = plan or Plan()
        self.site = Site(self.plan)
        self._port = port
        self._server: Server | None = None

    @property
    def proxy(self) -> str:
        """Address for http_proxy."""
        return f"http://127.0.0.1:{self._entered.port}"

    @property
    def requests(self) -> list[Logged]:
        """A copy of the log of requests so far."""
        return list(self._entered.requests)

    @property
    def _entered(self) -> Server:
        if self._server is None:
            raise RuntimeError("the replica answers only inside its with block")
        return self._server

    def gold(self) -> Iterator[dict[str, Any]]:
        """The gold records, oldest first, made one at a time."""
        return self.site.gold()

    def listings(self) -> list[Listing]:
        """What each listing shows."""
        return self.site.listings()

    def __enter__(self) -> Replica:
        """Start to answer."""
        self._server = Server(self.site, self._port)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; the log of requests stays."""
        self._entered.close()


__all__ = ["Answer", "Listing", "Logged", "Plan", "Replica"]
