"""Layouts of article pages: where title and body stand. Old layouts stay, for old snapshots."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from jcnews_spider.trs.tree import token, xpath


@dataclass(frozen=True, slots=True)
class Template:
    """One layout."""

    name: str
    """Stands in the record as `crawl.extractor`."""
    bodies: tuple[etree.XPath, ...]
    """Containers of the body, the most telling first; the first that gives a body decides."""
    titles: tuple[etree.XPath, ...]
    """Elements whose text is the title, the most telling first."""
    is_general: bool = False
    """True when the layout is nobody's in particular: then <title> and meta tags may give the title."""
    is_proof: bool = False
    """True when the container alone proves an article: then a picture or a single line is a body."""


def _marked(attribute: str, names: str) -> etree.XPath:
    return xpath(f"//*[{token(attribute, *names.split())}]")


_WRAPPERS = token("class", "trs_editor", "trs_editor_view", "trs_ueditor", "trs_preappend", "custom_unionstyle")
_UCAP = token("id", "ucap-content")
EDITOR = f"({_WRAPPERS} or {_UCAP} or starts-with(translate(@id, 'trsauod', 'TRSAUOD'), 'TRS_AUTOADD'))"
"""XPath condition: the wrapper of any TRS editor (SITE.md §4.1)."""

_TITLES = (
    xpath("//h1"),
    _marked("id", "title articletitle article_title arti_title newstitle biaoti"),
    _marked(
        "class",
        "title biaoti article-title article_title articletitle arti_title arti-title news_title newstitle"
        " content_title con_title xl_title bt",
    ),
    xpath("//h2 | //h3"),
)

TRS_EDITOR = Template("trs_editor", (xpath(f"//*[{EDITOR}]"),), _TITLES, is_general=True, is_proof=True)
"""A wrapper that a TRS editor writes (SITE.md §4.1)."""

TRS_CONTAINER = Template(
    "trs_container",
    (
        _marked(
            "id",
            "zoom article-box articlecontent article_content articletext artibody article-content text_content"
            " newscontent content_text endtext rwb_zw",
        ),
        _marked(
            "class",
            "article-content article_content articletext articlecontent arti content_text news_content text_content"
            " nr_con xl_con txtcont b12",
        ),
        _marked("id", "content article text main-content con"),
        _marked("class", "content article text con main-content article-body detail"),
    ),
    _TITLES,
    is_general=True,
)
"""A page without a TRS class: the containers that templates of TRS sites put around a body, narrow names first."""

FALLBACK = Template("fallback", (), _TITLES, is_general=True)
"""No known container at all: where the page's running text stands (density.py)."""

TRS_TEMPLATES = (TRS_EDITOR, TRS_CONTAINER, FALLBACK)
"""For TRS sites in general, in the order in which they are tried."""
