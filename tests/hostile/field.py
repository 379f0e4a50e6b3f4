"""The replica on which every fault of the catalogue stands once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.hostile import Fault, Place, Target
from tests.hostile.catalogue import FAULTS
from tests.replica import Answer, Plan, Replica
from tests.replica.sections import SECTIONS, Section

SITE = "http://www.jcnews.com.cn"
MOST_LIST_PAGES = 20
"""JCNEWS_MAX_LIST_PAGES of the crawl; the longest true list has fewer."""

_GOOD_BETWEEN = 2
"""Sound articles between two with a fault, in the order in which a run asks them: no row is a host that is down."""

_SHAPES = {"P": 40, "PARTS": 2, "GALLERY": 1, "DIV": 2, "NESTED": 2, "VIDEO": 1}
_ROBOTS: Place = "robots.txt of an image host"


@dataclass(frozen=True, slots=True)
class Spot:
    """A fault and where it stands."""

    fault: Fault
    url: str
    """Of the article to which it belongs, or of the list."""


class Field:
    """Every fault on an article, an image, a host or a list of its own."""

    def __init__(self, trap: int) -> None:
        """A field some of whose faults lead to a port on 127.0.0.1."""
        self._trap = trap
        self._answers: dict[str, Answer] = {}
        self._hosts: dict[str, dict[str, Answer]] = {}
        plan = Plan(
            articles=600, weights=_SHAPES, charset="utf8", robots="allow", soft_404=True, copies_percent=0,
            faults=self._answers, other_hosts=self._hosts,
        )  # fmt: skip
        self.replica = Replica(plan)
        self.gold = list(self.replica.gold())
        """What a perfect crawl makes of it, without faults."""
        self._lists = list(self._plant_lists())
        self._articles = list(self._plant_articles())
        self.spots = [*self._lists, *self._articles]

    @property
    def closed(self) -> frozenset[str]:
        """Lists that give nothing."""
        return frozenset(spot.url for spot in self._lists if spot.fault.reason not in ("complete", "max_list_pages"))

    @property
    def sound(self) -> list[dict[str, Any]]:
        """The gold of the articles that must be had in spite of the faults."""
        of_pages = [spot for spot in self._articles if spot.fault.place in ("article", "further page")]
        lost = {spot.url for spot in of_pages if not spot.fault.is_kept}
        return [gold for gold in self.gold if gold["url"] not in lost and self._is_shown(gold)]

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts that may be asked."""
        return frozenset({"www.jcnews.com.cn", *self._hosts})

    def lift(self) -> None:
        """Takes every fault away; the pictures of other hosts stay there."""
        moved = {spot.url.removeprefix(SITE) for spot in self._articles if spot.fault.place == _ROBOTS}
        for path in self._answers.keys() - moved:
            del self._answers[path]
        for answers in self._hosts.values():
            del answers["/robots.txt"]

    def _is_shown(self, gold: dict[str, Any]) -> bool:
        """Whether a list that gives everything shows an article."""
        return bool(set(gold["shown_in"]) - self.closed)

    def _body(self, url: str) -> bytes:
        return self.replica.site.page(url.removeprefix(SITE)).body

    def _answer(self, fault: Fault, url: str) -> Answer:
        return fault.make(Target(url, self._body(url), self._trap))

    def _plant(self, fault: Fault, url: str) -> None:
        self._answers[url.removeprefix(SITE)] = self._answer(fault, url)

    def _plant_lists(self) -> Iterator[Spot]:
        """The faults of lists on the smallest sections whose pager is a call."""
        small = sorted((s for s in SECTIONS if s.pager.startswith("call")), key=lambda section: section.weight)
        for fault, section in zip(_faults("list"), small, strict=False):
            url = f"{SITE}/{section.path}/"
            self._plant(fault, url)
            if fault.reason == "max_list_pages":
                self._go_on(fault, section)
            yield Spot(fault, url)

    def _go_on(self, fault: Fault, section: Section) -> None:
        """A list that never ends: behind its last page the first ones stand again and again."""
        pages = self.replica.site.index.pages(section.path)
        for place in range(1, MOST_LIST_PAGES):
            name = f"index_{place % pages}.html" if place % pages else ""
            self._answers[f"/{section.path}/index_{place}.html"] = self._answer(fault, f"{SITE}/{section.path}/{name}")

    def _plant_articles(self) -> Iterator[Spot]:
        """The other faults, each on an article that a run comes to behind some sound ones."""
        waiting = {place: _faults(place) for place in ("article", "further page", "image", _ROBOTS)}
        order = sorted(self.gold, key=lambda gold: (gold["url"].rpartition("/t")[2][:8], gold["id"]), reverse=True)
        shown = (gold for gold in order if self._is_shown(gold))
        for gold in shown:
            place = next((place for place in _places(gold) if waiting[place]), None)
            if place is not None:
                fault = waiting[place].pop(0)
                self._plant_article(fault, gold)
                yield Spot(fault, gold["url"])
                list(islice(shown, _GOOD_BETWEEN))
        assert not any(waiting.values()), f"too few articles: {waiting}"

    def _plant_article(self, fault: Fault, gold: dict[str, Any]) -> None:
        url = gold["url"]
        if fault.place == "article":
            self._plant(fault, url)
        elif fault.place == "further page":
            self._plant(fault, url.replace(".html", "_1.html"))
        elif fault.place == "image":
            self._plant(fault, gold["images"][0]["url"])
        else:
            self._plant_host(fault, gold)

    def _plant_host(self, fault: Fault, gold: dict[str, Any]) -> None:
        """Moves the first image of an article to a host of its own, with a robots.txt."""
        image = gold["images"][0]["url"]
        name, host = image.rpartition("/")[2], f"pictures-{len(self._hosts)}.example.com"
        page = self._body(gold["url"])
        moved, number = re.subn(
            rf'(?<=\bsrc=)("?)(?:\./)?{name}'.encode(), rf"\g<1>http://{host}/{name}".encode(), page, flags=re.I
        )
        assert number == 1
        self._answers[gold["url"].removeprefix(SITE)] = Answer(body=moved)
        picture = Answer(headers={"Content-Type": "image/jpeg"}, body=self._body(image))
        robots = fault.make(Target(f"http://{host}/robots.txt", b"", self._trap))
        self._hosts[host] = {"/robots.txt": robots, f"/{name}": picture}
        gold["images"][0]["url"] = f"http://{host}/{name}"


def _faults(place: Place) -> list[Fault]:
    return [fault for fault in FAULTS if fault.place == place]


def _places(gold: dict[str, Any]) -> tuple[Place, ...]:
    """What can be planted on an article."""
    if gold["expect"] != "article" or gold["shape"] == "GALLERY":
        return ()
    if gold["pages"] > 1:
        return ("further page",)
    if gold["images"]:
        return ("image", _ROBOTS) if gold["shape"] == "P" else ()
    return ("article",)
