"""An archive with a history, made by crawls of a replica, and the means to damage it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from jcnews_spider.archive.fixity import Damage, damages
from tests.crawling import crawl
from tests.replica import Plan, Replica

MANIFEST = "manifest-sha256.txt"


def with_history(replica: Replica, output: Path) -> None:
    """Several segments and WARCs, an article with three versions, one that is gone, some with several pages."""
    settings: dict[str, Any] = {"JCNEWS_SEAL_RECORDS": 20, "JCNEWS_WARC_MB": 1}
    first = crawl(replica, output, **settings)
    single = [record["id"] for record in first.records if record["crawl"]["pages"] == 1]
    for changes in ((replica.edit, single[0]), (replica.edit, single[0]), (replica.withdraw, single[1])):
        change, id_ = changes
        change(id_)
        assert crawl(replica, output, "recheck=all", **settings).code == 0
    assert crawl(replica, output, "recheck=all", **settings).code == 0


def standing(articles: int = 60) -> Replica:
    """The replica of such an archive."""
    return Replica(Plan(articles=articles))


def found(root: Path) -> list[Damage]:
    """What verify finds."""
    return [item for item in damages(root) if isinstance(item, Damage)]


def checks(root: Path) -> list[str]:
    """Names of the checks that do not hold, each once, in their order."""
    return list(dict.fromkeys(damage.check for damage in found(root)))


def lines(root: Path) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    """(segment, byte offset, record) of every record."""
    for path in sorted(root.glob("articles/*.jsonl")):
        offset = 0
        for line in path.read_bytes().splitlines(keepends=True):
            yield path, offset, json.loads(line)
            offset += len(line)


def flip(path: Path, offset: int) -> None:
    """Changes one bit of a byte."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def reseal(root: Path, path: Path) -> None:
    """Gives a changed file its new checksum in the manifest and the ledger, so that only other checks can find it."""
    name, digest = path.relative_to(root).as_posix(), sha256(path.read_bytes()).hexdigest()
    manifest = root / MANIFEST
    kept = [line for line in manifest.read_text().splitlines() if line.partition("  ")[2] != name]
    at = [line.partition("  ")[2] for line in manifest.read_text().splitlines()].index(name)
    kept.insert(at, f"{digest}  {name}")
    manifest.write_text("".join(f"{line}\n" for line in kept))
    for table in ("segments", "warcs"):
        change(root, f"UPDATE {table} SET sha256 = ? WHERE path = ?", digest, name)


def change(root: Path, statement: str, *values: object) -> None:
    """Changes the ledger by hand."""
    with closing(sqlite3.connect(root / "state.sqlite3")) as db, db:
        db.execute(statement, values)


def rows(root: Path, query: str) -> list[tuple[Any, ...]]:
    """What the ledger says."""
    with closing(sqlite3.connect(root / "state.sqlite3")) as db:
        return db.execute(query).fetchall()
