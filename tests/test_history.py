"""Any sequence of ticks, runs and kills: the sealed segments say exactly what the runs could see.

The runs are real processes, killed at the n-th operation of the archive on the disk, so that a failing sequence can be
shrunk. SOAK_EXAMPLES sets how many sequences are tried.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests import sealed
from tests.changes import KINDS, Changes, Content, Sight, content
from tests.crawling import crawl
from tests.killing import FINISHED, problem_of
from tests.replica import Plan, Replica

PLAN = Plan(articles=12, seed=5)
DAYS = 8 * 86_400
"""Between two runs: whatever failed is due again."""

MOST_OPERATIONS = 120
"""A run over the whole replica takes about so many."""

TICKS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 999)), min_size=2, max_size=6)
RECHECKS = st.sampled_from(["recheck=all", "recheck=none"])


@dataclass(frozen=True, slots=True)
class Memory:
    """What the archive may know of an article: its versions, and where it stands."""

    url: str
    past: tuple[tuple[str, Content], ...] = ()
    """(event, content) of each version."""
    asked: frozenset[str] = frozenset()
    """Addresses at which it was had: those that it was moved away from are not asked again."""
    waiting: tuple[str, ...] = ()
    """Other addresses that a list showed, to be asked once, in this order."""
    missed: int = 0
    """Runs that missed it in a row."""


def noted(memory: Memory, url: str) -> Memory:
    """A list shows the article at an address."""
    is_new = url not in {memory.url, *memory.asked, *memory.waiting}
    return replace(memory, waiting=(*memory.waiting, url)) if is_new else memory


def asked(memory: Memory, url: str, sight: Sight) -> Memory:
    """The article is asked at an address."""
    last = memory.past[-1] if memory.past else None
    if url not in sight.served:
        is_sign = url == memory.url and last is not None and last[0] != "gone"
        return replace(memory, missed=memory.missed + 1) if is_sign else memory
    seen, past = sight.served[url], memory.past
    if last is None or last[0] == "gone" or last[1] != seen:
        past = (*past, ("updated" if past else "new", seen))
    return Memory(url, past, memory.asked | {memory.url, url}, tuple(one for one in memory.waiting if one != url))


def settled(memory: Memory) -> Memory:
    """The run ends: what two runs missed is gone."""
    if memory.missed < 2:
        return memory
    return replace(memory, past=(*memory.past, ("gone", memory.past[-1][1])), missed=0)


def courses(before: Memory | None, sight: Sight, *, rechecks: bool) -> Iterator[Sequence[Memory | None]]:
    """What a run can make of an article: the states that the archive goes through, one by one.

    The lists come first, in any order; then the article's address, when it is due; then other addresses.
    """
    for shown in permutations(sight.listed):
        if before is None and not shown:
            yield [None]
            continue
        course = [before or Memory(shown[0])]
        for url in shown:
            course.append(noted(course[-1], url))
        memory = course[-1]
        if rechecks or not memory.past:
            course.append(asked(memory, memory.url, sight))
        for url in memory.waiting:
            course.append(asked(course[-1], url, sight))
        if rechecks:
            course.append(settled(course[-1]))
        yield course


class Machine(RuleBasedStateMachine):
    """A replica, an archive, and what that archive may hold."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._output = Path(self._folder.name) / "output"
        self._replica = Replica(PLAN).__enter__()
        self._changes = Changes(self._replica)
        self._clock = 0
        self._is_whole = False
        """True when a run has seen everything once."""
        self._sealed: dict[str, str] = {}
        self._possible: dict[str, set[Memory | None]] = {}

    @rule(ticks=TICKS, recheck=RECHECKS)
    def a_run_ends(self, ticks: list[tuple[str, int]], recheck: str) -> None:
        self._change(ticks)
        self._run(recheck)

    @rule(ticks=TICKS, recheck=RECHECKS, operation=st.integers(1, MOST_OPERATIONS))
    def a_run_is_killed(self, ticks: list[tuple[str, int]], recheck: str, operation: int) -> None:
        self._change(ticks)
        self._run(recheck, "--fault", f"kill:{operation}")

    def teardown(self) -> None:
        """A last run sees everything."""
        try:
            self._run("recheck=all")
        finally:
            self._replica.__exit__(None, None, None)
            self._folder.cleanup()

    def _change(self, ticks: list[tuple[str, int]]) -> None:
        """One article is missing at a time at most: more could be an outage."""
        for kind, pick in ticks:
            if kind != "withdraw" or (self._is_whole and not self._unsettled()):
                self._changes.apply(kind, pick)

    def _unsettled(self) -> list[str]:
        """What is withdrawn, and not known to be gone."""
        return [
            id_
            for id_ in self._changes.withdrawn
            if any(memory and memory.past and memory.past[-1][0] != "gone" for memory in self._possible.get(id_, ()))
        ]

    def _run(self, recheck: str, *fault: str) -> None:
        self._clock += DAYS
        shim = ("--clock", str(self._clock), *fault)
        run = crawl(self._replica, self._output, recheck, shim=shim, JCNEWS_SEAL_RECORDS=5, JCNEWS_FAIL_RATIO=1)
        is_killed, rechecks = run.code == -9, recheck == "recheck=all"
        assert is_killed or run.code in FINISHED, run.stderr
        for id_, sight in self._changes.sights().items():
            found: set[Memory | None] = set()
            for before in self._possible.get(id_, {None}):
                for course in courses(before, sight, rechecks=rechecks):
                    found.update([before, *course] if is_killed else course[-1:])
            self._possible[id_] = found
        self._look(is_killed=is_killed, rechecks=rechecks)

    def _look(self, *, is_killed: bool, rechecks: bool) -> None:
        """Nothing sealed has changed or is half; after a run that ended every article's past is a possible one.

        When it asked everything, the newest version of what is listed says what the site shows.
        """
        assert sealed.changed(self._sealed, self._output) == []
        self._sealed = sealed.digests(self._output)
        records, faults = sealed.read(self._output, was_killed=is_killed)
        assert faults.total() == 0, faults
        if is_killed:
            return
        self._is_whole = True
        assert records.keys() <= self._possible.keys()
        for id_, possible in self._possible.items():
            past = tuple((record["event"], content(record)) for record in records.get(id_, []))
            fitting = {memory for memory in possible if (memory.past if memory else ()) == past}
            assert fitting, (id_, past, possible)
            self._possible[id_] = fitting
        for id_, sight in self._changes.sights().items():
            if sight.listed and rechecks:
                assert problem_of(records.get(id_, []), sight) is None, id_


TestHistory = Machine.TestCase
TestHistory.settings = settings(
    max_examples=int(os.environ.get("SOAK_EXAMPLES", "3")),
    stateful_step_count=5,
    deadline=None,
    derandomize="SOAK_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
