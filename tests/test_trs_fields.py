"""Fields of article pages: titles, dates, sources, persons, notices, and their traps."""

from __future__ import annotations

import re

import pytest

from tests.skeleton import TEXT, editor, page, parsed


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


NAMES = '<a href="/">某某县政府</a><a href="/zwgk/">政务公开</a><a href="/tzgg/">通知公告</a>'
DATED = f"<div>时间：2022-10-09 来源：县政府</div>{editor(TEXT)}"


@pytest.mark.parametrize("title", ["通知公告_某某县人民政府", "某某县人民政府", "某某县人民政府网站", "某某县政府"])
@pytest.mark.parametrize(
    "above",
    ["<h2>通知公告</h2>", "<div class=title>通知公告</div>", "<div class=logo><h1>{0}</h1></div>", "<h1>{0}</h1>"],
)
@pytest.mark.parametrize(
    ("shown", "heading"),
    [
        ("<h1>{}</h1>", "县政府召开第20次常务会议"),
        ("<h1>{}</h1>", "停水通知"),
        ("<h2>{}</h2>", "县政府召开第20次常务会议"),
        ("<h2>{}</h2>", "停水通知"),
        ("<div>{}</div>", "县政府召开第20次常务会议"),
    ],
)
def test_a_heading_that_names_the_section_or_site_is_no_title(title: str, above: str, shown: str, heading: str) -> None:
    headings = above.format(title.rpartition("_")[2].removesuffix("网站")) + shown.format(heading)
    article = parsed(f"<html><head><title>{title}</title></head><body>{NAMES}{headings}{DATED}</body></html>".encode())
    assert (article.title, article.subtitle) == (heading, None)


@pytest.mark.parametrize("below", [DATED, DATED.replace("来源：县政府", ""), editor(TEXT * 40)])
@pytest.mark.parametrize("shown", ["<h1>{}</h1>", "<div>{}</div>"])
@pytest.mark.parametrize("heading", ["政务公开", "织密基层防护网"])
def test_an_article_may_have_the_name_of_a_section(below: str, shown: str, heading: str) -> None:
    head = f"<html><head><title>{heading}</title></head><body>{NAMES}"
    assert parsed(f"{head}{shown.format(heading)}{below}</body></html>".encode()).title == heading


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
        ("有效期至 2027-10-01 公开日期 2022-10-09", "2022-10-09", "2022-10-09"),
        ("签发日期：2022-10-01 登记日期：2022-10-02 发布日期：2022-10-09", "2022-10-09", "2022-10-09"),
        ("发文日期：2022-10-01 公开日期：2022-10-09 失效时间：2027-10-09", "2022-10-09", "2022-10-09"),
        ("发文日期：2022-10-09", "2022-10-09", "2022-10-09"),
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
        ("来源：山西日报记者王涛", "山西日报"),
        ("来源：山西日报编辑", "山西日报"),
        ("来源：山西日报分享到", "山西日报"),
        ("来源：山西日报打印本页", "山西日报"),
        ("来源：市委宣传部供稿", "市委宣传部"),
        ("来源：市委宣传部打印", "市委宣传部"),
        ("来源：市委宣传部记者王涛", "市委宣传部"),
        ("来源：新浪微博作者：王涛", "新浪微博"),
        ("来源：中国收藏杂志", "中国收藏杂志"),
        ("来源：中国记者网", "中国记者网"),
        ("来源：中国记者网 记者 王涛", "中国记者网"),
        ("来源：中国关键词", "中国关键词"),
        ("来源：中国关键词 关键词：诗", "中国关键词"),
        ("来源：《中国编辑》", "《中国编辑》"),
        ("来源：经验分享网", "经验分享网"),
        ("来源：城市更新网", "城市更新网"),
        ("来源：中国字体网", "中国字体网"),
        ("来源：本报编辑部", "本报编辑部"),
        ("（来源：山西日报）", "山西日报"),
        ("（来源：山西日报 作者：王涛）", "山西日报"),
        ("来源：新华社（太原）", "新华社（太原）"),
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
        ((TEXT, "本报记者 王涛 摄影报道"), [("王涛", "本报记者")]),
        ((TEXT, "本报记者王涛报道"), [("王涛", "本报记者")]),
        ((TEXT, "记者王涛 实习记者李明 报道"), [("王涛", "记者"), ("李明", "实习记者")]),
        ((TEXT, "本报记者 王涛 整理"), [("王涛", "本报记者")]),
        ((TEXT, "记者 王涛 综合报道"), [("王涛", "记者")]),
        ((TEXT, "作者：网络整理"), [("网络整理", "作者")]),
        ((TEXT, "记者 王涛 李整理"), [("王涛", "记者"), ("李整理", "记者")]),
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


@pytest.mark.parametrize("headlines", [0, 10, 30])
@pytest.mark.parametrize("notice", ["", "<p>版权声明</p><p>本站文章归本站所有。</p>"], ids=("bare", "notice"))
def test_the_editor_is_found_between_headlines_behind_the_body(headlines: int, notice: str) -> None:
    lines = "<p><a href='a.html'>另一篇的题目</a></p>" * headlines
    tail = f"{notice}{lines}<p>责任编辑：王涛</p><p>责任编辑：李明</p>{lines}"
    assert parsed(page(editor(TEXT, TEXT) + tail)).editor == "王涛"
