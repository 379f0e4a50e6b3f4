"""`python -m bench.first_contact FOLDER [N]`: templates proposed for pages whose own are taken away.

FOLDER is a labelled corpus as in bench.extraction; N pages (10) are shown, those named in FOLDER/trs.txt first. Each
page is read by the template that `scrapy doctor` would propose from it alone, and by this project's own templates.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.marks import marks, summary
from jcnews_spider.console import table
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.proposal import agreement, evidence, propose
from tests.quality import prediction

COLUMNS = ("body", "title", "minute", "source", "editor")


def chosen(folder: Path, number: int) -> list[str]:
    """Names of pages: the TRS ones, then others evenly from the rest."""
    names = sorted(path.stem for path in (folder / "pages").glob("*.html"))
    listed = folder / "trs.txt"
    first = [name for name in (listed.read_text().split() if listed.exists() else []) if name in names][:number]
    rest = [name for name in names if name not in first]
    wanted = min(number - len(first), len(rest))
    return first + [rest[place * len(rest) // wanted] for place in range(wanted)]


def main() -> int:
    """Prints each proposal, then the figures beside those of the own templates."""
    if len(sys.argv) not in (2, 3) or not (Path(sys.argv[1]) / "labels").is_dir():
        print(__doc__, file=sys.stderr)
        return 1
    folder, site = Path(sys.argv[1]), site_named("jcnews")
    names = chosen(folder, int(sys.argv[2]) if len(sys.argv) == 3 else 10)
    pages = {name: (folder / "pages" / f"{name}.html").read_bytes() for name in names}
    known = {name: evidence(page) for name, page in pages.items()}
    rows, proposed, own = [], [], []
    for name, page in pages.items():
        label: dict[str, Any] = json.loads((folder / "labels" / f"{name}.json").read_text(encoding="utf-8"))
        usual = marks(prediction(parse_article(page, None, site)), label)
        found = known[name]
        proposal = propose([found], "proposed") if found else None
        if proposal is None:
            print(f"{name}: none, no title above running text with a date\n")
            rows.append((name, "–", f"{usual['body']:.3f}", *("–" * (len(COLUMNS) - 1)), "–"))
            continue
        print(f"{name}: title {proposal.title}, body {proposal.container}\n{proposal.source}\n")
        article = parse_article(page, None, replace(site, templates=(proposal.template,)))
        got = marks(prediction(article), label)
        others = sum(agreement(proposal.template, other) > 0 for o, other in known.items() if other and o != name)
        rows.append((name, f"{got['body']:.3f}", f"{usual['body']:.3f}", *map(str, _rights(got)), str(others)))
        proposed.append(got)
        own.append(usual)
    print(table(("page", "body", "own body", *COLUMNS[1:], "fits others"), rows))
    for title, scores in (("proposed", proposed), ("own", own)):
        figures = summary(scores)
        print(f"{title}: {', '.join(f'{name} {figures[name]:.3f}' for name in COLUMNS if name in figures)}")
    print(f"proposed for {len(proposed)} of {len(names)} pages")
    return 0


def _rights(got: dict[str, float]) -> list[str]:
    """Whether each field is right; a dash where the page prints none."""
    return [{1.0: "right", 0.0: "WRONG"}.get(got.get(name, -1), "–") for name in COLUMNS[1:]]


if __name__ == "__main__":
    sys.exit(main())
