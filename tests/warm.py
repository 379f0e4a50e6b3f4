"""`scrapy` processes that find Scrapy imported: each is a fork of one that did nothing else.

Imports are most of a small crawl's CPU time, and the tests start hundreds of them. A fork is a process like any other:
settings, environment, reactor, streams and end are its own. `crawling.start()` and every test that writes its command
line itself begin a fresh interpreter, as users do.

`python -m tests.warm SOCKET` answers each connection by a fork.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

ROOT = Path(__file__).parents[1]
_IMPORTED = ("jcnews_spider", "scrapy.cmdline", "scrapy.commands", "scrapy.core.downloader.handlers.http11")
_BY_EACH = ("jcnews_spider.settings",)
"""Reads the environment."""
ORPHANED_S = 2
"""Seconds after which a server whose parent was killed ends."""
_LONGEST = 1 << 20
"""Bytes of a message."""


def run(line: list[str], environment: Mapping[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """What `python -m LINE …` comes to, as `subprocess.run` tells it; raises TimeoutExpired."""
    pipes = [os.pipe(), os.pipe()]
    with socket.socket(socket.AF_UNIX) as server, ThreadPoolExecutor(2) as readers:
        server.connect(_server())
        message = json.dumps((line, dict(environment))).encode()
        socket.send_fds(server, [message], [end for _, end in pipes])
        for _, end in pipes:
            os.close(end)
        said = [readers.submit(_read, stream) for stream, _ in pipes]
        words = server.makefile()
        pid = int(words.readline())
        server.settimeout(timeout)
        try:
            status = int(words.readline())
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(line, timeout) from None
        out, err = (one.result() for one in said)
    return subprocess.CompletedProcess(line, os.waitstatus_to_exitcode(status), out, err)


def _read(descriptor: int) -> str:
    with os.fdopen(descriptor, encoding="utf-8") as stream:
        return stream.read()


@cache
def _server() -> str:
    """The address of a server that ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    address = f"{folder.name}/socket"
    process = subprocess.Popen([sys.executable, "-m", "tests.warm", address], cwd=ROOT, stdout=subprocess.PIPE)
    for end in (folder.cleanup, process.wait, process.terminate):  # the last comes first
        atexit.register(end)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == b"ready\n"
    return address


def _serve(address: str) -> None:
    """Forks for every connection while its parent lives; comes back in the fork, which is to become the command."""
    parent = os.getppid()
    _import_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        listener.settimeout(ORPHANED_S)
        print("ready", flush=True)
        while True:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                if os.getppid() != parent:
                    sys.exit()
                continue
            with connection:
                if os.fork() == 0:
                    return _begin(connection)


def _import_all() -> None:
    for name in _IMPORTED:
        for found in walk_packages(getattr(import_module(name), "__path__", ()), f"{name}."):
            if found.name not in _BY_EACH and not found.name.endswith("__main__"):
                with suppress(ImportError):  # an extra
                    import_module(found.name)
    assert "twisted.internet.reactor" not in sys.modules


def _begin(connection: socket.socket) -> None:
    """Forks what was asked for, which comes back; tells its process id, and its status when it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, descriptors, _, _ = socket.recv_fds(connection, _LONGEST, 2)
    sys.argv, environment = json.loads(message)
    if pid := os.fork():
        for descriptor in descriptors:
            os.close(descriptor)
        connection.send(f"{pid}\n".encode())
        connection.send(f"{os.waitpid(pid, 0)[1]}\n".encode())
        os._exit(0)
    descriptors.insert(0, os.open(os.devnull, os.O_RDONLY))
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)


if __name__ == "__main__":
    _serve(sys.argv[1])
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
