"""Processes that do one thing with many inputs, and the signal that ends such work early."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Self, TypeVar

from jcnews_spider.errors import WorkerLost

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Inputs for each process that are on their way at once: one in work, one that waits for it."""


class Workers:
    """One process a core, forked at once: make it before a lock is taken or a database opened, for a child has both.

    They leave signals to this process, and end when it does, however it ends.
    """

    def __init__(self, begin: Callable[..., None], *arguments: Any) -> None:
        """`begin(*arguments)` is called first in each process."""
        self.count = available_cores()
        self._pool = ProcessPoolExecutor(
            self.count, multiprocessing.get_context("fork"), initializer=_begin, initargs=(begin, arguments)
        )
        self._pool.submit(int).result()  # the first submit forks all of them

    def results(self, work: Callable[[T], R], inputs: Iterable[T]) -> Iterator[R]:
        """What the work makes of each input, in their order; inputs are taken only as fast as results are.

        Raises WorkerLost when a process was killed.
        """
        waiting: deque[Future[R]] = deque()
        try:
            for one in inputs:
                waiting.append(self._pool.submit(work, one))
                if len(waiting) >= AHEAD * self.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise WorkerLost("a worker process was killed: is there enough memory?") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the processes when they have done what is under way."""
        self._pool.shutdown(cancel_futures=True)


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


def _begin(begin: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    begin(*arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
