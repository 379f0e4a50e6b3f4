"""Raw HTML under html/: the bytes as served, at a path made from the parsed address, never from a raw one."""

from __future__ import annotations

import re
from pathlib import Path

from jcnews_spider.archive import files
from jcnews_spider.items import Draft
from jcnews_spider.urls import ArticleAddress

FOLDER = "html"

_VERSION = re.compile(r"(.+?)((?:\.v\d+)?)\.html")


def snapshot_path(site: str, address: ArticleAddress, version: int, part: int = 0) -> str:
    """`html/<site>/<section path>/<YYYYMM>/t<YYYYMMDD>_<docid>[_<part>][.v<version>].html`, under output/."""
    suffix = (f"_{part}" if part else "") + (f".v{version}" if version > 1 else "")
    folders = [FOLDER, site, *filter(None, address.section.split("/")), address.month]
    return "/".join([*folders, f"{address.stem}{suffix}.html"])


def write_snapshots(root: Path, site: str, draft: Draft, version: int) -> list[str]:
    """Puts each page of a version in place, not yet synced, and gives the path of each in order."""
    paths = [snapshot_path(site, draft.address, version, part) for part in range(len(draft.pages))]
    for path, page in zip(paths, draft.pages, strict=True):
        files.write_whole(root, path, page.body)
    return paths


def part_paths(first: str, pages: int) -> list[str]:
    """The path of every page of a version, given that of the first."""
    stem, version = _VERSION.fullmatch(first).groups()  # type: ignore[union-attr]
    return [first, *(f"{stem}_{part}{version}.html" for part in range(1, pages))]


def is_intact(root: Path, path: str, digest: str) -> bool:
    """True when the file is there and hashes to the digest."""
    try:
        return files.digest_of(root / path) == digest
    except FileNotFoundError:
        return False
