"""A document as a value: what its page will say, before any HTML is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random

from tests.replica import prose
from tests.replica.draw import draw, generator
from tests.replica.register import BODILESS, Register, file_stem, local
from tests.replica.sections import Charset, Section

ROOT = "http://www.jcnews.com.cn/"
_SOURCES = (
    *("晋城新闻网",) * 5, *("太行日报",) * 5, *("太行日报·晚报版",) * 2, *("山西日报",) * 5,
    "新华社", "新华社", "人民网", "山西晚报", "央视新闻", "中国新闻网", "陵川县融媒体中心", "《太行日报》", "",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the body."""

    kind: str
    """text, head, image or table."""
    text: str = ""
    """Its words as they stand in the source, noise and all; for an image the caption."""
    file: str = ""
    """Name of the image's file."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Cells of a table."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An attached file or a video."""

    file: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document; `parts` holds the blocks of each of its pages."""

    number: int
    docid: int
    section: Section
    shape: str
    charset: Charset
    created: int
    shown: int
    title: str
    series: str | None
    subtitle: str | None
    source: str
    authors: tuple[tuple[str, str], ...]
    header_author: str | None
    editors: tuple[str, ...]
    copy_of: int | None
    reprint_of: int | None = None
    parts: tuple[tuple[Block, ...], ...]
    uploads: tuple[Upload, ...] = ()
    look: int = field(repr=False, default=0)
    """A number by which the page chooses among equal forms (indents, quotes, notice …)."""
    stamp: int = field(repr=False, default=0)
    """What republishing adds to the signature of its comment link; nothing else depends on it."""

    @property
    def title_raw(self) -> str:
        """Title as printed."""
        return f"【{self.series}】{self.title}" if self.series else self.title

    @property
    def day(self) -> str:
        """Day of creation, `20221009`."""
        return f"{local(self.created):%Y%m%d}"

    @property
    def stem(self) -> str:
        """File name without suffix."""
        return f"t{self.day}_{self.docid}"

    @property
    def folder(self) -> str:
        """Address of the folder in which the page stands."""
        return f"{ROOT}{self.section.path}/{self.day[:6]}/"

    @property
    def url(self) -> str:
        """Address of its first page."""
        return ROOT + self.path()

    def path(self, part: int = 0) -> str:
        """Path of one of its pages from the root, `xw/jcxw/202210/t20221009_956123_1.html`."""
        suffix = f"_{part}" if part else ""
        return f"{self.section.path}/{self.day[:6]}/{self.stem}{suffix}.html"

    def pick(self, topic: int, below: int) -> int:
        """A choice among `below` forms, another for each topic."""
        return (self.look >> topic) % below


class Documents:
    """The documents of a register as first published, written when asked for."""

    def __init__(self, register: Register) -> None:
        """All documents of a register."""
        self.register = register
        self.seed = register.plan.seed
        self.get = lru_cache(maxsize=512)(self._written)
        self.title = lru_cache(maxsize=4096)(self._title)

    def _title(self, number: int) -> tuple[str | None, str]:
        """Series and title; a copy has its original's."""
        number = self._text_number(number)
        rng = generator(self.seed, "title", number)
        series = None
        if self.register.section(number).path == "zt/sxdj":
            series = prose.SERIES[0] if rng.random() < 0.7 else None
        elif rng.random() < 0.12:
            series = rng.choice(prose.SERIES[1:])
        return series, prose.headline(rng)

    def title_raw(self, number: int) -> str:
        """The title as printed, with its series."""
        series, title = self.title(number)
        return f"【{series}】{title}" if series else title

    def _text_number(self, number: int) -> int:
        original = self.register.copied(number)
        return number if original is None else original

    def _written(self, number: int) -> Document:
        register = self.register
        reprinted = register.reprinted(number)
        words = self._text_number(number) if reprinted is None else reprinted
        rng = generator(self.seed, "body", words)
        series, title = self.title(number)
        source = rng.choice(_SOURCES)
        shape = register.shape(number)
        blocks, authors = _body(rng, source, register.shape(words))
        if reprinted is not None:
            blocks = _reprint(blocks, generator(self.seed, "reprint", number))
        header_author = prose.person(rng) if not authors and rng.random() < 0.3 else None
        document = Document(
            number=number,
            docid=register.docid(number),
            section=register.section(number),
            shape=shape,
            charset=register.charset(number),
            created=register.created(number),
            shown=register.shown(number),
            title=title,
            series=series,
            subtitle=prose.subtitle(rng) if rng.random() < 0.06 else None,
            source=source,
            authors=authors,
            header_author=header_author,
            editors=_editors(generator(self.seed, "editor", number)),
            copy_of=None if words in {number, reprinted} else register.docid(words),
            reprint_of=None if reprinted is None else register.docid(reprinted),
            parts=(),
            look=draw(self.seed, "look", number, 1 << 62),
        )
        return _with_files(replace(document, parts=_parts(document, blocks)), generator(self.seed, "files", number))


def _editors(rng: Random) -> tuple[str, ...]:
    return tuple(prose.person(rng) for _ in range(rng.choice((1,) * 16 + (0, 2))))


def _body(rng: Random, source: str, shape: str) -> tuple[list[Block], tuple[tuple[str, str], ...]]:
    """The blocks of a body and the persons its byline names."""
    if shape in BODILESS:
        return [], ()
    lead, tail, authors = _byline(rng, source)
    blocks = [Block("text", prose.noisy(rng, prose.paragraph(rng))) for _ in range(rng.randrange(5, 15))]
    blocks[0] = replace(blocks[0], text=lead + blocks[0].text)
    if rng.random() < 0.2:
        blocks.insert(rng.randrange(1, len(blocks)), Block("head", prose.subhead(rng)))
    if shape == "PREAPPEND":
        rows = tuple(tuple(row) for row in prose.table(rng))
        blocks.insert(rng.randrange(1, len(blocks)), Block("table", rows=rows))
    if shape in {"VIDEO", "ATTACH_A", "ATTACH_JS", "GALLERY"}:
        blocks = blocks[: 1 if shape == "GALLERY" else 3]
    if shape != "GALLERY":
        for _ in range(rng.choice((0, 0, 0, 0, 1, 1, 2))):
            blocks.insert(rng.randrange(len(blocks)), Block("image", prose.caption(rng) if rng.random() < 0.6 else ""))
    blocks.append(Block("text", prose.FICTION + "。"))
    if tail:
        blocks.append(Block("text", tail))
    return blocks, authors


def _reprint(blocks: list[Block], rng: Random) -> list[Block]:
    """The blocks with a paragraph in other words, without the last quarter, or with a few characters exchanged.

    The first paragraph and what stands behind the last one stay: they name the authors.
    """
    end = next(place for place, block in enumerate(blocks) if block.text.startswith(prose.FICTION))
    form = rng.randrange(3)
    if form == 0:
        return [*blocks[:1], Block("text", prose.paragraph(rng)), *blocks[2:]]
    if form == 1:
        return [*blocks[: end - end // 4], *blocks[end:]]
    changed = [replace(block, text=_exchanged(block.text, rng)) for block in blocks[1:end]]
    return [*blocks[:1], *changed, *blocks[end:]]


def _exchanged(text: str, rng: Random) -> str:
    """The text with two of its characters exchanged for every sixty."""
    letters = list(text)
    for _ in range(len(letters) // 60):
        one, two = rng.randrange(len(letters)), rng.randrange(len(letters))
        letters[one], letters[two] = letters[two], letters[one]
    return "".join(letters)


def _byline(rng: Random, source: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Words before the first paragraph, the last line, and the persons they name (forms of SITE.md §4.3)."""
    one, two = prose.person(rng), prose.person(rng)
    spaced = "　".join(one) if len(one) == 2 else one
    if source == "新华社":
        day = f"{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日"
        return f"新华社北京{day}电（记者{one}、{two}）", "", ((one, "记者"), (two, "记者"))
    forms: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
        ("", f"本报记者{one}", ((one, "本报记者"),)),
        ("", f"本报记者 {spaced}", ((one, "本报记者"),)),
        ("", f"本报记者 {one} {two}", ((one, "本报记者"), (two, "本报记者"))),
        ("", f"（记者 {one}）", ((one, "记者"),)),
        ("", f"（本站记者{one}）", ((one, "本站记者"),)),
        ("", f"（记者 {one} 通讯员 {two}）", ((one, "记者"), (two, "通讯员"))),
        ("", f"（通讯员 {one}、{two}）", ((one, "通讯员"), (two, "通讯员"))),
        (f"本报讯（记者 {one}）", "", ((one, "记者"),)),
        (f"本报讯 （记者 {spaced} 通讯员 {two}）", "", ((one, "记者"), (two, "通讯员"))),
        (f"本站讯（通讯员 {one}）", "", ((one, "通讯员"),)),
    )
    return rng.choice(forms) if rng.random() < 0.6 else ("", "", ())


def _parts(document: Document, blocks: list[Block]) -> tuple[tuple[Block, ...], ...]:
    """The blocks dealt out to pages."""
    rng = Random(document.look)
    if document.shape == "GALLERY":
        pictures = [Block("image", prose.caption(rng)) for _ in range(rng.randrange(3, 7))]
        first, *others = ((picture,) for picture in pictures)
        return ((*first, *blocks), *others)
    if document.shape in {"PARTS", "HASHPARTS"}:
        pages = rng.randrange(2, 5)
        size = -(-len(blocks) // pages)
        return tuple(tuple(blocks[start : start + size]) for start in range(0, len(blocks), size))
    return (tuple(blocks),)


def _with_files(document: Document, rng: Random) -> Document:
    """The document with names for its images, attachments and videos."""
    order = 0
    parts = []
    for part in document.parts:
        named = []
        for block in part:
            if block.kind == "image":
                suffix = ".png" if (document.look >> order) & 7 == 0 else ".jpg"
                named.append(replace(block, file=f"W0{file_stem(document.created, order)}{suffix}"))
                order += 1
            else:
                named.append(block)
        parts.append(tuple(named))
    return replace(document, parts=tuple(parts), uploads=_uploads(document, rng))


def _uploads(document: Document, rng: Random) -> tuple[Upload, ...]:
    def upload(order: int, suffix: str, name: str | None) -> Upload:
        return Upload(f"P0{file_stem(document.created, 20 + order)}{suffix}", name)

    if document.shape in {"ATTACH_A", "ATTACH_JS"}:
        suffixes = [rng.choice((".pdf", ".docx", ".xls", ".zip")) for _ in range(rng.randrange(1, 4))]
        return tuple(
            upload(order, suffix, f"{order + 1}.{prose.file_name(rng)}{suffix}")
            for order, suffix in enumerate(suffixes)
        )
    if document.shape == "VIDEO":
        named = document.pick(3, 3) == 1
        return (upload(0, ".flv" if document.pick(3, 3) == 0 else ".mp4", prose.caption(rng)[:-1] if named else None),)
    return ()
