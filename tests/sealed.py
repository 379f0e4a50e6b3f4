"""What stands sealed in an archive, and what does not hold of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from jcnews_spider.archive.warc.members import located, read_member
from jcnews_spider.archive.warc.scan import whole_ends
from jcnews_spider.errors import Damaged

Records = list[dict[str, Any]]


def read(root: Path, *, was_killed: bool = False) -> tuple[dict[str, Records], Counter[str]]:
    """The sealed records by id, by version, and how many faults there are, by name.

    A kill may leave the newest segment, which stands first, without its lines in the manifest; the next run adds them.
    """
    faults: Counter[str] = Counter(torn=0, twice=0, broken_chains=0, mismatched=0)
    records: dict[str, Records] = {}
    for path in sorted(root.glob("articles/*")):
        for line in path.read_bytes().splitlines(keepends=True):
            record = _record(line)
            faults["torn"] += record is None
            if record is not None:
                records.setdefault(record["id"], []).append(record)
    for chain in records.values():
        chain.sort(key=lambda record: int(record["version"]))
        faults["twice"] += len(chain) - len({record["version"] for record in chain})
        faults["broken_chains"] += not is_whole(chain)
        faults["mismatched"] += sum(not _has_snapshot(root, record) for record in chain)
    faults["mismatched"] += 0 if was_killed else _manifest_faults(root)
    return records, faults


def whole_end(path: Path) -> int:
    """Where the last whole record of a WARC ends."""
    return max(whole_ends(path), default=0)


def torn_warcs(root: Path) -> list[str]:
    """Names of the WARCs that are still open, or in which not every record is whole."""
    paths = sorted(root.glob("warc/*"))
    return [path.name for path in paths if path.suffix == ".open" or whole_end(path) < path.stat().st_size]


def is_whole(chain: Records) -> bool:
    """True when versions run from 1 without a hole and each names the hash of the one before."""
    hashes = [None, *(record["content_hash"] for record in chain)]
    return [record["version"] for record in chain] == list(range(1, len(chain) + 1)) and all(
        record["previous_hash"] == before for record, before in zip(chain, hashes, strict=False)
    )


def digests(root: Path) -> dict[str, str]:
    """The digest of every sealed segment, by its name."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in root.glob("articles/*")}


def changed(before: Mapping[str, str], root: Path) -> Iterable[str]:
    """Names of the segments that are no longer what they were."""
    now = digests(root)
    return [name for name, digest in before.items() if now.get(name) != digest]


def _record(line: bytes) -> dict[str, Any] | None:
    """The record of a line; None when it is torn."""
    try:
        record: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return record if line.endswith(b"\n") else None


def _has_snapshot(root: Path, record: Mapping[str, Any]) -> bool:
    """True when the HTML file hashes to the digest and the exchange stands where the pointer says."""
    snapshot, pointer = record["snapshot"], record["snapshot"]["warc"]
    try:
        member = read_member(located(root, pointer["file"]), pointer["offset"], pointer["length"])
    except Damaged:
        return False
    is_right = member.kind == "revisit" or sha256(member.payload).hexdigest() == snapshot["sha256"]
    return bool(is_right and _digest(root / snapshot["html"]) == snapshot["sha256"])


def _manifest_faults(root: Path) -> int:
    """Lines of the manifest that do not hold, files named twice, and segments that it does not name."""
    path = root / "manifest-sha256.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    named = Counter(line[66:] for line in lines)
    wrong = sum(_digest(root / line[66:]) != line[:64] for line in lines)
    unnamed = {f"articles/{one.name}" for one in root.glob("articles/*")} - named.keys()
    return wrong + named.total() - len(named) + len(unnamed)


def _digest(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None
