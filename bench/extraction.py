"""`python -m bench.extraction FOLDER`: this extractor beside others on labelled pages of your own.

FOLDER holds pages/<name>.html and labels/<name>.json: title, published_at, source, authors, editor, body_paragraphs;
what a page does not print is null. The others run in .venv-peers, which `make bench-peers` makes; without it only this
one is measured. Times are CPU seconds over all pages as multiples of the parse by lxml; least of three rounds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import lxml.html

from bench.marks import marks, summary
from bench.peers import text_of, timed
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article
from tests.quality import prediction

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
COLUMNS = ("body", "median", "title", "day", "minute", "source", "editor", "author")


def own(folder: Path, out: Path) -> float:
    """Writes this extractor's predictions; gives its time as a multiple of the parse."""
    site, parse, extract = site_named("jcnews"), 0.0, 0.0
    parser = lxml.html.HTMLParser(encoding="utf-8")
    for path in sorted((folder / "pages").glob("*.html")):
        body = path.read_bytes()

        def predict(_: str, body: bytes = body) -> dict[str, Any]:
            return prediction(parse_article(body, None, site))

        def parse_only(text: str) -> dict[str, Any]:
            lxml.html.document_fromstring(text.encode(), parser=parser)
            return {}

        parse += timed(parse_only, text_of(body))[1]
        found, took = timed(predict, "")
        extract += took
        (out / f"{path.stem}.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return extract / parse


def scored(folder: Path, predictions: Path) -> dict[str, float]:
    """The summary of a tool's predictions."""
    pages = []
    for label in sorted((folder / "labels").glob("*.json")):
        found = json.loads((predictions / label.name).read_text(encoding="utf-8"))
        pages.append(marks(found, json.loads(label.read_text(encoding="utf-8"))))
    return summary(pages)


def row(name: str, figures: dict[str, float], times: float) -> str:
    """A line of the table; a field that a tool never gives is a dash."""
    cells = [f"{figures.get(column, 0):.3f}" if figures.get(column) else "–" for column in COLUMNS]
    return f"| {name} | {' | '.join(cells)} | {times:.1f} |"


def main() -> int:
    """Prints the table."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "labels").is_dir():
        print(__doc__, file=sys.stderr)
        return 1
    folder = Path(sys.argv[1])
    print(f"| tool | {' | '.join(COLUMNS)} | × parse |\n|{'---|' * (len(COLUMNS) + 2)}")
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        (out / "own").mkdir()
        times = own(folder, out / "own")
        print(row("jcnews_spider", scored(folder, out / "own"), times))
        if not PEERS.exists():
            print("no .venv-peers: make bench-peers makes it", file=sys.stderr)
            return 0
        program = [str(PEERS), str(ROOT / "bench" / "peers.py"), str(folder / "pages"), name]
        done = subprocess.run(program, check=True, capture_output=True, text=True)
        seconds = json.loads(done.stdout.splitlines()[-1])
        for tool in [tool for tool in seconds if tool != "lxml"]:
            print(row(tool, scored(folder, out / tool), seconds[tool] / seconds["lxml"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
