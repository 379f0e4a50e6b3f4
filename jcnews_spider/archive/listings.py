"""Listings: what shows an article, by its record and by what lists showed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.article import Article, SectionRef
from jcnews_spider.trs.site import Site


def sections_of(article: Article, ledger: Ledger, site: Site) -> tuple[SectionRef, ...]:
    """Every listing known to show an article by now, those of its record first; one without a name by its path."""
    listed = [
        SectionRef(name, site.section_url(path)) if name else site.section_ref(path)
        for path, name in ledger.sections.showing(article.id)
    ]
    return tuple({section.url: section for section in [*article.sections, *listed]}.values())


def as_listed(article: Article, ledger: Ledger, sites: Mapping[str, Site]) -> Article:
    """The record with the sections that are known by now; as it is where its site is none of these."""
    site = sites.get(article.id.partition(":")[0])
    return replace(article, sections=sections_of(article, ledger, site)) if site else article
