"""How alike two texts are, and what is taken for a reprint. Only their letters count (signature.py)."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from jcnews_spider.signature import LEAST_LETTERS, letters

LEAST = 0.65
"""Likeness that makes a reprint: with a tenth of the characters edited it is 0.69 or more, filled forms have up to 0.6
and, where little but numbers differs, more (those tell them apart)."""

LEAST_OF_ONE_PIECE = 0.55
"""Likeness that is enough where what they share is of one piece: the tail may be cut by two fifths, or the first
quarter be new. In a concatenation of two texts of its length each part has 0.5."""

LEAST_ESTIMATE = 0.15
"""Estimate under which no text is compared with a candidate: one with a tenth of its characters edited shares 0.42 of
its runs, of which 32 drawn at random show less than this once in 2,000 times. With 0.2 two more of 248 such reprints
were missed (`python -m bench near`)."""

MOST_KEPT = 20_000
"""Letters of a text whose runs are kept in memory: those of four texts of a million would stay with 360 MB."""

_PIECE = 8
_OF_ONE_PIECE = 0.7
"""Share of the shorter text's runs of eight letters that the longer one has too: cut texts have 0.74 or more, forms at
most 0.67."""

_SHORT = 250
_FEW_NUMBERS = 4
_NUMBER = re.compile("[0-9]+")


def likeness(one: str, other: str) -> float:
    """Weighted Jaccard similarity of the pairs of neighbouring letters, each counted as often as it stands."""
    alike, _ = _shares(letters(one), letters(other), 2)
    return alike


def reprint_likeness(one: str, other: str) -> float | None:
    """How alike two texts are, if one is a reprint of the other; else None.

    A text in a longer one is no reprint by that alone, so a concatenation is none of its parts. A reprint keeps the
    numbers of its original, a form (weather, obituaries, tenders) is filled with others.
    """
    first, second = letters(one), letters(other)
    size, other_size = sorted((len(first), len(second)))
    if size < LEAST_LETTERS or size < LEAST_OF_ONE_PIECE * other_size:  # no likeness is above the sizes' ratio
        return None
    alike, _ = _shares(first, second, 2)
    if alike < LEAST_OF_ONE_PIECE or (alike < LEAST and _shares(first, second, _PIECE)[1] < _OF_ONE_PIECE):
        return None
    return alike if _keeps_numbers(first, second, alike, is_short=size < _SHORT) else None


def _shares(one: str, other: str, run: int) -> tuple[float, float]:
    """The runs of so many letters that two texts have in common, as a share of what either and what the shorter has."""
    first, second = _runs(one, run), _runs(other, run)
    both = sum([min(first[text], second[text]) for text in first.keys() & second.keys()])
    size, other_size = (max(0, len(text) - run + 1) for text in (one, other))
    return both / max(1, size + other_size - both), both / max(1, min(size, other_size))


def _runs(text: str, run: int) -> Counter[str | int]:
    """How often each run of so many letters stands in a text."""
    return _kept_runs(text, run) if len(text) <= MOST_KEPT else _counted_runs(text, run)


@lru_cache(maxsize=4)
def _kept_runs(text: str, run: int) -> Counter[str | int]:
    """The same, kept: a new text meets several candidates in a row."""
    return _counted_runs(text, run)


def _counted_runs(text: str, run: int) -> Counter[str | int]:
    return Counter(_pairs(text) if run == 2 else [text[place : place + run] for place in range(len(text) - run + 1)])


def _pairs(text: str) -> list[int]:
    """Each two neighbouring letters as one number: in half the time that so many strings take."""
    wide = memoryview(text.encode("utf-32", "surrogatepass"))[4:]  # behind the byte order mark
    return [pair for begin in (0, 4) for pair in wide[begin : begin + (len(wide) - begin) // 8 * 8].cast("Q")]


def _keeps_numbers(one: str, other: str, alike: float, *, is_short: bool) -> bool:
    """Whether two texts share about as many numbers as letters; the shorter may have lost some with its tail.

    Tuned with `python -m bench near`: a tenth of the characters edited leaves 0.75 of the numbers (few in a text,
    so with a wide spread), weather, obituaries, tenders and bulletins share 0.2 to 0.6 by chance.
    """
    first, second = Counter(_NUMBER.findall(one)), Counter(_NUMBER.findall(other))
    count = min(first.total(), second.total())
    if count < _FEW_NUMBERS:
        return True
    changed = count - (first & second).total()
    if is_short:
        return changed <= max(1, int((1 - max(0.65, alike - 0.15)) * count + 1e-9))
    return changed < (1 - max(0.5, alike - 0.25)) * count + 1
