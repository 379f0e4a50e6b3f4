"""Which labelled pairs of texts are taken for copies, by the pipeline's own look-up in an archive of first texts."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.figures import Figure
from jcnews_spider import clock
from jcnews_spider.archive import Archive
from jcnews_spider.article import Article
from jcnews_spider.pipelines.clean import cleaned
from jcnews_spider.pipelines.dedupe import mark_copy
from jcnews_spider.signature import LEAST_LETTERS, letters
from tests.ledgers import address, opened
from tests.reprints import NO_GOAL, Pair, pairs

LIMITS = {"edits 1 %": 2.0, "edits 2 %": 2.0, "edits 5 %": 2.0, "edits 10 %": 10.0}
"""Percent of the reprints of a kind that may be missed."""

WRONG_AT_MOST = 0.5
"""Percent of the texts taken for copies that are none."""


@dataclass
class Outcome:
    """What became of the pairs, by kind."""

    pairs: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    """Pairs whose later text is marked as a copy: of the first one for a reprint, of any for the others."""
    reprints: set[str] = field(default_factory=set)
    """Kinds that are reprints."""

    def figures(self, where: str) -> list[Figure]:
        """What is missed of each kind of reprint, what is wrong of the others, in percent."""
        rows = [self._row(kind, where) for kind in self.pairs]
        right = sum(self.found[kind] for kind in self.reprints - NO_GOAL)
        wrong = sum(self.found[kind] for kind in self.pairs.keys() - self.reprints)
        return [
            *rows,
            Figure(f"{where}wrong among all marked", 100 * wrong / max(1, right + wrong), "%", WRONG_AT_MOST),
        ]

    def _row(self, kind: str, where: str) -> Figure:
        share = 100 * self.found[kind] / self.pairs[kind]
        if kind in self.reprints:
            return Figure(f"{where}{kind}: missed of {self.pairs[kind]}", 100 - share, "%", LIMITS.get(kind))
        return Figure(f"{where}{kind}: marked of {self.pairs[kind]}", share, "%")


def outcome(texts: Sequence[str], rounds: int) -> Outcome:
    """What becomes of every kind of pair made of the texts; one half of them serves as the other text by turns."""
    result = Outcome()
    for number in range(rounds):
        base, others = (texts[::2], texts[1::2]) if number % 2 else (texts[1::2], texts[::2])
        for kind, group in _by_kind(base, others, number).items():
            result.pairs[kind] += len(group)
            result.found[kind] += sum(_found(group))
            if group[0].is_reprint:
                result.reprints.add(kind)
    return result


def _by_kind(base: Sequence[str], others: Sequence[str], number: int) -> dict[str, list[Pair]]:
    groups: dict[str, list[Pair]] = defaultdict(list)
    for place, text in enumerate(base):
        for pair in pairs(text, others[place % len(others)], Random(1000 * number + place)):
            if len(letters(pair.first)) >= LEAST_LETTERS:
                groups[pair.kind].append(pair)
    return groups


def _found(group: Sequence[Pair]) -> Iterator[bool]:
    """Of each pair whether the later text is marked, a reprint as one of its own first text."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), seal_records=10**9) as archive:
        ids = _archived(archive, (pair.first for pair in group))
        for pair in group:
            original = mark_copy(_article(len(ids) + 1, pair.later), archive).duplicate_of
            yield original == ids[pair.first] if pair.is_reprint else original is not None


def _archived(archive: Archive, texts: Iterable[str]) -> dict[str, str]:
    """The id of the article that stands for each text: its own, or that of an earlier text which it repeats."""
    ids: dict[str, str] = {}
    for number, text in enumerate(dict.fromkeys(texts), 1):
        article = mark_copy(_article(number, text), archive)
        with archive.ledger.transaction():
            archive.ledger.articles.add(article.id, address(number), None, 0)
            archive.send(article, [], text_digest=None)
        ids[text] = article.duplicate_of or article.id
    archive.seal()
    return ids


def _article(number: int, text: str) -> Article:
    return cleaned(Article(id=f"s:{number}", text=text, fetched_at=clock.utc(number), published_at="2022-10-09"))
