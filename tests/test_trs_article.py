"""Article pages: golden pages, the sample, fields and their traps, hostile bytes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jcnews_spider.errors import Defect, EmptyPage, NoBody, NotHtml, RedirectStub, UnknownLayout
from jcnews_spider.trs.article import join_parts, parse_article, tells_of_withdrawal
from jcnews_spider.trs.listing import parse_listing
from tests import quality, test_trs_fallback, test_trs_sites
from tests.skeleton import SITE, TEXT, URL, bare_page, editor, page, parsed, refusals

PAGES = sorted((Path(__file__).parent / "pages").glob("*/*.html"))
SAMPLE = Path(__file__).parents[2] / "shared" / "sample_article.txt"
SEEN = [
    *(path.read_bytes() for path in PAGES),
    *(text.encode() for text in (*test_trs_sites.PAGES, *test_trs_fallback.PAGES)),
]
"""Every kind of page that the tests know."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_golden_pages(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert expected == quality.reading(path)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the text of the real article lies beside the repository, not in it")
def test_the_sample_article_in_the_sites_skeleton_yields_every_field() -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    title = next(line for line in lines if line.startswith("【"))
    paragraphs = [line.strip() for line in lines if line.startswith("  ")]
    start = next(i for i, line in enumerate(lines) if "版权与免责声明" in line)
    notice = tuple(line for line in lines[start : start + 7] if line)
    article = parsed(page(editor(*paragraphs), title=title, notice=notice))
    assert article.title == "打造一支过硬干部队伍"
    assert article.series == "奋进新征程 建功新时代——牢记嘱托 山西答卷"
    assert article.title_raw == title
    assert article.breadcrumb == ("牢记嘱托 山西答卷",)
    assert [section.url for section in article.sections] == ["http://www.jcnews.com.cn/zt/sxdj/"]
    assert article.published_at == "2022-10-09T10:28:00+08:00"
    assert article.published_raw == "2022年10月09日 10:28:00"
    assert (article.source, article.editor, article.rights.original) == ("山西日报", "豆晓军", False)
    assert [(author.name, author.role) for author in article.authors] == [("陈俊琦", "本报记者")]
    assert article.text == "\n\n".join(paragraphs)
    assert len(paragraphs) == 9
    assert article.rights.notice
    assert article.rights.notice.startswith("《太行日报》、《太行日报·晚报版》和晋城新闻网所有自采新闻")
    assert (article.id, article.url, article.crawl.extractor) == ("jcnews:956123", URL, "jcnews")


def test_parts_are_joined_in_order() -> None:
    parts = [parsed(page(editor(f"{TEXT}{n}") + '<img src="./W01.jpg">')) for n in range(3)]
    joined = join_parts(parts)
    assert joined.text.split("\n\n") == [f"{TEXT}{n}" for n in range(3)]
    assert joined.content_hash != parts[0].content_hash
    assert joined.char_count == sum(part.char_count for part in parts)


def test_without_an_address_links_stay_relative_and_identity_is_empty() -> None:
    article = parsed(page(editor(TEXT)), None)
    assert (article.id, article.url, article.sections) == ("", "", ())


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", EmptyPage),
        (b"   \n", EmptyPage),
        (b"\x00\x00\x00", EmptyPage),
        (b"%PDF-1.7\n1 0 obj", NotHtml),
        (b"\x89PNG\r\n\x1a\n\x00\x00", NotHtml),
        (b"PK\x03\x04\x14\x00", NotHtml),
        (b'{"code": 404}', NotHtml),
        (b"plain words", NotHtml),
        (b'<meta http-equiv="refresh" content="0;url=http://mp.weixin.qq.com/s/a">', RedirectStub),
        (b"<script>window.location.href='http://mp.weixin.qq.com/s/a'</script>", RedirectStub),
        (page('<div class="TRS_Editor"><p>&nbsp;</p></div>'), NoBody),
        (page(editor("文章已删除")), NoBody),
        (page(editor("[TRS_ERROR] 置标解析失败：<TRS_DOCUMENT FIELD='DOCHTMLCON'/>")), NoBody),
        (page(editor("正在加载，请稍候……")), NoBody),
        (page(editor('<img src="/images/icon.gif">')), NoBody),
        (
            "<html><title>404</title><body><h1>页面不存在</h1><p>您访问的页面不存在。</p></body></html>".encode(),
            UnknownLayout,
        ),
        (b"<html><body>" + b"<div>" * 5000 + b"text" + b"</div>" * 5000, UnknownLayout),
    ],
)
def test_what_is_no_article_is_named(body: bytes, fault: type[UnknownLayout]) -> None:
    with pytest.raises(UnknownLayout) as raised:
        parsed(body)
    assert type(raised.value) is fault


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        ("文章已删除", True),
        ("您访问的文章不存在或已被删除，请返回首页。", True),
        ("抱歉，您要查看的页面不存在！", True),
        ("该信息已被管理员删除", True),
        ("页面未找到", True),
        ("本稿件已下线 <a href='/'>首页</a>", True),
        ("<a href='a.html'>文章已删除</a>", False),
        ("新闻被删除引发的思考", False),
        ("页面出错，请稍后再试", False),
        ("系统正在维护，暂时无法访问", False),
        ("请登录后查看该内容", False),
        ("<span style='display:none'>页面不存在</span>", False),
        ("<script>var no = '<p>页面不存在</p>';</script>", False),
    ],
)
def test_a_page_tells_of_a_withdrawal_and_of_no_trouble(words: str, is_told: bool) -> None:
    assert tells_of_withdrawal(page(f"<p>{words}</p>")) is is_told


@pytest.mark.parametrize(
    "body",
    [
        page("<div>" * 100_000 + TEXT),
        page(f"<div class=TRS_Editor>{'<p>字。</p>' * 100_000}</div>"),
        page("<div class=TRS_Editor>" * 3_000 + TEXT),
        b"<html><body>" + b'<a href="./202210/t20221009_1.html">x</a>' * 200_000,
        page(editor(TEXT), title="题" * 100_000),
        page("<table><tr><td>" * 2_000 + TEXT),
        page("<p>（" * 50_000),
        bare_page("<div>" * 1_500 + f"<p>{TEXT}</p>" * 10_000),
        bare_page(f"<p>{'1' * 60}x</p><p>{'大中小' * 9}x</p>" * 10_000),
        bare_page(
            "".join(f'<div class="title{n} comment{n}" id="TRS_AUTOADD_{n}">位置{TEXT}</div>' for n in range(9_000))
        ),
        bare_page("<h1>别的题目</h1>" * 30_000),
        bare_page(f"<p>来源：{'记者，' * 90_000}</p><p>{TEXT}{'（记者' * 50_000}</p>"),
        bare_page(f"<p>{TEXT * 9}</p>" + '<div><a href="a.html">x</a></div>' * 200_000),
    ],
    ids="deep long editors links title tables brackets prose tools marks headings persons list".split(),
)
def test_hostile_pages_take_bounded_time(body: bytes) -> None:
    """A page takes a second alone, four under coverage on a busy machine; a quadratic walk takes minutes."""
    started = time.process_time()
    with refusals():
        parsed(body)
    assert time.process_time() - started < 20


@pytest.mark.parametrize("reader", [parse_article, parse_listing])
def test_a_defect_of_a_reader_is_a_refusal_that_the_log_explains(
    reader: Callable[..., object], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(f"{reader.__module__}.breadcrumb", lambda *_: 1 / 0)
    with pytest.raises(Defect, match="ZeroDivisionError"):
        reader(page(editor(TEXT)), URL, SITE)
    assert URL in caplog.text
    assert "ZeroDivisionError" in caplog.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(data=st.data())
def test_mutated_pages_give_a_record_or_unknown_layout(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(SEEN)))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 400))
        body[place : place + length] = data.draw(
            st.binary(max_size=40)
            | st.sampled_from([b"</html>", b"<div>", b"</div>", b"<!--", b"<script>", b"\x00", b"'"])
        )
    with refusals():
        parsed(bytes(body))


NAVIGATION = '<ul><li><a href="/xw/jcxw/">晋城新闻</a></li><li><a href="/xw/sxxw/">山西新闻</a></li></ul>'


def headed(title: str, body: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body>{NAVIGATION}{body}</body></html>".encode()


@pytest.mark.parametrize("title", ["晋城新闻网", "山西新闻_晋城新闻网", "某某网"])
def test_a_notice_under_the_name_of_the_site_or_a_section_is_no_article(title: str) -> None:
    notice = editor("尊敬的读者：网站改版升级中，部分历史稿件暂时无法访问，敬请谅解。")
    with pytest.raises(UnknownLayout):
        parsed(headed(title, notice))
    assert parsed(headed(title, f"<p>2022-10-09 10:28</p>{notice}")).published_at == "2022-10-09T10:28:00+08:00"


def test_a_title_that_stands_in_the_head_alone_or_is_a_link_is_one() -> None:
    assert parsed(headed("太行秋色_某某网", editor(TEXT))).title == "太行秋色"
    linked = f'<p><a href="t20221009_1.html">某某地第三届丰收节开幕</a></p>{editor(TEXT)}'
    assert parsed(headed("某某地第三届丰收节开幕_某某网", linked)).title == "某某地第三届丰收节开幕"
