"""The page as a tree: the only place where lxml's untyped results are seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree

from jcnews_spider.errors import EmptyPage, NotHtml
from jcnews_spider.trs.bulk import require_bounded

Node: TypeAlias = etree._Element
"""Not one of lxml.html's: those call into Python for each element that is seen, a fifth of all time."""

_NOT_HTML = re.compile(r"\s*(%PDF|PK\x03\x04|\x89PNG|GIF8|\xff\xd8|Rar!|[{\[]\s*[\"{\[])")
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0C, 0x0D})
_FORM_FEED = bytes.maketrans(b"\x0c", b" ")
_NO_CHARACTERS = ("\ufffe", "\uffff")
_REFERENCES = re.compile(
    rb"&#(?:x0*(?:1?[0-9a-f]|fff[ef])|0*(?:[12]?[0-9]|3[01]|6553[45]))(?![0-9a-f]);?", re.IGNORECASE
)
"""References to the same, and to line ends."""
_EARLY_ENDS = re.compile(rb"</(?:[bB][oO][dD][yY]|[hH][tT][mM][lL])(?![\w:-])[^<>]*>?")
"""Browsers go on where they stand; libxml2 closes what is open, so that the rest of a body would stand outside it."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that lxml takes in no attribute."""
_PAPER = re.compile(
    r"<!--enpproperty(?:(?!-->)[\s\S]){0,200}?<date>(?P<date>\d{4}-\d\d?-\d\d?(?: (?!00:00)\d\d:\d\d:\d\d)?)"
)
"""The comment in which Founder's papers keep their metadata (SITE.md §6)."""
_VALUES = {name: etree.XPath(f"descendant-or-self::*/@{name}") for name in ("class", "id")}
_A_TAG = re.compile(r"<\s*[a-zA-Z!]")
_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False)


def parse_tree(text: str) -> Node:
    """The root of a page; raises EmptyPage, NotHtml or TooComplex.

    The parser bounds the depth (2,048), so that no walk meets 100,000 nested tags.
    """
    if not text or text.isspace():
        raise EmptyPage("no content")
    if _NOT_HTML.match(text) or not _A_TAG.search(text):
        raise NotHtml("no HTML")
    page = _clean(text)
    try:
        root: Node | None = etree.fromstring(page, _PARSER)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as fault:
        raise EmptyPage(str(fault)) from None
    if root is None:
        raise EmptyPage("Document is empty")
    if paper := _PAPER.search(text):
        etree.SubElement(root, "meta", name="publishdate", content=paper["date"])
    return root


def _clean(text: str) -> bytes:
    """UTF-8 without the characters that a tree can hold, but refuses where it is changed: controls, U+FFFE, U+FFFF.

    Raises TooComplex.
    """
    for character in _NO_CHARACTERS:
        if character in text:  # to find one is ten times faster than to replace none
            text = text.replace(character, "")
    body = text.encode("utf-8", "replace").translate(_FORM_FEED, _CONTROLS)
    require_bounded(body)
    return _EARLY_ENDS.sub(b"", _REFERENCES.sub(b" ", body))


def xpath(expression: str) -> etree.XPath:
    """A compiled XPath; `has-class` and the like are spelled out by `token`."""
    return etree.XPath(expression)


def token(attribute: str, *values: str) -> str:
    """XPath condition: one of the blank-separated tokens of an attribute is one of the values, in any case."""
    lowered = f"translate(@{attribute}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    holds = " or ".join(f"contains(concat(' ', {lowered}, ' '), ' {value} ')" for value in values)
    return f"(@{attribute} and ({holds}))"


def nodes(expression: etree.XPath, node: Node) -> list[Node]:
    """The elements that a compiled XPath finds, or those of the attributes that it finds, in document order.

    Not by `/..`: libxml2 takes half a minute for 100,000 siblings.
    """
    found: Any = expression(node)
    return [item if isinstance(item, etree._Element) else item.getparent() for item in found]


def around_texts(expression: etree.XPath, root: Node) -> list[Node]:
    """The elements right around the texts that a compiled XPath finds, in document order."""
    texts: Any = expression(root)
    around = {text.getparent().getparent() if text.is_tail else text.getparent() for text in texts}
    return [node for node in root.iter() if node in around] if around else []


def attribute(node: Node, name: str) -> str:
    """The value without blanks at its ends, empty when absent."""
    value: Any = node.get(name)
    return value.strip() if isinstance(value, str) else ""


Names: TypeAlias = frozenset[str] | re.Pattern[str] | str
"""Blank-separated tokens, or what is searched for in the whole value, both in lower case, for any case; or the value
as it stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """Elements by what class or id say; asked of a page's distinct values, not of its elements: much faster."""

    classes: Names | None = None
    ids: Names | None = None
    inside: Marked | None = None
    """Elements in one of which they must stand, None for anywhere."""


Place: TypeAlias = etree.XPath | Marked
"""Where something stands."""


def with_id(value: str) -> Marked:
    """The elements of exactly that id."""
    return Marked(ids=value)


def tokens(names: str) -> frozenset[str]:
    """For an attribute's value: one of its blank-separated tokens is one of the names, in any case."""
    return frozenset(names.lower().split())


class Marks:
    """The classes and ids of a page."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._named: dict[str, _Values] = {}
        self._tokens: dict[str, dict[str, set[str]]] = {}

    def find(self, place: Marked) -> list[Node]:
        """The elements of a place, in document order."""
        classes = self._elements("class", place.classes)
        ids = self._elements("id", place.ids)
        found = self._in_order({*classes, *ids}) if classes and ids else classes or ids
        if place.inside is None or not found:
            return found
        boxes = set(self.find(place.inside))
        return [node for node in found if not boxes.isdisjoint(node.iterancestors())]

    def _elements(self, name: str, wanted: Names | None) -> list[Node]:
        """The elements with a wanted value of an attribute, in document order."""
        if wanted is None:
            return []
        if name not in self._named:
            self._named[name] = _by_value(self._root, name)
            self._tokens[name] = _by_token(self._named[name])
        named, tokens = self._named[name], self._tokens[name]
        if isinstance(wanted, str):
            return [value.getparent() for _, value in named.get(wanted.lower(), ()) if value == wanted]
        if isinstance(wanted, frozenset):
            values = {value for token in wanted & tokens.keys() for value in tokens[token]}
        else:
            values = {value for value in named if wanted.search(value)}
        return [value.getparent() for _, value in sorted(found for value in values for found in named[value])]

    def _in_order(self, wanted: set[Node]) -> list[Node]:
        return [node for node in self._root.iter() if node in wanted]


_Values: TypeAlias = dict[str, list[tuple[int, Any]]]
"""(place in the document, value with its element) of an attribute, by the value in lower case."""


def _by_value(root: Node, name: str) -> _Values:
    """To ask for attributes is much faster than for elements, which are made for those alone that are found."""
    found: _Values = {}
    values: Any = _VALUES[name](root)
    for place, value in enumerate(values):
        found.setdefault(value.lower(), []).append((place, value))
    return found


def _by_token(values: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for value in values:
        for token in value.split():
            found.setdefault(token, set()).add(value)
    return found


def set_attribute(node: Node, name: str, value: str) -> None:
    """Gives an element an attribute, without the characters that a tree cannot hold."""
    node.set(name, _NO_XML.sub("", value))


def drop(node: Node) -> None:
    """Takes an element out of its tree; the text behind it stays."""
    parent, previous = node.getparent(), node.getprevious()
    if parent is None:
        return
    if node.tail and previous is None:
        parent.text = (parent.text or "") + node.tail
    elif node.tail and previous is not None:
        previous.tail = (previous.tail or "") + node.tail
    parent.remove(node)


def text_of(node: Node) -> str:
    """All text inside, scripts too."""
    return str(_STRING(node)) if len(node) else node.text or ""


def texts_of(node: Node) -> list[str]:
    """The texts inside, scripts too, each stretch without a tag on its own."""
    texts: Any = node.itertext()
    return list(texts)


def base_address(root: Node) -> str:
    """What the page's <base> says, empty where it has none."""
    return next((href for node in root.iter("base") if (href := node.get("href")) is not None), "")


def scripts(root: Node) -> list[str]:
    """The scripts that stand in the page itself."""
    return [text_of(node) for node in root.iter("script") if node.get("src") is None]


def up_to_block(node: Node) -> list[Node]:
    """The element and those above it up to the block in which it stands, the last."""
    path = [node]
    while path[-1].tag not in _BLOCKS and (above := path[-1].getparent()) is not None:
        path.append(above)
    return path


def classes(node: Node) -> Sequence[str]:
    """The class tokens and the id, in lower case."""
    return f"{attribute(node, 'class')} {attribute(node, 'id')}".lower().split()


def hidden_elements(root: Node) -> frozenset[Node]:
    """Elements that the page itself hides; never the body, scripts show those that are. Not those of INVISIBLE."""
    styles: Any = _STYLES(root)
    hiding = {style for style in set(styles) if _HIDING.search(style)}
    styled = [node for node in nodes(_STYLED, root) if node.get("style") in hiding] if hiding else []
    return frozenset(node for node in (*nodes(_HIDDEN, root), *styled) if node.tag not in ("html", "body"))


def metas(root: Node) -> Mapping[str, str]:
    """The content of the meta tags by lower-case name; of two the first that is not empty (SITE.md §4.3)."""
    found: dict[str, str] = {}
    for node in root.iter("meta"):
        name = (attribute(node, "name") or attribute(node, "property")).lower()
        if name and not found.get(name) and node.get("content") is not None:
            found[name] = attribute(node, "content")
    return found


_STRING = etree.XPath("string()", smart_strings=False)
INVISIBLE = frozenset(
    ("title", "script", "style", "noscript", "template", "head", "select", "option", "textarea", "iframe")
)
_BLOCKS = frozenset(
    (
        "p",
        "div",
        "td",
        "th",
        "li",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "figcaption",
        "section",
        "center",
        "pre",
        "body",
    )
)
_STYLES = etree.XPath("descendant-or-self::*/@style", smart_strings=False)
_STYLED = xpath("descendant-or-self::*/@style")
_HIDDEN = xpath("descendant-or-self::*/@hidden")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
