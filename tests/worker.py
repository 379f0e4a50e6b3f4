"""`python -m tests.worker [--parser V] [--signal NAME:N] [--set NAME=VALUE] -- ADDRESS …`: `dask worker` with a twist.

--parser gives the parser another version and makes it blind for the source, as `tests/shim.py` does; --signal lets the
process send itself a signal at its n-th piece of work, or with --to another process; --set gives a name of a module
another value.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import count
from typing import Any

from distributed.cli.dask_worker import main as dask_worker

from jcnews_spider import reextraction
from jcnews_spider.archive import evidence
from tests import shim


def main() -> None:
    """Runs the worker."""
    border = sys.argv.index("--")
    parser = argparse.ArgumentParser(prog="python -m tests.worker")
    parser.add_argument("--parser")
    parser.add_argument("--signal")
    parser.add_argument("--to", type=int, default=os.getpid())
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args(sys.argv[1:border])
    if options.parser:
        shim._change_parser(options.parser, drop_source=True)
    if options.signal:
        name, _, number = options.signal.partition(":")
        send = partial(os.kill, options.to, signal.Signals[name])
        calls = count(1)
        for module, work in ((reextraction, "read_anew"), (evidence, "states_of"), (evidence, "members_of")):
            setattr(module, work, _sending(send, getattr(module, work), calls, int(number)))
    for pair in options.set:
        name, _, value = pair.partition("=")
        module, _, attribute = name.rpartition(".")
        setattr(import_module(module), attribute, value)
    dask_worker(sys.argv[border + 1 :])


def _sending(send: Callable[[], None], work: Callable[..., Any], calls: count[int], which: int) -> Callable[..., Any]:
    """The work, before the n-th of which a signal is sent."""

    def works(*arguments: Any) -> Any:
        if next(calls) == which:
            send()
        return work(*arguments)

    return works


if __name__ == "__main__":
    main()
