"""Processes, and what they took."""

from __future__ import annotations

import json
import multiprocessing
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from tests.crawling import ROOT, environment

_P = ParamSpec("_P")
_T = TypeVar("_T")

START_S = 10
"""In which a server listens."""

_BETWEEN = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - started
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6]))
"""
"""A small process between: Linux counts what a parent held at the exec as the child's memory."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a finished process took, its own children's share with it."""

    seconds: float
    """On the wall, from its start to its end."""
    cpu_s: float
    memory_mb: float
    """At the most, of one process, in MB (10^6 bytes)."""


def measured(command: Sequence[str], cwd: Path = ROOT, proxy: str | None = None) -> Taken:
    """What a command took; RuntimeError, with the end of its log, when it did not end with 0."""
    variables = {name: value for name, value in environment(proxy).items() if name != "SCRAPY_SETTINGS_MODULE"}
    between = [sys.executable, "-c", _BETWEEN, *command]
    done = subprocess.run(between, cwd=cwd, env=variables, capture_output=True, text=True, check=True)
    code, *taken = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{' '.join(command)} ended with {code}: {done.stderr[-2000:]}")
    return Taken(*taken)


def apart(work: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
    """What a function gives in a process of its own, so that its memory is nobody else's."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **named).result()


def until_listening(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    """Returns when a server answers on 127.0.0.1; RuntimeError when it has ended, or does not within START_S."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start") from None
            time.sleep(0.01)
        else:
            return
