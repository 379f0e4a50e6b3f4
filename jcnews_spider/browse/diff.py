"""Two versions of a text side by side: paragraphs that belong together in a row, and in them what was changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, groupby, zip_longest
from operator import attrgetter

from jcnews_spider.browse.pieces import Piece, Pieces

MOST_PAIRS = 100_000
"""Pairs of equal characters of two texts above which they are not compared by characters: each costs a step or more."""

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
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Row((Piece(text),), (Piece(text),)) for text in old[i1:i2]]
        else:
            found += _replaced(old[i1:i2], new[j1:j2])
    return found


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Each old paragraph beside the next new one that is like it, and what has none like it beside each other."""
    if len(old) * len(new) > MOST_PARAGRAPHS:
        yield from _unlike(old, new)
        return
    done, start = 0, 0
    for at, before in enumerate(old):
        place = next((place for place in range(start, len(new)) if _is_alike(before, new[place])), None)
        if place is not None:
            yield from _unlike(old[done:at], new[start:place])
            yield changed(before, new[place])
            done, start = at + 1, place + 1
    yield from _unlike(old[done:], new[start:])


def _unlike(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Paragraphs of which nothing is the same, side by side to save room."""
    for before, after in zip_longest(old, new):
        yield Row(
            None if before is None else (Piece(before, True),),
            None if after is None else (Piece(after, True),),
        )


def _is_alike(old: str, new: str) -> bool:
    """True for two versions of one paragraph, as far as the letters that both have tell."""
    return SequenceMatcher(None, old, new, autojunk=False).quick_ratio() >= ALIKE


def changed(old: str, new: str) -> Row:
    """Two texts with the characters marked that are not in both."""
    counts = Counter(new)
    if sum(counts[character] for character in old) > MOST_PAIRS:
        return Row((Piece(old, True),), (Piece(new, True),))
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
