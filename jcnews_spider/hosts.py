"""What a run learns of each host: how long it wants to be left alone, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

PATIENCE = 4
"""Failures in a row behind which every further one makes the host rest; and the longest such rest, in backoffs."""

MOST_FAILURES = 30
"""Addresses that failed in a row after which the site is given up for the run: a burst of 20 refusals passes."""

MOST_FAILURES_ELSEWHERE = 5
"""The same for a host that only shows images."""

TIMEOUT_WEIGHT = 3
"""Failures that a timeout counts for: each costs half a minute."""


@dataclass(slots=True)
class Host:
    """One host in one run."""

    failures: int = 0
    """Addresses in a row that gave nothing; what is tried again tells nothing new."""
    unjudged: int = 0
    """Requests that were begun and whose answers are still to be judged: they may make the host rest, or close it."""
    ready_at: float = 0.0
    """Time of the monotonic clock before which it is not asked."""
    sound: str | None = None
    """The last address that gave a page."""
    closed: str | None = None
    """Why it is not asked any more."""

    def answered(self, page: str | None = None) -> None:
        """Notes an answer that is neither a refusal nor a failure of the server; `page` is its address if it is one."""
        self.failures = 0
        self.sound = page or self.sound

    def failed(self, backoff_s: float, weight: int = 1) -> None:
        """Notes an address that gave nothing; a host that only fails is left alone for a while each time."""
        self.failures += weight
        if self.failures > PATIENCE:
            self.rest(backoff_s * min(2 ** (self.failures - PATIENCE - 1), PATIENCE))

    def rest(self, seconds: float) -> None:
        """Leaves it alone for so long from now on, or for longer if that was said before."""
        self.ready_at = max(self.ready_at, monotonic() + seconds)

    @property
    def waits_s(self) -> float:
        """Seconds until it may be asked, 0 when it may be now."""
        return max(0.0, self.ready_at - monotonic())
