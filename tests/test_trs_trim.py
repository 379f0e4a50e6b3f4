"""Where a text ends: tails, tools, appeals, boxes of links, and paragraphs that only look like them."""

from __future__ import annotations

import pytest

from jcnews_spider.errors import NoBody
from tests.skeleton import TEXT, bare_page, editor, page, parsed


def test_the_tail_is_cut_from_a_bare_body() -> None:
    article = parsed(page(f"<p>　　{TEXT * 3}</p><p>　　{TEXT}</p>"))
    assert (article.text, article.crawl.extractor) == (f"{TEXT * 3}\n\n{TEXT}", "jcnews_bare")


@pytest.mark.parametrize("date", ["", "<p>2022年10月9日</p>"], ids=("last", "dated"))
@pytest.mark.parametrize("prose", [f"<p>{TEXT * 3}</p><p>{TEXT}</p>", f"{TEXT * 3}<br>{TEXT}<br>"], ids=("p", "br"))
def test_a_table_beside_the_paragraphs_is_text_however_long(prose: str, date: str) -> None:
    table = "".join(f"<tr><td>{n}</td><td>某某</td></tr>" for n in range(20))
    text = parsed(bare_page(f"<div id=zoom>{prose}<table>{table}</table>{date}</div>")).text.split("\n\n")
    assert text[:22] == [TEXT * 3, TEXT, *(f"{n} 某某" for n in range(20))]


def test_a_list_of_names_behind_the_last_sentence_is_text_however_long() -> None:
    lines = [TEXT * 3, *(f"某某镇　王某{n}" for n in range(30))]
    for inside in ("<br>".join(lines), "".join(map("<p>{}</p>".format, lines))):
        assert parsed(bare_page(f"<div id=zoom>{inside}</div>")).text.count("\n\n") == 30


def test_names_and_verses_in_a_container_are_a_text_and_links_are_none() -> None:
    names = [f"某某镇：王某{n}　李某{n}　赵某{n}" for n in range(6)]
    assert parsed(bare_page(f"<div id=zoom>{'<br>'.join(names)}</div>")).text.count("\n\n") == 5
    links = [f"<a href='/xw/{n}.html'>{name}</a>" for n, name in enumerate(names)]
    with pytest.raises(NoBody):
        parsed(bare_page(f"<div id=zoom>{'<br>'.join(links)}</div>"))


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


SIGNATURE = ("某某县文联", "2022年10月8日")


@pytest.mark.parametrize(
    "notice",
    [
        ("投稿邮箱：abc@163.com，邮件标题请注明“征文”。", "联系电话：0356-0000000", *SIGNATURE),
        ("新闻热线：0356-0000000", *SIGNATURE),
        ("扫描二维码报名", "联系人：王涛", *SIGNATURE),
        ("发布时间：2022年10月16日10时", "发布地点：县政府新闻发布厅", "主持人：王涛"),
    ],
    ids=("mail", "hotline", "code", "briefing"),
)
def test_an_appeal_before_contacts_or_a_signature_is_a_notices(notice: tuple[str, ...]) -> None:
    assert parsed(page(editor(TEXT * 3, TEXT, *notice))).text == "\n\n".join((TEXT * 3, TEXT, *notice))


def test_the_code_to_be_scanned_in_a_notice_is_its_picture() -> None:
    lines = (TEXT * 3, TEXT, "扫描二维码报名", '<img src="./W020221008123456789012.png">', "联系人：王涛")
    assert len(parsed(page(editor(*lines))).images) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("新闻热线：0356-0000000", "投稿邮箱：abc@163.com", "微信公众号：某某发布"),
        ("版权所有：某某日报社", "联系电话：0356-0000000"),
        ("关键词：春耕", "上一篇：某某县召开会议"),
        ("投稿邮箱：abc@163.com", "责任编辑：王涛", "联系电话：0356-0000000"),
    ],
    ids=("hotline", "rights", "keyword", "editor"),
)
def test_an_appeal_of_the_site_with_its_own_contacts_is_none(lines: tuple[str, ...]) -> None:
    assert parsed(page(editor(TEXT * 3, TEXT, *lines))).text == f"{TEXT * 3}\n\n{TEXT}"


def test_a_keyword_that_heads_each_part_of_a_text_is_a_sub_head() -> None:
    parts = [line for word in ("创新", "绿色", "共享") for line in (f"关键词：{word}", TEXT)]
    assert parsed(page(editor(TEXT, *parts))).text == "\n\n".join((TEXT, *parts))
    assert parsed(page(editor(TEXT, TEXT, "关键词：创新"))).text == f"{TEXT}\n\n{TEXT}"


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
        "本网转载的文章不代表本网观点。",
        "如遇作品内容、版权等问题，请在刊发之日起30日内与本网联系。",
        "打开某某新闻APP，阅读体验更佳",
    ],
)
def test_tools_appeals_and_notices_end_a_text(line: str) -> None:
    assert parsed(page(editor(TEXT, TEXT, TEXT, line, "尾巴"))).text == "\n\n".join([TEXT] * 3)


@pytest.mark.parametrize(
    "line",
    [
        "第二十条　未经主管部门同意，任何单位和个人不得占用、使用城市绿地。",
        "未经许可，任何人不得复制馆藏的手稿。",
        "声明：村里的每一笔账都要公开。",
        "关键词：绿色",
        "如有作品侵权，法院怎样判？",
        "（责任编辑：王涛）",
        "上一篇：古堡的来历",
        "版权声明这四个字，他写了三遍。",
        "某公司发布版权声明，称将追究责任。",
        "编辑：王涛",
    ],
)
@pytest.mark.parametrize("following", [(TEXT, TEXT + "完"), (TEXT * 2 + "完",)], ids=("two", "long"))
def test_a_text_goes_on_behind_what_only_looks_like_a_tail(line: str, following: tuple[str, ...]) -> None:
    paragraphs = (TEXT, TEXT + "二", line.replace("　", " "), *following)
    for body in (editor(*paragraphs), "".join(map("<p>{}</p>".format, paragraphs))):
        assert parsed(page(body)).text == "\n\n".join(paragraphs)


@pytest.mark.parametrize("heading", ["网友评论", "相关推荐", "版权声明", "某某网免责声明："])
def test_sentences_under_the_heading_of_a_tail_are_none_of_the_text(heading: str) -> None:
    assert parsed(page(editor(TEXT, TEXT, TEXT, heading, "某某：说得好。" * 4, TEXT))).text == "\n\n".join([TEXT] * 3)


@pytest.mark.parametrize(
    "line",
    [
        "例如，在一起商标侵权案件中，法院判决赔偿。",
        "如何认定侵权行为？法官作出解答。",
        "本文认为，这一观点值得讨论。",
        "本平台累计为中小企业授权专利300件。",
        "日本站比赛的转播授权已经完成。",
        "专家表示，样本文化调查中有不少新观点。",
        "关闭“散乱污”企业 还市民蓝天",
        "发布时间：10月15日",
        "热线电话：0356-0000000",
    ],
)
def test_a_last_line_that_shares_a_word_with_notices_is_text(line: str) -> None:
    assert parsed(page(editor(TEXT, TEXT, line))).text == f"{TEXT}\n\n{TEXT}\n\n{line}"


def test_the_editors_of_a_list_end_nothing() -> None:
    entries = [line for n in "甲乙丙" for line in (f"《{n}号作品的名字》", f"作者：王某{n}", f"编辑：李某{n}")]
    for body in (editor(*entries), "".join(map("<p>{}</p>".format, entries))):
        article = parsed(page(body))
        assert (article.text.split("\n\n"), article.editor) == (entries, "豆晓军")


@pytest.mark.parametrize("text", [f"<p>{TEXT}</p><p>{TEXT}完</p>", f"{TEXT}<br>{TEXT}完"], ids=("p", "br"))
def test_sentences_behind_the_pages_own_editor_are_none_of_the_text(text: str) -> None:
    notice = ("读者如有异议，请于三十日内与报社联系。", "收到以后将及时处理，谢谢大家。", "欢迎社会各界监督。")
    assert parsed(page(text, notice=notice)).text == f"{TEXT}\n\n{TEXT}完"


def test_an_editor_in_front_of_a_text_is_none_of_it_and_alone_no_text() -> None:
    assert parsed(page(editor("责任编辑：豆晓军", TEXT, TEXT + "完"))).text == f"{TEXT}\n\n{TEXT}完"
    with pytest.raises(NoBody):
        parsed(page("<p>责任编辑：豆晓军</p>"))


def test_links_that_a_sentence_announces_are_text() -> None:
    links = "<p>1. <a href='./t20221008_1.html'>社保查询</a></p><p>2. <a href='./t20221008_2.html'>公积金查询</a></p>"
    announced = "为了方便群众办事，现将网上入口汇总如下："
    shown = f"{announced}\n\n1. 社保查询\n\n2. 公积金查询\n\n{TEXT}"
    assert parsed(page(editor(announced, links, TEXT))).text == shown
    assert parsed(page(editor(TEXT, links, TEXT))).text == f"{TEXT}\n\n{TEXT}"


PICTURE = '<p align="center"><img src="./W020221009376543210987.jpg"></p>'
SECOND = PICTURE.replace("987.jpg", "988.jpg")


@pytest.mark.parametrize(
    ("body", "images"),
    [
        (f"<p>{TEXT * 2}</p>{PICTURE}", 1),
        (f"<p>{TEXT * 2}</p>{PICTURE}<p>某某湿地美景</p>{SECOND}", 2),
        (PICTURE + SECOND, 2),
        (f'<p>{TEXT * 2}</p>{PICTURE}<p><img src="/images/code.png"><br>某某日报微信</p>', 1),
    ],
    ids=("behind a text", "behind a caption", "alone", "before a code"),
)
def test_the_last_picture_of_a_bare_body_is_none_of_the_codes_behind_it(body: str, images: int) -> None:
    article = parsed(page(body))
    assert (len(article.images), article.html.count("<img"), "微信" in article.text) == (images, images, False)


def test_a_video_alone_in_a_bare_body_is_an_article() -> None:
    article = parsed(page('<p><video src="./P020221009376543210987.mp4"></video></p>'))
    assert [video.url.rsplit("/", 1)[1] for video in article.videos] == ["P020221009376543210987.mp4"]


@pytest.mark.parametrize(
    "lines",
    [
        ("某某湿地美景（图片来源：新华社）",),
        ("某某湿地美景（来源：新华社）",),
        ("一等奖", "《某某晨曲》 王涛", "数据来源：市文联"),
        ("一等奖", "《某某晨曲》 王涛", "来源：市文联"),
    ],
    ids=("caption", "source in brackets", "label of its own", "behind a list"),
)
@pytest.mark.parametrize("wrapper", ["<div class=TRS_Editor>{}</div>", "{}"], ids=("wrapped", "bare"))
def test_a_source_that_is_none_of_the_header_takes_nothing_before_it_away(wrapper: str, lines: tuple[str, ...]) -> None:
    lead = PICTURE.replace("</p>", f"<br>{lines[0]}</p>")
    body = lead + "".join(f"<p>{line}</p>" for line in (*lines[1:], TEXT, TEXT + "完"))
    article = parsed(page(wrapper.format(body), source="来源："))
    assert article.text == "\n\n".join((*lines, TEXT, TEXT + "完"))
    assert (len(article.images), article.html.count("<img"), article.source) == (1, 1, None)


def test_a_table_with_a_row_that_names_a_source_is_text() -> None:
    rows = "<tr><td>项目</td><td>绿地</td></tr><tr><td>资金</td><td>资金来源：财政</td></tr>"
    shown = f"项目 绿地\n\n资金 资金来源：财政\n\n{TEXT}\n\n{TEXT}完"
    assert parsed(page(editor(f"<table>{rows}</table>", TEXT, TEXT + "完"))).text == shown


@pytest.mark.parametrize("header", ["来源：某某日报", "2022-10-09 10:28 来源：某某日报", "点击：12 来源：某某日报"])
def test_a_header_repeated_in_the_wrapper_is_no_text(header: str) -> None:
    article = parsed(page(editor("【打印】", header, TEXT, TEXT + "完"), source=""))
    assert (article.text, article.source) == (f"{TEXT}\n\n{TEXT}完", "某某日报")


HEADLINES = [f'<p><a href="./t20221008_{n}.html">某市某地第{n}届丰收节开幕</a></p>' for n in range(3)]


@pytest.mark.parametrize("wrapper", ["<div class=TRS_Editor>{}</div>", "{}"], ids=("wrapped", "bare"))
def test_a_picture_in_front_of_links_or_between_them_is_no_link(wrapper: str) -> None:
    told = "".join(f"<p>{TEXT}{n}</p>" for n in range(6))
    article = parsed(page(wrapper.format(told + PICTURE + HEADLINES[0] + SECOND + HEADLINES[1])))
    assert [image.url[-7:] for image in article.images] == ["987.jpg", "988.jpg"]
    assert "丰收节" not in article.text + article.html


@pytest.mark.parametrize("heading", ["", "<p>相关新闻</p>"], ids=("bare", "headed"))
def test_a_picture_that_leads_where_a_headline_does_is_none_of_the_article(heading: str) -> None:
    told = "".join(f"<p>{TEXT}{TEXT}{n}</p>" for n in range(6))
    thumbs = [line.replace("某市", '<img src="./W020221008376543210987.jpg">') + line for line in HEADLINES]
    article = parsed(page(f"<div class=TRS_Editor>{told}{heading}{''.join(thumbs)}</div>"))
    assert (article.images, article.text.count("\n\n")) == ((), 5)


def test_links_to_elsewhere_amid_a_text_in_a_wrapper_are_text_and_headlines_are_none() -> None:
    links = [f'<p><a href="http://www.example.com/{n}.html">某某手册之{n}</a></p>' for n in range(2)]
    told = "".join(f"<p>{TEXT}{n}</p>" for n in range(6))
    for amid, paragraphs in ((links, 9), (HEADLINES, 7)):
        text = parsed(page(f"<div class=TRS_Editor>{told}{''.join(amid)}<p>{TEXT}完</p></div>")).text
        assert (text.count("\n\n") + 1, "丰收节" in text) == (paragraphs, False)
    assert parsed(page(f"<div class=TRS_Editor>{told}{''.join(links)}</div>")).text.count("\n\n") == 5


@pytest.mark.parametrize("wrapper", ["<div class=TRS_Editor>{}</div>", "{}"], ids=("wrapped", "bare"))
def test_linked_sentences_are_text(wrapper: str) -> None:
    told = "".join(f"<p>{TEXT}{n}</p>" for n in range(6))
    links = "".join(f'<p><a href="./t20221008_{n}.html">关于某事的通知之{n}，请查收。</a></p>' for n in range(2))
    assert parsed(page(wrapper.format(f"{told}{links}<p>{TEXT}完</p>"))).text.count("\n\n") == 8


@pytest.mark.parametrize("behind", [(), (TEXT + "完",), SIGNATURE], ids=("last", "amid", "signed"))
@pytest.mark.parametrize(
    "head", ["附件", "附件：", "相关附件：", "现将有关文件公布如下：", "相关政策如下：", "文件目录："]
)
def test_linked_documents_that_a_line_announces_are_text(head: str, behind: tuple[str, ...]) -> None:
    names = [f"{number}.某某县{place}低保办法" for number, place in enumerate(("城镇", "农村"), 1)]
    links = [f'<a href="../fj/202203/t20220315_{number}.html">{name}</a>' for number, name in enumerate(names)]
    article = parsed(page(editor(TEXT * 3, head, *links, *behind)))
    assert article.text == "\n\n".join((TEXT * 3, head, *names, *behind))


@pytest.mark.parametrize("head", ["相关新闻：", "推荐阅读", "往期附件回顾"])
def test_links_below_a_heading_that_announces_nothing_are_no_text(head: str) -> None:
    links = [f'<a href="./t20220315_{number}.html">某某县召开会议之{number}</a>' for number in range(2)]
    assert parsed(page(editor(TEXT * 3, head, *links, TEXT))).text == f"{TEXT * 3}\n\n{TEXT}"
