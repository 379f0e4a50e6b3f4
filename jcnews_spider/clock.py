"""Time: the run's clock, and time as the archive writes it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
"""Zone of every time that a page prints; China keeps no summer time since 1991."""


def now() -> float:
    """UTC seconds since 1970: the only place where the project asks for the time of day."""
    return time.time()


def utc(seconds: float) -> str:
    """RFC 3339 in UTC with Z, to the second, for seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(moment: str) -> int:
    """UTC seconds since 1970 of an RFC 3339 time, or of the beginning of a day in Shanghai; raises ValueError."""
    parsed = datetime.fromisoformat(moment)
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=SHANGHAI)).timestamp())
