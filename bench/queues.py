"""What workers share: the ledger on PostgreSQL beside queues in Redis, and what a worker's death costs with these.

A round claims ten addresses at a time and does each, with nothing else of a crawl: in the ledger the article is noted
as kept, in Redis Streams the entry is acknowledged, the queue of scrapy-redis gives one at a time and hears of none
again. Servers of its own, on this machine; what is not installed is left out.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from time import perf_counter

from bench import deaths, redis_server
from bench.contenders import WrongCount
from bench.databases import NOW, list_all
from bench.figures import Asked, Figure, say
from bench.workers import begun_workers, claim
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import Kept
from jcnews_spider.archive.ledger.due import Scope
from tests import postgres

ADDRESSES, ROUNDS = 1000, 5
WORKERS = (1, 4)

Way = Callable[[int, int], tuple[float, int]]
"""Addresses a second of so many addresses by so many workers, and how many these did."""


def figures(asked: Asked) -> Iterator[Figure]:
    """Addresses a second, each way in turn; then what is lost."""
    addresses, rounds = asked.articles or ADDRESSES, asked.rounds or ROUNDS
    missing = redis_server.missing()
    if missing:
        say(missing)
    with ExitStack() as servers:
        ways = _in_postgres(servers) | ({} if missing else _in_redis(servers))
        for workers in WORKERS:
            rates: dict[str, list[float]] = {name: [] for name in ways}
            for number in range(rounds):
                say(f"round {number + 1} of {rounds}: {workers} workers")
                for name, way in ways.items():
                    rates[name].append(counted(name, way, addresses, workers))
            for name, every in rates.items():
                yield Figure.of(f"{name}: {workers} workers together", every, "addresses/s")
    if not missing:
        yield from deaths.figures(asked.rounds or deaths.TRIALS)


def counted(name: str, way: Way, addresses: int, workers: int) -> float:
    """The rate; WrongCount when not each address was done once."""
    rate, done = way(addresses, workers)
    if done != addresses:
        raise WrongCount(f"{name}: {done} of {addresses} addresses")
    return rate


def _in_postgres(servers: ExitStack) -> dict[str, Way]:
    if not postgres.programs():
        say("no PostgreSQL server: Debian has it (apt-get install postgresql)")
        return {}
    server = servers.enter_context(postgres.running())
    return {
        "ledger": partial(ledger_rate, server, is_durable=False),
        "ledger, each on the disk": partial(ledger_rate, server, is_durable=True),
    }


def _in_redis(servers: ExitStack) -> dict[str, Way]:
    every: dict[str, Way] = {}
    for name, fsync in (("", "everysec"), (", each on the disk", "always")):
        port = servers.enter_context(redis_server.running(fsync))
        every[f"Redis Streams{name}"] = partial(redis_rate, "streams", port)
        every[f"scrapy-redis{name}"] = partial(redis_rate, "scrapy-redis", port)
    return every


def redis_rate(kind: str, port: int, addresses: int, workers: int) -> tuple[float, int]:
    """Of a queue in Redis, measured in the peers' environment."""
    command = [*redis_server.PEER, "rate", kind, str(port), str(addresses), str(workers)]
    rate, done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return float(rate), int(done)


def ledger_rate(server: postgres.Server, addresses: int, workers: int, *, is_durable: bool) -> tuple[float, int]:
    """Of the ledger; durable is what is on the disk before the next one."""
    address = server.new_address()
    with closing(Ledger(address)) as ledger:
        ledger.sections.add("s", "xw", None)
        list_all(ledger, addresses)
    with begun_workers(workers, address) as pool:
        begun = perf_counter()
        done = sum(pool.map(partial(_work, address, is_durable=is_durable), range(workers)))
        return addresses / (perf_counter() - begun), done


def _work(address: str, number: int, *, is_durable: bool) -> int:
    """Number of the articles that one worker claimed and noted as kept."""
    done, run_id = 0, f"r{number}"
    with closing(Ledger(address)) as ledger:
        with ledger.transaction():
            own = ledger.members.enter(run_id)
        scope, last = Scope("s", NOW, member=own.n, run_id=run_id), None
        while batch := claim(ledger, own, scope, last):
            last = batch[-1]
            for known in batch:
                with ledger.transaction():
                    ledger.articles.keep(known.id, Kept(1, f"{known.n:064x}", "1", NOW, known.n.to_bytes(16)))
                if is_durable:
                    ledger.checkpoint()
                done += 1
    return done
