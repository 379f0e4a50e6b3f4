"""`python -m tests.figures [CORPUS]`: the figures of the README, measured now.

A real crawl of the whole replica is held against its gold; CORPUS, a folder with pages/, labels/, trs.txt and
score.py, is scored too when it is named.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jcnews_spider.errors import UnknownLayout
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article
from tests.crawling import crawl
from tests.replica import Plan, Replica
from tests.scoring import FIELDS, score

ARTICLES = 1_200


def replica_figures() -> None:
    """One crawl of every section, field by field."""
    with tempfile.TemporaryDirectory() as folder, Replica(Plan(articles=ARTICLES)) as replica:
        started = time.monotonic()
        run = crawl(replica, Path(folder) / "output", timeout=900)
        seconds = time.monotonic() - started
        result = score(run.records, replica.gold())
    print(f"replica: exit {run.code}, {len(replica.requests)} requests in {seconds:.0f} s")
    print(f"  articles {result.articles}, missing {len(result.missing)}, surplus {len(result.surplus)}, "
          f"twice {len(result.twice)}, copies marked {result.copies_marked} of {result.copies}")  # fmt: skip
    for name in [*FIELDS, "sections[0]"]:
        print(f"  {name:<14} {result.share(name):8.2%}", *map(_short, result.examples.get(name, ())))


def corpus_figures(corpus: Path) -> None:
    """The labelled TRS pages, scored by the corpus's own program."""
    site = site_named("jcnews")
    with tempfile.TemporaryDirectory() as folder:
        for page in sorted((corpus / "pages").glob("*.html")):
            try:
                article = parse_article(page.read_bytes(), None, site)
            except UnknownLayout:
                continue
            prediction = article.as_dict() | {
                "body": article.text,
                "authors": [author.name for author in article.authors],
                "images": [image.url for image in article.images],
            }
            Path(folder, f"{page.stem}.json").write_text(json.dumps(prediction, ensure_ascii=False), encoding="utf-8")
        program = [sys.executable, str(corpus / "score.py"), folder, str(corpus / "labels")]
        print("corpus, its TRS pages:", flush=True)
        subprocess.run([*program, "--ids", str(corpus / "trs.txt"), "--worst", "8"], check=True)
        print("corpus, every page (no generic fallback yet):", flush=True)
        subprocess.run(program, check=True)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 160 else f"{text[:160]}…"


if __name__ == "__main__":
    replica_figures()
    if sys.argv[1:]:
        corpus_figures(Path(sys.argv[1]))
