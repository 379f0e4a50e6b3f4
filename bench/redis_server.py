"""A Redis server of the benchmarks' own, in a temporary folder on a free port of 127.0.0.1, and who may ask it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from bench.extraction import PEERS
from bench.processes import until_listening
from tests.crawling import ROOT

PROGRAM = shutil.which("redis-server")
PEER = (str(PEERS), str(ROOT / "bench" / "peers" / "queues.py"))
"""The program that asks it."""


def missing() -> str | None:
    """Why there is nothing to measure; None where all is there."""
    if PROGRAM is None:
        return "no redis-server: Debian has it (apt-get install redis-server)"
    command = [str(PEERS), "-c", "import scrapy_redis"]
    if not PEERS.exists() or subprocess.run(command, capture_output=True, check=False).returncode:
        return "no scrapy-redis in .venv-peers: make bench-peers makes it"
    return None


@contextmanager
def running(fsync: str = "everysec") -> Iterator[int]:
    """The port of an empty server that keeps a log of what it was told, and brings it onto the disk so often."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        options = f"--bind 127.0.0.1 --port {port} --dir {folder} --appendonly yes --appendfsync {fsync}"
        command = [str(PROGRAM), *options.split(), "--save", ""]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            until_listening(port, process, "redis-server")
            yield port
        finally:
            process.kill()
            process.wait()
