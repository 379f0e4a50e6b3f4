"""The body: which lines of the page are the article's own, its images and resources, and its HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

import nh3
from lxml import etree

from jcnews_spider.article import Image, Resource
from jcnews_spider.errors import TooComplex
from jcnews_spider.text import one_line
from jcnews_spider.trs.lines import DOCUMENTS, SCRIPT_VIDEO, Line
from jcnews_spider.trs.tree import (
    INVISIBLE,
    Node,
    attribute,
    drop,
    nodes,
    set_attribute,
    text_of,
    up_to_block,
    xpath,
)
from jcnews_spider.urls import canonical_url, joined, path_of

CAPTION = re.compile(r"^图|[摄图][)）】]?$")
"""`图为…`, `图片说明：…`; `王涛 摄`, `新华社供图）`."""
_DESCRIBED = re.compile(r"desc|caption|图说|tushuo|(?:pic|img)[-_]?(?:te?xt|note)|center", re.IGNORECASE)
"""In tag, class or style of a caption; centred lines behind pictures are captions."""
_PICTURE = re.compile(r"(?:^|/)(?>[^/?]*?\d{6})[^/?]*\.(?:jpe?g|png)(?:$|\?)", re.IGNORECASE)
"""Names that a CMS gives to pictures of articles: a date or a number; icons have words."""
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazyload", "data-echo")
"""Where a page that loads images late keeps their address; `src` is a blank then, or none."""
_ICONS = re.compile(r"/(?:emotions?|smileys?|icons?|file_?type\w*)/|(?:qrcode|ewm|erweima)[^/]*$", re.IGNORECASE)
"""Folders of a page's tools, and codes to be scanned, whatever their number."""
_ICON = re.compile(
    r"(?:icon|dot|arrow)\.\w+$|(?<![a-z])(?:icon|blank|share|print|arrow|dot)"
    r"|logo|spacer|button|btn|weibo|weixin|wechat|qzone|wei\.|loading",
    re.IGNORECASE,
)
_PHOTOGRAPH = re.compile(r"\d{6}|wechatimg\d", re.IGNORECASE)
"""In the name of a picture that somebody took, uploaded or saved from WeChat: a day, a time, a long number."""
_FILE = re.compile(rf"\.(?:{DOCUMENTS})$|/P0\d{{10,}}\.(?!mp4|flv)\w+$", re.IGNORECASE)
_VIDEO = re.compile(r"\.(?:mp4|flv|m3u8|wmv|rmvb?|mov|swf|webm|avi)$", re.IGNORECASE)
_VIDEO_PAGE = re.compile(r"video|player|//v\.", re.IGNORECASE)
_LINKS = xpath(".//a/@href | .//iframe/@src | .//embed/@src | .//object/@data | .//audio/descendant-or-self::*/@src")
_MAYBE_OWN_FILES = xpath("//a/@href[contains(., 'P0') or contains(., 'W0')]")
_OWN_NAME = re.compile(r"[PW]0\d{10,}")
"""Begins the name that the CMS gives to a file of a document."""
_VIEWED = re.compile(r"[?&]file=([^&#]+)")
"""The file that a viewer in a frame shows: `/pdfjs/web/viewer.html?file=./P0….pdf`."""
_SCRIPT_FILE = re.compile(
    r"<a\b(?>[^<>]*?href\s*=)\s*\\?[\"']?(?P<url>[^\"'\\\s>]+)[^<>]*>(?P<name>.*?)<", re.IGNORECASE | re.DOTALL
)
_PLAYER = xpath("descendant-or-self::*[self::video or self::source or self::embed or self::iframe or self::object]")
_ADDRESSES = {name: xpath(f".//@{name}") for name in ("href", "src", "poster")}
_IMAGES = xpath(".//img")
_PARAMS = xpath(".//param[@value]")
SHORT_CAPTION = 60
"""Characters of a caption that only its place marks: more is a paragraph that begins with a picture."""
MOST_ESCAPES = 100_000
"""Characters of a body that HTML escapes, such as `&` and the non-breaking blank.

nh3 takes a quarter of a second for so many, and ten times that for twice as many."""
_TAGS = set(
    "a b blockquote br caption code dd div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img li ol p pre source"
    " strong sub sup table tbody td tfoot th thead tr u ul video".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "video": {"src", "poster", "controls"},
}
_CLEANER = nh3.Cleaner(tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None)


def images_of(lines: list[Line], base: str) -> tuple[Image, ...]:
    """The images in order, each once, with the captions that the page shows."""
    found: dict[str, Image] = {}
    for index, line in enumerate(lines):
        is_image = line.is_media and line.node.tag == "img" and not _is_dot(line.node)
        address = image_address(line.node) if is_image else ""
        url = absolute(base, address) if address else None
        if url and not _is_tool(url):
            found.setdefault(url, Image(url, _caption(lines, index)))
    return tuple(found.values())


def image_address(image: Node) -> str:
    """The address of an image as the page has it, also where a script puts it in place only when it is seen."""
    return next((address for name in (*_LAZY, "src") if (address := attribute(image, name))), "")


def is_picture(node: Node) -> bool:
    """True for an image whose name is such as a CMS gives to pictures of articles."""
    return node.tag == "img" and bool(_PICTURE.search(image_address(node)))


def is_icon(node: Node) -> bool:
    """True for an image that belongs to the page's tools, or counts its readers."""
    return node.tag == "img" and (_is_dot(node) or _is_tool(image_address(node)))


def _is_tool(address: str) -> bool:
    """True for an image that goes by the name of a page's tools."""
    path = path_of(address)
    name = path.rpartition("/")[2]
    return bool(_ICONS.search(path) or (_ICON.search(name) and not _PHOTOGRAPH.search(name)))


def _is_dot(image: Node) -> bool:
    """True for an image of one pixel, which counts readers."""
    return {attribute(image, "width"), attribute(image, "height")} <= {"0", "1", "0px", "1px"}


def _caption(lines: list[Line], index: int) -> str | None:
    """The caption beside an image: a described element, or a short centred line or one that says who took it."""
    following = lines[index + 1] if index + 1 < len(lines) else None
    if following is None or following.is_media or len(following.text) > 120:
        return None
    marks = " ".join(
        f"{n.tag} {attribute(n, 'class')} {attribute(n, 'align')} {attribute(n, 'style')}"
        for n in up_to_block(following.node)
    )
    is_marked = _DESCRIBED.search(marks) or CAPTION.search(following.text)
    is_beside = len(following.text) <= SHORT_CAPTION and _share_a_box(lines, index)
    return following.text if is_marked or is_beside else None


def _share_a_box(lines: list[Line], index: int) -> bool:
    """True when an element holds an image and the line behind it, but neither the line before nor the next one."""
    block = up_to_block(lines[index + 1].node)[-1]
    around = set(lines[index].node.iterancestors())
    others = [line.node for line in (*lines[max(0, index - 1) : index], *lines[index + 2 : index + 3])]
    outside = {above for node in others for above in (node, *node.iterancestors())}
    return bool(others) and any(box in around and box not in outside for box in (block, block.getparent()))


def attachments_of(root: Node, containers: Iterable[Node], scripts: Iterable[str], base: str) -> tuple[Resource, ...]:
    """Files that the body links, those of the article's own folder wherever they stand, and those that a script writes.

    `P0…` in the page's folder is always the document's own (SITE.md §1.2, §4.2).
    """
    found: dict[str, Resource] = {}
    links = [node for container in containers for node in nodes(_LINKS, container)]
    own = [node for node in nodes(_MAYBE_OWN_FILES, root) if _is_own(base, attribute(node, "href"))]
    for node in [*links, *own]:
        if url := _wanted(base, _file_address(node), _FILE):
            shown = one_line(text_of(node)) if node.tag == "a" else ""
            name = shown or attribute(node, "download") or attribute(node, "title")
            if url not in found or not found[url].name:
                found[url] = Resource(url, name or None)
    for script in scripts:
        for match in _SCRIPT_FILE.finditer(script):
            _note(found, base, match["url"], one_line(match["name"]), _FILE)
    return tuple(found.values())


def _file_address(node: Node) -> str:
    """The address of the file that an element links or shows, in a viewer too."""
    address = next((found for name in ("href", "src", "data") if (found := attribute(node, name))), "")
    viewed = _VIEWED.search(address) if node.tag == "iframe" else None
    return (unquote(viewed[1]) if viewed else address).partition("#")[0]


def _is_own(base: str, address: str) -> bool:
    """True for a file named by the CMS that lies in the page's folder, however the address is written."""
    folder, _, name = address.strip().rpartition("/")
    if not _OWN_NAME.match(name):
        return False
    return folder in ("", ".") or _folder(joined(base, address)) == _folder(base)


def _folder(url: str | None) -> tuple[str, str]:
    """Host and folder of an address."""
    parts = urlsplit(url or "")
    return parts.netloc, parts.path.rpartition("/")[0]


def videos_of(lines: Iterable[Line], scripts: Iterable[str], base: str) -> tuple[Resource, ...]:
    """Players of the body and what a helper such as `pv('….flv', …)` writes."""
    found: dict[str, Resource] = {}
    for line in lines:
        for node in nodes(_PLAYER, line.node) if line.is_media else []:
            addresses = [attribute(node, name) for name in ("src", "data", "data-src")]
            addresses += [attribute(param, "value") for param in nodes(_PARAMS, node)]
            for address in addresses:
                _note(found, base, address, attribute(node, "title"), _VIDEO)
            if node.tag == "iframe":
                _note(found, base, attribute(node, "src"), attribute(node, "title"), _VIDEO_PAGE)
    for script in scripts:
        for match in SCRIPT_VIDEO.finditer(script):
            _note(found, base, match["url"], "", _VIDEO)
    return tuple(found.values())


def _note(found: dict[str, Resource], base: str, address: str, name: str, wanted: re.Pattern[str]) -> None:
    if url := _wanted(base, address, wanted):
        found.setdefault(url, Resource(url, name or None))


def _wanted(base: str, address: str, wanted: re.Pattern[str]) -> str | None:
    url = absolute(base, address) if address else None
    return url if url and wanted.search(url.partition("?")[0]) else None


def absolute(base: str, address: str) -> str | None:
    """The absolute http(s) address, None for any other; without a base a relative one stays as it is."""
    url = joined(base, address)
    if url is None or (not base and not urlsplit(url).scheme):
        return url or None
    return url if canonical_url(url) else None


def html_of(
    containers: Sequence[Node], kept: Iterable[Line], cut: Iterable[Line], hidden: Iterable[Node], base: str
) -> str:
    """The containers' structure, links and images, safe to show; takes what is not the article's out of the tree.

    Raises TooComplex.
    """
    own: set[Node] = set()
    for line in kept:
        node: Node | None = line.node
        while node is not None and node not in own:
            own.add(node)
            node = node.getparent()
    inside = set(containers)
    foreign = [up_to_block(line.node)[-1] for line in cut]
    unseen = [node for container in containers for node in container.iter(*INVISIBLE)]
    concealed = [node for node in hidden if not inside.isdisjoint(node.iterancestors())]
    for node in [*unseen, *concealed, *foreign]:
        if node not in own and node not in inside:
            drop(node)
    pieces = []
    for container in containers:
        _settle_addresses(container, base)
        pieces.append(etree.tostring(container, encoding="unicode", method="html", with_tail=False))
    raw = "\n".join(pieces)
    if sum(map(raw.count, "&\xa0")) > MOST_ESCAPES:
        raise TooComplex(f"a body of more than {MOST_ESCAPES} escaped characters")
    cleaned = _CLEANER.clean(raw)
    return "\n".join(filter(None, map(str.strip, cleaned.split("\n"))))


def _settle_addresses(container: Node, base: str) -> None:
    """Makes the addresses inside absolute, and an image's that a script would put in place its own."""
    for image in nodes(_IMAGES, container):
        if shown := image_address(image):
            set_attribute(image, "src", shown)
    for name, addresses in _ADDRESSES.items():
        for node in nodes(addresses, container):
            if address := node.get(name):
                set_attribute(node, name, absolute(base, address) or "")
