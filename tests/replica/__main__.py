"""`python -m tests.replica`: serve the replica, alone or around a command."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.replica import Plan, Replica


def main(arguments: list[str] | None = None) -> int:
    """Exit code: the command's with --run, else 0."""
    given = sys.argv[1:] if arguments is None else arguments
    border = given.index("--") if "--" in given else len(given)
    options, command = _parser().parse_args(given[:border]), given[border + 1 :]
    if options.run is not bool(command):
        _parser().error("--run and a command after -- belong together")
    plan = Plan(articles=options.articles, seed=options.seed)
    with Replica(plan, port=options.port) as replica:
        if options.gold:
            _write_gold(replica, options.gold)
        print(replica.proxy, flush=True)
        if options.run:
            return _run(command, replica.proxy)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.replica", description=__doc__, usage="%(prog)s [options] [--run -- COMMAND ARG…]"
    )
    parser.add_argument("--articles", type=int, default=60, help="number of documents (60)")
    parser.add_argument("--seed", type=int, default=1, help="seed of everything made up (1)")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (a free one)")
    parser.add_argument("--gold", type=Path, metavar="FILE", help="write the gold records there as JSON Lines")
    parser.add_argument("--run", action="store_true", help="run the command after -- with http_proxy set, then end")
    return parser


def _write_gold(replica: Replica, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in replica.gold())


def _run(command: list[str], proxy: str) -> int:
    environment = {name: value for name, value in os.environ.items() if name.lower() not in {"no_proxy", "all_proxy"}}
    environment |= {"http_proxy": proxy, "HTTP_PROXY": proxy}
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as error:
        print(f"{command[0]}: {error}", file=sys.stderr)
        return 127
    # Ctrl-C reaches the command from the terminal; SIGTERM is handed on. The command decides how it ends.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
