"""A site that changes and the archive that real crawls make of it, day by day."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.snapshots import part_paths
from tests.crawling import Run, crawl, read_records
from tests.replica import Answer, Plan, Replica
from tests.replica.server import Logged

DAY = 86_400
HOUR = 1 / 24
"""In days."""

AGE_S = 3600
"""Age of the newest document when a story begins; the others are days apart."""

UNCHANGED = {(True, 304)}
"""Asked conditionally and not modified."""

NOT_FOUND = Answer(404, body=b"<h1>404 Not Found</h1>")


class Story:
    """A replica, its archive, and what the last crawl did."""

    def __init__(self, replica: Replica, output: Path, faults: dict[str, Answer]) -> None:
        self.replica = replica
        self.output = output
        self.faults = faults
        """Answers by path; what is put in is given from now on."""
        self.asked: list[Logged] = []
        """Requests of the last crawl."""
        self.written: list[dict[str, Any]] = []
        """Records of the last crawl."""

    def crawl(self, *arguments: str, days: float = 0, shim: Sequence[str] = (), code: int = 0, **settings: Any) -> Run:
        """A crawl so many days after the beginning; each must be later than the one before.

        What it wrote has its pages beside it as they were served.
        """
        since, known = len(self.replica.requests), {_key(record) for record in read_records(self.output)}
        run = crawl(
            self.replica, self.output, *arguments, shim=("--clock", str(days * DAY), *shim), RETRY_TIMES=0, **settings
        )
        assert run.code == code, run.stderr
        self.asked = self.replica.requests[since:]
        self.written = [record for record in run.records if _key(record) not in known]
        for record in self.written:
            if record["event"] in ("new", "updated"):
                self._check_snapshot(record)
        return run

    def events(self) -> dict[str, list[str]]:
        """Events of the last crawl by id, in order."""
        found: dict[str, list[str]] = {}
        for record in self.written:
            found.setdefault(record["id"], []).append(record["event"])
        return found

    def chain(self, identity: str) -> list[dict[str, Any]]:
        """Every version of an article, oldest first; fails where the chain is broken or bytes are not as noted."""
        records = [record for record in read_records(self.output) if record["id"] == identity]
        assert [record["version"] for record in records] == list(range(1, len(records) + 1))
        hashes = [record["content_hash"] for record in records]
        assert [record["previous_hash"] for record in records] == [None, *hashes[:-1]][: len(records)]
        for record in records:
            stored = (self.output / record["snapshot"]["html"]).read_bytes()
            assert sha256(stored).hexdigest() == record["snapshot"]["sha256"]
        return records

    def past(self, identity: str) -> list[tuple[str, str, str]]:
        """(state, title, text) of each version, in the words of the replica's history."""
        return [
            ("withdrawn" if record["event"] == "gone" else "present", record["title"], record["text"])
            for record in self.chain(identity)
        ]

    def gold_past(self, identity: str) -> list[tuple[str, str, str]]:
        """(state, title, text) of each thing that a reader could see."""
        return [(seen["state"], seen["title"], seen["text"]) for seen in self.replica.history_of(identity)]

    def gold(self, identity: str) -> dict[str, Any]:
        """What is served of an article now."""
        return next(gold for gold in self.replica.gold() if gold["id"] == identity)

    def parts(self, identity: str) -> list[str]:
        """The address of each page of an article."""
        gold = self.gold(identity)
        head = gold["url"].removesuffix(".html")
        return [gold["url"], *(f"{head}_{part}.html" for part in range(1, gold["pages"]))]

    def asked_articles(self) -> list[str]:
        """Addresses of article pages that the last crawl asked, in order."""
        return [request.url for request in self.asked if "/t20" in request.url]

    def asked_lists(self) -> list[Logged]:
        """Requests of the last crawl for list pages."""
        return [request for request in self.asked if "/t20" not in request.url and "robots" not in request.url]

    def plant(self, url: str, answer: Answer | None) -> None:
        """From now on an address gives an answer; None takes it away."""
        self.faults.pop(urlsplit(url).path, None)
        if answer is not None:
            self.faults[urlsplit(url).path] = answer

    def served(self, url: str) -> bytes:
        """The bytes that an address gives now."""
        path = urlsplit(url).path
        body = self.faults[path].body if path in self.faults else self.replica.site.page(path).body
        assert isinstance(body, bytes)
        return body

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, to be read."""
        ledger = Ledger(self.output / "state.sqlite3", read_only=True)
        try:
            yield ledger
        finally:
            ledger.close()

    def check_manifest(self) -> None:
        """Fails unless the manifest lists every sealed file, and each is as it was sealed."""
        name = "manifest-sha256.txt"
        subprocess.run(["sha256sum", "-c", "--strict", "--quiet", name], cwd=self.output, check=True)
        listed = [line.partition("  ")[2] for line in (self.output / name).read_text().splitlines()]
        kinds = ("html/**/*.html", "articles/*", "warc/*", "media/full/*")
        there = [path for kind in kinds for path in self.output.glob(kind)]
        assert sorted(listed) == sorted(path.relative_to(self.output).as_posix() for path in there)

    def _check_snapshot(self, record: dict[str, Any]) -> None:
        head = record["url"].removesuffix(".html")
        pages = record["crawl"]["pages"]
        urls = [record["url"], *(f"{head}_{part}.html" for part in range(1, pages))]
        stored = [(self.output / path).read_bytes() for path in part_paths(record["snapshot"]["html"], pages)]
        assert stored == [self.served(url) for url in urls]


def _key(record: dict[str, Any]) -> tuple[str, int]:
    return record["id"], record["version"]


@contextmanager
def story(output: Path, **plan: Any) -> Iterator[Story]:
    """A story whose newest document is an hour old; every page is a plain one unless the plan says otherwise."""
    faults: dict[str, Answer] = {}
    values: dict[str, Any] = {"articles": 12, "weights": {"P": 1}, "header_forms": False, "copies_percent": 0} | plan
    newest_at = int(time.time()) - AGE_S
    with Replica(Plan(newest_at=newest_at, faults=faults, **values)) as replica:
        yield Story(replica, output, faults)


def without(record: dict[str, Any], names: str) -> dict[str, Any]:
    """A record without some of its fields."""
    return {name: value for name, value in record.items() if name not in names.split()}


def listed(gold: dict[str, Any]) -> list[str]:
    """Paths of the sections that show an article."""
    return [url.split("/", 3)[3].strip("/") for url in gold["shown_in"]]
