"""What is asked and what is answered, and what a browser may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HTML = "text/html; charset=utf-8"

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing runs, and nothing is had from elsewhere."""

BARE_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser asks."""

    path: str
    """With its escapes undone."""
    query: Mapping[str, str]
    origin: str
    """By which address it asks, such as `http://127.0.0.1:8100`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What it is given."""

    body: bytes
    kind: str = HTML
    """Content-Type."""
    status: int = 200
    policy: str = PAGE_POLICY
    """Content-Security-Policy."""


def snapshot_policy(origin: str) -> str:
    """For a page as served: without scripts, forms and an origin of its own; images only of the archive."""
    return (
        f"sandbox; default-src 'none'; img-src {origin}/image/ data:; style-src 'unsafe-inline'; form-action 'none'; "
        f"base-uri 'none'; frame-ancestors {origin}"
    )
