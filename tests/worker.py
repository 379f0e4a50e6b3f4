"""`python -m tests.worker [--parser V] [--kill-at N] [--set NAME=VALUE] -- ADDRESS …`: `dask worker` with a twist.

--parser gives the parser another version and makes it blind for the source, as `tests/shim.py` does; --kill-at lets
the process kill itself at its n-th piece of work, --set gives a name of a module another value.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
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
    parser.add_argument("--kill-at", type=int)
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args(sys.argv[1:border])
    if options.parser:
        shim._change_parser(options.parser, drop_source=True)
    if options.kill_at:
        calls = count(1)
        for module, name in ((reextraction, "read_anew"), (evidence, "states_of"), (evidence, "members_of")):
            setattr(module, name, _mortal(getattr(module, name), calls, options.kill_at))
    for pair in options.set:
        name, _, value = pair.partition("=")
        module, _, attribute = name.rpartition(".")
        setattr(import_module(module), attribute, value)
    dask_worker(sys.argv[border + 1 :])


def _mortal(work: Callable[..., Any], calls: count[int], last: int) -> Callable[..., Any]:
    def works_until_killed(*arguments: Any) -> Any:
        if next(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*arguments)

    return works_until_killed


if __name__ == "__main__":
    main()
