"""`scrapy doctor`: first contact with a site, or with saved pages of it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider.console import SpiderCommand, is_address, red, require_address
from jcnews_spider.errors import Stopped, UsageFault

if TYPE_CHECKING:
    from jcnews_spider.checkup import Examined
    from jcnews_spider.trs.site import Site


FIRST_SECTIONS = 8
"""Sections that are visited of a site without a table: its home page may link a hundred."""

MOST_SECTIONS = 10_000
"""Of --sections; no site has as many."""


class Command(SpiderCommand):
    """Shows what is recognised on a site's pages, field by field and where from; writes into no archive."""

    usage = "[options] [file or address …]"
    about = "Show what is recognised on a site's pages, and propose templates"

    _is_cut = False
    """True when a signal ended the visit."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds --site, --sections, --url and --save."""
        super().add_options(parser)
        parser.add_argument(
            "--site", metavar="NAME", help="the site to visit (default: the archive's only one, or jcnews)"
        )
        parser.add_argument(
            "--sections", metavar="N", type=int, help="of a whole site, visit the first N sections only"
        )
        parser.add_argument(
            "--url", metavar="URL", help="address of a saved page; those of --save tell it by their place"
        )
        parser.add_argument("--save", metavar="FOLDER", type=Path, help="keep the pages that come, for savepage")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """Prints what was found; 0 all is recognised, 3 stopped, 4 nothing was to be had, 5 pages are not as usual."""
        from jcnews_spider.access import site_meant
        from jcnews_spider.checkup import verdict

        addresses = [name for name in args if is_address(name)]
        for address in addresses:
            require_address(address)
        if args and opts.site:
            raise UsageFault("--site goes with a visit of the whole site, the address of a page says which one it is")
        site = _home_of(args) if args else site_meant(self.settings, opts.site, "scrapy doctor --site")
        if opts.url and (len(args) != 1 or addresses):
            raise UsageFault("--url goes with one file")
        if opts.url:
            require_address(opts.url, "--url")
        if opts.sections is not None and (site is None or not 1 <= opts.sections <= MOST_SECTIONS):
            raise UsageFault(f"--sections N goes with a visit of the whole site, N from 1 to {MOST_SECTIONS}")
        if site:
            pages = self._visit(site, opts.sections)
        else:
            pages = [_read(name, opts.url) for name in args if not is_address(name)]
            pages += self._ask(addresses) if addresses else []
        _show(pages)
        if opts.save:
            _save(opts.save, pages)
        if self._is_cut:
            raise Stopped("stopped early, what came until then is shown")
        outcome = verdict(pages, is_visit=site is not None)
        print(f"\n{outcome.why} (exit {outcome.exit_code})")
        return outcome.exit_code

    def _visit(self, site: Site, sections: int | None) -> list[Examined]:
        """The home page, a list page of each section, some articles of each."""
        from jcnews_spider.checkup import examine
        from jcnews_spider.checkup.itinerary import ARTICLES, Itinerary
        from jcnews_spider.checkup.tables import missing_line, robots_line
        from jcnews_spider.checkup.visit import visit
        from jcnews_spider.trs.diagnosis import counted

        known = len(site.sections)
        number = min(sections or known, known) if known else sections or FIRST_SECTIONS
        minutes = number * (1 + ARTICLES) * self.settings.getfloat("DOWNLOAD_DELAY") / 60
        print(
            f"Asking {site.root}, {'' if known else 'up to '}{counted(number, 'section')} and {ARTICLES} articles of"
            f" each, one at a time: about {minutes:.0f} minutes. Nothing is archived.",
            file=sys.stderr,
        )
        way = Itinerary(site, number)
        found = visit(self.process, site, [site.root], way.follow)
        self._is_cut = found.is_cut
        missing = next((answer for answer in found.answers if answer.asked == way.probe), None)
        print(f"{robots_line(found.robots, found.agent)}\n{missing_line(missing)}\n")
        answers = [answer for answer in found.answers if answer is not missing]
        return [examine(answer, way.kinds[answer.asked], site, missing) for answer in answers]

    def _ask(self, urls: list[str]) -> list[Examined]:
        """These addresses alone."""
        from jcnews_spider.checkup import examine
        from jcnews_spider.checkup.tables import robots_line
        from jcnews_spider.checkup.visit import visit
        from jcnews_spider.sites import site_of
        from jcnews_spider.trs.diagnosis import kind_of

        site = site_of(urls[0])
        if any(site_of(url).name != site.name for url in urls):
            raise UsageFault("name addresses of one site at a time")
        found = visit(self.process, site, urls, lambda _: [])
        self._is_cut = found.is_cut
        print(f"{robots_line(found.robots, found.agent)}\n")
        return [examine(answer, kind_of(b"", answer.asked, site), site) for answer in found.answers]


def _read(name: str, url: str | None) -> Examined:
    from jcnews_spider.checkup import read_file, shelf

    path = Path(name)
    try:
        return read_file(name, path.read_bytes(), url or shelf.address_of(path))
    except OSError as fault:
        raise UsageFault(f"cannot read {name}: {fault.strerror}") from None


def _show(pages: list[Examined]) -> None:
    """The tables, proposals and advice."""
    from jcnews_spider.checkup import proposals, sitefile
    from jcnews_spider.checkup.tables import advice, fields_table, pages_table, proposal_text

    paint = red(sys.stdout, os.environ)
    print(pages_table(pages, paint))
    if any(page.diagnosis.findings for page in pages):
        print(f"\n{fields_table(pages, paint)}")
    proven, hopeless = proposals(pages)
    for one in proven:
        print(f"\n{proposal_text(one, paint)}")
    for site in sitefile.unknown_sites(pages):
        print(f"\n{sitefile.file_text(site, pages, proven)}")
    for sentence in advice(pages, hopeless):
        print(f"\n{sentence}")


def _save(folder: Path, pages: list[Examined]) -> None:
    from jcnews_spider.checkup import shelf
    from jcnews_spider.trs.diagnosis import counted

    written = shelf.save(folder, (page.answer for page in pages))
    print(f"\n{counted(len(written), 'page')} in {folder}; scrapy doctor reads what is saved again by name.")
    articles = {page.answer.asked for page in pages if page.diagnosis.template}
    for url, path in [one for one in written if one[0] in articles][-1:]:
        print(f"A golden page of one: scrapy savepage --url {url} {path}")


def _home_of(args: list[str]) -> Site | None:
    """The site whose home page is the one address that is named, else None."""
    from jcnews_spider.sites import site_of
    from jcnews_spider.urls import canonical_url

    if len(args) != 1 or not is_address(args[0]):
        return None
    site = site_of(canonical_url(args[0]))
    return site if canonical_url(args[0]) == site.root else None
