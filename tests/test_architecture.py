"""Who may import whom (DESIGN.md §3.3), where XPath and SQL stand."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "jcnews_spider"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOM = {"spiders", "pipelines", "middlewares", "extensions", "commands"}
"""Rooms that know Scrapy and never import one another."""
PURE = {
    "addresses",
    "article",
    "clock",
    "columns",
    "encoding",
    "errors",
    "extras",
    "health",
    "hosts",
    "images",
    "logs",
    "progress",
    "signals",
    "signature",
    "similarity",
    "text",
    "urls",
}
BELOW = {
    "trs": {*PURE, "trs"},
    "sites": {*PURE, "trs", "sites"},
    "exporters": {*PURE, "exporters"},
    "archive": {*PURE, "trs", "items", "archive"},
    "browse": {*PURE, "trs", "archive", "browse"},
    "items": {*PURE, "trs"},
    "job": {*PURE, "trs"},
    "options": PURE,
    "vitals": {*PURE, "items"},
    "report": PURE,
    "metrics": PURE,
    "alerts": {*PURE, "report"},
    **dict.fromkeys(PURE, PURE),
}
"""Rooms and modules that know no Scrapy, and what they may import."""


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def own_rooms(path: Path) -> set[str]:
    prefix = "jcnews_spider."
    return {name.removeprefix(prefix).split(".")[0] for name in imports(path) if name.startswith(prefix)} - {
        "__version__"
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_keep_apart(path: Path) -> None:
    room = room_of(path)
    if room in ROOM:
        assert own_rooms(path) & ROOM <= {room}
    if room in BELOW:
        assert own_rooms(path) <= BELOW[room]
        assert not [name for name in imports(path) if name.split(".")[0] in {"scrapy", "twisted", "itemadapter"}]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_sql_and_xpath_stay_in_their_rooms(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    speaks_sql = path.is_relative_to(PACKAGE / "archive/ledger") or path in (
        PACKAGE / "archive/search/index.py",
        PACKAGE / "exporters/sqlite.py",
    )
    if not speaks_sql:
        assert not re.search(r"\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", source)
    if room_of(path) not in {"trs", "sites"}:
        assert not re.search(r"xpath|cssselect|etree\.(XPath|HTML)", source, re.IGNORECASE)


def test_only_the_pipelines_of_images_and_records_write_to_the_archive() -> None:
    writing = re.compile(r"\.transaction\(|write_snapshots\(|\.seal\(|\.send\(|media\.keep\(")
    outside = [path for path in MODULES if room_of(path) != "archive" and writing.search(path.read_text("utf-8"))]
    assert [path.relative_to(PACKAGE).as_posix() for path in outside] == [
        "pipelines/media.py",
        "pipelines/records.py",
        "pipelines/store.py",
    ]
