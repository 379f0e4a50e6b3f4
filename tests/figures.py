"""`python -m tests.figures`: the figures of the README, measured now.

A real crawl of the whole replica is held against its gold. Real pages: `python -m tests.quality`.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from tests.crawling import crawl
from tests.replica import Plan, Replica
from tests.scoring import FIELDS, score

ARTICLES = 1_200


def replica_figures() -> None:
    """One crawl of every section, field by field."""
    with tempfile.TemporaryDirectory() as folder, Replica(Plan(articles=ARTICLES)) as replica:
        started = time.monotonic()
        run = crawl(replica, Path(folder) / "output", timeout=900)
        seconds = time.monotonic() - started
        result = score(run.records, replica.gold())
    print(f"replica: exit {run.code}, {len(replica.requests)} requests in {seconds:.0f} s")
    print(f"  articles {result.articles}, missing {len(result.missing)}, surplus {len(result.surplus)}, "
          f"twice {len(result.twice)}, copies marked {result.copies_marked} of {result.copies}")  # fmt: skip
    for name in [*FIELDS, "sections[0]"]:
        print(f"  {name:<14} {result.share(name):8.2%}", *map(_short, result.examples.get(name, ())))


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 160 else f"{text[:160]}…"


if __name__ == "__main__":
    replica_figures()
