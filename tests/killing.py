"""`python -m tests.killing --kills 200 [--seed S]`: crawls that are killed at random moments while the site changes.

A backfill, then ordinary walks under the complete mark, with ticks and rechecks in between, each run killed by
SIGKILL after a random number of pages, at a random time or in a seal; what ends before its kill counts as a run. In
the end two runs are left alone, and the sealed segments are held against the replica.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from jcnews_spider.archive.files import STAGING
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.due import Scope
from tests import sealed
from tests.changes import KINDS, Changes, Sight, content
from tests.crawling import start
from tests.replica import Plan, Replica
from tests.sealed import Records

ARTICLES = 120
SETTINGS = {"JCNEWS_SEAL_RECORDS": 5, "JCNEWS_FAIL_RATIO": 1}
MOST_PAGES = (30, 60, 200)
"""A run is killed after at most so many requests, one of these; one without news takes about 30."""

MOST_SECONDS = 2.5
"""Or so long after its start."""

Moment = Callable[[], bool]
"""True when it has come."""

WITHDRAWN_AT_MOST = ARTICLES // 15
"""At one time: more would look like an outage to the runs."""

FAULTS = ("lost", "twice", "torn", "mismatched", "broken_chains", "changed_segments", "made_up", "bad_ends")
"""What must never be: `made_up` is a version that the site never showed, `bad_ends` an unexpected exit code."""

DAY = 86_400
DEADLINE_S = 120
FINISHED = (0, 5)
"""5: a tick can take the last article of a section away, and its health check says so."""


@dataclass
class Figures:
    """What happened, and what went wrong: `faults` and `problems` are to stay empty, `refetched` within its bound."""

    kills: int = 0
    finished: int = 0
    """Runs that came to their end."""
    records: int = 0
    ticks: int = 0
    refetched: int = 0
    """Articles whose page came though an earlier run had had it, the same one."""
    faults: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(FAULTS, 0)))
    problems: list[str] = field(default_factory=list)
    """For people: the first of what went wrong."""
    seconds: float = 0

    def __str__(self) -> str:
        ran = f"{self.kills} kills, {self.finished} runs that ended, {self.ticks} ticks, {self.records} records"
        return "\n".join(
            [
                f"{ran}, {self.seconds:.0f} s",
                *(f"{name.replace('_', ' ')}: {number}" for name, number in self.faults.items()),
                f"fetched again: {self.refetched} (at most {self.kills})",
                *self.problems,
            ]
        )

    @property
    def is_good(self) -> bool:
        """True when nothing went wrong."""
        return not self.faults.total() and self.refetched <= self.kills


class Loop:
    """Kills runs over one replica and one archive."""

    def __init__(self, replica: Replica, root: Path, seed: int, server: str) -> None:
        self.figures = Figures()
        self._server = server
        self._replica = replica
        self._changes = Changes(replica)
        self._root = root
        self._random = Random(seed)
        self._clock = 0
        """Seconds that the runs' clock is ahead."""
        self._sealed: dict[str, str] = {}
        self._remembered: set[tuple[str, int, str | None]] = set()
        self._had: set[tuple[str, int]] = set()

    def go(self, kills: int) -> Figures:
        """Kills so often, then lets two runs ask everything, and looks at what is there."""
        started = time.monotonic()
        while self.figures.kills < kills:
            recheck = "all" if self._random.random() < 0.3 else "auto"
            self._run(f"recheck={recheck}", is_killed=self._random.random() < 0.85)
            if self._random.random() < 0.8:
                self._change()
        for _ in range(2):
            self._clock += 8 * DAY
            self._run("recheck=all", "full=1", is_killed=False)
        self._compare()
        self.figures.seconds = time.monotonic() - started
        return self.figures

    def _change(self) -> None:
        """Some ticks, some time."""
        self._clock += self._random.choice((600, 7200, DAY))
        for _ in range(self._random.randint(1, 8)):
            kind = self._random.choice(KINDS)
            if kind != "withdraw" or len(self._changes.withdrawn) < WITHDRAWN_AT_MOST:
                self.figures.ticks += self._changes.apply(kind, self._random.getrandbits(32))

    def _run(self, *arguments: str, is_killed: bool) -> None:
        """One run, killed or not, and a look at the archive."""
        asked = len(self._replica.requests)
        self._clock += 60
        shim = ("--clock", str(self._clock))
        process = start(self._replica, self._root, *arguments, shim=shim, JCNEWS_LEDGER=self._server, **SETTINGS)
        try:
            if is_killed:
                self._await_moment(process, asked)
                process.kill()
            _, stderr = process.communicate(timeout=DEADLINE_S)
        finally:
            process.kill()
            process.wait()
        if process.returncode == -9:
            self.figures.kills += 1
        elif process.returncode in FINISHED:
            self.figures.finished += 1
        else:
            self._note("bad_ends", f"exit {process.returncode}: {stderr[-2000:]}")
        self._count_fetches(asked)
        self._look(was_killed=process.returncode == -9)

    def _await_moment(self, process: subprocess.Popen[str], since: int) -> None:
        """Returns at a random moment, or when the process has ended."""
        has_come = self._random.choice((self._pages, self._articles, self._seal, self._seconds))(since)
        deadline = time.monotonic() + DEADLINE_S
        while process.poll() is None and not has_come() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(self._random.uniform(0, 0.02))  # anywhere between two requests, or in a seal

    def _pages(self, since: int) -> Moment:
        number = since + self._random.randint(1, self._random.choice(MOST_PAGES))
        return lambda: len(self._replica.requests) >= number

    def _articles(self, since: int) -> Moment:
        number = self._random.randint(1, 10)
        return lambda: sum("/t20" in request.url for request in self._replica.requests[since:]) >= number

    def _seal(self, since: int) -> Moment:
        """A segment is being written; the rows are stamped, and not yet dropped."""
        return lambda: any((self._root / STAGING).glob("articles~*"))

    def _seconds(self, since: int) -> Moment:
        """While it starts, repairs, walks or ends."""
        end = time.monotonic() + self._random.uniform(0, MOST_SECONDS)
        return lambda: time.monotonic() > end

    def _count_fetches(self, since: int) -> None:
        """Articles that came in this run in the very state in which an earlier run had them."""
        articles = {url: id_ for id_, sight in self._changes.sights().items() for url in sight.served}
        came = {
            (request.url, self._changes.touched[articles[request.url]])
            for request in self._replica.requests[since:]
            if request.status == 200 and request.url in articles
        }
        again = came & self._had
        self._had |= came
        self.figures.refetched += len(again)

    def _look(self, *, was_killed: bool) -> None:
        """What must hold after every run: what is sealed stays, and nothing in it is half, twice or untraceable."""
        for name in sealed.changed(self._sealed, self._root):
            self._note("changed_segments", f"{name} is not what it was")
        self._sealed = sealed.digests(self._root)
        self._remembered |= remembered(self._root, self._server)
        _, faults = sealed.read(self._root, was_killed=was_killed)
        for name, number in faults.items():
            self.figures.faults[name] = max(self.figures.faults[name], number)

    def _compare(self) -> None:
        """What was committed is sealed, every WARC whole, and the newest versions say what the replica shows."""
        for name in sealed.torn_warcs(self._root):
            self._note("torn", f"{name} is not whole")
        records, _ = sealed.read(self._root)
        self.figures.records = sum(len(chain) for chain in records.values())
        written = {(r["id"], r["version"], r["content_hash"]) for chain in records.values() for r in chain}
        for id_, version, _ in self._remembered - written:
            self._note("lost", f"{id_} v{version} was committed and is not sealed")
        history = self._replica.history()
        for id_, chain in records.items():
            said = [content(state) for state in history[id_]]
            if any(content(record) not in said for record in chain):
                self._note("made_up", f"{id_} has a version that the site never showed")
        for id_, sight in self._changes.sights().items():
            if problem := problem_of(records.get(id_, []), sight):
                self._note("lost", f"{id_}: {problem}")

    def _note(self, name: str, problem: str) -> None:
        self.figures.faults[name] += 1
        if len(self.figures.problems) < 10:
            self.figures.problems.append(f"{name}: {problem}")


def remembered(root: Path, server: str = "") -> set[tuple[str, int, str | None]]:
    """(id, version, content hash) that the ledger has committed; read from a copy, so that the next run repairs it."""
    with tempfile.TemporaryDirectory() as folder:
        for path in root.glob("state.sqlite3*"):
            shutil.copy(path, folder)
        copy = Path(folder) / "state.sqlite3"
        if not (server or copy.exists()):
            return set()
        with closing(Ledger(server or copy)) as ledger:
            known = ledger.due.rechecks(Scope("jcnews", sys.maxsize, recheck_after_s=None), None, sys.maxsize)
    return {(article.id, article.version, article.content_hash) for article in known}


def problem_of(chain: Records, sight: Sight) -> str | None:
    """What is wrong with an article's versions after runs that asked everything twice."""
    last = chain[-1] if chain else None
    if sight.listed:
        if last is None:
            return "it is listed, and not archived"
        if last["event"] == "gone" or content(last) not in {sight.served[url] for url in sight.listed}:
            return f"v{last['version']} ({last['event']}) is not what the site shows"
    elif not sight.served and last is not None and last["event"] != "gone":
        return "it is withdrawn, and not gone"
    return None


def loop(kills: int, seed: int, root: Path, server: str = "") -> Figures:
    """The figures of so many kills over an archive in a new folder; `server` is the address of its ledger."""
    with Replica(Plan(articles=ARTICLES, seed=seed, newest_at=int(time.time()) - 3600)) as replica:
        return Loop(replica, root, seed, server).go(kills)


def main() -> int:
    """Prints the figures; 1 when something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.killing", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = loop(options.kills, options.seed, Path(folder) / "output")
    print(figures)
    return 0 if figures.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
