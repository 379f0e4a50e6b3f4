"""Which listing shows what, and where: a few bytes per entry, built again after a tick when a list is asked."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from tests.replica.draw import chance
from tests.replica.register import Register
from tests.replica.sections import BY_PATH, ROLL, SECTIONS, Section
from tests.replica.ticks import Ticks

Kind = Literal["article", "external", "file", "second"]
_KINDS: tuple[Kind, ...] = ("article", "external", "file", "second")
_SECOND = _KINDS.index("second")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list. `number` is the document; of an external item or a file the one it stands below."""

    kind: Kind
    """`second` is a document at its second address."""
    number: int


class Index:
    """The entries of every listing in the order shown."""

    def __init__(self, register: Register, ticks: Ticks) -> None:
        """The index of a register under its ticks."""
        self.register = register
        self.ticks = ticks
        self._size = register.plan.page_size
        self._base = {section.path: array("q") for section in SECTIONS}
        for number in range(register.count - 1, -1, -1):
            for path in self._native(number):
                self._base[path].append(number * 4)
        for section in SECTIONS:
            self._base[section.path] = self._arranged(section, self._base[section.path])
        self._build()

    def _native(self, number: int) -> tuple[str, ...]:
        """Sections that list a document unless a tick says otherwise."""
        own, crossing = self.register.section(number), self.register.crossing(number)
        return (own.path,) if crossing is None else (own.path, crossing.path)

    def _arranged(self, section: Section, numbers: array[int]) -> array[int]:
        """Neighbours swapped here and there, one old item pinned, other hosts' items and files in between."""
        seed, path = self.register.plan.seed, section.path
        for place in range(0, len(numbers) - 1, 2):
            if chance(seed, "swap", numbers[place] // 4 * 3, 8):
                numbers[place], numbers[place + 1] = numbers[place + 1], numbers[place]
        if section.pinned and len(numbers) > 2:
            numbers.insert(0, numbers.pop(len(numbers) // 2))
        entries = array("q")
        for code in numbers:
            number = code // 4
            entries.append(code)
            newest = len(entries) == 1
            if chance(seed, f"external {path}", number, 4) or (newest and path == "xw/jdxw"):
                entries.append(code + 1)
            if chance(seed, f"file {path}", number, 1.5) or (newest and path == "xw/zhxw"):
                entries.append(code + 2)
        return entries

    def _build(self) -> None:
        """The lists of this moment."""
        self._time = self.ticks.time
        self._entries = {section.path: self._present(section) for section in SECTIONS}
        self._entries[ROLL.path] = array("q", islice(self._rolled(), self.register.plan.roll_pages * self._size))
        capped = (section.path for section in SECTIONS if section.capped)
        self._cut = {path: frozenset(self._entries[path]) for path in (*capped, ROLL.path)}

    def _rolled(self) -> Iterable[int]:
        for number in range(self.ticks.count - 1, -1, -1):
            if self.ticks.section(number).path.startswith("xw/") and not self.ticks.state(number).withdrawn:
                yield number * 4

    def _present(self, section: Section) -> array[int]:
        """A list after every tick, cut where the section cuts it."""
        base, touched = self._base[section.path], self.ticks.touched()
        codes = self._overlaid(section, base, touched) if touched else base
        return codes[: self.register.plan.cap * self._size] if section.capped else codes

    def _overlaid(self, section: Section, base: array[int], touched: list[int]) -> array[int]:
        """New and moved documents by age, second addresses on top; a pinned item stays above them."""
        path = section.path
        codes = array("q", (code for code in base if code % 4 or self.ticks.shows(path, code // 4)))
        pinned = section.pinned and len(base) > 2 and base[0] in codes
        for number in touched:
            native = number < self.register.count and path in self._native(number)
            if not native and self.ticks.shows(path, number):
                codes.insert(_place(codes, number, int(pinned)), number * 4)
        for number in touched:
            state = self.ticks.state(number)
            if state.second is not None and not state.withdrawn and state.second.document.section.path == path:
                codes.insert(int(pinned), number * 4 + _SECOND)
        return codes

    def _shown(self, path: str) -> array[int]:
        """Codes of the entries of a listing, built again when a tick came in between."""
        if self._time != self.ticks.time:
            self._build()
        return self._entries[path]

    def pages(self, path: str) -> int:
        """Number of list pages of a listing, at least 1."""
        return max(1, -(-len(self._shown(path)) // self._size))

    def page(self, path: str, place: int) -> list[Entry]:
        """Entries of a list page; 0 is the first."""
        codes = self._shown(path)[place * self._size : (place + 1) * self._size]
        return [Entry(_KINDS[code % 4], code // 4) for code in codes]

    def total(self, path: str) -> int:
        """Number of entries of a listing."""
        return len(self._shown(path))

    def count(self, path: str, kind: Kind) -> int:
        """Number of entries of a kind."""
        wanted = _KINDS.index(kind)
        return sum(code % 4 == wanted for code in self._shown(path))

    def shown_in(self, number: int) -> list[Section]:
        """Listings that show a document at its own address, its own section first."""
        own, crossing = self.ticks.section(number), self.register.crossing(number)
        candidates = [own] if crossing is None or crossing is own else [own, crossing]
        if own.path.startswith("xw/"):
            candidates.append(BY_PATH["xw"])
        if self.ticks.state(number).withdrawn:
            return []
        return [section for section in candidates if self._reaches(section, number * 4)]

    def second_shown_in(self, number: int) -> list[Section]:
        """The listing that shows a document at its second address, if it has one."""
        second = self.ticks.state(number).second
        if second is None or self.ticks.state(number).withdrawn:
            return []
        section = second.document.section
        return [section] if self._reaches(section, number * 4 + _SECOND) else []

    def _reaches(self, section: Section, code: int) -> bool:
        """Whether a listing that should show an entry is long enough for it."""
        self._shown(section.path)
        return section.path not in self._cut or code in self._cut[section.path]


def _place(codes: array[int], number: int, start: int) -> int:
    """Where a document goes by its age, at or after a start."""
    older = (place for place in range(start, len(codes)) if codes[place] % 4 == 0 and codes[place] // 4 < number)
    return next(older, len(codes))
