"""The one crawl over the field, and what became of each fault."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crawling import ROOT, Run, command, crawl_arguments, environment, newest_report
from tests.hostile import KEPT
from tests.hostile.field import MOST_LIST_PAGES, Field, Spot

SETTINGS: dict[str, object] = {
    "DOWNLOAD_TIMEOUT": 2,
    "RETRY_TIMES": 1,
    "CONCURRENT_REQUESTS": 8,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    "JCNEWS_BACKOFF": "0.01s",
    "JCNEWS_MAX_LIST_PAGES": MOST_LIST_PAGES,
}
"""Hangs are short; several of them stand side by side."""

MOST_SECONDS = 90
"""A crawl of the field that takes longer is killed; one took 30 s on two busy cores."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A crawl and what it cost."""

    run: Run
    seconds: float
    rss_mb: float
    """Peak of its resident memory, in MB (10^6 bytes)."""


def measured(field: Field, output: Path, *arguments: str, shim: tuple[str, ...] = ()) -> Measured:
    """A finished crawl of the field, killed when it takes too long."""
    proxy, log = field.replica.proxy, output.with_name(f"{output.name}.log")
    line = command(*crawl_arguments(output, *arguments, **SETTINGS), shim=shim)
    started = time.monotonic()
    with log.open("w") as stderr:
        process = subprocess.Popen(
            line, cwd=ROOT, env=environment(proxy) | {"https_proxy": proxy}, stdout=subprocess.DEVNULL, stderr=stderr
        )
    killer = threading.Timer(MOST_SECONDS, process.kill)
    killer.start()
    rss_mb = _peak_mb(process)
    killer.cancel()
    seconds = time.monotonic() - started
    run = Run(process.returncode, "", log.read_text(encoding="utf-8"), output, newest_report(output))
    return Measured(run, seconds, rss_mb)


def _peak_mb(process: subprocess.Popen[bytes]) -> float:
    """Waits for a process and gives its peak: that of wait4 holds the memory of the process that started it too."""
    most_kb = 0
    while process.poll() is None:
        with suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text(encoding="ascii"))
            most_kb = max(most_kb, int(found[1]) if found else 0)
        time.sleep(0.02)
    return most_kb * 1024 / 1_000_000


@contextmanager
def trap() -> Iterator[tuple[int, list[Any]]]:
    """A port on 127.0.0.1 and those who came to it."""
    visitors: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, visitor = listening.accept()
                except OSError:
                    return
                visitors.append(visitor)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1], visitors
        listening.shutdown(socket.SHUT_RDWR)


def outcomes(field: Field, run: Run) -> dict[Spot, str]:
    """What became of each fault: the reason in the ledger, of a list in the report, or KEPT."""
    with closing(sqlite3.connect(f"file:{run.output / 'state.sqlite3'}?mode=ro", uri=True)) as ledger:
        rows = ledger.execute("SELECT url, state, reason FROM articles").fetchall()
    articles = {url: KEPT if state == "kept" and reason is None else reason or state for url, state, reason in rows}
    pictures = {record["url"]: record["images"] for record in run.records}
    ends = {f"http://www.jcnews.com.cn/{path}/": walk["end"] for path, walk in run.report["sections"].items()}
    missing = Counter(run.report["images"]["missing"])
    found = {}
    for spot in field.spots:
        if spot.fault.place == "list":
            found[spot] = str(ends.get(spot.url))
        elif spot.fault.place in ("article", "further page"):
            found[spot] = str(articles.get(spot.url))
        elif any(image["path"] for image in pictures.get(spot.url, [])[:1]):
            found[spot] = KEPT
        else:
            found[spot] = _taken(missing, spot.fault.reason)
    return found


def _taken(missing: Counter[str], expected: str) -> str:
    """The reason of an image that is missing: the report counts them, and knows no single one."""
    reason = expected if missing[expected] > 0 else next(iter(+missing), "nothing")
    missing[reason] -= 1
    return reason
