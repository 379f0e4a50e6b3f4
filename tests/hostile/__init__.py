"""A hostile web: every fault that a crawl may meet, what must come of it, and the one crawl that meets them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.replica import Answer

Place = Literal[
    "article",
    "further page",
    "list",
    "image",
    "robots.txt of an image host",
    "the whole site",
    "robots.txt of the site",
]

KEPT = "kept"
"""What is right after all."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a fault is planted."""

    url: str
    body: bytes
    """What the site says there."""
    trap: int
    """A port on 127.0.0.1 to which nobody may come."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the catalogue."""

    name: str
    place: Place
    make: Callable[[Target], Answer]
    reason: str
    """As in the ledger and the run report; KEPT for a page or an image that is had, `complete` for a list."""

    @property
    def is_kept(self) -> bool:
        """Whether the article, or the image, is had in spite of it."""
        return self.reason == KEPT
