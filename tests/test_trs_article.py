"""Article pages: golden pages, the sample, fields and their traps, hostile bytes."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jcnews_spider.article import Article
from jcnews_spider.errors import EmptyPage, NoBody, NotHtml, RedirectStub, UnknownLayout
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import join_parts, parse_article, tells_of_withdrawal
from tests import quality, test_trs_fallback, test_trs_sites
from tests.skeleton import editor, page

SITE = site_named("jcnews")
URL = "http://www.jcnews.com.cn/zt/sxdj/202210/t20221009_956123.html"
PAGES = sorted((Path(__file__).parent / "pages").glob("*/*.html"))
SAMPLE = Path(__file__).parents[2] / "shared" / "sample_article.txt"
SEEN = [
    *(path.read_bytes() for path in PAGES),
    *(text.encode() for text in (*test_trs_sites.PAGES, *test_trs_fallback.PAGES)),
]
"""Every kind of page that the tests know."""
TEXT = "这是一段虚构的正文，说明本页由测试写成。"


def parsed(body: bytes, url: str | None = URL) -> Article:
    return parse_article(body, url, SITE)


def made_up(body: str) -> bytes:
    """A page without any known container."""
    head = "<html><head><title>标题标题_某某网</title></head><body><h1>标题标题</h1><p>2022-10-09 10:28</p>"
    return f"{head}{body}</body></html>".encode()


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


def test_title_without_newline_or_series_is_kept() -> None:
    body = page(editor(TEXT), title="标题").replace(b"\n\xe6\xa0\x87\xe9\xa2\x98\n", "标题".encode())
    assert (parsed(body).title, parsed(body).series) == ("标题", None)


def test_a_title_that_is_all_series_stays_the_title() -> None:
    assert (
        parsed(page(editor(TEXT), title="【图集】")).title,
        parsed(page(editor(TEXT), title="【图集】")).series,
    ) == (
        "【图集】",
        None,
    )


@pytest.mark.parametrize(
    ("printed", "known", "raw"),
    [
        ("2022年10月09日 10:28:00", "2022-10-09T10:28:00+08:00", "2022年10月09日 10:28:00"),
        ("2022-10-09 10:28", "2022-10-09T10:28:00+08:00", "2022-10-09 10:28"),
        ("时间：2022-10-09", "2022-10-09", "2022-10-09"),
        ("发布时间：2022.10.9 08:05", "2022-10-09T08:05:00+08:00", "2022.10.9 08:05"),
        ("2022/10/09", "2022-10-09", "2022/10/09"),
        ("2022年10月9日", "2022-10-09", "2022年10月9日"),
        ("2022年10月09日 星期日 10:28", "2022-10-09T10:28:00+08:00", "2022年10月09日 星期日 10:28"),
        ("2022-10-09（周日）10:28:05", "2022-10-09T10:28:05+08:00", "2022-10-09（周日）10:28:05"),
        ("2022年10月09日10时28分5秒", "2022-10-09T10:28:05+08:00", "2022年10月09日10时28分5秒"),
        ("2022-10-08T18:28:00.000Z", "2022-10-09T02:28:00+08:00", "2022-10-08T18:28:00.000Z"),
        ("2022年10月9日 下午3:20", "2022-10-09T15:20:00+08:00", "2022年10月9日 下午3:20"),
        ("2022年10月9日 晚上15:20", "2022-10-09T15:20:00+08:00", "2022年10月9日 晚上15:20"),
        ("2022-10-09 中午12:05", "2022-10-09T12:05:00+08:00", "2022-10-09 中午12:05"),
        ("2022-10-09 凌晨12:05", "2022-10-09T00:05:00+08:00", "2022-10-09 凌晨12:05"),
        ("２０２２年１０月０９日　１０:２８", "2022-10-09T10:28:00+08:00", "２０２２年１０月０９日 １０:２８"),
        ("二〇二二年十月九日", "2022-10-09", "二〇二二年十月九日"),
        ("二○二二年十二月三十一日", "2022-12-31", "二○二二年十二月三十一日"),
        ("更新时间：2022-10-10 08:00 发布时间：2022-10-09 10:28", "2022-10-09T10:28:00+08:00", "2022-10-09 10:28"),
        ("成文日期：2022年10月01日 发布日期：2022年10月09日", "2022-10-09", "2022年10月09日"),
        ("生效日期：2022年11月01日 发布日期：2022年10月09日", "2022-10-09", "2022年10月09日"),
        ("更新时间：2022-10-10 08:00", "2022-10-10T08:00:00+08:00", "2022-10-10 08:00"),
        ("二〇二二年十三月九十日", None, None),
    ],
)
def test_dates(printed: str, known: str | None, raw: str | None) -> None:
    article = parsed(page(editor(TEXT), date=printed))
    assert (article.published_at, article.published_raw) == (known, raw)


def test_a_meta_tag_supplies_the_time_that_the_page_does_not_print() -> None:
    meta = '<meta name="PubDate" content="2022-10-09 14:46:00">'
    assert parsed(page(editor(TEXT), date="2022-10-09", head=meta)).published_at == "2022-10-09T14:46:00+08:00"
    assert parsed(page(editor(TEXT), date="2022-10-08", head=meta)).published_at == "2022-10-08"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("来源：山西日报", "山西日报"),
        ("来源 ：山西日报", "山西日报"),
        ("信息来源：《太行日报》", "《太行日报》"),
        ("转载自：山西日报", "山西日报"),
        ("来自：山西日报", "山西日报"),
        ('来源：<a href="http://a.cn/">山西日报</a>', "山西日报"),
        ("来源：中国证券报·中证网&nbsp;作者：王博", "中国证券报·中证网"),
        ("来源：晋城发布", "晋城发布"),
        ("来源：晋城发布发布时间：2022-10-09", "晋城发布"),
        ("来源：中国摄影报 阅读：12", "中国摄影报"),
        ("来源：晋城发布 2022-10-09", "晋城发布"),
        ("<i>稿源：晋城发布</i><i>时间：2022-10-09</i>", "晋城发布"),
        ("来源：山西日报 本报记者 王涛", "山西日报"),
        ("来源：山西日报本报记者 王涛", "山西日报"),
        ("来源：山西日报阅读：12", "山西日报"),
        ("来源：", None),
        ("", None),
    ],
)
def test_source_comes_from_the_header_and_never_from_the_notice(printed: str, expected: str | None) -> None:
    article = parsed(page(editor(TEXT), source=printed))
    assert article.source == expected
    assert article.rights.original is (None if expected is None else expected == "《太行日报》")


@pytest.mark.parametrize(
    "line",
    [
        "<span>来源：山西日报</span><span>记者：王涛</span><span>编辑：孙宇</span>",
        "<em>山西日报</em><i>|</i><em>记者 王涛</em><i>|</i><em>编辑：孙宇</em>",
        "<span>山西日报</span><span>本报记者：<a href='/'>王涛</a></span><b>编辑：孙宇</b>",
    ],
)
def test_fields_that_only_a_style_sheet_sets_apart_are_told_apart(line: str) -> None:
    printed = re.sub(b'<span class="time">(.*?)</span>.*?</div>', rb"\1%s</div>" % line.encode(), page(editor(TEXT)))
    article = parsed(printed.replace(b'<span class="editor">', b"<span hidden>"))
    assert (article.source, [author.name for author in article.authors]) == ("山西日报", ["王涛"])
    assert (article.editor, article.published_at) == ("孙宇", "2022-10-09T10:28:00+08:00")


@pytest.mark.parametrize("line", ["作者：王涛 评论(0)", "<h5><i>来源：甲报</i><i>记者：王涛</i><i>点击：12</i></h5>"])
def test_counters_beside_a_name_are_no_author(line: str) -> None:
    assert [author.name for author in parsed(page(editor(TEXT), source=line)).authors] == ["王涛"]


def test_an_empty_author_before_the_source_is_nobody() -> None:
    article = parsed(page(editor(TEXT), source="作者：&nbsp;&nbsp;新闻来源：某某检察院"))
    assert (article.authors, article.source) == ((), "某某检察院")


def test_a_title_that_begins_like_a_medium_is_no_source() -> None:
    assert parsed(page(editor(TEXT), title="蚕桑合作社 1816亩梯田换新颜", source="来源：")).source is None
    assert parsed(page(editor(TEXT), title="来源：一滴水的旅程")).source == "山西日报"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("豆晓军", "豆晓军"), ("", None), ("甲乙 丙丁", "甲乙、丙丁"), ("孙　宇", "孙宇"), ("df333", "df333")],
)
def test_editor(printed: str, expected: str | None) -> None:
    assert parsed(page(editor(TEXT), editor=printed)).editor == expected


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        ((TEXT, "本报记者陈俊琦"), [("陈俊琦", "本报记者")]),
        (("本报讯 （记者 王涛） 1月18日，天气晴。" + TEXT,), [("王涛", "记者")]),
        ((TEXT + "（本站记者刘晓艳）",), [("刘晓艳", "本站记者")]),
        ((TEXT, "（记者 王涛 通讯员 李四光、赵 六）"), [("王涛", "记者"), ("李四光", "通讯员"), ("赵六", "通讯员")]),
        ((TEXT, "文/图 田俊杰"), [("田俊杰", "文/图")]),
        ((TEXT, "图/文 田俊杰"), [("田俊杰", "图/文")]),
        ((TEXT, "文字：霍东 摄影：宋小雨 视频：卢山"), [("霍东", "文字"), ("宋小雨", "摄影"), ("卢山", "视频")]),
        ((TEXT, "撰稿：杨帆；摄影：孟晴"), [("杨帆", "撰稿"), ("孟晴", "摄影")]),
        ((TEXT, "——本报记者 岳新"), [("岳新", "本报记者")]),
        ((TEXT, "（图文/数学系 岳新）"), [("岳新", "图文")]),
        ((TEXT, "（文/图 党委宣传部 岳新）"), [("岳新", "文/图")]),
        ((TEXT, "整理：闫妍"), [("闫妍", "整理")]),
        ((TEXT, "通讯员 努尔兰•哈森"), [("努尔兰·哈森", "通讯员")]),
        (("□ 邱丽华", TEXT), [("邱丽华", None)]),
        (("□ 本报记者 邱丽华", TEXT), [("邱丽华", "本报记者")]),
        (("记者手记：走进乡村。" + TEXT, "当天，记者王涛从会上获悉，一切正常。" + TEXT), []),
    ],
)
def test_authors(paragraphs: tuple[str, ...], expected: list[tuple[str, str | None]]) -> None:
    assert [(author.name, author.role) for author in parsed(page(editor(*paragraphs))).authors] == expected


def test_the_first_date_counts_and_a_later_one_only_lends_its_time() -> None:
    later = parsed(page(editor(TEXT), date="2022-10-09 更新时间：2022-10-10 08:00"))
    same = parsed(page(editor(TEXT), date="2022-10-09", source="时间：2022-10-09 08:00 来源：山西日报"))
    above = parsed(
        page(editor(TEXT)).replace(b'<div id="article">', "<p>今天是2026年11月24日 08:00</p><div id=article>".encode())
    )
    assert later.published_at == "2022-10-09"
    assert same.published_at == "2022-10-09T08:00:00+08:00"
    assert above.published_at == "2022-10-09T10:28:00+08:00"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("<h3>某某县特色农业观察</h3>", "某某县特色农业观察"),
        ("<h2>2022-10-09 10:28</h2>", None),
        ("<h2>来源：山西日报</h2>", None),
        ("<h4>字号：大 中 小</h4>", None),
        ('<h2><a href="/xw/">某某新闻频道</a></h2>', None),
        ("", None),
    ],
)
def test_a_lower_heading_right_below_the_title_is_the_subtitle(heading: str, expected: str | None) -> None:
    assert parsed(page(editor(TEXT)).replace(b"</h1>", b"</h1>" + heading.encode())).subtitle == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("<h3>青石镇抓牢黄桃产业不放松</h3>", "青石镇抓牢黄桃产业不放松"),
        ("<h3>某某新闻频道</h3>", None),
        ("<h3>青石镇抓牢黄桃产业不放松</h3><img src='/i/line.gif'>", None),
        ("<h3>来源：山西日报 2022-10-09</h3>", None),
        ('<h3><a href="/zt/hj/">青石镇抓牢黄桃产业不放松</a></h3>', None),
    ],
)
def test_a_long_heading_right_above_the_title_is_the_subtitle(heading: str, expected: str | None) -> None:
    assert parsed(page(editor(TEXT)).replace(b"<h1", heading.encode() + b"<h1")).subtitle == expected


@pytest.mark.parametrize("title", ["【图片新闻】", "摄影 王家大院", "本报记者走基层"])
def test_a_title_names_no_author(title: str) -> None:
    assert parsed(page(editor(TEXT), title=title)).authors == ()


@pytest.mark.parametrize(
    "line",
    [
        "责编 豆晓军",
        "责编/豆晓军 审核/某某人",
        "编辑 | 豆晓军 审核 | 某某人",
        "编辑丨豆晓军 审核丨某某人",
        "本版责任编辑 豆晓军",
        "<span>编辑 豆晓军</span> <span>校对 某某人</span>",
        "<span>责编：豆晓军</span><span>审校：某某人</span>",
    ],
)
def test_an_editor_is_found_without_a_colon_and_beside_another_label(line: str) -> None:
    printed = re.sub(rb'<span class="editor">.*?</span>', line.encode(), page(editor(TEXT)), flags=re.DOTALL)
    assert parsed(printed).editor == "豆晓军"


@pytest.mark.parametrize("line", ["编辑 | 删除", "编辑 删除 审核"])
def test_a_tool_beside_the_word_for_editing_is_no_editor(line: str) -> None:
    printed = re.sub(rb'<span class="editor">.*?</span>', line.encode(), page(editor(TEXT)), flags=re.DOTALL)
    assert parsed(printed).editor is None


def test_a_notice_may_stand_behind_its_short_heading() -> None:
    article = parsed(page(editor(TEXT), notice=("特别声明：本文为转载，不代表本网观点。如有不妥请联系。", "关于我们")))
    assert article.rights.notice == "本文为转载，不代表本网观点。"


def test_dates_of_the_title_and_of_other_articles_are_not_the_articles() -> None:
    dated = parsed(page(editor(TEXT), title="2021年12月31日前办结 某某市清理积案"))
    links = '<ul><li><a href="t20220901_1.html">某某村的新生活</a><span>2022-09-01</span></li></ul><div class="ewm">'
    undated = parsed(page(editor(TEXT), date="").replace(b'<div class="ewm">', links.encode()))
    assert dated.published_at == "2022-10-09T10:28:00+08:00"
    assert (undated.published_at, undated.text) == (None, TEXT)


@pytest.mark.parametrize("line", ["来源：人民日报", "来源 ：人民日报", "（来源：人民日报）", "（转自：人民日报）"])
def test_a_source_behind_the_body_is_found(line: str) -> None:
    inside = f'<div class=TRS_Editor><p>{TEXT}</p><p style="text-align: right;">{line}</p></div>'
    assert parsed(page(inside, source="")).source == "人民日报"
    assert parsed(page(editor(TEXT + "资料来源：国家统计局，数据有变。"), source="")).source is None


@pytest.mark.parametrize("line", ["来源：县融媒体中心 编辑：孙宇", "（来源：县融媒体中心　编辑：孙宇）"])
def test_source_and_editor_on_the_last_line_end_a_text(line: str) -> None:
    article = parsed(page(editor(TEXT, line), source="").replace(b'<span class="editor">', b"<span hidden>"))
    assert (article.text, article.source, article.editor) == (TEXT, "县融媒体中心", "孙宇")


def test_a_medium_in_brackets_behind_the_body_is_the_source_and_what_may_be_made_public_is_none() -> None:
    assert parsed(page(editor(TEXT, "（京华时报）"), source="")).source == "京华时报"
    assert parsed(page(editor(TEXT, "（此件公开发布）"), source="")).source is None


def test_a_page_of_pictures_or_of_a_video_alone_is_an_article() -> None:
    picture = parsed(page('<div class=TRS_Editor><p align="center"><img src="./W01.jpg"></p></div>'))
    video = parsed(page("<div class=TRS_Editor><script>pv('./P01.flv',480,360,'v1');</script></div>"))
    assert [image.url for image in picture.images] == ["http://www.jcnews.com.cn/zt/sxdj/202210/W01.jpg"]
    assert [movie.url for movie in video.videos] == ["http://www.jcnews.com.cn/zt/sxdj/202210/P01.flv"]
    assert (picture.text, video.text) == ("", "")


def test_nested_and_hidden_copies_are_read_once() -> None:
    nested = f'<div class="TRS_Editor"><style>P{{}}</style><div class=TRS_Editor><p>{TEXT}</p></div></div>'
    hidden = f'<div style="display: none"><div class="TRS_Editor"><p>{TEXT}</p></div></div>'
    assert parsed(page(nested + hidden)).text == TEXT


def test_text_behind_an_early_end_counts() -> None:
    body = page(editor(TEXT)).replace(b'<div id="article">', b'</body></html><div id="article">')
    assert parsed(body).text == TEXT


@pytest.mark.parametrize("end", ["</html>", "</BODY></HTML>", "</body ></html\n>", "</html x>", "</html"])
def test_an_early_end_inside_a_body_ends_nothing(end: str) -> None:
    inside = f"<p>{TEXT}</p>{end}<p>{TEXT}完</p>"
    assert parsed(page(f"<div class=TRS_Editor>{inside}</div>")).text == f"{TEXT}\n\n{TEXT}完"


def test_blocks_and_breaks_are_paragraphs_and_rows_are_lines() -> None:
    table = "<table><tr><td><p>甲</p></td><td>乙<br>丙</td></tr></table>"
    inside = f"一{TEXT}<br>　　二<div>三</div>{table}<p>四<span>五</span></p>"
    assert parsed(page(f"<div class=TRS_Editor>{inside}</div>")).text.split("\n\n") == [
        f"一{TEXT}", "二", "三", "甲 乙 丙", "四五",
    ]  # fmt: skip


def test_paragraphs_in_a_table_of_one_cell_stay_apart() -> None:
    table = f"<table><tr><td><p>{TEXT}</p><p>{TEXT}完</p></td></tr></table>"
    assert parsed(page(f"<div class=TRS_Editor>{table}</div>")).text == f"{TEXT}\n\n{TEXT}完"


def test_html_is_safe_and_absolute() -> None:
    inside = (
        f'<p style="x" class="y" onclick="z()">　　{TEXT}<a href="../a.html">链</a></p>'
        '<p><a href="javascript:alert(1)">坏</a></p>'
        '<p><img src=./W020221009.jpg onerror="x()"><script>alert(1)</script><iframe src="http://a.cn/"></iframe></p>'
    )
    html = parsed(page(f"<div class=TRS_Editor>{inside}</div>")).html
    assert 'href="http://www.jcnews.com.cn/zt/sxdj/a.html"' in html
    assert 'src="http://www.jcnews.com.cn/zt/sxdj/202210/W020221009.jpg"' in html
    assert not re.search(r"script|style|class|onclick|onerror|iframe|javascript", html)


@pytest.mark.parametrize(
    "image",
    [
        '<img src="/images/blank.gif" data-src="./W020221009.jpg">',
        '<img src="data:image/gif;base64,R0lGODlh" data-original="./W020221009.jpg">',
        '<img class="lazy" data-src="./W020221009.jpg"><img>',
        '<img src="./W020221009.jpg"><img src="http://count.cn/c.gif?id=1" width="1" height="1">',
        '<img src="/ueditor/dialogs/emotion/j_0001.gif"><img src="./W020221009.jpg">',
        '<img src="/module/jslib/icons/doc.png"><img src="./W020221009.jpg">',
    ],
)
def test_images_loaded_late_are_images_and_dots_are_none(image: str) -> None:
    article = parsed(page(f"<div class=TRS_Editor><p>{TEXT}</p><p>{image}</p></div>"))
    address = URL.rpartition("/")[0] + "/W020221009.jpg"
    assert [one.url for one in article.images] == [address]
    assert f'src="{address}"' in article.html


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("silicon-valley.jpg", True),
        ("anecdote1.jpg", True),
        ("icon_pdf.gif", False),
        ("newsdot.gif", False),
        ("wx-share.png", False),
    ],
)
def test_an_icons_word_inside_another_makes_no_icon(name: str, expected: bool) -> None:
    article = parsed(page(f'<div class=TRS_Editor><p>{TEXT}</p><p><img src="http://img.cn/{name}"></p></div>'))
    assert bool(article.images) is expected


@pytest.mark.parametrize(
    ("shown", "caption"),
    [
        ('<p><img src="./W0.jpg"></p><p class="pic-desc">古堡晨雾</p>', "古堡晨雾"),
        ('<div><img src="./W0.jpg"><span>古堡晨雾</span></div>', "古堡晨雾"),
        ('<div><p><img src="./W0.jpg"></p><p>古堡晨雾</p></div>', "古堡晨雾"),
        ('<p><img src="./W0.jpg"></p><p>古堡晨雾</p>', None),
        ('<div><img src="./W0.jpg"><p>古堡晨雾</p><p>古堡黄昏</p></div>', None),
    ],
)
def test_a_line_that_shares_a_box_with_a_picture_is_its_caption(shown: str, caption: str | None) -> None:
    article = parsed(page(f"<div class=TRS_Editor><p>{TEXT}</p>{shown}<p>{TEXT}</p></div>"))
    assert [image.caption for image in article.images] == [caption]
    alone = parsed(page('<div class=TRS_Editor><div><img src="./W0.jpg"><p>古堡晨雾</p></div></div>'))
    assert [image.caption for image in alone.images] == [None]


def test_captions_of_figures_files_in_frames_and_players_are_found() -> None:
    figure = '<figure><img src="./W020221009.jpg"><figcaption>古堡晨雾</figcaption></figure>'
    frame = (
        '<iframe src="./P020221009000000000001.pdf"></iframe><video data-src="./P020221009000000000002.mp4"></video>'
    )
    frame += '<audio src="./P020221009000000000003.mp3"></audio>'
    script = "<script>CKobject.embedHTML5('a', ['/v/1.mp4->video/mp4'])</script>"
    article = parsed(page(f"<div class=TRS_Editor><p>{TEXT}</p>{figure}{frame}{script}</div>"))
    folder = URL.rpartition("/")[0]
    assert [image.caption for image in article.images] == ["古堡晨雾"]
    assert [file.url for file in article.attachments] == [
        f"{folder}/P020221009000000000001.pdf",
        f"{folder}/P020221009000000000003.mp3",
    ]
    assert [video.url for video in article.videos] == [
        f"{folder}/P020221009000000000002.mp4",
        "http://www.jcnews.com.cn/v/1.mp4",
    ]


@pytest.mark.parametrize(
    "player", ['<video controls><source src="./P01.mp4"></video>', '<iframe src="/player/?id=7"></iframe>']
)
def test_a_player_between_header_and_body_is_the_articles(player: str) -> None:
    printed = page(editor(TEXT)).replace(b"<div></div>", f'<div class="player">{player}</div>'.encode(), 1)
    address = "/zt/sxdj/202210/P01.mp4" if "P01" in player else "/player/?id=7"
    assert [video.url for video in parsed(printed).videos] == [f"http://www.jcnews.com.cn{address}"]


@pytest.mark.parametrize("wrapper", ["<div class=TRS_Editor></div>", "<div class=TRS_Editor><p>&nbsp;</p></div>"])
def test_a_player_above_an_empty_body_is_an_article_and_one_elsewhere_is_none(wrapper: str) -> None:
    player = b'<div class="player"><video src="./P01.mp4"></video></div>'
    article = parsed(page(wrapper).replace(b"<div></div>", player, 1))
    assert [video.url for video in article.videos] == ["http://www.jcnews.com.cn/zt/sxdj/202210/P01.mp4"]
    assert (article.text, article.published_at) == ("", "2022-10-09T10:28:00+08:00")
    with pytest.raises(NoBody):
        parsed(page(wrapper).replace(b'<div id="article">', player + b'<div id="article">'))


def test_control_characters_in_attributes_do_no_harm() -> None:
    inside = f'<p>{TEXT}<a href="a\x01.html">链</a><img src="./W0\x022022.jpg\ufffe"></p>'
    body = page(f'<div class="TRS_Editor \x01">{inside}</div>').replace(b'id="title"', b'id="title \x03"')
    assert parsed(body).text == f"{TEXT}链"


def test_html_holds_what_the_text_holds_and_nothing_hidden() -> None:
    inside = f'<p>{TEXT}一<br>{TEXT}二<br>责任编辑：某某</p><div style="display:none"><p>{TEXT}三</p></div>尾巴'
    article = parsed(page(f"<div class=TRS_Editor>{inside}</div>"))
    assert article.text == f"{TEXT}一\n\n{TEXT}二"
    assert f"{TEXT}一" in article.html
    assert f"{TEXT}三" not in article.html


def test_the_tail_is_cut_from_a_bare_body() -> None:
    article = parsed(page(f"<p>　　{TEXT * 3}</p><p>　　{TEXT}</p>"))
    assert (article.text, article.crawl.extractor) == (f"{TEXT * 3}\n\n{TEXT}", "jcnews_bare")


@pytest.mark.parametrize("date", ["", "<p>2022年10月9日</p>"], ids=("last", "dated"))
@pytest.mark.parametrize("prose", [f"<p>{TEXT * 3}</p><p>{TEXT}</p>", f"{TEXT * 3}<br>{TEXT}<br>"], ids=("p", "br"))
def test_a_table_beside_the_paragraphs_is_text_however_long(prose: str, date: str) -> None:
    table = "".join(f"<tr><td>{n}</td><td>某某</td></tr>" for n in range(20))
    text = parsed(made_up(f"<div id=zoom>{prose}<table>{table}</table>{date}</div>")).text.split("\n\n")
    assert text[:22] == [TEXT * 3, TEXT, *(f"{n} 某某" for n in range(20))]


def test_a_list_of_names_behind_the_last_sentence_is_text_however_long() -> None:
    lines = [TEXT * 3, *(f"某某镇　王某{n}" for n in range(30))]
    for inside in ("<br>".join(lines), "".join(map("<p>{}</p>".format, lines))):
        assert parsed(made_up(f"<div id=zoom>{inside}</div>")).text.count("\n\n") == 30


def test_names_and_verses_in_a_container_are_a_text_and_links_are_none() -> None:
    names = [f"某某镇：王某{n}　李某{n}　赵某{n}" for n in range(6)]
    assert parsed(made_up(f"<div id=zoom>{'<br>'.join(names)}</div>")).text.count("\n\n") == 5
    links = [f"<a href='/xw/{n}.html'>{name}</a>" for n, name in enumerate(names)]
    with pytest.raises(NoBody):
        parsed(made_up(f"<div id=zoom>{'<br>'.join(links)}</div>"))


def test_a_line_in_the_middle_that_looks_like_a_tail_is_text() -> None:
    paragraphs = ("相关链接里的说法不一。" + TEXT, TEXT, TEXT + "完")
    assert parsed(page(editor(*paragraphs))).text == "\n\n".join(paragraphs)


@pytest.mark.parametrize("line", ["数据来源：国家统计局", "图片来源：某某博物馆", "2022年10月1日，时间：上午九点。"])
def test_a_line_between_paragraphs_that_looks_like_a_header_is_text(line: str) -> None:
    paragraphs = (TEXT, line, TEXT + "二", TEXT + "完")
    assert parsed(page(editor(*paragraphs))).text == "\n\n".join(paragraphs)


@pytest.mark.parametrize(
    "line",
    [
        "公示时间为2022年5月4日至10日，欢迎监督。",
        "公示时间：2022年5月4日至10日",
        "时间：2022年10月15日上午九时",
        "来源：据村志记载，村名始于明代。",
    ],
)
def test_a_first_line_of_a_dated_page_that_looks_like_a_header_is_text(line: str) -> None:
    paragraphs = ("活动预告", line, TEXT, TEXT + "完")
    assert parsed(page(editor(*paragraphs))).text == "\n\n".join(paragraphs)


def test_a_second_labelled_date_is_part_of_the_header() -> None:
    header = "<p>发布时间：2022-10-09 10:28</p><p>更新时间：2022-10-10 08:00</p>"
    article = parsed(f"<h1>标题标题</h1><div id=zoom>{header}<p>{TEXT * 3}</p><p>{TEXT}</p></div>".encode())
    assert article.text == f"{TEXT * 3}\n\n{TEXT}"


@pytest.mark.parametrize(
    "line",
    [
        "收藏家王涛捐出了三十件老物件。",
        "关闭三处小煤窑之后，村里转而种起了连翘。",
        "点赞之余，也有人提出了建议。",
        "分享到最后，几位老师的眼眶都红了。",
        "上一条路修了八年，这一条只用了八个月。",
        "责任编辑制度推行十年，错漏一年比一年少。",
        "联系人：王涛，联系电话：0356-0000000。",
        "咨询热线电话：0356-0000000",
        "收藏家的老屋",
        "本报记者在采访中了解到，不少人持相同观点。",
        "打开手机APP查看，家里的灯都亮着。",
        "（相关报道见第3版）",
        "本网格共有三百户，网格员每天收集大家的观点。",
    ],
)
def test_a_late_paragraph_that_begins_like_a_tool_or_a_notice_is_text(line: str) -> None:
    paragraphs = (TEXT, TEXT, line, TEXT + "完")
    assert parsed(page(editor(*paragraphs))).text == "\n\n".join(paragraphs)


@pytest.mark.parametrize("line", ["扫描二维码，来历一看便知。", "下载客户端、绑定社保卡，乡亲们学会了缴费。"])
def test_an_invitation_before_sentences_is_text_and_at_the_end_is_none(line: str) -> None:
    assert parsed(page(editor(TEXT, TEXT, line, TEXT))).text == f"{TEXT}\n\n{TEXT}\n\n{line}\n\n{TEXT}"
    assert parsed(page(editor(TEXT, TEXT, line))).text == f"{TEXT}\n\n{TEXT}"


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("下载客户端、完成实名认证后，老人在家就能办理年审。", "下载某某新闻客户端，第一时间了解身边发生的事。"),
        ("扫描二维码就能了解每只羊的生长记录，这是新招数。", "扫描二维码，关注某某县融媒体中心的微信公众号。"),
        ("更多精彩活动还将在双休日推出，市民不妨带上孩子去。", "更多精彩内容和最新的消息，请关注某某县电视台。"),
    ],
)
def test_a_last_sentence_that_tells_and_asks_for_nothing_is_text(told: str, asked: str) -> None:
    assert parsed(page(editor(TEXT, TEXT, told))).text == f"{TEXT}\n\n{TEXT}\n\n{told}"
    assert parsed(page(editor(TEXT, TEXT, asked))).text == f"{TEXT}\n\n{TEXT}"


@pytest.mark.parametrize("label", ["展开全文", "广告"])
def test_a_label_of_the_page_between_paragraphs_is_no_text(label: str) -> None:
    assert parsed(page(editor(TEXT, label, TEXT + "完"))).text == f"{TEXT}\n\n{TEXT}完"
    line = f"{label}栏里写着三件事"
    assert line in parsed(page(editor(TEXT, line, TEXT + "完"))).text


def test_a_time_above_a_report_is_text_and_a_players_above_the_text_is_none() -> None:
    player = "<p>00:00</p><p>03:25</p>"
    lines = [TEXT, "09:05", TEXT + "一", "10：40", TEXT + "二"]
    inside = "".join(f"<li><p>{line}</p></li>" for line in lines)
    article = parsed(page(f"<div class=TRS_Editor>{player}<ul>{inside}</ul><p>00:00</p></div>"))
    assert article.text.split("\n\n") == lines


@pytest.mark.parametrize(
    "figures", ["0356-0000000", "9:00-17:00", "2021 1200 1500", "78:65", "03 09 17 22 34 + 05 11", "12", "2022-10-08"]
)
def test_a_line_of_figures_is_text_and_page_numbers_are_none(figures: str) -> None:
    assert parsed(page(editor(TEXT, figures, TEXT + "完"))).text == f"{TEXT}\n\n{figures}\n\n{TEXT}完"
    for tool in ("1 2 3 4", "1/8", "[0]", "2022-10-09 10:28"):
        assert parsed(page(editor(TEXT, tool, TEXT + "完"))).text == f"{TEXT}\n\n{TEXT}完"


@pytest.mark.parametrize("heading", ["相关链接", "【延伸阅读】", "■相关新闻", "<b>相关链接：</b>"])
def test_a_box_printed_with_the_article_is_text_and_bare_headlines_are_none(heading: str) -> None:
    box = ("什么是林下养殖？", "就是在林下养鸡养羊。", "到乡里登记即可。")
    shown = heading.removeprefix("<b>").removesuffix("</b>")
    assert parsed(page(editor(TEXT, TEXT, heading, *box))).text == "\n\n".join((TEXT, TEXT, shown, *box))
    assert parsed(page(editor(TEXT, TEXT, heading, "某地举办丰收节", "某县新建便道"))).text == f"{TEXT}\n\n{TEXT}"


@pytest.mark.parametrize(
    "line",
    [
        "收藏此文章",
        "点赞 12",
        "相关链接：",
        "上一篇：另一篇的题目",
        "分享到：晋城在线",
        "版权所有，未经许可不得转载。",
        "扫描二维码关注我们。",
        "声明：本文转自他处。",
        "新闻热线：0356-0000000",
        "热线电话：0356-0000000",
        "本网转载的文章不代表本网观点。",
        "如遇作品内容、版权等问题，请在刊发之日起30日内与本网联系。",
        "打开某某新闻APP，阅读体验更佳",
    ],
)
def test_tools_appeals_and_notices_end_a_text(line: str) -> None:
    assert parsed(page(editor(TEXT, TEXT, TEXT, line, "尾巴"))).text == "\n\n".join([TEXT] * 3)


def test_links_that_a_sentence_announces_are_text() -> None:
    links = (
        "<p>1. <a href='http://a.example.com/'>社保查询</a></p><p>2. <a href='http://b.example.com/'>公积金查询</a></p>"
    )
    announced = "为了方便群众办事，现将网上入口汇总如下："
    shown = f"{announced}\n\n1. 社保查询\n\n2. 公积金查询\n\n{TEXT}"
    assert parsed(page(editor(announced, links, TEXT))).text == shown
    assert parsed(page(editor(TEXT, links, TEXT))).text == f"{TEXT}\n\n{TEXT}"


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


@pytest.mark.parametrize("headlines", [0, 10, 30])
@pytest.mark.parametrize("notice", ["", "<p>版权声明</p><p>本站文章归本站所有。</p>"], ids=("bare", "notice"))
def test_the_editor_is_found_between_headlines_behind_the_body(headlines: int, notice: str) -> None:
    lines = "<p><a href='a.html'>另一篇的题目</a></p>" * headlines
    tail = f"{notice}{lines}<p>责任编辑：王涛</p><p>责任编辑：李明</p>{lines}"
    assert parsed(page(editor(TEXT, TEXT) + tail)).editor == "王涛"


def test_a_body_is_read_whole_however_much_stands_inside_it() -> None:
    lines = [f"第{number}段。{TEXT}" for number in range(200)]
    assert parsed(page(editor(*lines) + "<p>责任编辑：王涛</p>" + "<p>别的题目</p>" * 200)).text == "\n\n".join(lines)


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
        made_up("<div>" * 1_500 + f"<p>{TEXT}</p>" * 10_000),
        made_up(f"<p>{'1' * 60}x</p><p>{'大中小' * 9}x</p>" * 10_000),
        made_up(
            "".join(f'<div class="title{n} comment{n}" id="TRS_AUTOADD_{n}">位置{TEXT}</div>' for n in range(9_000))
        ),
        made_up("<h1>别的题目</h1>" * 30_000),
        made_up(f"<p>来源：{'记者，' * 90_000}</p><p>{TEXT}{'（记者' * 50_000}</p>"),
        made_up(f"<p>{TEXT * 9}</p>" + '<div><a href="a.html">x</a></div>' * 200_000),
    ],
    ids="deep long editors links title tables brackets prose tools marks headings persons list".split(),
)
def test_hostile_pages_take_bounded_time(body: bytes) -> None:
    """A page takes a second alone, four under coverage on a busy machine; a quadratic walk takes minutes."""
    started = time.process_time()
    with suppress(UnknownLayout):
        parsed(body)
    assert time.process_time() - started < 20


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
    with suppress(UnknownLayout):
        parsed(bytes(body))
