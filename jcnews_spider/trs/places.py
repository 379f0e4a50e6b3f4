"""Where a list page's links stand: in which list, beside which date."""

from __future__ import annotations

import re
from itertools import islice

from jcnews_spider.text import one_line
from jcnews_spider.trs.tree import Node, attribute, texts_of

MOST_LEVELS = 40
"""Containers above a link that tell its group."""
MOST_LEVELS_OF_CARD, MOST_LINKS_OF_CARD = 5, 5
"""Elements around a link that may be a card, and links in one: picture, title, 详细."""
MOST_NAME = 200
"""Characters of an id or a class that tell a container."""
MOST_BLANK = 10_000
"""Characters at an item's end among which its date stands, blanks too."""

DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?|\b\d{1,2}-\d{1,2}\b")
_ITEM_TAGS = frozenset(("li", "tr", "dd", "dt", "p"))
_GROUP_TAGS = frozenset(
    ("ul", "ol", "table", "tbody", "div", "dl", "section", "td", "body", "aside", "header", "footer", "nav")
)
_FLOATING = frozenset(("left", "right", "fl", "fr", "pull-left", "pull-right"))
"""Classes that say on which side a container stands: beside another one they name nothing."""
_COUNTING = frozenset(("odd", "even", "first", "last"))
"""Classes by which alike containers differ."""
_ON_THE_RIGHT = re.compile(r"(?:^|[ _-])(?:right|fr)(?=$|[ _-])", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_COLUMN = re.compile(
    r"(?:[^/]*/){1,2}?(?:(?:ul|ol|dl|table|tbody)\b[^/]*/)+(?P<column>(?!body)\w+#(?!\./).*)", re.DOTALL
)
"""In a group's name: what holds the list, if it has a name itself."""


def stand_together(group: str, other: str) -> bool:
    """True when a group stands in what holds the list that the first one is, as headlines and pictures above it do."""
    match = _COLUMN.fullmatch(group)
    return match is not None and other.endswith("/" + match["column"])


class Places:
    """Where links stand, each element around them read once."""

    def __init__(self) -> None:
        self._dates: dict[Node, str | None] = {}
        self._is_card: dict[Node, bool] = {}
        self._paths: dict[Node, str] = {}
        self._names: dict[Node, str] = {}
        self._is_alone: dict[Node, bool] = {}

    def group(self, node: Node) -> str:
        """The containers above a link by id and class, the innermost by its tag alone.

        A list cut into blocks of five, or set in `ul.left` and `ul.right`, is one group.
        """
        innermost = next(node.iterancestors(*_GROUP_TAGS), node)
        if innermost not in self._paths:
            above = islice(innermost.iterancestors(*_GROUP_TAGS), MOST_LEVELS)
            names = (self._name(container) for container in above)
            self._paths[innermost] = "/".join((str(innermost.tag), *names))
        return f"{node.tag}/{self._paths[innermost]}"

    def _name(self, container: Node) -> str:
        """Tag, id and class; alike for the columns `col fl` and `col fr`, and for blocks that are numbered."""
        if container not in self._names:
            words = [word for word in attribute(container, "class")[:MOST_NAME].split() if word not in _COUNTING]
            telling = [word for word in words if word not in _FLOATING] or words
            name = f"{container.tag}#{_NUMBER.sub('', attribute(container, 'id')[:MOST_NAME])}.{' '.join(telling)}"
            self._names[container] = name
        return self._names[container]

    def is_beside_nothing(self, node: Node) -> bool:
        """True for a link in a column on the right whose neighbour links nothing, as beside an empty list.

        Beside a menu the column on the right is the list.
        """
        return any(self._stands_alone(above) for above in islice(node.iterancestors(*_GROUP_TAGS), MOST_LEVELS))

    def _stands_alone(self, column: Node) -> bool:
        if column not in self._is_alone:
            neighbour = next(column.itersiblings(*_GROUP_TAGS, preceding=True), None)
            self._is_alone[column] = (
                bool(_ON_THE_RIGHT.search(f"{attribute(column, 'class')} {attribute(column, 'id')}"[:MOST_NAME]))
                and neighbour is not None
                and next(neighbour.iter("a"), None) is None
            )
        return self._is_alone[column]

    def date(self, node: Node) -> str | None:
        """The date of the item in which a link stands, as printed."""
        item = next(node.iterancestors(*_ITEM_TAGS), None)
        return None if item is None else self._date_in(item)

    def date_of_card(self, node: Node) -> str | None:
        """The same where items are blocks, with picture and summary: the widest around a link that has no other."""
        card = None
        for above in islice(node.iterancestors(), MOST_LEVELS_OF_CARD):
            if above not in self._is_card:
                links = islice(above.iter("a"), MOST_LINKS_OF_CARD + 1)
                addresses = [attribute(link, "href") for link in links]
                self._is_card[above] = len(addresses) <= MOST_LINKS_OF_CARD and len(set(addresses)) == 1
            if not self._is_card[above]:
                break
            card = above
        return None if card is None else self._date_in(card)

    def _date_in(self, item: Node) -> str | None:
        """The last date of an item; `题目` and `05-12` stand in two elements without a blank between."""
        if item not in self._dates:
            dates = DATE.findall(one_line(" ".join(texts_of(item))[-MOST_BLANK:])[-200:])
            self._dates[item] = dates[-1] if dates else None
        return self._dates[item]
