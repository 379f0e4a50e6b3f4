"""Bodies of article pages: paragraphs, pictures, files, players, HTML."""

from __future__ import annotations

import re

import pytest

from jcnews_spider.article import Resource
from jcnews_spider.errors import NoBody
from tests.skeleton import TEXT, URL, editor, page, parsed


def test_a_page_of_pictures_or_of_a_video_alone_is_an_article() -> None:
    picture = parsed(page('<div class=TRS_Editor><p align="center"><img src="./W01.jpg"></p></div>'))
    video = parsed(page("<div class=TRS_Editor><script>pv('./P01.flv',480,360,'v1');</script></div>"))
    assert [image.url for image in picture.images] == ["http://www.jcnews.com.cn/zt/sxdj/202210/W01.jpg"]
    assert [movie.url for movie in video.videos] == ["http://www.jcnews.com.cn/zt/sxdj/202210/P01.flv"]
    assert (picture.text, video.text) == ("", "")


@pytest.mark.parametrize("url", [URL, None])
@pytest.mark.parametrize("host", ["[x", "a℀b"])
def test_what_is_no_address_is_no_picture_and_does_no_harm(host: str, url: str | None) -> None:
    files = (
        f'<a href="http://{host}">x</a><a href="http://{host}/P02.doc">y</a><video src="http://{host}/a.mp4"></video>'
    )
    article = parsed(page(editor(TEXT, f'<img src="http://{host}/a.jpg">{files}')), url)
    assert article.text.startswith(TEXT)
    assert (article.images, article.attachments, article.videos) == ((), (), ())


@pytest.mark.parametrize("at", ["inside", "behind"])
def test_links_to_further_pages_count_though_they_are_no_text(at: str) -> None:
    links = (
        '<div class="page">1 <a href="t20221009_956123_1.html">2</a> <a href="t20221009_956123_1.html">下一页</a></div>'
    )
    article = parsed(page(editor(TEXT, links) if at == "inside" else editor(TEXT) + links))
    assert (article.crawl.pages, article.text) == (2, TEXT)


def test_nested_and_hidden_copies_are_read_once() -> None:
    nested = f'<div class="TRS_Editor"><style>P{{}}</style><div class=TRS_Editor><p>{TEXT}</p></div></div>'
    hidden = f'<div style="display: none"><div class="TRS_Editor"><p>{TEXT}</p></div></div>'
    assert parsed(page(nested + hidden)).text == TEXT


def test_wrappers_of_a_picture_each_are_all_the_articles() -> None:
    names = [f"W0202210093765432109{n}.jpg" for n in (87, 88)]
    first, second = (f'<div class=TRS_Editor><p><img src="./{name}"></p></div>' for name in names)
    for body in (first + second, first + second + first, f"{first}<div>{second}</div>"):
        assert [image.url.rpartition("/")[2] for image in parsed(page(body)).images] == names


@pytest.mark.parametrize("box", ["<div class={}>{}</div>", "<div class={0}><!-- {0} --><div>{1}</div></div>"])
def test_wrappers_in_boxes_of_their_own_are_all_the_articles(box: str) -> None:
    texts = [f"{number}、{TEXT}" for number in "一二三"]
    boxes = box.format("a", editor(texts[0])) + box.format("b", editor(*texts[1:]))
    assert parsed(page(boxes)).text.split("\n\n") == texts
    assert parsed(page(boxes + box.format("m", editor(texts[0])))).text.split("\n\n") == texts


FOOT = editor("主办单位：某某县人民政府办公室　承办单位：某某县大数据中心", "地址：某某县府前街1号　电话：0356-2022222")
REGISTERED = editor(
    "主办单位：某某县人民政府办公室　承办单位：某某县大数据中心", "晋ICP备05000001号　网站标识码：1405000001"
)


@pytest.mark.parametrize(
    "foot", [f"<div class=footer>{FOOT}</div>", f"<div id=foot>{FOOT}</div>", f"<div class=bottom>{REGISTERED}</div>"]
)
@pytest.mark.parametrize(
    ("body", "text", "images"),
    [
        (editor("因检修，今日停水。"), "因检修，今日停水。", 0),
        ("<div class=TRS_Editor><img src='./W1.jpg'></div>", "", 1),
    ],
)
def test_a_foot_in_the_editors_wrapper_is_no_text(foot: str, body: str, text: str, images: int) -> None:
    head = "<html><head><title>停水通知_某网</title></head><body><h1>停水通知</h1><p>2022-10-09 来源：县政府</p>"
    article = parsed(f"{head}<div class=x>{body}</div>{foot}</body></html>".encode())
    assert (article.text, len(article.images)) == (text, images)


@pytest.mark.parametrize("foot", [f"<div class=footer>{editor(TEXT)}</div>", editor(TEXT, "网站标识码：1405000001")])
def test_a_wrapper_like_a_foot_is_the_text_where_there_is_no_other(foot: str) -> None:
    assert TEXT in parsed(page(foot)).text


def test_a_wrapper_in_a_box_beside_the_article_is_none_of_its() -> None:
    body = page(editor(TEXT, TEXT[::-1])).replace(
        b'<div class="ewm">', b'<div class="ewm">' + editor("某报数字报").encode()
    )
    assert parsed(body).text.split("\n\n") == [TEXT, TEXT[::-1]]


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
        ("WechatIMG1234.jpeg", True),
        ("weixin_20221009101010.jpg", True),
        ("politics/2022-10/09/1129056789_weixin.jpg", True),
        ("btn/loading20221009.jpg", True),
        ("weixin.png", False),
        ("2022/10/weixin_16.png", False),
        ("20221009/loading-0.gif", False),
        ("qrcode_for_gh_1234567890ab_258.jpg", False),
        ("icons/20221009.png", False),
    ],
)
def test_an_icons_word_inside_another_or_beside_a_photographs_number_makes_no_icon(name: str, expected: bool) -> None:
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


def test_a_body_is_read_whole_however_much_stands_inside_it() -> None:
    lines = [f"第{number}段。{TEXT}" for number in range(200)]
    assert parsed(page(editor(*lines) + "<p>责任编辑：王涛</p>" + "<p>别的题目</p>" * 200)).text == "\n\n".join(lines)


FOLDER = URL.rpartition("/")[0]
FILE = "P020221009123456789012.pdf"


@pytest.mark.parametrize(
    "viewer",
    [
        f'<embed src="./{FILE}">',
        f'<object data="./{FILE}">此处不能显示。</object>',
        f'<iframe src="./{FILE}#toolbar=0">此处不能显示。</iframe>',
        f'<iframe src="/pdfjs/web/viewer.html?x=1&amp;file=.%2F{FILE}&amp;y=2"></iframe>',
    ],
    ids=("embed", "object", "frame", "viewer"),
)
def test_a_file_that_the_page_shows_is_an_attachment(viewer: str) -> None:
    for text in ("", TEXT):
        assert parsed(page(editor(text, viewer))).attachments == (Resource(f"{FOLDER}/{FILE}", None),)
    named = parsed(page(editor(TEXT, viewer, f'<a href="{FILE}">公报.pdf</a>')))
    assert named.attachments == (Resource(f"{FOLDER}/{FILE}", "公报.pdf"),)


@pytest.mark.parametrize("folder", ["", "./", "../202210/", "/zt/sxdj/202210/", f"{FOLDER}/", f"https{FOLDER[4:]}/"])
@pytest.mark.parametrize("name", [FILE, "W020221009123456789012.docx"])
def test_a_file_in_the_pages_folder_is_its_own_wherever_the_link_stands(folder: str, name: str) -> None:
    box = f'<div class="fj">附件：<a href="{folder}{name}">报名表</a></div>'
    (file,) = parsed(page(editor(TEXT) + box)).attachments
    assert (file.url.partition("://")[2], file.name) == (f"{FOLDER}/{name}".partition("://")[2], "报名表")


@pytest.mark.parametrize("address", [f"../202209/{FILE}", f"http://x.cn/zt/sxdj/202210/{FILE}", "./guide.pdf"])
def test_another_file_behind_a_body_is_none_of_its(address: str) -> None:
    assert parsed(page(editor(TEXT) + f'<div><a href="{address}">报名表</a></div>')).attachments == ()


def test_a_file_beside_a_page_without_an_address_is_its_own() -> None:
    box = f'<div>附件：<a href="./{FILE}">报名表</a><a href="/xw/{FILE}">其他</a></div>'
    assert [file.name for file in parsed(page(editor(TEXT) + box), None).attachments] == ["报名表"]


def test_a_recording_alone_is_an_article() -> None:
    article = parsed(page(editor('<audio controls src="./P020221009123456789012.mp3">不能播放。</audio>')))
    assert [file.url for file in article.attachments] == [f"{FOLDER}/P020221009123456789012.mp3"]
    assert parsed(page('<div class=TRS_Editor><audio src="./P020221009123456789012.mp3"></audio></div>')).text == ""
