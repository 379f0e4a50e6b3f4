"""中国青年网's education channel. One article of 2017 was seen: its address and its crumb tell the section.

Other channels of the site are other hosts with sections of their own: each would be a site.
"""

from jcnews_spider.trs.site import Section, Site

SITE = Site(
    name="edu_youth",
    title="中国青年网教育频道",
    root="http://edu.youth.cn/",
    own_titles=("中国青年网",),
    sections=(Section("教育新闻", "jyzx/jyxw"),),
)
