"""A site is data: what `sites/` holds one value of per file."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from jcnews_spider.article import SectionRef
from jcnews_spider.trs.template import TRS_TEMPLATES, Template
from jcnews_spider.urls import ArticleAddress, canonical_url, parse_article_address, section_path


@dataclass(frozen=True, slots=True)
class Section:
    """A listing of the site's table."""

    name: str
    """Name as the site prints it."""
    path: str | None = None
    """Path without slashes at its ends, `xw/jcxw`; None where it is only known by name and is looked up on the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site published with TRS WCM."""

    name: str
    """Name of the spider and the first half of every id."""
    title: str
    """What the site calls itself."""
    root: str
    """Address of the home page; its scheme and host are those of every canonical address."""
    aliases: tuple[str, ...] = ()
    """Other hosts that serve the same pages."""
    sections: tuple[Section, ...] = ()
    """Listings crawled when none is named."""
    own_titles: tuple[str, ...] = ()
    """Sources that make an article the site's own work."""
    templates: tuple[Template, ...] = TRS_TEMPLATES
    """Layouts of article pages, tried in order; old ones stay for old snapshots."""

    @property
    def hosts(self) -> frozenset[str]:
        """Every host of the site."""
        return frozenset((urlsplit(self.root).netloc, *self.aliases))

    def canonical(self, url: str) -> str | None:
        """The one form of an address of this site, None when it is elsewhere."""
        canonical = canonical_url(url)
        if canonical is None:
            return None
        if canonical.startswith(self.root):
            return canonical
        parts, root = urlsplit(canonical), urlsplit(self.root)
        if parts.netloc not in self.hosts:
            return None
        return urlunsplit((root.scheme, root.netloc, parts.path, parts.query, ""))

    def article_address(self, url: str) -> ArticleAddress | None:
        """What an address says when it is an article's of this site, else None."""
        canonical = self.canonical(url)
        return parse_article_address(canonical) if canonical else None

    def article_id(self, docid: int) -> str:
        """`<site>:<docid>`."""
        return f"{self.name}:{docid}"

    def section_url(self, path: str) -> str:
        """Address of a section's first list page."""
        return f"{self.root}{path}/"

    def section_at(self, url: str) -> str | None:
        """Path of the section whose first list page an address is, else None."""
        canonical = self.canonical(url)
        return section_path(urlsplit(canonical).path) if canonical else None

    def section_ref(self, path: str) -> SectionRef:
        """The section as records name it; one that is not in the table goes by its path."""
        names = {section.path: section.name for section in self.sections}
        return SectionRef(names.get(path, path), self.section_url(path))
