"""中国经济网's finance channel. One article of 2011 was seen: its folders are days, `201112/09/`, and it has two parts.

Other channels of the paper are other hosts with sections of their own: each would be a site.
"""

from jcnews_spider.trs.site import Section, Site

SITE = Site(
    name="finance_ce",
    title="中国经济网财经频道",
    root="http://finance.ce.cn/",
    own_titles=("中国经济网",),
    sections=(Section("财经滚动新闻", "rolling"),),
)
