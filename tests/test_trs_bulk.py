"""How much markup a page may hold."""

import random

import pytest

from jcnews_spider.errors import TooComplex
from jcnews_spider.trs.bulk import _BEGIN, _TAG, _UNUSUAL, MOST_ATTRIBUTES, MOST_WORDS, SMALL, require_bounded

PIECES = [b"<", b"<", b"a", b"b", b" ", b" ", b"=", b"=", b'"', b'"', b"'", b"'", b">", b"/", b"\n", b"\xe4"]
FILLING = b"<p class='a'>x</p>" * (SMALL // 18 + 1)


def test_a_usual_tag_ends_at_its_first_angle_and_hides_no_other() -> None:
    draw = random.Random(3)
    usual = 0
    for _ in range(30_000):
        page = b"".join(draw.choices(PIECES, k=draw.randrange(4, 40)))
        unusual = {match.start() for match in _UNUSUAL.finditer(page)}
        for begin in (match.start() for match in _BEGIN.finditer(page) if match.start() not in unusual):
            tag = _TAG.match(page, begin)
            assert tag is not None, page
            assert tag.end() == page.index(b">", begin), page
            assert b"<" not in page[begin + 1 : tag.end()], page
            usual += 1
    assert usual > 500


@pytest.mark.parametrize(
    "tag",
    [
        b"<p " + b" ".join(b"a%x" % n for n in range(MOST_ATTRIBUTES + 1)) + b">",
        b"<p " + b" ".join(b'a%x="1"' % n for n in range(MOST_ATTRIBUTES + 1)) + b">",
        b"<p " + b"".join(b"a%x='1'" % n for n in range(MOST_ATTRIBUTES + 1)) + b">",
        b'<q r="<p ' + b" ".join(b"a%x" % n for n in range(MOST_ATTRIBUTES + 1)) + b'">',
    ],
    ids=("bare", "quoted", "glued", "hidden"),
)
def test_a_tag_of_very_many_attributes_is_refused_wherever_it_stands(tag: bytes) -> None:
    for page in (FILLING + tag, tag + FILLING):
        with pytest.raises(TooComplex):
            require_bounded(page)


def test_usual_markup_is_not_refused() -> None:
    require_bounded(FILLING * 3)


def test_words_are_counted_where_the_bytes_of_usual_tags_are_nearly_too_many() -> None:
    pasted = b'<span style="font-family: SimSun; font-size: 14pt; line-height: 150%"></span>'
    few = b"<a href=./P020221009123456789012.pdf target=_blank title=x>" * 3_000
    require_bounded(pasted * (MOST_WORDS * 98 // 100 // (len(pasted) - len(b"</span>"))) + few)
