"""Processes that do one thing with many inputs, and the signal that ends such work early."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self, TypeVar

from jcnews_spider.errors import WorkerLost

T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F")

AHEAD = 2
"""Inputs for each process that are on their way at once: one in work, one that waits for it."""


class Workers:
    """One process a core, forked at once: make it before a lock is taken or a database opened, for a child has both.

    They leave signals to this process, and end when it does, however it ends.
    """

    def __init__(self) -> None:
        self.count = available_cores()
        self._pool = ProcessPoolExecutor(self.count, multiprocessing.get_context("fork"), initializer=_begin)
        self._pool.submit(int).result()  # the first submit forks all of them

    def results(self, work: Callable[[T], R], inputs: Iterable[T]) -> Iterator[R]:
        """What the work makes of each input, in their order; inputs are taken only as fast as results are.

        Raises WorkerLost when a process was killed.
        """
        try:
            for future in in_order(lambda one: self._pool.submit(work, one), inputs, AHEAD * self.count):
                yield future.result()
        except BrokenProcessPool:
            raise WorkerLost("a worker process was killed: is there enough memory?") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the processes when they have done what is under way."""
        self._pool.shutdown(cancel_futures=True)


def in_order(submit: Callable[[T], F], inputs: Iterable[T], ahead: int) -> Iterator[F]:
    """The future of each input, the oldest as soon as so many are on their way."""
    waiting: deque[F] = deque()
    for one in inputs:
        waiting.append(submit(one))
        if len(waiting) >= ahead:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


class Stop:
    """The first signal that asks for an end; a second one is a kill."""

    def __init__(self) -> None:
        self.signal: str | None = None
        """Its name, None while there was none."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, _: object) -> None:
        self.signal = signal.Signals(number).name
        for again in (signal.SIGINT, signal.SIGTERM):
            signal.signal(again, signal.SIG_DFL)


def available_cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
