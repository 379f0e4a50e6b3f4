"""Layouts of article pages: where title and body stand. Old layouts stay, for old snapshots."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jcnews_spider.trs.tree import Marked, Place, tokens, xpath


@dataclass(frozen=True, slots=True)
class Template:
    """One layout."""

    name: str
    """Stands in the record as `crawl.extractor`."""
    bodies: tuple[Place, ...]
    """Containers of the body, the most telling first; the first that gives a body decides."""
    titles: tuple[Place, ...]
    """Elements whose text is the title, the most telling first."""
    is_general: bool = False
    """True when the layout is nobody's in particular: then <title> and meta tags may give the title."""
    is_proof: bool = False
    """True when the container alone proves an article: then a picture or a single line is a body."""

    @property
    def is_guess(self) -> bool:
        """True when nothing but the names of containers speaks for an article."""
        return self.is_general and not self.is_proof


_EDITOR_CLASSES = tokens("trs_editor trs_editor_view trs_ueditor trs_preappend custom_unionstyle")
_EDITOR_IDS = re.compile(r"^\s*trs_autoadd|(?<!\S)ucap-content(?!\S)")

EDITOR = Marked(_EDITOR_CLASSES, _EDITOR_IDS)
"""The wrapper of any TRS editor (SITE.md §4.1)."""


def editor_inside(box: Marked) -> Marked:
    """Such a wrapper inside the elements of another place."""
    return Marked(_EDITOR_CLASSES, _EDITOR_IDS, box)


_TITLE_NAMES = re.compile(r"title|biaoti|headline|(?<![^\s_-])(?:tit|bt)\d?(?![^\s_-])")

_TITLES = (
    xpath("//h1"),
    Marked(ids=tokens("title articletitle article_title arti_title newstitle biaoti")),
    Marked(
        tokens(
            "title biaoti article-title article_title articletitle arti_title arti-title news_title newstitle"
            " content_title con_title xl_title bt"
        )
    ),
    xpath("//h2 | //h3"),
    Marked(_TITLE_NAMES, _TITLE_NAMES),
    xpath("//h4 | //h5 | //h6"),
)

TRS_EDITOR = Template("trs_editor", (EDITOR,), _TITLES, is_general=True, is_proof=True)
"""A wrapper that a TRS editor writes (SITE.md §4.1)."""

TRS_CONTAINER = Template(
    "trs_container",
    (
        Marked(
            ids=tokens(
                "zoom article-box articlecontent article_content articletext artibody article-content text_content"
                " newscontent content_text endtext rwb_zw ozoom"
            )
        ),
        Marked(
            tokens(
                "article-content article_content articletext articlecontent arti content_text news_content text_content"
                " nr_con xl_con txtcont b12"
            )
        ),
        Marked(ids=tokens("content article text main-content con")),
        Marked(tokens("content article text con main-content article-body detail")),
    ),
    _TITLES,
    is_general=True,
)
"""A page without a TRS class: the containers that templates of TRS sites put around a body, narrow names first."""

FALLBACK = Template("fallback", (), _TITLES, is_general=True)
"""No known container at all: where the page's running text stands (density.py)."""

BRIEF = Template(FALLBACK.name, (), _TITLES, is_general=True, is_proof=True)
"""No running text either: what stands under a printed date and source (brief.py), which prove an article."""

_SOURCE_NAMES = re.compile(r"source|laiyuan|fromsite|copyfrom|(?<![^\s_-])(?:from|where|media|author|ly)(?![^\s_-])")
SOURCES = Marked(_SOURCE_NAMES, _SOURCE_NAMES)
"""Elements of a header that name the medium, on some sites without a label."""
_COMMENTS = "comment|pinglun|pinlun|reply|liuyan|guestbook"
COMMENTS = Marked(re.compile(_COMMENTS), re.compile(_COMMENTS))
"""What readers wrote."""
_FOREIGN = re.compile(
    rf"{_COMMENTS}|foot|sidebar|side[-_]|related|relate_|xiangguan|recommend|tuijian|rank|paihang|copyright|mianze|disclaim"
)
FOREIGN = Marked(_FOREIGN, _FOREIGN)
"""Comments, side boxes, recommendations and the foot: names that no body has."""

_FOOT_NAMES = re.compile(r"(?<![a-z])foot(?:er)?(?![a-z])|copyright")
FOOT = Marked(_FOOT_NAMES, _FOOT_NAMES)
"""The page's foot."""
LOGO = Marked(re.compile("logo"), re.compile("logo"))
"""Where the site's own name stands."""

TRS_TEMPLATES = (TRS_EDITOR, TRS_CONTAINER, FALLBACK, BRIEF)
"""For TRS sites in general, in the order in which they are tried."""
