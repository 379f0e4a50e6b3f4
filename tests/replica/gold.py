"""The gold record: what a perfect extractor makes of a document. Written from the values, never from the HTML."""

from __future__ import annotations

import re
from typing import Any

from tests.replica.articles import NOTICE, pages, published
from tests.replica.documents import ROOT, Block, Document

_OWN = frozenset({"晋城新闻网", "太行日报", "太行日报·晚报版"})
_DROPPED = re.compile("[\u200b\ufeff\u2060\u00ad\x00-\x08\x0e-\x1f\x7f]")
EXPECT = {"EMPTY": "no_body", "STUB_META": "stub", "STUB_JS": "stub"}


def one_line(text: str) -> str:
    """The text without zero-width and control characters, every run of blanks one ASCII space, ends stripped."""
    return " ".join(_DROPPED.sub("", text).split())


def texts(block: Block) -> list[str]:
    """The paragraphs of a block."""
    if block.kind == "table":
        return [one_line(" ".join(row)) for row in block.rows]
    return [one_line(block.text)] if one_line(block.text) else []


def record(document: Document, shown_in: list[str], plain_header: bool) -> dict[str, Any]:
    """The gold record of a document; `shown_in` are the addresses of the listings that show it.

    The crumb names its own section even where the list is cut before it.
    """
    expect = EXPECT.get(document.shape, "article")
    blocks = [block for part in document.parts for block in part]
    raw, known = published(document, plain_header)
    authors = [{"name": name, "role": role} for name, role in document.authors]
    if document.header_author:
        authors.insert(0, {"name": document.header_author, "role": "作者"})
    source = one_line(document.source) or None
    files = [{"url": document.folder + upload.file, "name": upload.name} for upload in document.uploads]
    return {
        "id": f"jcnews:{document.docid}",
        "url": document.url,
        "title": one_line(document.title),
        "title_raw": one_line(document.title_raw),
        "subtitle": document.subtitle and one_line(document.subtitle),
        "series": document.series and one_line(document.series),
        "breadcrumb": [document.section.name],
        "published_at": known,
        "published_raw": raw,
        "source": source,
        "authors": authors,
        "editor": "、".join(document.editors) or None,
        "text": "\n\n".join(text for block in blocks for text in texts(block)),
        "images": [
            {"url": document.folder + block.file, "caption": one_line(block.text) or None}
            for block in blocks
            if block.kind == "image"
        ],
        "attachments": files if document.shape.startswith("ATTACH") else [],
        "videos": files if document.shape == "VIDEO" else [],
        "rights": {"original": None if source is None else source.strip("《》") in _OWN, "notice": NOTICE[0]},
        "sections": list(dict.fromkeys([f"{ROOT}{document.section.path}/", *shown_in])),
        "pages": pages(document),
        "shape": document.shape,
        "encoding": document.charset.codec,
        "charset_case": document.charset.name,
        "shown_in": shown_in,
        "listed": bool(shown_in),
        "copy_of": None if document.copy_of is None else f"jcnews:{document.copy_of}",
        "reprint_of": None if document.reprint_of is None else f"jcnews:{document.reprint_of}",
        "expect": expect,
    }
