"""What a run learns of each host: how long it wants to be left alone, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Protocol

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
    took_s: float = 0.0
    """Seconds that its last answer took."""

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


class Paces(Protocol):
    """Where the runs of a shared crawl agree when a host is asked."""

    def take(self, host: str, delay_s: float) -> float:
        """Takes the turn of asking a host if it has come, and gives 0; else the seconds until then."""

    def rest(self, host: str, seconds: float) -> None:
        """Leaves a host alone for so long from now on."""


class SharedHost(Host):
    """One host that several runs ask, no faster together than one of them alone."""

    def __init__(self, name: str, paces: Paces) -> None:
        super().__init__()
        self._name = name
        self._paces = paces
        self._is_told = True

    def rest(self, seconds: float) -> None:
        """Leaves it alone for so long from now on; the others are told when the next turn is asked for."""
        super().rest(seconds)
        self._is_told = False

    def turn_s(self, delay_s: float) -> float:
        """Seconds until it may be asked; 0 is the leave to ask it now, and the next one comes after the delay.

        One run alone asks nothing before the answer has come: while answers take longer than the delay, turns come as
        slowly.
        """
        if not self._is_told:
            self._paces.rest(self._name, self.waits_s)
            self._is_told = True
        return self.waits_s or self._paces.take(self._name, max(delay_s, self.took_s) if delay_s else 0.0)


class Hosts(dict[str, Host]):
    """The hosts of a run by name, as in addresses, each made when it is first asked for."""

    def __init__(self, paces: Paces | None = None) -> None:
        """`paces` are those of a shared crawl."""
        super().__init__()
        self._paces = paces

    def __missing__(self, name: str) -> Host:
        self[name] = host = SharedHost(name, self._paces) if self._paces else Host()
        return host
