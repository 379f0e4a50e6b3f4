"""What a checkup prints: the pages, the fields and where they stand, proposals, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from protego import Protego

from jcnews_spider.checkup import CHALLENGED, Examined, Proven
from jcnews_spider.checkup.visit import Answer
from jcnews_spider.console import table
from jcnews_spider.errors import OfAnyAddress
from jcnews_spider.items import MISSING
from jcnews_spider.middlewares.robots import rules_text
from jcnews_spider.trs.diagnosis import EMPTY_SECTION, OTHER_ADDRESSES, Finding, counted
from jcnews_spider.trs.proposal import tree_names

Paint = Callable[[str], str]
"""Marks what is missing."""

LONGEST = 48
"""Characters of a value that are shown."""


def pages_table(pages: Sequence[Examined], paint: Paint) -> str:
    """A row a page; what it lacks stands last and is painted."""
    head = ("page", "kind", "answer", "encoding", "validators", "recognised", "missing")
    troubles = [", ".join(page.missing) or (page.diagnosis.reason if page.state != "fine" else "") for page in pages]
    rows = [
        (
            page.name,
            page.diagnosis.kind,
            _came(page),
            _encoding(page),
            _validators(page.answer),
            _recognised(page),
            trouble,
        )
        for page, trouble in zip(pages, troubles, strict=True)
    ]
    first, *lines = table(head, rows).split("\n")
    painted = [
        line.removesuffix(trouble) + paint(trouble) if trouble else line
        for line, trouble in zip(lines, troubles, strict=True)
    ]
    return "\n".join([first, *painted])


def fields_table(pages: Sequence[Examined], paint: Paint) -> str:
    """A row for every place where a field was found, with the number of pages; rows of missing fields are painted."""
    groups: dict[tuple[str, str, str], list[tuple[Examined, Finding]]] = {}
    order: dict[tuple[str, str], None] = {}
    for page in pages:
        for finding in page.diagnosis.findings:
            order.setdefault((page.diagnosis.kind, finding.name))
            groups.setdefault((page.diagnosis.kind, finding.name, finding.where), []).append((page, finding))
    keys = [key for field in order for key in sorted(groups, key=lambda key: -len(groups[key])) if key[:2] == field]
    rows = [_field_row(*key, groups[key]) for key in keys]
    first, *lines = table(("of", "field", "pages", "found", "where, or why not"), rows).split("\n")
    missing = [groups[key][0][1].is_missing for key in keys]
    return "\n".join([first, *(paint(line) if bad else line for line, bad in zip(lines, missing, strict=True))])


def _field_row(
    kind: str, name: str, where: str, found: Sequence[tuple[Examined, Finding]]
) -> tuple[str, str, int, str, str]:
    page, finding = found[0]
    value = _short(finding.value) if finding.value else f"missing, {page.name}" if finding.is_wanted else "–"
    return kind, name, len(found), value, where


def _came(page: Examined) -> str:
    answer = page.answer
    if answer.page is None:
        return "nothing"
    status = str(answer.status or "file")
    return f"{status} after {counted(len(answer.moves), 'redirect')}" if answer.moves else status


def _encoding(page: Examined) -> str:
    return next((finding.value for finding in page.diagnosis.findings if finding.name == "encoding"), "")


def _validators(answer: Answer) -> str:
    if answer.page is None or answer.status is None:
        return ""
    found = {"ETag": answer.page.etag, "Last-Modified": answer.page.last_modified}
    return ", ".join(name for name, value in found.items() if value) or "none"


def _recognised(page: Examined) -> str:
    """The gist of a page in a few words, or why there is none."""
    if page.diagnosis.reason:
        return _short(page.diagnosis.detail or page.diagnosis.reason)
    values = {finding.name: finding.value for finding in page.diagnosis.findings}
    names = {"home": ("sections",), "list": ("entries", "pager"), "article": ("template", "published_at", "text")}
    shown = [values[name] for name in names[page.diagnosis.kind] if values.get(name)]
    return ", ".join(shown) + (" sections" if page.diagnosis.kind == "home" else "")


def robots_line(robots: Answer | None, agent: str) -> str:
    """What robots.txt says to this user agent."""
    if robots is None or robots.page is None or robots.fault:
        why = robots.fault if robots else "robots.txt: cannot be had"
        return f"{why}: nothing may be asked (RFC 9309)"
    if robots.status != 200:
        return f"robots.txt: status {robots.status}, everything is allowed"
    delay = Protego.parse(rules_text(robots.page.body)).crawl_delay(agent)
    return f"robots.txt: status 200, obeyed{f'; Crawl-delay {delay:g} s' if delay else ''}"


def missing_line(missing: Answer | None) -> str:
    """What the site says of an address that does not exist."""
    if missing is None or missing.page is None:
        return "missing pages: not asked"
    is_soft = missing.status == 200
    return f"missing pages: status {missing.status}{', told from articles by what they say' if is_soft else ''}"


def proposal_text(proven: Proven, paint: Paint) -> str:
    """A proposed template, ready to paste, and what it reads."""
    proposal, site, page = proven.proposal, proven.site, proven.pages[0].answer.page
    file = f"jcnews_spider/sites/{site.name}.py" if site.sections and page and page.url else "the site's file"
    warning = "\n# by place, for want of an id or class: the first to break" if proposal.is_by_place else ""
    number = f"{len(proven.pages)} of {counted(proven.asked, 'page')}"
    return "\n".join(
        (
            f"A template that reads {number} that none fits; put it first in the templates of {file}:",
            "",
            "from jcnews_spider.trs.template import Template",
            f"from jcnews_spider.trs.tree import {tree_names(proposal.source)}",
            "",
            f"# title {proposal.title}, body {proposal.container}{warning}",
            f"{proposal.source},",
            "",
            "What it reads:",
            fields_table(proven.pages, paint),
        )
    )


def advice(pages: Sequence[Examined], hopeless: Sequence[Examined]) -> Iterator[str]:
    """What to do next, a sentence for each trouble."""
    by_reason: dict[str, list[Examined]] = {}
    for page in pages:
        by_reason.setdefault(page.diagnosis.reason, []).append(page)
    for reason, sentence in _SENTENCES.items():
        if found := by_reason.get(reason):
            yield sentence.format(pages=_named(found), site=found[0].site.name)
    absent = [page for page in pages if page.diagnosis.kind == "list" and page.diagnosis.reason in MISSING]
    if absent:
        yield (
            f"{_named(absent)}: not there. Compare the table in jcnews_spider/sites/{absent[0].site.name}.py with the"
            " navigation (scrapy sections --discover) and correct the paths."
        )
    of_table = [page for page in pages if page.site.sections]
    placed, others = (_values(of_table, name) for name in ("sections by name", "other sections"))
    if placed:
        yield f"Found by name: {placed[0]}. Write the path into the table, so that it needs no look-up."
    if others:
        yield f"Linked but not in the table: {_short(others[0], 200)}. Add a line for each that is wanted."
    moved = [page for page in pages if page.answer.moves and page.answer.page]
    if moved:
        yield f"{_named(moved)}: moved, the first to {_landing(moved[0])}. If all do, correct the site's root or paths."
    if hopeless:
        yield (
            f"{_named(hopeless)}: no template can be proposed, since no title above running text with a date was found."
            " Save the page (--save FOLDER) and read it; if it is an article, write the template by hand."
        )


_SENTENCES = {
    CHALLENGED: "{pages}: an anti-bot product answers. Try from another network and more slowly, or ask the site's"
    " operator for access; such pages are never archived.",
    "robots": "{pages}: robots.txt forbids it; a crawl will leave it out.",
    "robots_unavailable": "robots.txt cannot be had, or wants longer pauses than JCNEWS_MAX_WAIT, so nothing may be"
    " asked: try again later, or with a longer one.",
    OfAnyAddress.reason: "{pages}: an error page with status 200; a crawl treats it as missing.",
    "empty_list": "{pages}: no entry was found. Save it (--save FOLDER) and look whether a script this project does not"
    " know writes the list, or the section is empty.",
    OTHER_ADDRESSES: "{pages}: what is linked has other addresses than TRS gives to articles,"
    " /<YYYYMM>/t<YYYYMMDD>_<docid>.html; without a document's number there is no id, so a crawl would keep nothing.",
    EMPTY_SECTION: "{pages}: no entry, and its pager counts one page: an empty section, unless a script writes the"
    " list; open it in a browser once.",
    "no_sections": "{pages}: the home page links no section. Save it and look how the navigation is written.",
    "empty_page": "{pages}: nothing in it. Ask again; if it stays empty, open it in a browser: a script may write it.",
    "not_html": "{pages}: no HTML. A list that links it should call it a file.",
    "stub": "{pages}: only sends its reader on; a crawl counts it and goes on.",
    "no_body": "{pages}: a title without text, pictures or files; a crawl counts it and keeps nothing.",
}


def _values(pages: Sequence[Examined], name: str) -> list[str]:
    """What the pages show of a field."""
    found = (finding for page in pages for finding in page.diagnosis.findings)
    return [finding.value for finding in found if finding.name == name and finding.value]


def _landing(page: Examined) -> str:
    return (page.answer.page.url if page.answer.page else None) or "nowhere"


def _named(pages: Sequence[Examined]) -> str:
    """The first few by name."""
    more = f" and {len(pages) - 3} more" if len(pages) > 3 else ""
    return ", ".join(page.name for page in pages[:3]) + more


def _short(text: str, most: int = LONGEST) -> str:
    flat = "".join(character if character.isprintable() else " " for character in text)
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
