"""What one run is asked to do: the `-a` arguments of `scrapy crawl`, read and checked before anything happens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider.errors import UsageFault
from jcnews_spider.urls import ArticleAddress, section_path

if TYPE_CHECKING:
    from jcnews_spider.trs.site import Site

ARGUMENTS = {
    "sections": "names, paths or addresses of sections, comma separated; default: every section of the site's table",
    "since": "first day, YYYY-MM-DD, by the day in an article's address",
    "until": "last day, YYYY-MM-DD",
    "max_pages": "list pages per section",
    "articles": "addresses of articles too, comma separated, or @FILE with one a line",
    "recheck": "auto (default): known articles that are due, none, or all of them",
    "full": "1: walk every list page, also of sections that are complete",
}


class Recheck(StrEnum):
    """Which known articles a run asks again."""

    AUTO = "auto"
    """Those that are due."""
    NONE = "none"
    ALL = "all"
    """Every one in the run's scope; an article that is missing twice is gone without waiting."""


@dataclass(frozen=True, slots=True)
class Job:
    """A checked request."""

    paths: tuple[str, ...] = ()
    """Sections to walk."""
    names: tuple[str, ...] = ()
    """Sections to walk that the site's table does not place; they are looked up on the site."""
    whole_site: bool = False
    """True when no section was named: everything that is due is fetched, and a missing section is no error."""
    articles: tuple[ArticleAddress, ...] = ()
    since: date | None = None
    until: date | None = None
    max_pages: int | None = None
    recheck: Recheck = Recheck.AUTO
    full: bool = False
    discover: bool = False
    """True to read the home page's navigation whether a name is missing or not."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """As given, for the run report."""

    @classmethod
    def read(cls, arguments: Mapping[str, str], site: Site) -> Job:
        """The job that the arguments describe; raises UsageFault and says which of them makes no sense."""
        for name in arguments:
            if name not in ARGUMENTS:
                raise UsageFault(f"unknown argument -a {name}; known are {', '.join(ARGUMENTS)}")
        since, until = _day(arguments, "since"), _day(arguments, "until")
        if since and until and since > until:
            raise UsageFault(f"since={since} is after until={until}")
        articles = _articles(arguments.get("articles", ""), site)
        paths, names = _sections(arguments.get("sections"), site)
        if not (paths or names or articles):
            if "sections" in arguments or site.sections:
                raise UsageFault("-a sections= names no section and -a articles no address: nothing to do")
            file = f"jcnews_spider/sites/{site.name}.py"
            raise UsageFault(f"{site.name} has no sections: add them to {file}, or name some with -a sections=")
        return cls(
            paths=paths,
            names=names,
            whole_site="sections" not in arguments,
            articles=articles,
            since=since,
            until=until,
            max_pages=_count(arguments, "max_pages"),
            recheck=_recheck(arguments),
            full=_flag(arguments, "full"),
            arguments=dict(arguments),
        )

    def includes(self, day: date) -> bool:
        """True when the day lies within the job's."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    @property
    def is_chosen(self) -> bool:
        """True when somebody chose its articles: its numbers cannot be compared with those of other runs."""
        return self.is_bounded or bool(self.articles)

    @property
    def is_bounded(self) -> bool:
        """True when a walk that ends has not seen or noted everything that the section shows."""
        return self.since is not None or self.until is not None


def fold_name(name: str) -> str:
    """A section's name without blanks, for comparing: pages print full-width and plain ones alike."""
    return "".join(name.split())


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split("[,，\n]", text) if part.strip()]


def _sections(text: str | None, site: Site) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(paths, names that have no path) of the wanted sections, each once, in the order given."""
    wanted = list(dict.fromkeys(section.name for section in site.sections)) if text is None else _split(text)
    placed = [(token, path) for token in wanted for path in _paths_of(token, site)]
    paths = dict.fromkeys(path for _, path in placed if path)
    return tuple(paths), tuple(dict.fromkeys(name for name, path in placed if path is None))


def _paths_of(token: str, site: Site) -> list[str | None]:
    """The paths of a section; those of all that are called so, each office of a site may have its 通知公告."""
    named = [section.path for section in site.sections if fold_name(section.name) == fold_name(token)]
    return [path or _as_path(token, site) for path in named or [None]]


def _as_path(token: str, site: Site) -> str | None:
    """The path that a path or an address names, None for a name."""
    if "://" in token:
        path = site.section_at(token)
        if path is None:
            raise UsageFault(f"sections: {token!r} is no section of {site.root}")
        return path
    path = section_path(token)
    if path is None and "/" in token:
        raise UsageFault(f"sections: {token!r} is no path of a section, such as xw/jcxw")
    return path if token.isascii() else None


def _articles(text: str, site: Site) -> tuple[ArticleAddress, ...]:
    if text.startswith("@"):
        try:
            lines = Path(text[1:]).read_text(encoding="utf-8-sig").splitlines()
            text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        except (OSError, UnicodeDecodeError) as fault:
            raise UsageFault(f"articles: cannot read {text[1:]!r}: {fault}") from None
    addresses = {}
    for url in _split(text):
        address = site.article_address(url)
        if address is None:
            raise UsageFault(f"articles: {url!r} is no article's address of {site.root}")
        addresses[address.docid] = address
    return tuple(addresses.values())


def _day(arguments: Mapping[str, str], name: str) -> date | None:
    text = arguments.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageFault(f"{name}={text!r} is no day, such as 2022-10-09") from None


def _count(arguments: Mapping[str, str], name: str) -> int | None:
    text = arguments.get(name)
    if text is None:
        return None
    if not _COUNT.fullmatch(text.strip()):
        raise UsageFault(f"{name}={text!r} is no number from 1 to {10**MOST_DIGITS - 1:,}")
    return int(text)


MOST_DIGITS = 9
_COUNT = re.compile(rf"0*[1-9][0-9]{{0,{MOST_DIGITS - 1}}}")


def _recheck(arguments: Mapping[str, str]) -> Recheck:
    text = arguments.get("recheck", Recheck.AUTO).strip()
    try:
        return Recheck(text)
    except ValueError:
        raise UsageFault(f"recheck={text!r} is none of {', '.join(Recheck)}") from None


def _flag(arguments: Mapping[str, str], name: str) -> bool:
    text = arguments.get(name, "0").strip()
    if text not in ("0", "1"):
        raise UsageFault(f"{name}={text!r} is neither 0 nor 1")
    return text == "1"
