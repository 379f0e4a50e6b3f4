"""`python queues.py rate KIND PORT ADDRESSES WORKERS`, or `fill PORT ADDRESSES`, or `work PORT NAME IDLE_S PAGE_S`.

What queues in Redis do, Streams with a consumer group and that of scrapy-redis; needs what `make bench-peers`
installs, and nothing of this project. `rate` prints the addresses a second that workers claim and do, and their
number; `work` is one of several workers over what `fill` has put in, and prints what it claims and does, and when.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from multiprocessing import Barrier, Process, Value
from typing import Any

import redis  # type: ignore[import-not-found]
from scrapy import Request, Spider
from scrapy_redis.queue import PriorityQueue  # type: ignore[import-not-found]

STREAM = GROUP = "addresses"
BATCH = 10
SLOW, SLOW_S = 50, 1.0
"""Of so many pages one takes so much longer, as where a server has to be asked again."""


def address(number: int) -> str:
    """One of many."""
    return f"http://www.example.com/xw/202210/t20221009_{number}.html"


def connected(port: int) -> Any:
    """A client whose answers have the same form in every version."""
    return redis.Redis(port=port, protocol=2, decode_responses=True)


def fill_stream(port: int, addresses: int) -> None:
    """An empty group over so many entries."""
    client = connected(port)
    client.flushall()
    client.xgroup_create(STREAM, GROUP, "0", mkstream=True)
    for number in range(addresses):
        client.xadd(STREAM, {"url": address(number)})


def drain_stream(port: int, name: str) -> int:
    """Claims ten at a time, and says of each that it is done."""
    client, done = connected(port), 0
    while batch := client.xreadgroup(GROUP, name, {STREAM: ">"}, count=BATCH):
        for entry, _ in batch[0][1]:
            done += client.xack(STREAM, GROUP, entry)
    return done


def _queue(port: int) -> Any:
    return PriorityQueue(redis.Redis(port=port), Spider("rate"), "%(spider)s:requests")


def fill_queue(port: int, addresses: int) -> None:
    """So many requests; the filter of duplicates, which costs another word, is left out."""
    redis.Redis(port=port).flushall()
    queue = _queue(port)
    for number in range(addresses):
        queue.push(Request(address(number)))


def drain_queue(port: int, _: str) -> int:
    """Takes one out at a time; nobody is told when it is done."""
    queue, done = _queue(port), 0
    while queue.pop():
        done += 1
    return done


KINDS: dict[str, tuple[Callable[[int, int], None], Callable[[int, str], int]]] = {
    "streams": (fill_stream, drain_stream),
    "scrapy-redis": (fill_queue, drain_queue),
}


def rate(kind: str, port: int, addresses: int, workers: int) -> tuple[float, int]:
    """Addresses a second by so many processes together, and how many they did."""
    fill, drain = KINDS[kind]
    fill(port, addresses)
    line, done = Barrier(workers + 1), Value("i", 0)

    def work(name: str) -> None:
        line.wait()  # they have begun
        number = drain(port, name)
        with done.get_lock():
            done.value += number
        line.wait()

    processes = [Process(target=work, args=(f"w{number}",)) for number in range(workers)]
    for process in processes:
        process.start()
    line.wait()
    begun = time.perf_counter()
    line.wait()
    seconds = time.perf_counter() - begun
    for process in processes:
        process.join()
    return addresses / seconds, done.value


def work(port: int, name: str, idle_s: float, page_s: float) -> None:
    """Does what others left for too long, else what nobody has had, until nothing waits."""
    client = connected(port)
    while True:
        _, batch, *_ = client.xautoclaim(STREAM, GROUP, name, int(idle_s * 1000), count=BATCH)
        if not batch:
            found = client.xreadgroup(GROUP, name, {STREAM: ">"}, count=BATCH)
            batch = found[0][1] if found else []
        if not batch and not client.xpending(STREAM, GROUP)["pending"]:
            return
        for _, fields in batch:
            tell("claimed", fields["url"])
        for entry, fields in batch:
            time.sleep(page_s + SLOW_S * (int(fields["url"].rpartition("_")[2].removesuffix(".html")) % SLOW == 0))
            tell("done", fields["url"])
            client.xack(STREAM, GROUP, entry)
        if not batch:
            time.sleep(page_s)


def tell(what: str, url: str) -> None:
    """A line with the time, in seconds of the machine's monotonic clock."""
    print(time.monotonic(), what, url, flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case "rate", kind, port, addresses, workers:
            print(json.dumps(rate(kind, int(port), int(addresses), int(workers))))
        case "fill", port, addresses:
            fill_stream(int(port), int(addresses))
        case "work", port, name, idle_s, page_s:
            work(int(port), name, float(idle_s), float(page_s))
        case _:
            sys.exit(__doc__)
