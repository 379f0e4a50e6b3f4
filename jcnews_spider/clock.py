"""Time as the archive writes it."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(seconds: float) -> str:
    """RFC 3339 in UTC with Z, to the second, for seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
