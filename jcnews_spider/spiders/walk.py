"""The walk along one section's list pages: when it goes on, when it may end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from jcnews_spider.trs.listing import Entry

MOST_ROUNDS = 3
"""Times that a list is walked in one run because it changed meanwhile."""


class Step(Enum):
    """What follows a list page."""

    NEXT = "next"
    AGAIN = "again"
    """The same page once more: without a pager its silence alone says that the list ends, and may pass."""
    CONFIRM = "confirm"
    """The end by the walk's own rule, if the first page is still what it was: else an entry may have slipped past.

    Not where the section was complete and every page known: what comes meanwhile stands before them at the next walk.
    """
    END = "complete"
    """The end by the walk's own rule."""
    CUT = "cut"
    """The end by a bound."""
    HOLED = "empty_page"
    """The end, but a page on the way held nothing, or nothing new: a soft 404 or a challenge may have stood there."""
    DRIFTING = "drifting"
    """The list changed in every round."""


@dataclass(slots=True)
class Walk:
    """One section's walk in one run."""

    path: str
    may_stop_early: bool
    """True when the section was complete at the start: then known pages end the walk (DESIGN.md §2)."""
    stop_after_known_pages: int
    max_pages: int
    counted: int | None = None
    """Pages that the pager named when the section was last seen whole, None where that is not known."""
    had_articles: bool = False
    """True when the section was seen to show articles by an earlier run."""
    ended_after: int | None = None
    """Pages that the walk of an earlier run read before it ended without being whole, None where it was or is recent.

    A pager may promise more than there is for good: what was missing then and is missing now is the list's end.
    """
    pages: int | None = None
    """Number of pages that the pager script names, the highest of this round; None when there is none."""
    known_pages: int = 0
    """Whole pages without an article that is unknown, or was unknown where it stands now, in a row."""
    read_pages: int = 0
    """Of all rounds."""
    found: Counter[str] = field(default_factory=Counter)
    """Number of different items of this round by kind."""
    new: int = 0
    """Articles that the section was not known to show."""
    end: str | None = None
    """How it ended: complete, unchanged, absent, or the reason that cut it."""
    is_holed: bool = False
    seen: set[int] = field(default_factory=set)
    """Hashes of the addresses of this round's items: of 100,000 they take half the memory and leave no holes in it."""
    round: int = 0
    """0 before the first page."""
    validators: tuple[str | None, str | None] = (None, None)
    """(ETag, Last-Modified) of the first page when this round began."""
    must_reach: int = 0
    """Pages that this round reads before known ones may end it: as many as the rounds before."""
    _pagers: Counter[bool] = field(default_factory=Counter)
    """Further pages of this round with a pager and without one, where the first page has one."""
    _silent: int | None = None
    """The page of this round that gave nothing, and was asked once more."""
    _first: tuple[str, ...] = ()
    _index: int = 0

    def begin_round(self, first: Sequence[Entry], validators: tuple[str | None, str | None]) -> None:
        """A walk from the first page on: the first one, or another because the list changed on the way."""
        self.must_reach = self._index + 1 if self.round else 0
        self.round += 1
        self.validators = validators
        self._first = tuple(entry.url for entry in first)
        self.pages = None
        self.known_pages = 0
        self.is_holed = False
        self._silent = None
        self._pagers.clear()
        self.seen.clear()
        self.found.clear()

    def read(self, index: int, entries: Iterable[Entry], *, unknown: int, pages: int | None, moved: int = 0) -> Step:
        """Notes the entries of a page and says what follows.

        Lists are neither sorted nor stable (SITE.md §3.2), so one known article proves nothing; without a pager
        script the walk goes on until a page repeats what was seen. With one, a page that does is another one than was
        asked: a neighbour out of a cache. Behind articles that moved to other addresses there are others that did.
        """
        page = list(entries)
        if index and not page and self.pages is None and pages is None and self._is_first_silence(index):
            return Step.AGAIN
        fresh = [entry for entry in page if hash(entry.url) not in self.seen]
        self.seen.update(hash(entry.url) for entry in fresh)
        self.found.update(entry.kind for entry in fresh)
        self._index = index
        self.read_pages += 1
        self.new += unknown
        is_counted = index > 0 and self.pages is not None
        if not self._was_last(index):
            self.is_holed |= not fresh if is_counted else not page and index == 0
            self._pagers[pages is not None] += is_counted
        self.pages = max((count for count in (self.pages, pages) if count is not None), default=None)
        self.known_pages = 0 if unknown or moved else self.known_pages + 1
        if self._is_over(index, fresh):
            return self._ended()
        return Step.CUT if index + 1 >= self.max_pages else Step.NEXT

    def _is_over(self, index: int, fresh: list[Entry]) -> bool:
        """True at the last page, at one that repeats where no pager counts, and behind enough known ones."""
        if self.pages is not None and index + 1 >= self.pages:
            return True
        if self.pages is None and not fresh:
            return True
        is_far_enough = index + 1 >= self.must_reach and not self.is_cut_short
        return self.may_stop_early and is_far_enough and self.known_pages >= self.stop_after_known_pages

    @property
    def is_cut_short(self) -> bool:
        """True where the pager names more pages than news can have added: when all was known it named too few."""
        new_pages = self._index + 1 - self.known_pages
        return self.pages is not None and self.counted is not None and self.pages > self.counted + new_pages + 1

    def _was_last(self, index: int) -> bool:
        """True for the last page that the pager promises where the walk before ended with it, too."""
        return index > 0 and index + 1 == self.pages == self.ended_after

    @property
    def _has_strange_page(self) -> bool:
        """True where some further pages have a pager and others none, or the only one has none: the home page, say."""
        return self._pagers[False] > 0 and (self._pagers[True] > 0 or self.pages == 2)

    def _ended(self) -> Step:
        if self.is_holed or (self._has_strange_page and self._index + 1 != self.ended_after):
            return Step.HOLED
        is_all_known = self.may_stop_early and self.known_pages > self._index
        return Step.CONFIRM if self._index and not is_all_known else Step.END

    def _is_first_silence(self, index: int) -> bool:
        is_first, self._silent = index != self._silent, index
        return is_first

    def at_missing_page(self, index: int) -> Step:
        """What a 404 behind the first page means: the end, unless the pager script promised more, now and before.

        Without a pager only the second one.
        """
        if self.pages is None and self._is_first_silence(index):
            return Step.AGAIN
        is_end = self.pages is None or self._index + 1 == self.ended_after
        return self._ended() if is_end else Step.CUT

    def at_first_page_again(self, entries: Sequence[Entry]) -> Step:
        """What the first page says when the walk has come to its end: END, or NEXT for another round."""
        if tuple(entry.url for entry in entries) == self._first:
            return Step.END
        return Step.NEXT if self.round < MOST_ROUNDS else Step.DRIFTING

    def summary(self) -> dict[str, Any]:
        """The walk for the run report."""
        return {"pages": self.read_pages, "found": dict(sorted(self.found.items())), "new": self.new, "end": self.end}
