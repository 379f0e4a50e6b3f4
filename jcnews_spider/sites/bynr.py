"""巴彦淖尔市人民政府. One article of 2022 was seen: its crumb names the section, no link of it tells the path."""

from jcnews_spider.trs.site import Section, Site

SITE = Site(
    name="bynr",
    title="巴彦淖尔市人民政府",
    root="https://www.bynr.gov.cn/",
    own_titles=("巴彦淖尔市人民政府",),
    sections=(Section("政务动态"),),
)
