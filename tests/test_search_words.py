"""Words of a query and of a text, and what an index finds of them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jcnews_spider.archive.search import NAME, catch_up
from jcnews_spider.archive.search.index import Bounds, Index, Place
from jcnews_spider.archive.search.words import folded, line_of, marked, snippet, words_of, words_of_arguments
from jcnews_spider.article import Article
from jcnews_spider.errors import UsageFault


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("晋城 煤层气", ("晋城", "煤层气")),
        ('"晋城 煤层气" 招商', ("晋城 煤层气", "招商")),
        ("“晋城　 煤层气”", ("晋城 煤层气",)),
        ("ＧＤＰ gdp Gdp", ("gdp",)),
        ("《“十四五”规划》", ("《“十四五”规划》",)),
        ("晋\u200b城", ("晋城",)),
        ('""', ()),
    ],
)
def test_words_of_a_query(query: str, expected: tuple[str, ...]) -> None:
    assert words_of(query) == expected


def test_a_shell_takes_the_quotes_and_the_blank_stays() -> None:
    assert words_of_arguments(["晋城 煤层气", "招商"]) == ("晋城 煤层气", "招商")
    assert words_of_arguments(['"晋城 煤层气" 招商']) == ("晋城 煤层气", "招商")
    with pytest.raises(UsageFault):
        words_of_arguments(["  "])


def test_marks_count_characters_of_the_text_as_it_is() -> None:
    assert (
        marked(line_of("ＧＤＰ 增长５%，gdp"), ("gdp", "p 增", "5%", "%,")).painted("<", ">")
        == "<ＧＤＰ 增>长<５%，><gdp>"
    )


def test_a_snippet_shows_where_most_words_stand() -> None:
    text = "晋" + "一" * 300 + "煤与晋城" + "二" * 300
    shown = snippet(line_of(text), ("煤", "晋城", "晋"), 40)
    assert [shown.text[start:end] for start, end in shown.marks] == ["煤", "晋城"]
    assert (shown.text[0], shown.text[-1], len(shown.text)) == ("…", "…", 42)
    assert snippet(line_of("短 文"), ("文",), 40) == marked(line_of("短 文"), ("文",))
    assert snippet(line_of("没有"), ("文",), 1).marks == ()


def test_what_a_terminal_would_obey_is_out_and_neither_sought_nor_shown() -> None:
    record = Article(title_raw="红\033[31m字\x9b", subtitle="副\u200b题", text="第一段\n\n　第二\x07段")
    assert tuple(line.text for line in catch_up.lines_of(record)) == ("红[31m字", "副题 第一段 第二段")


CHARACTERS = st.sampled_from("晋城煤层气的一，。“”GgＧ5５%'\"*: \n　ÀàΣσςİß\x00\x1c\U00020000\U000f0020")
TEXTS = st.one_of(st.text("晋城 ", max_size=20), st.text(CHARACTERS, max_size=40), st.text(max_size=12))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index without an article."""
    path = tmp_path_factory.mktemp("empty") / NAME
    Index(path).close()
    return path


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6),
    st.lists(
        st.one_of(st.text("晋城 ", max_size=4), st.text(CHARACTERS, max_size=3), st.integers(0, 10**6)),
        min_size=1,
        max_size=3,
    ),
)
def test_the_index_finds_what_a_comparison_finds(
    empty: Path, articles: list[tuple[str, str]], sought: list[str | int]
) -> None:
    """Words drawn at random, and substrings of the texts of 1, 2, 3 and 5 characters, over paragraphs too."""
    records = [Article(id=str(n), title_raw=title, text=text) for n, (title, text) in enumerate(articles)]
    seen = [(title.seen, body.seen) for title, body in map(catch_up.lines_of, records)]
    words = tuple(filter(None, (_drawn(seen, one) if isinstance(one, int) else folded(one) for one in sought)))
    if not words:
        return
    with closing(Index(empty)) as index:
        index.begin()  # and no commit: the next example finds it empty
        index.note_segment("s", "", whole=True)
        for record in records:
            index.add(Place(record.id, 1, "s", 0), catch_up.day_of(record), catch_up.tokens_of(record))
        found = [int(place.id) for place in index.find(words, Bounds(), None, 0)]
        total = index.count(words, Bounds())
    in_title = [n for n, (title, _) in enumerate(seen) if all(word in title for word in words)]
    every = [n for n, parts in enumerate(seen) if all(any(word in part for part in parts) for word in words)]
    assert found == [*reversed(in_title), *reversed([n for n in every if n not in in_title])]
    assert total == len(every)


def _drawn(seen: list[tuple[str, str]], number: int) -> str:
    number, length = divmod(number, 4)
    number, which = divmod(number, len(seen))
    text = " ".join(seen[which])
    start = number % max(len(text), 1)
    return text[start : start + (1, 2, 3, 5)[length]].strip()
