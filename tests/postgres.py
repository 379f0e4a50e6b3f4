"""A PostgreSQL server of the tests' own: a private cluster in a temporary folder, on a free port of 127.0.0.1."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

USER = "jcnews"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "16MB",
    "max_connections": "20",
    "wal_writer_delay": "10s",
}
"""What nobody waits for is on the disk late, so that a server that stops has lost it."""


def programs() -> Path | None:
    """The folder of the newest installed server's programs, where Debian or a PATH has one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Server:
    """A cluster that can be stopped and started again."""

    def __init__(self, folder: Path, programs: Path, port: int) -> None:
        self._folder = folder
        self._programs = programs
        self.port = port
        self._numbers = count(1)

    def address(self, namespace: str) -> str:
        """What JCNEWS_LEDGER is for a ledger of a test."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres?schema={namespace}"

    def new_address(self) -> str:
        """What it is for a ledger that is not there yet."""
        return self.address(f"test_{next(self._numbers)}")

    def make(self) -> None:
        """Makes the cluster."""
        self._run("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "-N", "-D", str(self._folder))
        lines = [f"{name} = '{value}'\n" for name, value in {**_SETTINGS, "port": self.port}.items()]
        with (self._folder / "postgresql.conf").open("a") as file:
            file.writelines(lines)

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        self._run("pg_ctl", "start", "-w", "-D", str(self._folder), "-l", str(self._folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """Stops it: `immediate` is its crash, `fast` ends the connections."""
        self._run("pg_ctl", "stop", "-w", "-D", str(self._folder), "-m", mode)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*_as_nobody_special(), str(self._programs / program), *arguments],
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


@contextmanager
def running() -> Iterator[Server]:
    """A server that runs; the test is skipped, with the reason, where none is installed."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name) / "data"
        folder.mkdir()
        if os.geteuid() == 0:
            for path in (Path(name), folder):
                shutil.chown(path, "postgres", "postgres")
        server = Server(folder, found, _free_port())
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_nobody_special() -> list[str]:
    """root may not run a server."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("this is root, and there is no user postgres to run a server")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
