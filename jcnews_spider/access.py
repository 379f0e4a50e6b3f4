"""The archive that a command's settings name, and the articles, sections and days that its arguments name."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import chain

from scrapy.settings import Settings

from jcnews_spider import clock, options
from jcnews_spider.archive import Archive, new_run_id
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.pairing import has_ledger, require_archive, require_ledger
from jcnews_spider.archive.reader import Reader, opened
from jcnews_spider.archive.warc.writer import WarcPlan
from jcnews_spider.errors import UsageFault
from jcnews_spider.job import fold_name
from jcnews_spider.sites import SITES, site_named
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import section_path


@contextmanager
def ledger_to_read(settings: Settings) -> Iterator[Ledger | None]:
    """The ledger of the archive that the settings name, None where there is none yet; raises StorageFault."""
    values = options.checked(settings, os.environ)
    require_ledger(values.output, values.ledger)
    if not has_ledger(values.output, values.ledger):
        yield None
        return
    with opened(values.output, values.ledger) as reader:
        yield reader.ledger


def archive_to_read(settings: Settings) -> AbstractContextManager[Reader]:
    """The archive that the settings name; raises UsageFault where there is none, StorageFault where it is damaged."""
    values = options.checked(settings, os.environ)
    return opened(values.output, values.ledger)


@contextmanager
def archive_to_write(settings: Settings, site: str) -> Iterator[Archive]:
    """The archive that the settings name, held for writing and open; raises what `Archive` raises."""
    values = options.checked(settings, os.environ)
    require_archive(values.output, values.ledger)
    archive = archive_of(values, new_run_id(clock.now()))
    try:
        archive.open(site, values.ledger)
        with storage_faults():
            yield archive
    finally:
        archive.close()


def archive_of(
    values: options.Options, run_id: str, warc: WarcPlan | None = None, kind: type[Archive] = Archive
) -> Archive:
    """The archive that the options name, held for writing by a run and not yet open; raises ArchiveBusy."""
    return kind(
        values.output,
        run_id,
        min_free_mb=values.min_free_mb,
        seal_records=values.seal_records,
        seal_seconds=values.seal_seconds,
        warc=warc,
    )


def article_id(name: str) -> str:
    """The id that an id or an address names; raises UsageFault."""
    if "://" not in name:
        if not _ID.fullmatch(name):
            raise UsageFault(f"{name!r} is neither an id, such as jcnews:956123, nor an address")
        return name
    for site in SITES.values():
        if address := site.article_address(name):
            return site.article_id(address.docid)
    raise UsageFault(f"{name!r} is no article's address of {', '.join(SITES)}")


_ID = re.compile(r"[a-z0-9_.-]+:\d+")


def sites_meant(ledger: Ledger, name: str | None) -> list[Site]:
    """The archive's site of that name, without one each of its sites; raises UsageFault."""
    held = _sites_of(ledger)
    if name is None:
        return held
    if (site := site_named(name)) not in held:
        raise UsageFault(f"the archive has nothing of {name}; its sites: {_names(held) or 'none yet'}")
    return [site]


def site_meant(settings: Settings, name: str | None, line: str) -> Site:
    """The site of that name, without one the archive's only one, and jcnews before it has any.

    Raises UsageFault where there are several, and says by the command's line, up to the name, how one is named.
    """
    if name is not None:
        return site_named(name)
    with ledger_to_read(settings) as ledger:
        held = _sites_of(ledger) if ledger else []
    if len(held) > 1:
        raise UsageFault(f"the archive has several sites, {_names(held)}: name one, such as {line} {held[0].name}")
    return held[0] if held else site_named("jcnews")


def _sites_of(ledger: Ledger) -> list[Site]:
    """Every site of which the archive has an article or a run, by name."""
    return [SITES[name] for name in sorted({*ledger.articles.sites(), *ledger.runs.sites()}) if name in SITES]


def _names(sites: Sequence[Site]) -> str:
    return ", ".join(site.name for site in sites)


@dataclass(frozen=True, slots=True)
class KnownName:
    """What a section of the archive is called."""

    site: str
    path: str
    names: tuple[str, ...]
    """As the site prints it, then as the table has it, as far as known."""

    @property
    def name(self) -> str:
        """For people."""
        return next(iter(self.names), self.path)

    @property
    def folded(self) -> list[str]:
        """Its names for comparison."""
        return [fold_name(name) for name in self.names]


def known_section(ledger: Ledger, sites: Sequence[Site], wanted: str) -> KnownName:
    """A section of the archive by path or name; raises UsageFault and names the nearest."""
    known = [name for site in sites for name in _known_names(ledger, site)]
    found = [name for name in known if name.path == section_path(wanted) or fold_name(wanted) in name.folded]
    if len({name.site for name in found}) > 1:
        raise UsageFault(
            f"--section {wanted!r} is one of {' and of '.join(name.site for name in found)}: name the site"
        )
    named = [name for name in found if name.path == section_path(wanted)] or found
    if len(named) > 1:
        raise UsageFault(f"--section {wanted!r} is {' and '.join(name.path for name in named)}: name one by its path")
    if named:
        return named[0]
    nearest = get_close_matches(wanted, chain.from_iterable((name.path, *name.names) for name in known), 3, 0.3)
    like = f"; the nearest are {', '.join(nearest)}" if nearest else ": scrapy sections lists them"
    raise UsageFault(f"--section {wanted!r} is none of the archive's{like}")


def _known_names(ledger: Ledger, site: Site) -> Iterator[KnownName]:
    table = {section.path: section.name for section in site.sections}
    for known in ledger.sections.all(site.name):
        yield KnownName(site.name, known.path, tuple(filter(None, (known.name, table.get(known.path)))))


def days_given(opts: argparse.Namespace) -> tuple[date | None, date | None]:
    """The days of --since and --until, None where one is not given; raises UsageFault."""
    since, until = _day("--since", opts.since), _day("--until", opts.until)
    if since and until and since > until:
        raise UsageFault(f"--since {since} is behind --until {until}")
    return since, until


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageFault(f"{option} {text!r} is no day, such as 2022-10-09") from None
