"""Ticks: changes of the site while it runs, laid over what the register says. An untouched document holds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

from tests.replica import prose
from tests.replica.documents import Block, Document, Documents
from tests.replica.draw import draw, generator
from tests.replica.gold import record
from tests.replica.register import BODILESS, Register
from tests.replica.sections import SECTIONS, Section

Presence = Literal["present", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A document at an address of its own."""

    document: Document
    modified: int
    """Unix time of the file."""


@dataclass(frozen=True, slots=True)
class State:
    """What ticks made of a document."""

    section: Section | None = None
    """Where it was published or moved to; None for the section of the register."""
    edits: tuple[int, ...] = ()
    """Edits in force, by their number, the last one last."""
    edited: int = 0
    """Edits ever, reverted ones too."""
    republished: int = 0
    withdrawn: bool = False
    modified: int | None = None
    """Unix time of the last tick of its page; None before the first."""
    second: Standing | None = None
    """The other text under the same docid."""
    left: tuple[Standing, ...] = ()
    """What stays at the addresses it moved away from."""


_UNTOUCHED = State()


class Ticks:
    """The present state of every document. Not thread safe by itself: the site's lock is held around each call."""

    def __init__(self, register: Register, documents: Documents) -> None:
        """The state before the first tick."""
        self.register = register
        self.seed = register.plan.seed
        self.count = register.count
        """Number of documents, the published ones included."""
        self.time = register.plan.newest_at + 60
        """Unix time of the last tick, and of every list page."""
        self._documents = documents
        self._states: dict[int, State] = {}
        self._seen: dict[int, list[tuple[Presence, Document]]] = {}

    def publish(self, section: Section | None) -> int:
        """The number of a new document on top."""
        number = self.count
        self.count += 1
        self._states[number] = State(section=section)
        self._seen[number] = [("present", self.document(number))]
        self.time = max(self.time + 1, self.register.created(number) + 60)
        return number

    def edit(self, number: int) -> None:
        """A correction: a new paragraph, at every second edit a new title too."""
        state = self._with_text(number)
        ordinal = state.edited + 1
        self._enter(number, replace(state, edited=ordinal, edits=(*state.edits, ordinal)))

    def revert(self, number: int) -> None:
        """The text before the last edit in force."""
        state = self._present(number)
        if not state.edits:
            raise ValueError(f"{self.identity(number)}: no edit is in force")
        self._enter(number, replace(state, edits=state.edits[:-1]))

    def republish(self, number: int) -> None:
        """The same text in other bytes."""
        state = self._present(number)
        if self.register.shape(number).startswith("STUB"):
            raise ValueError(f"{self.identity(number)}: a stub has nothing that publishing changes")
        self.time += 1
        self._states[number] = replace(state, republished=state.republished + 1, modified=self.time)

    def withdraw(self, number: int) -> None:
        """Its addresses are missing, except those it moved away from."""
        self._enter(number, replace(self._present(number), withdrawn=True))

    def restore(self, number: int) -> None:
        """The end of a withdrawal."""
        state = self.state(number)
        if not state.withdrawn:
            raise ValueError(f"{self.identity(number)}: it is not withdrawn")
        self._enter(number, replace(state, withdrawn=False))

    def move(self, number: int, section: Section | None) -> str:
        """The address in another section; the old one keeps its bytes."""
        state = self._present(number)
        taken = {self.section(number).path} | ({state.second.document.section.path} if state.second else set())
        target = section or self._drawn(number, taken)
        if target.path in taken:
            raise ValueError(f"{self.identity(number)}: it stands in {target.path} already")
        left = tuple(gone for gone in state.left if gone.document.section is not target)
        here = Standing(self.document(number), self._modified(number))
        self._enter(number, replace(state, section=target, left=(*left, here)))
        return self.document(number).url

    def split(self, number: int, section: Section) -> str:
        """A second address with the same docid and another text."""
        state = self._with_text(number)
        if state.second is not None or self.shows(section.path, number):
            raise ValueError(f"{self.identity(number)}: it is split, or {section.path} shows it already")
        document = _rewritten(self.document(number), generator(self.seed, "split", number))
        charset = self.register.charset(number, section)
        second = replace(document, section=section, charset=charset, copy_of=None)
        self.time += 1
        self._remember(number, "present", second)
        self._states[number] = replace(state, second=Standing(second, self.time))
        return second.url

    def state(self, number: int) -> State:
        """What ticks made of a document, if anything."""
        return self._states.get(number, _UNTOUCHED)

    def document(self, number: int) -> Document:
        """A document as it is now, or was before it was withdrawn."""
        document, state = self._documents.get(number), self.state(number)
        original = self.register.copied(number)
        if original is not None and (state.edits or self.state(original).edits):
            document = replace(document, copy_of=None)
        if state is _UNTOUCHED:
            return document
        for ordinal in state.edits:
            document = _rewritten(document, generator(self.seed, f"edit {ordinal}", number))
        section = state.section or document.section
        series, title = self._title(number)
        return replace(
            document,
            section=section,
            charset=self.register.charset(number, section),
            title=title,
            series=series,
            stamp=draw(self.seed, f"stamp {state.republished}", number, 1 << 60) if state.republished else 0,
        )

    def title_raw(self, number: int) -> str:
        """The title as printed now; no body is written for it."""
        series, title = self._title(number)
        return f"【{series}】{title}" if series else title

    def _title(self, number: int) -> tuple[str | None, str]:
        series, title = self._documents.title(number)
        for ordinal in self.state(number).edits:
            if ordinal % 2 == 0:
                title = prose.headline(generator(self.seed, f"title {ordinal}", number))
        return series, title

    def section(self, number: int) -> Section:
        """The section that owns a document now."""
        return self.state(number).section or self.register.section(number)

    def path(self, number: int) -> str:
        """Path of a document now."""
        return self.register.path(number, self.section(number))

    def standing(self, number: int) -> Iterator[Standing]:
        """The document at each of its addresses that answer, the present one first."""
        if number >= self.count:
            return
        state = self.state(number)
        if not state.withdrawn:
            yield Standing(self.document(number), self._modified(number))
            if state.second is not None:
                yield state.second
        yield from state.left

    def shows(self, path: str, number: int) -> bool:
        """Whether a section would list a document at its own address, were the list long enough."""
        if self.state(number).withdrawn:
            return False
        crossing = self.register.crossing(number)
        return path == self.section(number).path or (crossing is not None and path == crossing.path)

    def touched(self) -> list[int]:
        """Numbers of the documents that any tick touched, oldest first."""
        return sorted(self._states)

    def identity(self, number: int) -> str:
        """The id of its record, `jcnews:956123`."""
        return f"jcnews:{self.register.docid(number)}"

    def number(self, identity: str) -> int:
        """The document with an id; ValueError when there is none."""
        docid = identity.removeprefix("jcnews:")
        number = self.register.number(int(docid)) if docid.isdecimal() else None
        if number is None or number >= self.count:
            raise ValueError(f"{identity}: there is no such document")
        return number

    def history(self, number: int) -> list[dict[str, Any]]:
        """Every state that a reader could see, in order."""
        plain = not self.register.plan.header_forms
        seen = self._seen.get(number) or [("present", self.document(number))]
        return [{"state": presence, **_visible(record(document, [], plain))} for presence, document in seen]

    def _present(self, number: int) -> State:
        state = self.state(number)
        if state.withdrawn:
            raise ValueError(f"{self.identity(number)}: it is withdrawn")
        return state

    def _with_text(self, number: int) -> State:
        if self.register.shape(number) in BODILESS:
            raise ValueError(f"{self.identity(number)}: it has no text")
        return self._present(number)

    def _modified(self, number: int) -> int:
        return self.state(number).modified or self.register.created(number) + 60

    def _drawn(self, number: int, taken: set[str]) -> Section:
        """A section to move to that does not show the document."""
        free = [one for one in SECTIONS if one.path not in taken and not self.shows(one.path, number)]
        return free[draw(self.seed, f"move {len(self.state(number).left)}", number, len(free))]

    def _enter(self, number: int, state: State) -> None:
        """A tick that a reader sees."""
        self.time += 1
        presence: Presence = "withdrawn" if state.withdrawn else "present"
        self._seen.setdefault(number, [("present", self.document(number))])
        self._states[number] = replace(state, modified=self.time)
        self._remember(number, presence, self.document(number))

    def _remember(self, number: int, presence: Presence, document: Document) -> None:
        self._seen.setdefault(number, [("present", self.document(number))]).append((presence, document))


def _visible(gold: dict[str, Any]) -> dict[str, Any]:
    return {name: gold[name] for name in ("title", "text", "url", "published_at")}


def _rewritten(document: Document, rng: Random) -> Document:
    """The document with a paragraph in other words; byline, first and last lines stay."""
    places = list(_paragraphs(document))
    first, others = places[0], places[1:]
    block = Block("text", prose.paragraph(rng))
    if others:
        part, place = rng.choice(others)
        rest = place + 1
    else:
        part, place = first[0], first[1] + 1
        rest = place
    blocks = document.parts[part]
    changed = (*blocks[:place], block, *blocks[rest:])
    return replace(document, parts=(*document.parts[:part], changed, *document.parts[part + 1 :]))


def _paragraphs(document: Document) -> Iterator[tuple[int, int]]:
    """Part and place of each paragraph above the line that says that all is made up."""
    for part, blocks in enumerate(document.parts):
        for place, block in enumerate(blocks):
            if block.text.startswith(prose.FICTION):
                return
            if block.kind == "text":
                yield part, place
