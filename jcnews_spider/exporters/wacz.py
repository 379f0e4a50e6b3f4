"""WACZ 1.1.1: the pages as they were, in one file that ReplayWeb.page and pywb open."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from shutil import rmtree

from jcnews_spider.errors import StorageFault, UsageFault
from jcnews_spider.exporters import Exporter, View


def write(view: View, target: Path) -> int:
    """A WACZ of a view: its own list of pages, its own WARC, and the index that the wacz library makes."""
    folder = target.with_suffix(".pages.part")  # a killed export's goes with its part
    rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        pages, warc = folder / "pages.jsonl", folder / "archive.warc.gz"
        number = _write_pages(view, pages)
        if not number:
            raise UsageFault("no article with a page in a WARC is in that part of the archive: nothing to export")
        with warc.open("wb") as file:
            for member in view.captures():
                file.write(member)
        _create(view.title, pages, warc, target)
    finally:
        rmtree(folder, ignore_errors=True)
    return number


def _write_pages(view: View, path: Path) -> int:
    """The list of pages, Chinese as it is, each with the time of the capture that it shows; gives their number.

    The library's own detection found 8 of 302.
    """
    number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{_line({'format': 'json-pages-1.0', 'id': 'pages', 'title': view.title})}\n")
        for article in view.articles():
            captured_at = view.captured_at(article)
            if captured_at is None:
                continue
            number += 1
            page = {"id": article.id, "url": article.url, "title": article.title_raw, "ts": captured_at}
            file.write(f"{_line({**page, 'published': article.published_at})}\n")
    return number


def _line(values: dict[str, str | None]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _create(title: str, pages: Path, warc: Path, target: Path) -> None:
    from wacz.main import main  # noqa: PLC0415 - a plain install has none

    told = StringIO()
    with redirect_stdout(told):
        code = main(
            ["create", "--output", str(target), "--pages", str(pages), "--copy-pages", "--title", title, str(warc)]
        )
    if code:
        raise StorageFault(f"the WACZ could not be made: {told.getvalue().strip()}")


EXPORTER = Exporter(
    "wacz",
    "The pages as they were, every capture of them, for ReplayWeb.page and pywb.",
    '-o column.wacz --section "牢记嘱托 山西答卷"',
    write,
    counts="articles",
    has_versions=False,
    extra="archive",
    modules=("wacz", "cdxj_indexer"),
)
