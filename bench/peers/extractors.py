"""`python extractors.py PAGES OUT`: what other extractors make of pages; runs in their own environment.

Needs what `make bench-peers` installs, and nothing of this project. Writes OUT/<tool>/<page>.json and, as the last
line, each tool's CPU seconds.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Found = dict[str, Any]


def text_of(body: bytes) -> str:
    """The page as text; every tool gets the same, so that none is judged by its guess of the encoding."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def parse_only(body: bytes) -> Found:
    """The parse that every tool but newspaper4k begins with: the measure of time."""
    import lxml.html  # noqa: PLC0415

    lxml.html.document_fromstring(text_of(body).encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    return {}


def by_trafilatura(text: str) -> Found:
    """With metadata, without comments."""
    import trafilatura  # type: ignore[import-not-found]  # noqa: PLC0415

    document = trafilatura.bare_extraction(text, include_comments=False, with_metadata=True)
    found: Found = document.as_dict() if document else {}
    authors = re.split(r"[;；]\s*", found.get("author") or "")
    return {
        "title": found.get("title"),
        "published_at": found.get("date"),
        "body": found.get("text"),
        "authors": authors,
    }


def by_newspaper4k(text: str) -> Found:
    """Told that the page is Chinese."""
    import newspaper  # type: ignore[import-not-found]  # noqa: PLC0415

    article = newspaper.Article("http://localhost/", language="zh", fetch_images=False)
    article.download(input_html=text)
    article.parse()
    date = article.publish_date
    return {
        "title": article.title,
        "published_at": date.isoformat() if hasattr(date, "isoformat") else None,
        "body": article.text,
        "authors": article.authors,
    }


def by_gne(text: str) -> Found:
    """Made for Chinese news pages."""
    from gne import GeneralNewsExtractor  # type: ignore[import-not-found]  # noqa: PLC0415

    found = GeneralNewsExtractor().extract(text)
    return {"title": found["title"], "published_at": found["publish_time"], "body": found["content"],
            "authors": [found["author"]]}  # fmt: skip


def by_readability(text: str) -> Found:
    """readability-lxml: body and title."""
    import lxml.html  # noqa: PLC0415
    from readability import Document  # type: ignore[import-not-found]  # noqa: PLC0415

    document = Document(text)
    body: Any = lxml.html.fromstring(document.summary())
    return {"title": document.short_title(), "body": body.text_content()}


TOOLS: dict[str, Callable[[str], Found]] = {
    "trafilatura": by_trafilatura,
    "newspaper4k": by_newspaper4k,
    "gne": by_gne,
    "readability-lxml": by_readability,
}


def predict(pages: Path, out: Path, tools: Mapping[str, Callable[[bytes], Found]]) -> dict[str, float]:
    """Writes OUT/<tool>/<page>.json; gives each tool's CPU seconds over all pages."""
    seconds = dict.fromkeys(tools, 0.0)
    paths = sorted(pages.glob("*.html"))
    for name, tool in tools.items():
        (out / name).mkdir(parents=True, exist_ok=True)
        _timed(tool, paths[0].read_bytes())  # what is loaded at first use is no page's cost
    for path in paths:
        body = path.read_bytes()
        for name, tool in tools.items():
            found, took = _timed(tool, body)
            seconds[name] += took
            (out / name / f"{path.stem}.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return seconds


def _timed(tool: Callable[[bytes], Found], body: bytes) -> tuple[Found, float]:
    """What a tool finds, nothing where it raises, and CPU seconds."""
    started = time.process_time()
    try:
        found = tool(body)
    except Exception:  # noqa: BLE001 - a tool that breaks on a page has found nothing
        found = {}
    return found, time.process_time() - started


def main() -> None:
    """Runs each tool over each page."""
    logging.disable(logging.CRITICAL)
    texts = {name: _of_bytes(tool) for name, tool in TOOLS.items()}
    print(json.dumps(predict(Path(sys.argv[1]), Path(sys.argv[2]), texts)))


def _of_bytes(tool: Callable[[str], Found]) -> Callable[[bytes], Found]:
    return lambda body: tool(text_of(body))


if __name__ == "__main__":
    main()
