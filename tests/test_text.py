"""Strings made safe and plain."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcnews_spider.article import Article, Author
from jcnews_spider.text import one_line, paragraphs, safe, safe_strings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一\r\n二\u2028三\u2029四\x85五\v六\f七", "一\n二\n三\n四\n五\n六\n七"),
        ("晋\u200b城\ufeff新\u2060闻\u00ad网", "晋城新闻网"),
        ("a\x00b\x1b[31mc\x7fd\x9be", "ab[31mcde"),
        ("\u202e晋\u202c城\u2066新\u2069闻\u200e网\u061c", "晋城新闻网"),
        ("字\ud800节", "字\ufffd节"),
        ("一\t二\n三", "一\t二\n三"),
        ("　两个全角空格", "　两个全角空格"),
    ],
)
def test_safe(text: str, expected: str) -> None:
    assert safe(text) == expected


def test_one_line_folds_every_kind_of_blank() -> None:
    assert one_line("\n　　奋进新征程\u00a0\u2002建功\t新时代\r\n") == "奋进新征程 建功 新时代"


def test_paragraphs_leave_blank_ones_out() -> None:
    assert paragraphs(["　　一", " \u00a0", "", "二\n三"]) == "一\n\n二 三"


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_safe_text_is_stable_one_line_and_encodable(text: str) -> None:
    once = safe(text)
    assert safe(once) == once
    assert len(one_line(text).splitlines()) <= 1
    json.dumps(once, ensure_ascii=False).encode("utf-8")


def test_every_string_of_a_record_is_made_safe() -> None:
    article = Article(title="题\x00", authors=(Author("王\ud800", None),), breadcrumb=("栏\u2028目",))
    cleaned = safe_strings(article)
    assert (cleaned.title, cleaned.authors[0].name, cleaned.breadcrumb) == ("题", "王\ufffd", ("栏\n目",))
    assert cleaned.event == article.event
