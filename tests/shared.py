"""Several `scrapy crawl` processes over one archive, and what must hold of what they leave."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from tests import sealed
from tests.crawling import scrapy, start
from tests.replica import Replica
from tests.scoring import score

DEADLINE_S = 120

Process = subprocess.Popen[str]


class Workers:
    """Runs that share an archive."""

    def __init__(self, replica: Replica, output: Path, address: str, **settings: object) -> None:
        self._replica = replica
        self._output = output
        self._address = address
        self._settings: dict[str, Any] = {"JCNEWS_LEDGER": address, "JCNEWS_SEAL_RECORDS": 7, **settings}
        self.alive: list[Process] = []

    def begin(self, number: int = 1, *arguments: str) -> None:
        """Starts some more."""
        for _ in range(number):
            self.alive.append(start(self._replica, self._output, *arguments, **self._settings))

    def kill(self, process: Process) -> bool:
        """Kills one; False when it had ended before."""
        self.alive.remove(process)
        process.kill()
        _, stderr = process.communicate()
        if process.returncode != -9:
            assert process.returncode == 0, stderr
        return process.returncode == -9

    def stop(self, process: Process) -> None:
        """Stops one by a signal, and waits until it has ended with 3."""
        self.alive.remove(process)
        process.terminate()
        _, stderr = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 3, stderr

    def end(self, code: int = 0) -> list[str]:
        """Waits until all have ended, each with the code, and gives what they said."""
        said = []
        for process in self.alive:
            _, stderr = process.communicate(timeout=DEADLINE_S)
            assert process.returncode == code, stderr
            assert "Traceback" not in stderr, stderr
            said.append(stderr)
        self.alive.clear()
        return said

    def told(self) -> dict[str, dict[str, Any]]:
        """The run reports by run."""
        return {path.stem: json.loads(path.read_text()) for path in self._output.glob("runs/*.json")}

    def records(self) -> list[dict[str, Any]]:
        """Every sealed record."""
        lines = [path.read_bytes().splitlines() for path in sorted(self._output.glob("articles/*"))]
        return [json.loads(line) for segment in lines for line in segment]

    def assert_whole(self) -> None:
        """All that the replica lists is sealed, once, and every pointer, digest, version and line holds."""
        result = score(self.records(), self._replica.gold())
        assert (result.missing, result.surplus, result.twice) == ([], [], [])
        assert (result.copies_marked, result.reprints_marked) == (result.copies, result.reprints)
        assert not result.wrongly_marked
        assert not sealed.read(self._output)[1].total()
        assert not sealed.torn_warcs(self._output)
        place = ("-s", f"JCNEWS_OUTPUT={self._output}", "-s", f"JCNEWS_LEDGER={self._address}")
        verified = scrapy("verify", *place)
        assert verified.returncode == 0, verified.stdout
        assert "0 waiting" in scrapy("status", *place).stdout
        assert not any((self._output / ".members").iterdir())


@contextmanager
def workers(replica: Replica, output: Path, address: str, **settings: object) -> Iterator[Workers]:
    """No worker yet; what runs in the end is killed."""
    crowd = Workers(replica, output, address, **settings)
    try:
        yield crowd
    finally:
        for process in crowd.alive:
            process.kill()
            process.communicate()


def kill_at_random(crowd: Workers, replica: Replica, kills: int, seed: int) -> Counter[str]:
    """Three workers, of which one after the other is killed at a random moment and replaced; and what happened."""
    random, happened = Random(seed), Counter(killed=0, ended=0)
    crowd.begin(3)
    while happened["killed"] < kills:
        asked, until = len(replica.requests) + random.randint(1, 12), time.monotonic() + random.uniform(0.3, 3)
        while len(replica.requests) < asked and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.02))
        happened["killed" if crowd.kill(random.choice(crowd.alive)) else "ended"] += 1
        crowd.begin()
    return happened


def pace(replica: Replica, since: int) -> float:
    """Mean seconds between two requests behind the first so many."""
    times = [request.at for request in replica.requests[since:]]
    return (max(times) - min(times)) / (len(times) - 1)
