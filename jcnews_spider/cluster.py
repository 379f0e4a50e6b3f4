"""Workers of a Dask scheduler that somebody runs, on this machine or on others (`--cluster`, extra `cluster`)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import jcnews_spider
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.errors import StartFault, UsageFault, WorkerLost
from jcnews_spider.extras import require
from jcnews_spider.trs.article import PARSER_VERSION
from jcnews_spider.workers import AHEAD, in_order

if TYPE_CHECKING:
    from distributed import Future

T = TypeVar("T")
R = TypeVar("R")

_ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")

ANSWER_S = 5
"""Seconds in which a scheduler must answer, and then a worker be there."""
RETURN_S = 60
"""Seconds between two looks, where nothing comes, whether scheduler and workers are there: a nanny takes three."""


class Cluster:
    """The same as `Workers`, elsewhere: the archive is a folder that all of them see under one path.

    What a worker did not finish is done again by another; one input on which four workers end is given up, as Dask's
    `distributed.scheduler.allowed-failures` says.
    """

    def __init__(self, address: str, root: Path) -> None:
        """Raises UsageFault without the extra or an address, StartFault when there is no scheduler or no worker."""
        require("--cluster", "cluster", ["distributed"])
        if not _ADDRESS.fullmatch(address):
            raise UsageFault(f"--cluster {address!r} is no address such as tcp://127.0.0.1:8786 or tls://HOST:PORT")
        from distributed import Client  # noqa: PLC0415 - an extra

        self._address = address
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it logs comes as an exception, too
        try:
            self._client = Client(address, timeout=ANSWER_S, set_as_default=False)
        except OSError as fault:
            raise StartFault(f"--cluster {address}: no Dask scheduler answers there ({fault})") from None
        try:
            self._client.wait_for_workers(1, ANSWER_S)
        except TimeoutError:
            self._client.close()
            raise StartFault(f"--cluster {address}: it has no worker, dask worker {address} starts one") from None
        self._common = _Common.of(root)

    def results(self, work: Callable[[T], Iterable[R]], inputs: Iterable[T]) -> Iterator[list[R]]:
        """What the work makes of each input, in their order; inputs are taken only as fast as results are.

        Raises WorkerLost when it cannot be finished, UsageFault for a worker of another version or before another
        folder, and what the work raises.
        """
        from distributed import KilledWorker  # noqa: PLC0415

        submit = partial(self._submit, partial(_done, self._common, work))
        try:
            for future in in_order(submit, inputs, AHEAD * self._threads()):
                yield self._result(future)
        except KilledWorker as fault:
            raise WorkerLost(f"the cluster gave up: {fault}") from None
        except CancelledError:
            raise self._lost() from None

    def _submit(self, work: Callable[[T], list[R]], one: T) -> Future:
        """Raises WorkerLost without a scheduler: what a client is given that has closed is nobody's."""
        if self._client.status != "running":
            raise self._lost()
        return self._client.submit(work, one, pure=False)

    def _result(self, future: Future) -> Any:
        while True:
            try:
                return future.result(timeout=RETURN_S)
            except OSError:
                if future.status == "error":  # the work's own
                    raise
                if not self._threads():
                    raise WorkerLost("the cluster has no worker any more") from None

    def _threads(self) -> int:
        """Those of all workers; raises WorkerLost when the scheduler does not say."""
        try:
            return sum(self._client.sync(self._client.scheduler.ncores, callback_timeout=ANSWER_S).values())
        except OSError:
            raise self._lost() from None

    def _lost(self) -> WorkerLost:
        return WorkerLost(f"--cluster {self._address}: its scheduler has ended, hangs, or cannot be reached any more")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the cluster, which drops what is under way."""
        self._client.close()


@dataclass(frozen=True, slots=True)
class _Common:
    """What a worker must have in common with the process that asks it."""

    root: Path
    first_sealed: bytes
    """Beginning of the manifest, by which an archive is told from another one."""
    versions: tuple[str, str]
    """Of this project and of its parser."""

    @classmethod
    def of(cls, root: Path) -> Self:
        """That of this process."""
        first = b""
        with suppress(FileNotFoundError), (root / MANIFEST).open("rb") as manifest:
            first = manifest.read(64)
        return cls(root, first, (jcnews_spider.__version__, PARSER_VERSION))


def _done(common: _Common, work: Callable[[T], Iterable[R]], one: T) -> list[R]:
    """What a worker makes of an input."""
    from distributed import get_worker  # noqa: PLC0415

    here = _Common.of(common.root)
    if here.versions != common.versions:
        raise UsageFault(f"{get_worker().address} has version {here.versions}, here is {common.versions}")
    if here != common:
        raise UsageFault(f"{get_worker().address} sees another folder than this archive at {common.root}")
    return list(work(one))
