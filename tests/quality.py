"""`python -m tests.quality [CORPUS] [--pin [--lower]]`: how well pages are read, held against pinned floors.

Golden pages and the replica are always scored, a labelled corpus (../shared/corpus, or the folder named) when it is
there and is the pinned one. `--pin` writes the scores of now as floors; one lower than before needs `--lower`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jcnews_spider.article import Article
from jcnews_spider.errors import UnknownLayout
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import join_parts, parse_article
from tests.replica import Plan, Replica

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "tests" / "pages"
PINS = ROOT / "tests" / "quality.json"
CORPUS = ROOT.parent / "shared" / "corpus"
DOCUMENTS = 300
"""Documents of the replica that are scored."""
FIELDS = "title title_raw subtitle series published_at published_raw source authors editor text images videos".split()

Scores = dict[str, float]


def corpus_hash(corpus: Path) -> str:
    """sha256 over names and bytes of pages and labels."""
    digest = sha256()
    for path in sorted([*(corpus / "pages").glob("*.html"), *(corpus / "labels").glob("*.json"), corpus / "trs.txt"]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def prediction(article: Article) -> dict[str, Any]:
    """A record in the corpus's label schema; its labels hold titles as printed, with their series."""
    return {
        "title": article.title_raw,
        "published_at": article.published_at,
        "source": article.source,
        "authors": [author.name for author in article.authors],
        "editor": article.editor,
        "body": article.text,
        "images": [image.url for image in article.images],
    }


def corpus_rows(corpus: Path) -> dict[str, dict[str, Any]]:
    """The corpus's own program's scores of each page."""
    site = site_named("jcnews")
    with tempfile.TemporaryDirectory() as folder:
        for label in sorted((corpus / "labels").glob("*.json")):
            page = corpus / "pages" / f"{label.stem}.html"
            try:
                found = prediction(parse_article(page.read_bytes(), None, site))
            except UnknownLayout:
                continue
            Path(folder, label.name).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        rows: dict[str, dict[str, Any]] = _program(corpus).run(folder, str(corpus / "labels"))
    return rows


def _program(corpus: Path) -> Any:
    spec = importlib.util.spec_from_file_location("corpus_score", corpus / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def corpus_scores(corpus: Path) -> Scores:
    """Means over the corpus, and the worst body of its TRS pages."""
    rows = corpus_rows(corpus)
    trs = [rows[name]["F1"] for name in (corpus / "trs.txt").read_text("utf-8").split()]
    names = {"F1": "body", "title": "title", "date": "day", "dt": "minute", "source": "source", "editor": "editor",
             "author~": "first author", "author=": "all authors", "imgs": "images"}  # fmt: skip
    scores = {name: _mean([row[key] for row in rows.values() if key in row]) for key, name in names.items()}
    return {
        **scores,
        "worst TRS body": round(min(trs), 4),
        "articles found": _mean([row["F1"] > 0 for row in rows.values()]),
    }


def golden_score(folder: Path = PAGES) -> Scores:
    """Share of golden pages whose record is exact."""
    return {"golden pages": _mean([is_golden(path) for path in sorted(folder.glob("*/*.html"))])}


def is_golden(path: Path) -> bool:
    """True when a golden page gives its record."""
    return bool(reading(path) == json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))


def reading(path: Path) -> dict[str, Any]:
    """What a golden page gives now."""
    from jcnews_spider.commands.savepage import golden  # noqa: PLC0415 - Scrapy's console is heavy
    from jcnews_spider.items import Page  # noqa: PLC0415

    url = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["url"]
    found: dict[str, Any] = json.loads(json.dumps(golden(Page(path.read_bytes(), url or None))))
    return found


def replica_scores(documents: int = DOCUMENTS) -> Scores:
    """Share of the replica's documents read exactly, by field; what is no article must be refused."""
    replica, site = Replica(Plan(articles=documents)), site_named("jcnews")
    right: dict[str, list[bool]] = {name: [] for name in [*FIELDS, "refused"]}
    for gold in replica.gold():
        stem = urlsplit(gold["url"]).path.removesuffix(".html")
        paths = [stem, *(f"{stem}_{part}" for part in range(1, gold["pages"] or 1))]
        try:
            parts = [
                parse_article(replica.site.page(f"{path}.html").body, f"{gold['url'].removesuffix('.html')}"
                              f"{path.removeprefix(stem)}.html", site)
                for path in paths
            ]  # fmt: skip
        except UnknownLayout:
            right["refused"].append(gold["expect"] != "article")
            continue
        record = json.loads(join_parts(parts).to_json())
        record["images"] = [{"url": image["url"], "caption": image["caption"]} for image in record["images"]]
        for name in FIELDS:
            right[name].append(gold["expect"] == "article" and record[name] == gold[name])
    return {f"replica {name}": _mean(values) for name, values in right.items()}


def _mean(values: list[Any]) -> float:
    return round(sum(values) / len(values), 4) if values else 1.0


def below(scores: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """What is lower than its floor, in words."""
    return [f"{name}: {scores.get(name, 0.0):.4f} is below {floor:.4f}" for name, floor in floors.items()
            if scores.get(name, 0.0) < floor]  # fmt: skip


def pins() -> dict[str, Any]:
    """The pinned floors and the corpus that they belong to."""
    read: dict[str, Any] = json.loads(PINS.read_text(encoding="utf-8"))
    return read


def main() -> int:
    """Prints every score beside its floor; 1 when one is below."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("--lower", action="store_true")
    asked = parser.parse_args()
    pinned = pins() if PINS.exists() else {"corpus": None, "corpus_floors": {}, "floors": {}}
    scores = {**golden_score(), **replica_scores()}
    of_corpus = corpus_scores(asked.corpus) if (asked.corpus / "labels").is_dir() else None
    digest = corpus_hash(asked.corpus) if of_corpus is not None else None
    is_pinned = digest == pinned["corpus"]
    _print(scores, pinned["floors"])
    if of_corpus is not None:
        _print(of_corpus, pinned["corpus_floors"] if is_pinned else {})
    else:
        print(f"corpus: none at {asked.corpus}")
    low = below(scores, pinned["floors"]) + (below(of_corpus or {}, pinned["corpus_floors"]) if is_pinned else [])
    if asked.pin and (not low or asked.lower):
        kept = {"corpus": digest, "corpus_floors": of_corpus} if of_corpus is not None else {}
        PINS.write_text(json.dumps({**pinned, **kept, "floors": scores}, indent=1) + "\n", encoding="utf-8")
        return 0
    print(*low, sep="\n", end="\n" if low else "")
    return 1 if low else 0


def _print(scores: Scores, floors: Mapping[str, float]) -> None:
    for name, score in scores.items():
        print(f"{name:<24} {score:.4f}" + (f"   floor {floors[name]:.4f}" if name in floors else ""))


if __name__ == "__main__":
    sys.exit(main())
