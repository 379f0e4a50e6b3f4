"""中国载人航天官方网站. Two articles were seen, of 2012 and 2021: the navigation on them names the sections."""

from jcnews_spider.trs.site import Section, Site

SITE = Site(
    name="cmse",
    title="中国载人航天官方网站",
    root="http://www.cmse.gov.cn/",
    own_titles=("中国载人航天官方网站",),
    sections=(
        Section("综合新闻", "xwzx/zhxw"),
        Section("研制进展", "xwzx/yzjz"),
        Section("官方公告", "gfgg"),
        Section("飞行任务", "fxrw"),
        Section("国际合作", "gjhz"),
        Section("环球视野", "hqsy"),
        Section("新闻发布会", "ztbd/xwfbh"),
    ),
)
