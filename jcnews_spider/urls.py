"""Addresses: the grammar of TRS article addresses and the one form of each address (SITE.md §1.2, §7)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_ARTICLE = re.compile(
    r"/(?P<section>(?:[\w-]{1,64}/){0,6})(?P<month>\d{6}(?:/\d{2})?)/"
    r"t(?P<day>\d{8})_(?P<docid>\d{1,18})(?:_(?P<part>\d{1,4}))?\.(?P<suffix>s?html?)",
    re.ASCII,
)
_SECTION = re.compile(r"(?:[\w-]{1,64}/){1,6}", re.ASCII)
"""Names of folders are names of folders here too: 255 bytes is what a disk takes."""
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")
_INDEX = re.compile(r"/index\.s?html?$")
_SLASHES = re.compile(r"//+")
_IN_ONE_FORM = re.compile(
    r"https?://(?:[a-z0-9-]{1,63}\.)+[a-z]{2,10}/(?!(?:.*/)?index\.s?html?$)"
    r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*)?"
)
"""Addresses that are in their one form already: most are."""
MOST_CHARACTERS = 4_000
"""Characters of an address; servers take 8,000 with all headers, and the longest real one had some hundred."""
MEMORY = 1_000
"""Addresses whose forms are kept: pages of a site link the same ones over and over, and a list asks thrice for each.
Never those that are too long: a picture inside an address (`data:`) has a megabyte."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ArticleAddress:
    """What the address of an article page says."""

    url: str
    """The address in its one form, of the first page."""
    section: str
    """Path of the section, `xw/jcxw`; empty at the site's root."""
    month: str
    """Folder of the month, `202210`; `202210/09` on sites that make one a day (finance.ce.cn)."""
    day: date
    """Day of creation in Asia/Shanghai; the page may show another."""
    docid: int
    """TRS document id, global per WCM install."""
    part: int = 0
    """0 for the first page, K for `…_K.html`."""

    @property
    def stem(self) -> str:
        """File name without suffix, `t20221009_956123`."""
        return f"t{self.day.isoformat().replace('-', '')}_{self.docid}"

    def part_url(self, part: int) -> str:
        """Address of page `part` of the article; 0 is the first."""
        if part == 0:
            return self.url
        head, _, suffix = self.url.rpartition(".")
        return f"{head}_{part}.{suffix}"


def parse_article_address(url: str) -> ArticleAddress | None:
    """What an absolute address says when it is an article's, else None. Query and fragment play no role."""
    return _article_address(url) if len(url) <= MOST_CHARACTERS else None


@lru_cache(maxsize=MEMORY)
def _article_address(url: str) -> ArticleAddress | None:
    canonical = canonical_url(url)
    if canonical is None:
        return None
    parts = urlsplit(canonical)
    match = _ARTICLE.fullmatch(parts.path)
    if match is None:
        return None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        return None
    first = f"/{match['section']}{match['month']}/t{match['day']}_{match['docid']}.{match['suffix']}"
    return ArticleAddress(
        url=urlunsplit((parts.scheme, parts.netloc, first, "", "")),
        section=match["section"].rstrip("/"),
        month=match["month"],
        day=day,
        docid=int(match["docid"]),
        part=int(match["part"] or 0),
    )


def impossible_address(url: str) -> str:
    """An address beside an article's with a docid that no install reaches, another one each time."""
    head, _, suffix = url.rpartition(".")
    return f"{head.rpartition('_')[0]}_{secrets.randbelow(10**16) + 10**16}.{suffix}"


def joined(base: str, address: str) -> str | None:
    """The absolute address that a page at `base` means, None where it is none or longer than any real one."""
    return _joined(base, address) if len(address) <= MOST_CHARACTERS else None


@lru_cache(maxsize=MEMORY)
def _joined(base: str, address: str) -> str | None:
    try:
        url = urljoin(base, address.strip())
        urlsplit(url)  # without a base nobody has looked at it yet
    except ValueError:  # `http://[x/a.jpg` is no address at all
        return None
    return url


def path_of(address: str) -> str:
    """The path of an address as a page has it, empty where it is none."""
    url = joined("", address)
    return urlsplit(url).path if url else ""


def canonical_url(url: str) -> str | None:
    """The one form of an http(s) address, None for any other and for one longer than MOST_CHARACTERS.

    Lower-case host, no default port, user or fragment, no `//`, `/./`, `/../`, no `index.html`, no superfluous
    %xx, query sorted. The path keeps its case. w3lib folds the rest but not these (SITE.md §7, measured).
    """
    return _canonical(url) if len(url) <= MOST_CHARACTERS else None


@lru_cache(maxsize=MEMORY)
def _canonical(url: str) -> str | None:
    if _IN_ONE_FORM.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        netloc = _netloc(parts)
        path = _INDEX.sub("/", _SLASHES.sub("/", _resolved(parts)))
        return canonicalize_url(urlunsplit((parts.scheme.lower(), netloc, path, parts.query, ""))) if netloc else None
    except ValueError:  # no port, no IPv6 address, no text
        return None


def _netloc(parts: SplitResult) -> str | None:
    """Host and port of an http(s) address in their one form, None for any other; raises ValueError."""
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").rstrip(".")
    if scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        return None
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{parts.port}"


def _resolved(parts: SplitResult) -> str:
    """The path without dot segments; an encoded slash stays encoded."""
    path = re.sub(r"%(?![2][fF])[0-9a-fA-F]{2}", _decoded, parts.path) or "/"
    return urlsplit(urljoin("http://host/", path.lstrip("/"))).path


def _decoded(match: re.Match[str]) -> str:
    """An escape of an unreserved character as that character, any other as it stands (RFC 3986 §6.2.2.2)."""
    character = unquote(match[0])
    return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else match[0]


def section_path(text: str) -> str | None:
    """`xw/jcxw` for `xw/jcxw`, `/xw/jcxw/` or `/xw/jcxw/index.html`; None when it is no section's path."""
    path = _INDEX.sub("/", "/" + text.strip().strip("/") + ("" if text.rstrip().endswith("html") else "/")).lstrip("/")
    return path.rstrip("/") if _SECTION.fullmatch(path) else None
