"""What every page of the site carries around its matter: head, navigation, side boxes, footer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tests.replica.prose import FICTION
from tests.replica.sections import BY_PATH, ROLL, SECTIONS, Charset, Section

NAVIGATION = tuple(section.path for section in (ROLL, *SECTIONS))
SITE_TITLE = "晋城新闻网（测试站点）"
_STYLE = (
    '<style type="text/css">body{margin:0;font:14px/24px 宋体}.jz{width:1000px;margin:0 auto;overflow:hidden}'
    ".fl{float:left}.fr{float:right;width:300px}.list{width:680px}</style>\n"
)


_SCRIPTS = (
    '<script type="text/javascript" src="/images/page.js"></script>\n<script type="text/javascript">\n'
    "function doZoom(size){var box=document.getElementById('article');if(box){box.style.fontSize=size+'px';}}\n"
    "function setHome(obj,url){try{obj.style.behavior='url(#default#homepage)';obj.setHomePage(url);}"
    "catch(e){alert('您的浏览器不支持自动设置，请手动将本页设为首页。');}}\n"
    "function pv(url,w,h,id){var s='<object id=\"'+id+'\" width=\"'+w+'\" height=\"'+h+'\">';"
    "s+='<param name=\"movie\" value=\"'+url+'\"><embed src=\"'+url+'\"></embed></object>';document.write(s);}\n"
    "var share={title:'分享到',items:['微信','微博','空间'],open:function(n){window.open('/share.html#'+n);}};\n"
    "var week=['星期日','星期一','星期二','星期三','星期四','星期五','星期六'];\n"
    "function today(){var d=new Date();document.write(d.getFullYear()+'年'+(d.getMonth()+1)+'月'+d.getDate()+'日 '"
    "+week[d.getDay()]);}\n</script>\n"
)


def head(title: str, charset: Charset) -> str:
    """From the doctype to the opening of the body."""
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset.meta}" />\n' if charset.meta else ""
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n{meta}<title>{escape(title)}</title>\n'
        '<meta name="keywords" content="晋城,新闻,太行日报" />\n'
        f'<meta name="description" content="{SITE_TITLE}，{FICTION}" />\n{_STYLE}{_SCRIPTS}</head>\n<body>\n'
    )


def top(root: str) -> str:
    """The bar with the table navigation; `root` is the way up to the home page."""
    cells = [
        f'<td><a href="{root}{path}/">{BY_PATH[path].name}</a></td>' + ("</tr>\n<tr>" if place % 9 == 8 else "")
        for place, path in enumerate(NAVIGATION)
    ]
    return (
        '<div class="logo"><div class="jz logo1"><div>测试站点主管 测试站点主办 '
        '<a href="javascript:void(0)">设为首页</a> '
        '<a href="mailto:test@example.invalid">新闻爆料</a></div>\n'
        f"<div><table><tr>{''.join(cells)}</tr></table></div></div></div>\n"
    )


def crumbs(root: str, section: Section, own: str) -> str:
    """`首页 >> 栏目`; `own` is the way to the section's folder."""
    return (
        '<div class="jz"><div class="mbx fl">'
        f'<a href="{root or "./"}" title="首页" class="CurrChnlCls">首页</a>&nbsp;&gt;&gt;&nbsp;'
        f'<a href="{own}" title="{section.name}" class="CurrChnlCls">{section.name}</a></div></div>\n'
    )


def side(root: str, headlines: Sequence[tuple[str, str]]) -> str:
    """Boxes beside the matter: newest headlines, and a hand-made block in an editor's wrapper of its own."""
    items = "".join(
        f'<li><a href="{root or "./"}{path}" title="{escape(title)}">{escape(title[:12])}</a></li>\n'
        for path, title in headlines
    )
    return (
        f'<div class="side fr"><div class="bt">最新报道</div><ul>\n{items}</ul>\n'
        '<div class="ad"><div class=TRS_Editor><p align="center"><a href="http://ad.example.invalid/">公益广告：节约用水</a></p></div></div></div>\n'
    )


def footer(root: str) -> str:
    """The foot, with years and numbers that are nobody's date."""
    return (
        f'<div class="foot jz"><ul><li><a href="{root}xw/jcxw/">新闻中心</a></li>'
        '<li><a href="http://www.12377.cn/">网上有害信息举报专区</a> |</li></ul>\n'
        "<p>Copyright 2006 - 2017 测试站点, All Rights Reserved</p>\n"
        "<p>虚构路338号 联系电话：0000-2025100 编辑：网站值班室</p>\n"
        "<p>许可证编号：00020190021 备19008049号 2017年12月01日核发</p></div>\n"
        "</body>\n</html>\n"
    )
