"""The walk along one section's list pages: when it goes on, when it may end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from jcnews_spider.trs.listing import Entry


class Step(Enum):
    """What follows a list page."""

    NEXT = "next"
    END = "end"
    """The walk ended by its own rule."""
    CUT = "cut"
    """The walk ended before its end, by a bound."""
    HOLED = "holed"
    """The walk came to its end, but a page on the way held nothing: a soft 404 or a challenge may have stood there."""


@dataclass(slots=True)
class Walk:
    """One section's walk in one run."""

    path: str
    may_stop_early: bool
    """True when the section was complete at the start: then known pages end the walk (DESIGN.md §2)."""
    stop_after_known_pages: int
    max_pages: int
    pages: int | None = None
    """Number of pages that the pager script names, None when there is none."""
    known_pages: int = 0
    """Whole pages without an unknown article, in a row."""
    read_pages: int = 0
    found: Counter[str] = field(default_factory=Counter)
    """Number of different items by kind."""
    new: int = 0
    """Articles that the section was not known to show."""
    end: str | None = None
    """How it ended: complete, unchanged, absent, or the reason that cut it."""
    is_holed: bool = False
    seen: set[str] = field(default_factory=set)

    def read(self, index: int, entries: Iterable[Entry], *, unknown: int, pages: int | None) -> Step:
        """Notes the entries of a page and says what follows.

        Lists are neither sorted nor stable (SITE.md §3.2), so one known article proves nothing; without a pager
        script the walk goes on until a page repeats what was seen.
        """
        page = list(entries)
        fresh = [entry for entry in page if entry.url not in self.seen]
        self.seen.update(entry.url for entry in fresh)
        self.found.update(entry.kind for entry in fresh)
        self.read_pages += 1
        self.new += unknown
        self.pages = pages if pages is not None else self.pages
        self.known_pages = 0 if unknown else self.known_pages + 1
        self.is_holed |= not page and (self.pages is not None or index == 0)
        if self._is_over(index, fresh):
            return Step.HOLED if self.is_holed else Step.END
        return Step.CUT if index + 1 >= self.max_pages else Step.NEXT

    def _is_over(self, index: int, fresh: list[Entry]) -> bool:
        """True at the last page, at one that repeats where no pager counts, and behind enough known ones."""
        if self.pages is not None and index + 1 >= self.pages:
            return True
        if self.pages is None and not fresh:
            return True
        return self.may_stop_early and self.known_pages >= self.stop_after_known_pages

    def at_missing_page(self) -> Step:
        """What a 404 behind the first page means: the end, unless the pager script promised more."""
        return Step.END if self.pages is None else Step.CUT

    def summary(self) -> dict[str, Any]:
        """The walk for the run report."""
        return {"pages": self.read_pages, "found": dict(sorted(self.found.items())), "new": self.new, "end": self.end}
