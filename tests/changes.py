"""Random ticks of a replica for tests, and what a run that asks now can see of every article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.replica import Replica
from tests.replica.sections import SECTIONS

KINDS = ("publish", "edit", "revert", "republish", "withdraw", "restore", "move", "split")

Content = tuple[str, str]
"""Title and text."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the site shows of an article."""

    listed: frozenset[str]
    """Addresses by which lists show it."""
    served: Mapping[str, Content]
    """What stands at each of its addresses, also at those that it moved away from."""


class Changes:
    """The ticks of one replica, each drawn by a number."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self.applied: Counter[str] = Counter()
        """Ticks by kind."""
        self.touched: Counter[str] = Counter()
        """Ticks by id."""
        self.withdrawn: list[str] = []
        """Ids of what is withdrawn now."""
        self._left: dict[str, dict[str, Content]] = {}
        self._edits: Counter[str] = Counter()
        self._stood: dict[str, set[str]] = {}

    def apply(self, kind: str, pick: int) -> bool:
        """One tick; False when there is nothing that it could be done to."""
        if kind == "publish":
            touched = self._replica.publish(1 + pick % 3)
        else:
            touched = self._one(kind, self._candidates(kind), pick)
        self.touched.update(touched)
        self.applied[kind] += bool(touched)
        return bool(touched)

    def sights(self) -> dict[str, Sight]:
        """What the site shows of each article that there ever was, by id."""
        live: dict[str, list[Mapping[str, Any]]] = {id_: [] for id_ in self.withdrawn}
        for gold in self._replica.gold():
            if gold["expect"] == "article":
                live.setdefault(gold["id"], []).append(gold)
        return {
            id_: Sight(
                frozenset(gold["url"] for gold in golds if gold["listed"]),
                self._left.get(id_, {}) | {gold["url"]: content(gold) for gold in golds},
            )
            for id_, golds in live.items()
        }

    def _candidates(self, kind: str) -> list[str]:
        if kind == "restore":
            return self.withdrawn
        ids = self._replica.ids()
        if kind == "revert":
            return [id_ for id_ in ids if self._edits[id_]]
        if kind == "split":
            addresses = Counter(gold["id"] for gold in self._replica.gold())
            return [id_ for id_ in ids if addresses[id_] == 1]
        return ids

    def _one(self, kind: str, candidates: Sequence[str], pick: int) -> list[str]:
        """The id that the tick was done to."""
        if not candidates:
            return []
        id_ = candidates[pick % len(candidates)]
        if kind in {"move", "split"}:
            return self._to_new_section(kind, id_, pick)
        getattr(self._replica, kind)(id_)
        if kind in {"edit", "revert"}:
            self._edits[id_] += 1 if kind == "edit" else -1
        elif kind == "withdraw":
            self.withdrawn.append(id_)
        elif kind == "restore":
            self.withdrawn.remove(id_)
        return [id_]

    def _to_new_section(self, kind: str, id_: str, pick: int) -> list[str]:
        """A move or a split to a section where the article never stood: an address once left is not asked again."""
        golds = [gold for gold in self._replica.gold() if gold["id"] == id_]
        stood = self._stood.setdefault(id_, set())
        stood.update(url for gold in golds for url in gold["sections"])
        free = [one.path for one in SECTIONS if not any(url.endswith(f"/{one.path}/") for url in stood)]
        if not free:
            return []
        if kind == "move":
            self._left.setdefault(id_, {})[golds[0]["url"]] = content(golds[0])
        getattr(self._replica, kind)(id_, free[pick % len(free)])
        return [id_]


def content(record: Mapping[str, Any]) -> Content:
    """What a record, or gold, says."""
    return record["title"], record["text"]
