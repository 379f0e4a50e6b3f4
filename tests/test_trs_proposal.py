"""Templates proposed for layouts that no template names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.proposal import Evidence, Proposal, evidence, propose, tree_names
from jcnews_spider.trs.template import Template
from tests.test_trs_fallback import NAMELESS, ONE, PAPER, SHORT, SITE, SOUP, TABLE, THREE, TWO, URL

LAYOUTS = {"soup": SOUP, "nameless": NAMELESS, "table": TABLE, "paper": PAPER, "short": SHORT}


def known(*pages: str) -> list[Evidence]:
    found = [evidence(f"<html><body>{page}</body></html>".encode()) for page in pages]
    assert None not in found
    return [one for one in found if one]


def proposed(*pages: str) -> Proposal:
    proposal = propose(known(*pages), "x_new")
    assert proposal is not None
    return proposal


def pasted(proposal: Proposal) -> Template:
    """The template as a person pastes it."""
    names: dict[str, object] = {}
    needs = (
        "from jcnews_spider.trs.template import Template\n"
        f"from jcnews_spider.trs.tree import {tree_names(proposal.source)}\n"
    )
    exec(f"{needs}PASTED = {proposal.source}", names)
    template = names["PASTED"]
    assert isinstance(template, Template)
    return template


@pytest.mark.parametrize("page", LAYOUTS.values(), ids=LAYOUTS)
def test_the_pasted_template_reads_what_the_evidence_told(page: str) -> None:
    body = f"<html><body>{page}</body></html>".encode()
    usual = parse_article(body, URL, SITE)
    article = parse_article(body, URL, replace(SITE, templates=(pasted(proposed(page)),)))
    assert article.crawl.extractor == "x_new"
    for name in ("title", "published_at", "source", "text"):
        assert getattr(article, name) == getattr(usual, name)


def layout(title: str, text: str, marks: str, place: str = "") -> str:
    return f"""<title>{title}_某某网</title>{place}<div class="top t3">{title}</div><i>2022-06-12 08:15</i>
<div {marks}><p>{text}</p><p>{TWO}</p></div><p>版权所有，未经本网许可不得转载。</p>"""


def test_names_of_one_page_are_not_taken_for_the_layout() -> None:
    pages = (
        layout("冷库建到田间", ONE, 'id="TRS_AUTOADD_1665282480123" class="nr7 big"'),
        layout("水渠通到田头", THREE, 'id="TRS_AUTOADD_1665282480999" class="nr7"', "<div>广告</div>"),
    )
    proposal = proposed(*pages)
    assert proposal.proven == (0, 1)
    assert not proposal.is_by_place
    assert '(Marked(tokens("nr7")),)' in proposal.source
    assert '(Marked(tokens("top")),)' in proposal.source


def test_a_page_of_another_layout_is_not_proven() -> None:
    first = layout("冷库建到田间", ONE, 'class="nr7"')
    assert proposed(first, SOUP, first).proven == (0, 2)


def test_an_element_without_a_name_is_named_by_its_place_and_that_is_said() -> None:
    proposal = proposed(TABLE)
    assert proposal.is_by_place
    assert "[" in proposal.source


@pytest.mark.parametrize(
    "page",
    ["", "%PDF-1.4", "<title>页面不存在</title><h1>页面不存在</h1>", f"<h1>标题</h1><p>{ONE}</p>"],
    ids="empty pdf gone undated".split(),
)
def test_without_evidence_nothing_is_proposed(page: str) -> None:
    assert evidence(page.encode()) is None


def test_the_sites_own_layout_is_found_again_without_its_templates() -> None:
    pages = sorted((Path(__file__).parent / "pages/jcnews").glob("*.html"))
    found = [one for path in pages if (one := evidence(path.read_bytes()))]
    proposals = [proposal for one in found[:3] if (proposal := propose([one, *found], "x"))]
    best = max(proposals, key=lambda proposal: len(proposal.proven))
    assert best.title == "h1#title"
    assert len(best.proven) > len(found) / 2
