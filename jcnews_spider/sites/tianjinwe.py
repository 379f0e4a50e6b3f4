"""天津网. One article of 2012 was seen: the navigation names the sections, but not the path of the article's own."""

from jcnews_spider.trs.site import Section, Site
from jcnews_spider.trs.template import TRS_TEMPLATES, Template
from jcnews_spider.trs.tree import Marked, tokens, xpath

SITE = Site(
    name="tianjinwe",
    title="天津网",
    root="http://www.tianjinwe.com/",
    own_titles=("天津网",),
    templates=(Template("tianjinwe", (Marked(ids=tokens("fontZoom")),), (xpath("//h1"),)), *TRS_TEMPLATES),
    sections=(
        Section("特别报道"),
        Section("即时播报", "tianjin/jsbb"),
        Section("民生", "tianjin/tjyw"),
        Section("社会", "tianjin/tjsh"),
        Section("滨海", "tianjin/tjbh"),
        Section("国内", "hotnews/gn"),
        Section("国际", "hotnews/gj"),
        Section("滚动", "rollnews"),
        Section("财经", "business"),
        Section("体育", "sports"),
        Section("文化", "cul"),
    ),
)
