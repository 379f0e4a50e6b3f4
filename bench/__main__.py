"""`python -m bench [PART …]`: measures, prints one table, and writes output/bench/<time>.json.

Without a part, all that `make bench` runs. Exit code 1 when a goal is missed or a part came to nothing.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    capture,
    crawl,
    databases,
    export,
    extraction,
    first_contact,
    growth,
    ledger,
    near,
    queues,
    reparse,
    runs,
    search,
    stages,
    startup,
    verify,
    workers,
)
from bench.contenders import WrongCount
from bench.figures import Asked, Figure, say, table_of
from tests.crawling import ROOT

PARTS: Mapping[str, Callable[[Asked], Iterable[Figure]]] = {
    "crawl": crawl.figures,
    "extraction": extraction.figures,
    "first_contact": first_contact.figures,
    "runs": runs.figures,
    "growth": growth.figures,
    "startup": startup.figures,
    "stages": stages.figures,
    "capture": capture.figures,
    "ledger": ledger.figures,
    "databases": databases.figures,
    "workers": workers.figures,
    "queues": queues.figures,
    "near": near.figures,
    "search": search.figures,
    "reparse": reparse.figures,
    "verify": verify.figures,
    "export": export.figures,
}
"""Each part by its name, in the order in which they run."""

OUTPUT = ROOT / "output" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 1 when a goal is missed or a part came to nothing, else 0."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    asked = Asked(options.articles, options.rounds, options.corpus)
    parts: dict[str, list[Figure]] = {}
    failed = []
    path = options.json or OUTPUT / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    for name in options.parts or PARTS:
        say(f"{name} …")
        parts[name] = []
        try:
            for figure in PARTS[name](asked):
                parts[name].append(figure)
                write(path, parts)  # a part takes half an hour, and may end with a fault
        except (WrongCount, RuntimeError) as fault:
            failed.append(f"{name}: no further figure counts, {fault}")
        write(path, parts)
    say(f"written: {path}")
    print(table_of(parts))
    missed = [f"{part}: {figure.name}" for part, figures in parts.items() for figure in figures if not figure.is_kept]
    for line in [*failed, *(f"goal missed: {name}" for name in missed)]:
        print(line, file=sys.stderr)
    return int(bool(failed or missed))


def write(path: Path, parts: Mapping[str, Sequence[Figure]]) -> None:
    """The figures of a run, and the machine on which they were measured."""
    found = {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "machine": {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()},
        "parts": {part: [figure.to_json() for figure in figures] for part, figures in parts.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{json.dumps(found, ensure_ascii=False, indent=1)}\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    lines = [f"  {name:<14} {_first_line(part)}" for name, part in PARTS.items()]
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog="\n".join(["parts:", *lines]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="one or more of those below")
    parser.add_argument("--articles", type=int, help="size of what is measured (each part has its own)")
    parser.add_argument("--rounds", type=int, help="how often (each part has its own)")
    parser.add_argument("--corpus", type=Path, help="folder with pages/*.html and labels/*.json of real pages")
    parser.add_argument("--json", type=Path, help="file for the figures (output/bench/<time>.json)")
    return parser


def _first_line(part: Callable[[Asked], Iterable[Figure]]) -> str:
    return (inspect.getdoc(inspect.getmodule(part)) or "").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
