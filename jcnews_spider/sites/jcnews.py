"""晋城新闻网. Paths and names: SITE.md §1.1; names marked (?) there are pinyin guesses."""

from jcnews_spider.trs.site import Section, Site
from jcnews_spider.trs.template import TRS_TEMPLATES, Template, editor_inside
from jcnews_spider.trs.tree import with_id

TITLE = (with_id("title"),)
BOX = with_id("article")
LAYOUTS = (
    Template("jcnews", (editor_inside(BOX),), TITLE, is_proof=True),
    Template("jcnews_bare", (BOX,), TITLE),
)
"""The article box of 2018 to 2023 (SITE.md §2.1): its body has a wrapper, or stands bare between header and tools."""

SITE = Site(
    name="jcnews",
    title="晋城新闻网",
    root="http://www.jcnews.com.cn/",
    aliases=("jcnews.com.cn",),
    own_titles=("晋城新闻网", "太行日报", "太行日报·晚报版"),
    templates=(*LAYOUTS, *TRS_TEMPLATES),
    sections=(
        Section("牢记嘱托 山西答卷"),
        Section("新闻", "xw"),
        Section("晋城新闻", "xw/jcxw"),
        Section("山西新闻", "xw/sxxw"),
        Section("社会新闻", "xw/shxw"),
        Section("国内新闻", "xw/gnxw"),
        Section("焦点新闻", "xw/jdxw"),
        Section("县区新闻", "xw/xqxw"),
        Section("综合新闻", "xw/zhxw"),
        Section("评论", "xw/pl"),
        Section("ms009", "xw/ms009"),
        Section("wbrd001", "xw/wbrd001"),
        Section("财经", "lm/cj"),
        Section("图集", "lm/tj"),
        Section("zx_2017rw", "lm/zx_2017rw"),
        Section("房产", "stlm/jzx/fc"),
        Section("汽车", "stlm/jzx/qc"),
        Section("旅游", "stlm/jsh/ly"),
        Section("美食", "stlm/jsh/ms"),
        Section("文化", "stlm/jwh/wh"),
        Section("教育", "stlm/jwh/jy"),
        Section("民生", "stlm/jnl/ms"),
        Section("公益", "stlm/jnl/gy"),
        Section("娱乐", "stlm/jyt/yl"),
        Section("体育", "stlm/jyt/ty"),
    ),
)
