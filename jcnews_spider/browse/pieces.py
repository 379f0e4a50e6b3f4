"""Texts in pieces, some of them marked: what was sought, what was changed."""

from __future__ import annotations

from dataclasses import dataclass

from jcnews_spider.archive.search.words import Marked


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text."""

    text: str
    is_marked: bool = False


Pieces = tuple[Piece, ...]


def pieces_of(marked: Marked) -> Pieces:
    """A text of a search with the words marked."""
    end, found = 0, []
    for start, stop in marked.marks:
        found += [Piece(marked.text[end:start]), Piece(marked.text[start:stop], True)]
        end = stop
    return tuple(piece for piece in [*found, Piece(marked.text[end:])] if piece.text)
