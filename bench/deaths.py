"""What the death of one of three workers costs where they share a queue in Redis: each is killed at a random moment."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench import redis_server
from bench.contenders import PEERS as PROGRAMS
from bench.contenders import WrongCount
from bench.extraction import PEERS
from bench.figures import Figure, say
from bench.served import Served, plan, served
from tests.crawling import environment, wait_until

WORKERS = 3
TRIALS = 6
ARTICLES = 150
DELAY_S = 0.05
"""Of a worker's requests, and of a page of a stream."""

AT_ONCE = (1, 16)
"""CONCURRENT_REQUESTS: as polite as can be, and Scrapy's own."""

IDLE_S = (0.2, 1.0, 5.0)
"""Since when an entry of a stream is another worker's; ten pages take half a second, or one and a half."""

Process = subprocess.Popen[bytes]


def figures(trials: int) -> Iterator[Figure]:
    """Addresses that were lost, done twice, or waited."""
    random = Random(1)
    with served(plan(ARTICLES)) as site:
        for at_once in AT_ONCE:
            if left := lost(site, at_once, None):
                raise WrongCount(f"scrapy-redis: {left} articles are missing where nobody was killed")
            values = [lost(site, at_once, random) for _ in range(trials)]
            say(f"scrapy-redis, {at_once} requests at once: lost {values}")
            yield Figure(
                f"scrapy-redis, {at_once} at once: kills that lost some", sum(map(bool, values)), f"of {trials}"
            )
            yield Figure.of(f"scrapy-redis, {at_once} at once: never stored after a kill", values, f"of {ARTICLES}")
    for idle_s in IDLE_S:
        shares = [share(idle_s, random) for _ in range(trials)]
        name = f"Redis Streams, idle for {idle_s} s"
        say(f"{name}: {shares}")
        yield Figure.of(f"{name}: never done after a kill", [one.lost for one in shares], f"of {ARTICLES}")
        yield Figure.of(f"{name}: done twice", [one.twice for one in shares], f"of {ARTICLES}")
        yield Figure.of(f"{name}: the dead one's are done after", [one.waited_s for one in shares], "s")


def lost(site: Served, at_once: int, random: Random | None) -> int:
    """Articles that no worker of scrapy-redis has stored when all have ended; where there is chance, one by a kill."""
    with tempfile.TemporaryDirectory(prefix="bench-deaths-") as name, redis_server.running() as port:
        folder = Path(name)
        stored = folder / "stored"
        stored.touch()
        (folder / "starts.txt").write_text("\n".join(site.starts), encoding="utf-8")
        options = (f"REDIS_URL=redis://127.0.0.1:{port}", f"CONCURRENT_REQUESTS={at_once}", f"DOWNLOAD_DELAY={DELAY_S}")
        spider = f"runspider {PROGRAMS / 'redis_spider.py'} -a starts=starts.txt -L ERROR"
        command = [str(PEERS), "-m", "scrapy", *spider.split(), *(part for one in options for part in ("-s", one))]
        with _workers([command] * WORKERS, folder, site.proxy) as alive:
            if random:
                number = random.randint(ARTICLES // 10, ARTICLES // 2)
                wait_until(lambda: len(_lines(stored)) >= number)
                _kill_one(alive, random)
                alive.append(_begin(command, folder, site.proxy, len(alive)))
            for process in alive:
                process.wait(timeout=120)
        return len(set(site.articles) - set(_lines(stored)))


@dataclass(frozen=True, slots=True)
class Share:
    """What became of a stream."""

    lost: int
    twice: int
    waited_s: float
    """From the kill until all that the dead one had claimed was done; 0 where others had taken it before."""


def share(idle_s: float, random: Random) -> Share:
    """Three workers of a stream, one of them killed."""
    with tempfile.TemporaryDirectory(prefix="bench-deaths-") as name, redis_server.running() as port:
        folder = Path(name)
        subprocess.run([*redis_server.PEER, "fill", str(port), str(ARTICLES)], check=True)
        commands = [[*redis_server.PEER, "work", str(port), f"w{n}", str(idle_s), str(DELAY_S)] for n in range(WORKERS)]
        with _workers(commands, folder) as alive:
            number = random.randint(ARTICLES // 10, ARTICLES // 2)
            wait_until(lambda: sum(len(_done(path)) for path in folder.iterdir()) >= number)
            dead, killed_at = _kill_one(alive, random), time.monotonic()
            for process in alive:
                process.wait(timeout=120)
        every = sorted(told for path in folder.iterdir() for told in _done(path))
        times, first = Counter(url for _, url in every), {url: at for at, url in reversed(every)}
        claimed = {url for _, what, url in map(str.split, _lines(folder / f"log{dead}")) if what == "claimed"}
        left = claimed - {url for _, url in _done(folder / f"log{dead}")}
        waited_s = max((first[url] - killed_at for url in left & first.keys()), default=0.0)
        twice = sum(number > 1 for number in times.values())
        return Share(ARTICLES - len(times), twice, max(waited_s, 0.0))


@contextmanager
def _workers(commands: list[list[str]], folder: Path, proxy: str | None = None) -> Iterator[list[Process]]:
    """Processes that have begun; those that still run are killed in the end."""
    every = [_begin(command, folder, proxy, number) for number, command in enumerate(commands)]
    try:
        yield every
    finally:
        for process in every:
            process.kill()
            process.wait()


def _begin(command: list[str], folder: Path, proxy: str | None, number: int) -> Process:
    variables = {name: value for name, value in environment(proxy).items() if name != "SCRAPY_SETTINGS_MODULE"}
    with (folder / f"log{number}").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=subprocess.STDOUT)


def _kill_one(every: list[Process], random: Random) -> int:
    """The place of the one that was killed."""
    dead = random.choice([place for place, process in enumerate(every) if process.poll() is None])
    every[dead].kill()
    every[dead].wait()
    return dead


def _lines(path: Path) -> list[str]:
    """The whole lines of a file: what is behind them is still being written."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def _done(log: Path) -> list[tuple[float, str]]:
    """When a worker of a stream did which address."""
    return [(float(at), url) for at, what, url in map(str.split, _lines(log)) if what == "done"]
