"""One file per site; each holds its `SITE`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from urllib.parse import urlsplit

from jcnews_spider.errors import UsageFault
from jcnews_spider.trs.site import Site
from jcnews_spider.urls import canonical_url, joined

SITES: dict[str, Site] = {
    site.name: site for site in (import_module(f"{__name__}.{module.name}").SITE for module in iter_modules(__path__))
}


def site_named(name: str) -> Site:
    """The site of that name; raises UsageFault if there is none."""
    try:
        return SITES[name]
    except KeyError:
        raise UsageFault(f"unknown spider {name!r}; known are {', '.join(SITES)}") from None


def site_of(url: str | None) -> Site:
    """The site of an address, one made up for an unknown host; jcnews, whose templates end general, without one."""
    if url is None:
        return site_named("jcnews")
    parts = urlsplit(canonical_url(url) or joined("", url) or "")
    known = (site for site in SITES.values() if site.canonical(url))
    return next(known, Site(name=parts.netloc, title=parts.netloc, root=f"{parts.scheme}://{parts.netloc}/"))
