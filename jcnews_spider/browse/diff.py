"""Two versions of a text side by side: paragraphs that belong together in a row, and in them what was changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, groupby, zip_longest
from operator import attrgetter

from jcnews_spider.browse.pieces import Piece, Pieces

MOST_PAIRS = 250_000
"""Pairs of equal characters behind which the rest of a page is not compared by characters: each costs a step or more,
4 µs where they are made to. A usual paragraph has 3,000."""

MOST_PARAGRAPHS = 10_000
"""Pairs of paragraphs above which none is sought beside its like."""

ALIKE = 0.4
"""Ratio from which two paragraphs count as one that was changed."""

SHORT = 2
"""Characters between two changes below which they are one change: in Chinese, a sign alike by chance says nothing."""


FEW = 2
"""Unchanged paragraphs in a run that are not worth folding."""


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph before and after; None where it is only in the other version."""

    old: Pieces | None
    new: Pieces | None

    @property
    def is_same(self) -> bool:
        """True where nothing was changed."""
        return self.old == self.new


def rows(old: Sequence[str], new: Sequence[str]) -> list[Row]:
    """The paragraphs of both, in order."""
    found: list[Row] = []
    left = MOST_PAIRS
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Row((Piece(text),), (Piece(text),)) for text in old[i1:i2]]
            continue
        for before, after in _beside(old[i1:i2], new[j1:j2]):
            if before is None or after is None or not _is_alike(before, after):
                found.append(_apart(before, after))
                continue
            left -= _pairs(before, after)
            found.append(_compared(before, after) if left >= 0 else _apart(before, after))
    return found


def _beside(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Each old paragraph beside the next new one that is like it, and what has none like it beside each other."""
    done, start = 0, 0
    for at, before in enumerate(old if len(old) * len(new) <= MOST_PARAGRAPHS else ()):
        place = next((place for place in range(start, len(new)) if _is_alike(before, new[place])), None)
        if place is not None:
            yield from zip_longest(old[done:at], new[start:place])
            yield before, new[place]
            done, start = at + 1, place + 1
    yield from zip_longest(old[done:], new[start:])


def _apart(old: str | None, new: str | None) -> Row:
    """Two paragraphs of which nothing is the same, side by side to save room."""
    return Row(None if old is None else (Piece(old, True),), None if new is None else (Piece(new, True),))


def _is_alike(old: str, new: str) -> bool:
    """True for two versions of one paragraph, as far as the letters that both have tell."""
    return SequenceMatcher(None, old, new, autojunk=False).quick_ratio() >= ALIKE


def changed(old: str, new: str) -> Row:
    """Two texts with the characters marked that are not in both."""
    return _compared(old, new) if _pairs(old, new) <= MOST_PAIRS else _apart(old, new)


def _pairs(old: str, new: str) -> int:
    """How many pairs of equal characters two texts have."""
    counts = Counter(new)
    return sum(counts[character] for character in old)


def _compared(old: str, new: str) -> Row:
    before: list[Piece] = []
    after: list[Piece] = []
    for is_same, left, right in _matches(old, new):
        before.append(Piece(left, not is_same))
        after.append(Piece(right, not is_same))
    return Row(_joined(before), _joined(after))


def _matches(old: str, new: str) -> Iterator[tuple[bool, str, str]]:
    """(whether both are the same, stretch of old, stretch of new), in order."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (kind, i1, i2, j1, j2) in enumerate(codes):
        is_inside = 0 < place < len(codes) - 1
        yield kind == "equal" and not (is_inside and i2 - i1 < SHORT), old[i1:i2], new[j1:j2]


def _joined(pieces: Sequence[Piece]) -> Pieces:
    """The same text in as few pieces as can be."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].is_marked == piece.is_marked:
            found[-1] = Piece(found[-1].text + piece.text, piece.is_marked)
        elif piece.text:
            found.append(piece)
    return tuple(found)


def stretches(compared: Sequence[Row]) -> list[tuple[bool, list[Row]]]:
    """(whether it may be folded, rows): a run of unchanged rows may be, but for the one beside a change."""
    groups = [list(group) for _, group in groupby(compared, key=attrgetter("is_same"))]
    found: list[tuple[bool, list[Row]]] = []
    for place, group in enumerate(groups):
        first, last = int(place > 0), len(group) - int(place < len(groups) - 1)
        if group[0].is_same and last - first > FEW:
            found += [(False, group[:first]), (True, group[first:last]), (False, group[last:])]
        else:
            found.append((False, group))
    return [(is_folded, group) for is_folded, group in found if group]


def is_same(compared: Sequence[Row]) -> bool:
    """True when nothing is marked."""
    return not any(piece.is_marked for row in compared for piece in chain(row.old or (), row.new or ()))
