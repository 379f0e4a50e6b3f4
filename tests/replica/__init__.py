"""The site of SITE.md on 127.0.0.1, made up from a seed, with the gold record of every document.

It imports nothing of jcnews_spider: it is independent evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any

from tests.replica.plan import Answer, Plan
from tests.replica.sections import SECTIONS, Section
from tests.replica.server import Logged, Server
from tests.replica.site import Listing, Site


class Replica:
    """A replica that serves while it is entered.

    Its ticks (publish, edit, revert, republish, withdraw, restore, move, split) change the site between two answers,
    in or out of the with block; each gives every list page and the home page a new time. They take ids as in the
    gold, and sections as paths (`xw/jcxw`), and raise ValueError for what cannot be done.
    """

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
    def authority(self) -> bytes:
        """The certificate, as PEM, of the authority that its https is to be trusted by; for SSL_CERT_FILE."""
        return self._entered.authority.pem

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
        """The gold records of the present state, oldest first, made one at a time.

        A withdrawn document has none; one that is split has two, its second address in the later one.
        """
        return self.site.gold()

    def listings(self) -> list[Listing]:
        """What each listing shows now."""
        with self.site.lock:
            return self.site.listings()

    def ids(self) -> list[str]:
        """Ids of the documents that are present, in some list and an article with a text, oldest first."""
        with self.site.lock:
            return [self.site.ticks.identity(number) for number in self.site.articles()]

    def publish(self, count: int = 1, section: str | None = None) -> list[str]:
        """Ids of new documents on top of the lists, 60 s apart, the newest last; the seed draws what is not given."""
        if count < 1:
            raise ValueError(f"count: {count} is not 1 or more")
        with self.site.lock:
            target, ticks = _section(section), self.site.ticks
            return [ticks.identity(ticks.publish(target)) for _ in range(count)]

    def edit(self, identity: str) -> None:
        """A correction at the same address: a text never seen before, every second time a new title too."""
        with self.site.lock:
            self.site.ticks.edit(self._number(identity))

    def revert(self, identity: str) -> None:
        """Back to the text and title before the last edit in force."""
        with self.site.lock:
            self.site.ticks.revert(self._number(identity))

    def republish(self, identity: str) -> None:
        """The same record in other bytes: the signature of the comment link changes."""
        with self.site.lock:
            self.site.ticks.republish(self._number(identity))

    def withdraw(self, identity: str) -> None:
        """Its pages and files are missing and no list shows it; addresses it moved away from stay as they are."""
        with self.site.lock:
            self.site.ticks.withdraw(self._number(identity))

    def restore(self, identity: str) -> None:
        """A withdrawn document is back as it was, with a new time."""
        with self.site.lock:
            self.site.ticks.restore(self._number(identity))

    def move(self, identity: str, section: str | None = None) -> str:
        """Its address in another section; at the old one the bytes of this moment stay, in no list any more."""
        with self.site.lock:
            return self.site.ticks.move(self._number(identity), _section(section))

    def split(self, identity: str, section: str) -> str:
        """A second address with the same docid and another text, on top of the list of a section."""
        with self.site.lock:
            return self.site.ticks.split(self._number(identity), _required(section))

    def history_of(self, identity: str) -> list[dict[str, Any]]:
        """What readers could see of a document, in order: state (present, withdrawn), title, text, url, published_at.

        A split adds the text at the second address; republishing adds nothing.
        """
        with self.site.lock:
            return self.site.ticks.history(self._number(identity))

    def history(self) -> dict[str, list[dict[str, Any]]]:
        """The history of every document there ever was, by id, oldest first."""
        with self.site.lock:
            ticks = self.site.ticks
            return {ticks.identity(number): ticks.history(number) for number in range(ticks.count)}

    def _number(self, identity: str) -> int:
        return self.site.ticks.number(identity)

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


def _section(path: str | None) -> Section | None:
    return None if path is None else _required(path)


def _required(path: str) -> Section:
    """The section at a path; ValueError for the roll-up and for what is none."""
    for section in SECTIONS:
        if section.path == path:
            return section
    raise ValueError(f"section: {path!r} is none of {[section.path for section in SECTIONS]}")


__all__ = ["Answer", "Listing", "Logged", "Plan", "Replica"]
