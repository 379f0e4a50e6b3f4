"""The limits of the search, on a made-up archive of 100,000 articles.

Replicas of newspaper prose use few words, so the articles are made of words drawn as those of a language are: 3,800
characters, 40,000 words of one to four of them, and few of either make up most of a text (Zipf). The archive is made in
the folder for temporary files (TMPDIR), needs 16 kB an article there, and is removed at the end.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import accumulate, islice, pairwise
from pathlib import Path
from random import Random
from statistics import median

from bench.figures import Asked, Figure
from jcnews_spider.archive import LEDGER, files, segments
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.outbox import Sealed
from jcnews_spider.archive.search import NAME, Query, search
from jcnews_spider.archive.search.index import Bounds, Index
from jcnews_spider.archive.search.words import words_of
from jcnews_spider.article import Article, content_hash

CHARACTERS, WORDS = 3800, 40_000
LENGTHS, SHARES = (1, 2, 3, 4), (2, 12, 3, 2)
"""Words of one to four characters, and how many of each among the words."""

A_DAY = 100
RECORDS = 500
SAMPLES = 60


class Prose:
    """Articles of about 1,000 characters."""

    def __init__(self, seed: int) -> None:
        self._random = random = Random(seed)
        characters = random.sample([chr(code) for code in range(0x4E00, 0x9FA5)], CHARACTERS)
        weights = list(accumulate(1 / (place + 8) for place in range(CHARACTERS)))
        lengths = random.choices(LENGTHS, SHARES, k=WORDS)
        self._words = ["".join(random.choices(characters, cum_weights=weights, k=length)) for length in lengths]
        self._weights = list(accumulate(1 / (place + 3) for place in range(WORDS)))

    def title(self) -> str:
        """A title of 15 to 30 characters."""
        return "".join(self._drawn(self._random.randrange(7, 14)))

    def text(self) -> str:
        """Paragraphs of about 125 characters."""
        return "\n\n".join(self._paragraph() for _ in range(self._random.randrange(4, 13)))

    def _paragraph(self) -> str:
        words = self._drawn(48)
        for place in range(6, len(words), 7):
            words[place] += self._random.choice("，，。、")
        if self._random.random() < 0.7:
            words.insert(3, str(self._random.randrange(2030)))
        return f"{''.join(words)}。"

    def _drawn(self, number: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._weights, k=number)


@dataclass(frozen=True, slots=True)
class Made:
    """An archive, and how much text stands in it."""

    characters: int
    text_bytes: int
    pairs: Sequence[str]
    """Each pair of characters of some of the texts, the most frequent first."""


ARTICLES = 100_000


def figures(asked: Asked) -> Iterator[Figure]:
    """What somebody waits for who searches."""
    number = asked.articles or ARTICLES
    with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
        root = Path(folder)
        made = make(root, number)
        yield from measure(root, number, made)


def make(root: Path, number: int) -> Made:
    """Writes segments, and a ledger that knows them."""
    files.sweep(root)
    pairs, characters, size = Counter[str](), 0, 0
    articles = _articles(number)
    with closing(Ledger(root / LEDGER)) as ledger:
        for segment in range(-(-number // RECORDS)):
            batch = list(islice(articles, RECORDS))
            characters += sum(len(article.text) for article in batch)
            size += sum(len(f"{article.title_raw}{article.text}".encode()) for article in batch)
            pairs.update("".join(pair) for article in batch[:10] for pair in pairwise(article.text))
            path = segments.segment_path("20221009T000000Z-0000", segment)
            digest, _ = segments.write_segment(root, path, [article.to_json() for article in batch])
            with ledger.transaction():
                ledger.outbox.sealed(Sealed(path, len(batch), digest, 0, 0))
    return Made(characters, size, [pair for pair, _ in pairs.most_common() if len("".join(pair.split())) == len(pair)])


def _articles(number: int) -> Iterator[Article]:
    prose, last = Prose(1), date(2022, 10, 9)
    for place in range(number):
        day, docid = last - timedelta(days=place // A_DAY), 1_000_000 - place
        url, title = f"http://www.jcnews.com.cn/xw/{day:%Y%m}/t{day:%Y%m%d}_{docid}.html", prose.title()
        article = Article(id=f"jcnews:{docid}", url=url, title_raw=title, title=title, text=prose.text())
        yield replace(article, content_hash=content_hash(article))


def measure(root: Path, number: int, made: Made) -> Iterator[Figure]:
    """What somebody waits for."""
    yield Figure(f"text, one of {number:,} articles", made.characters / number, "characters")
    started = time.perf_counter()
    search(root, Query(("一",)), str)
    yield Figure("the first search: all indexed", time.perf_counter() - started, "s")
    yield Figure("index, of the text", (root / NAME).stat().st_size / made.text_bytes, "×", limit=2)
    draw = Random(2)
    third = len(made.pairs) // 3
    kinds = {
        "30 most frequent": made.pairs[:30],
        "frequent": draw.sample(made.pairs[30:3000], SAMPLES),
        "rare": draw.sample(made.pairs[third:], SAMPLES),
    }
    with closing(Index(root / NAME)) as index:
        every = [pair for pairs in kinds.values() for pair in pairs]
        for name, pairs in kinds.items():
            hits = median(index.count(words_of(pair), Bounds()) for pair in pairs)
            yield Figure(f"two characters, {name}: articles", hits, "")
            yield Figure(f"two characters, {name}: count and newest 20", *_asked(index, pairs), limit=20)
        yield Figure("two characters, all: median", *_asked(index, every), limit=20)
        yield Figure("two characters, all: slowest", *_asked(index, every, max))
        yield Figure("one character, frequent", *_asked(index, sorted({pair[0] for pair in made.pairs[:30]})))
        joined = [f"{one} {two}" for one, two in zip(kinds["frequent"], kinds["rare"], strict=True)]
        yield Figure("two words", *_asked(index, joined))
    whole = [_milliseconds(partial(search, root, Query(words_of(pair)), str)) for pair in every]
    yield Figure("with lock, ledger, records and marks: median", median(whole), "ms")
    yield Figure("with lock, ledger, records and marks: slowest", max(whole), "ms")


def _asked(
    index: Index, queries: Sequence[str], which: Callable[[Sequence[float]], float] = median
) -> tuple[float, str]:
    """Milliseconds of a count and the first page."""
    return which([_milliseconds(partial(_ask, index, words_of(query))) for query in queries]), "ms"


def _ask(index: Index, words: tuple[str, ...]) -> None:
    index.count(words, Bounds())
    index.find(words, Bounds(), 20, 0)


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
