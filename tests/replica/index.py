"""Which listing shows what, and where: a few bytes per entry, built once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tests.replica.draw import chance
from tests.replica.register import Register
from tests.replica.sections import BY_PATH, ROLL, SECTIONS, Section

Kind = Literal["article", "external", "file"]
_KINDS: tuple[Kind, ...] = ("article", "external", "file")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list. `number` is the document; of an external item or a file the one it stands below."""

    kind: Kind
    number: int


class Index:
    """The entries of every listing in the order shown."""

    def __init__(self, register: Register) -> None:
        """The index of a register."""
        plan = register.plan
        self.register = register
        self._size = plan.page_size
        self._entries = {section.path: array("q") for section in SECTIONS}
        roll = array("q")
        for number in range(register.count - 1, -1, -1):
            own = register.section(number)
            self._entries[own.path].append(number * 3)
            crossing = register.crossing(number)
            if crossing is not None:
                self._entries[crossing.path].append(number * 3)
            if own.path.startswith("xw/") and len(roll) < plan.roll_pages * plan.page_size:
                roll.append(number * 3)
        for section in SECTIONS:
            self._entries[section.path] = self._arranged(section, self._entries[section.path])
        self._entries[ROLL.path] = roll
        self._cut = {path: frozenset(self._shown_numbers(path)) for path in (*self._capped(), ROLL.path)}

    def _capped(self) -> Iterable[str]:
        return (section.path for section in SECTIONS if section.capped)

    def _arranged(self, section: Section, numbers: array[int]) -> array[int]:
        """Neighbours swapped here and there, one old item pinned, other hosts' items and files in between."""
        seed, path = self.register.plan.seed, section.path
        for place in range(0, len(numbers) - 1, 2):
            if chance(seed, "swap", numbers[place], 8):
                numbers[place], numbers[place + 1] = numbers[place + 1], numbers[place]
        if section.pinned and len(numbers) > 2:
            numbers.insert(0, numbers.pop(len(numbers) // 2))
        entries = array("q")
        for code in numbers:
            number = code // 3
            entries.append(code)
            newest = len(entries) == 1
            if chance(seed, f"external {path}", number, 4) or (newest and path == "xw/jdxw"):
                entries.append(code + 1)
            if chance(seed, f"file {path}", number, 1.5) or (newest and path == "xw/zhxw"):
                entries.append(code + 2)
        if section.capped:
            del entries[self.register.plan.cap * self._size :]
        return entries

    def _shown_numbers(self, path: str) -> Iterable[int]:
        return (code // 3 for code in self._entries[path] if code % 3 == 0)

    def pages(self, path: str) -> int:
        """Number of list pages of a listing, at least 1."""
        return max(1, -(-len(self._entries[path]) // self._size))

    def page(self, path: str, place: int) -> list[Entry]:
        """Entries of a list page; 0 is the first."""
        codes = self._entries[path][place * self._size : (place + 1) * self._size]
        return [Entry(_KINDS[code % 3], code // 3) for code in codes]

    def total(self, path: str) -> int:
        """Number of entries of a listing."""
        return len(self._entries[path])

    def count(self, path: str, kind: Kind) -> int:
        """Number of entries of a kind."""
        wanted = _KINDS.index(kind)
        return sum(code % 3 == wanted for code in self._entries[path])

    def newest(self, path: str) -> int | None:
        """The newest document that a listing shows."""
        return max(self._shown_numbers(path), default=None)

    def shown_in(self, number: int) -> list[Section]:
        """Listings that show a document, its own first."""
        own, crossing = self.register.section(number), self.register.crossing(number)
        candidates = [own] if crossing is None else [own, crossing]
        if own.path.startswith("xw/"):
            candidates.append(BY_PATH["xw"])
        return [section for section in candidates if section.path not in self._cut or number in self._cut[section.path]]
