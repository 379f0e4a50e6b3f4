"""`scrapy savepage`: a golden page for the tests, to be read before it is committed."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcnews_spider.console import SpiderCommand, is_address, require_address
from jcnews_spider.errors import StorageFault, UnknownLayout, UsageFault

if TYPE_CHECKING:
    from jcnews_spider.items import Page

FOLDER = Path("tests/pages")


class Command(SpiderCommand):
    """Writes the bytes of a page and the record that the extractor makes of it, side by side."""

    usage = "[options] <file or address>"
    about = "Save a page and its record for the tests"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --url, --case, --folder and --force."""
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="address of a saved page, for links, id and section")
        parser.add_argument("--case", metavar="NAME", help="name of the case; default: the page's own file name")
        parser.add_argument(
            "--folder", metavar="FOLDER", type=Path, default=FOLDER, help=f"where cases are kept (default {FOLDER})"
        )

        parser.add_argument(
            "--force", action="store_true", help="write an existing case anew; git diff shows what changed"
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """An existing case is left alone unless --force is given."""
        from jcnews_spider.sites import site_of

        if len(args) != 1:
            raise UsageFault("name one page, a file or an address")
        page = self._page(args[0], opts.url)
        site = site_of(page.url)
        case = opts.case or _case(args[0])
        if not re.fullmatch(r"[\w-]+", case):
            raise UsageFault(f"--case {case!r} is no plain name")
        path = opts.folder / site.name / f"{case}.html"
        if path.exists() and not opts.force:
            raise UsageFault(f"{path} is there already: choose another --case, or --force to write it anew")
        record = golden(page)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(page.body)
            path.with_suffix(".json").write_text(as_json(record), encoding="utf-8")
        except OSError as fault:
            raise StorageFault(f"cannot write {path}: {fault.strerror}") from None
        print(f"{path}\n{path.with_suffix('.json')}\n{_summary(record)}\nRead the record before you commit it.")
        return 0

    def _page(self, name: str, url: str | None) -> Page:
        from jcnews_spider.fetching import fetch
        from jcnews_spider.items import Page

        if url:
            require_address(url, "--url")
        if not is_address(name):
            try:
                return Page(Path(name).read_bytes(), url)
            except OSError as fault:
                raise UsageFault(f"cannot read {name}: {fault.strerror}") from None
        if url:
            raise UsageFault("--url goes with a file")
        require_address(name)
        answer = fetch(self.process, [name])[name]
        if isinstance(answer, str):
            raise UsageFault(f"{name} did not come: {answer}")
        return answer


def golden(page: Page) -> dict[str, Any]:
    """What a case's JSON holds: the record, or the address and the reason why there is none."""
    from jcnews_spider.sites import site_of
    from jcnews_spider.trs.article import parse_article

    try:
        return parse_article(page.body, page.url, site_of(page.url), page.charset).as_dict()
    except UnknownLayout as fault:
        return {"url": page.url or "", "error": fault.reason}


def as_json(record: dict[str, Any]) -> str:
    """The record for people to read."""
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _case(name: str) -> str:
    return re.sub(r"[^\w-]+", "_", Path(name.partition("?")[0]).stem) or "page"


def _summary(record: dict[str, Any]) -> str:
    if "error" in record:
        return f"no article: {record['error']}"
    authors = "、".join(author["name"] for author in record["authors"])
    return (
        f"title   {record['title_raw']}\ndate    {record['published_at']}\nsource  {record['source']}\n"
        f"authors {authors}\neditor  {record['editor']}\nimages  {len(record['images'])}\n"
        f"text    {record['char_count']} characters, {record['text'][:40]!r} … {record['text'][-40:]!r}\n"
        f"by      {record['crawl']['extractor']}"
    )
