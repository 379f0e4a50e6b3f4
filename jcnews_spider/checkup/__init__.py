"""First contact with a site: what its pages show, and what that comes to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from jcnews_spider.checkup.visit import Answer
from jcnews_spider.errors import NoBody, NotServed, OfAnyAddress, OtherPage
from jcnews_spider.health import MOST_WITHOUT_BODY, REQUIRED
from jcnews_spider.items import MISSING, Page
from jcnews_spider.report import Verdict
from jcnews_spider.sites import site_of
from jcnews_spider.trs.challenge import challenger
from jcnews_spider.trs.diagnosis import Diagnosis, Kind, counted, diagnose, kind_of
from jcnews_spider.trs.proposal import Evidence, Proposal, evidence, propose
from jcnews_spider.trs.sameness import says_the_same
from jcnews_spider.trs.site import Site

State = Literal["fine", "absent", "wrong"]

CHALLENGED = "challenged"
REFUSED = frozenset({"robots", "robots_unavailable", "offsite"})
_GENERAL = re.compile(r"(?:\.(?:com|gov|org|net|edu|ac))?\.[a-z]+$")
"""The end of a host that many share."""
MOST_PROPOSALS = 3
"""Templates proposed at once: more layouts than that are seen better after the first are pasted."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A page that was asked or read, and what was understood of it."""

    answer: Answer
    diagnosis: Diagnosis
    site: Site

    @property
    def name(self) -> str:
        """The address without the host, or the file."""
        parts = urlsplit(self.answer.asked)
        return parts.path if parts.netloc in self.site.hosts else self.answer.asked

    @property
    def came(self) -> bool:
        """True for a page of the site itself."""
        is_served = self.answer.page is not None and self.answer.status in (200, None)
        return is_served and self.diagnosis.reason != CHALLENGED

    @property
    def missing(self) -> list[str]:
        """Names of what it should show and does not."""
        return [finding.name for finding in self.diagnosis.findings if finding.is_missing]

    @property
    def state(self) -> State:
        """`wrong` where a crawl would fail or keep half an article; a section that never was is `absent` (§1.3)."""
        found = self.diagnosis
        if found.reason in MISSING or found.reason in REFUSED:
            return "absent"
        if found.is_ordinary:
            return "fine"
        is_whole = not found.reason and not set(REQUIRED).intersection(self.missing)
        return "fine" if is_whole and not found.wants_template else "wrong"


def read_file(name: str, body: bytes, url: str | None) -> Examined:
    """A saved page, examined; the site is that of its address."""
    site = site_of(url)
    return examine(Answer(name, Page(body, url)), kind_of(body, url, site), site)


def examine(answer: Answer, kind: Kind, site: Site, missing: Answer | None = None) -> Examined:
    """What came for an address; `missing` is what the site says of one that cannot exist."""
    if answer.page is None:
        return Examined(answer, Diagnosis(kind, (), answer.fault, answer.fault), site)
    page, status = answer.page, answer.status or 200
    if product := challenger(page.body, status, answer.headers):
        found = Diagnosis(kind, (), CHALLENGED, f"a challenge of {product} instead of the page")
    elif status != 200:
        found = Diagnosis(kind, (), NotServed(status).reason, f"status {status}")
    elif kind == "article" and answer.moves and not site.article_address(page.url or ""):
        found = Diagnosis(kind, (), OtherPage.reason, f"moved to {page.url}, which is no article's address")
    elif missing is not None and _is_soft_404(page, missing):
        found = Diagnosis(kind, (), OfAnyAddress.reason, "what the site says of any missing page, with status 200")
    else:
        found = diagnose(page.body, page.url, site, page.charset, kind)
    return Examined(answer, found, site)


def _is_soft_404(page: Page, missing: Answer) -> bool:
    other = missing.page
    if other is None or missing.status != 200:
        return False
    return says_the_same(page.body, page.charset, other.body, other.charset)


def verdict(pages: Sequence[Examined], *, is_visit: bool) -> Verdict:
    """0 all recognised, 4 nothing could be had, 5 pages came but do not look as they should; a visit wants a list."""
    if not any(page.came for page in pages):
        reasons = dict.fromkeys(page.diagnosis.detail for page in pages)
        return Verdict(4, f"nothing could be had: {'; '.join(reasons) or 'no answer'}")
    wrong = [page.name for page in pages if page.state == "wrong"]
    has_list = any(page.diagnosis.kind == "list" and page.state == "fine" for page in pages)
    if is_visit and not has_list:
        return Verdict(5, "no section's list could be read")
    articles = [page for page in pages if page.diagnosis.kind == "article" and page.came]
    if articles and not any(page.diagnosis.template for page in articles):
        return Verdict(5, f"{counted(len(articles), 'page')} of articles, and none could be read")
    empty = sum(page.diagnosis.reason == NoBody.reason for page in articles)
    if empty > MOST_WITHOUT_BODY * len(articles):
        return Verdict(5, f"{empty} of {counted(len(articles), 'page')} of articles show a title and no text")
    if wrong:
        return Verdict(5, f"{len(wrong)} of {counted(len(pages), 'page')} do not look as they should")
    return Verdict(0, f"{counted(len(pages), 'page')}, all recognised")


@dataclass(frozen=True, slots=True)
class Proven:
    """A proposed template and the pages that it reads."""

    proposal: Proposal
    site: Site
    pages: tuple[Examined, ...]
    """Examined anew with the proposed template alone."""
    asked: int
    """Pages that no template fitted when it was proposed."""


def proposals(pages: Sequence[Examined]) -> tuple[list[Proven], list[Examined]]:
    """(templates for the pages that none fitted, pages for which none could be proposed)."""
    waiting: list[tuple[Examined, Evidence]] = []
    hopeless: list[Examined] = []
    for page in pages:
        if page.diagnosis.wants_template and page.answer.page is not None:
            known = evidence(page.answer.page.body, page.answer.page.charset)
            waiting += [(page, known)] if known else []
            hopeless += [] if known else [page]
    proven: list[Proven] = []
    while waiting and len(proven) < MOST_PROPOSALS:
        site = waiting[0][0].site
        proposal = propose([known for _, known in waiting], f"{short_name(site.name)}_new{len(proven) or ''}")
        if proposal is None:
            hopeless.append(waiting.pop(0)[0])
            continue
        alone = replace(site, templates=(proposal.template,))
        read = tuple(examine(waiting[i][0].answer, "article", alone) for i in proposal.proven)
        proven.append(Proven(proposal, site, read, len(waiting)))
        waiting = [pair for i, pair in enumerate(waiting) if i not in proposal.proven]
    return proven, hopeless


def short_name(host: str) -> str:
    """`cmse` of www.cmse.gov.cn, `finance_ce` of finance.ce.cn: for the spider, the file and the ids of a new site."""
    name = re.sub(r"[^a-z0-9]+", "_", _GENERAL.sub("", host.partition(":")[0]).removeprefix("www."))
    return name if name[:1].isalpha() else f"site_{name}"
