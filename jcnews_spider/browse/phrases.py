"""What the pages say, in Chinese and in English: one table."""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Phrase(NamedTuple):
    """One thing in both languages."""

    zh: str
    en: str


PHRASES = {
    "html_lang": Phrase("zh-CN", "en"),
    "site": Phrase("新闻档案", "news archive"),
    "other_language": Phrase("English", "中文"),
    "nav_home": Phrase("文章", "Articles"),
    "nav_duplicates": Phrase("重复稿", "Duplicates"),
    "nav_runs": Phrase("采集记录", "Runs"),
    "skip": Phrase("跳到正文", "Skip to the content"),
    "search": Phrase("搜索", "Search"),
    "search_hint": Phrase("搜索标题和正文，如：晋城 煤层气", "Search titles and texts, such as 晋城 煤层气"),
    "all_sections": Phrase("全部栏目", "All sections"),
    "section": Phrase("栏目", "Section"),
    "since": Phrase("起始日期", "From"),
    "until": Phrase("截止日期", "Until"),
    "found": Phrase("找到 {} 篇文章", "Articles found: {}"),
    "found_none": Phrase("没有找到符合的文章。可以换个词，或放宽栏目和日期。",
                         "Nothing was found. Try other words, or a wider section and time."),
    "left_out": Phrase("有内容读不出，未列入结果", "Left out, because it cannot be read"),
    "sections": Phrase("栏目", "Sections"),
    "latest": Phrase("最新文章", "Latest articles"),
    "number": Phrase("共 {} 篇", "Articles: {}"),
    "empty": Phrase("这里还没有文章。", "There is no article here yet."),
    "earlier": Phrase("下一页", "Next page"),
    "later": Phrase("上一页", "Previous page"),
    "page": Phrase("第 {} 页", "Page {}"),
    "gone": Phrase("原网站已撤下", "no longer on the site"),
    "original": Phrase("原网页", "Original page"),
    "snapshot": Phrase("网页快照", "Snapshot"),
    "source_code": Phrase("网页源代码", "Source code"),
    "snapshot_note": Phrase(
        "采集时保存的原始网页，在隔离框中显示：脚本不运行，不从网上加载任何内容；图片取自档案。",
        "The page as it was served, in a sandboxed frame: no script runs, nothing is loaded from the web; "
        "images come from the archive."),
    "part": Phrase("分页", "Part"),
    "back": Phrase("返回文章", "Back to the article"),
    "version": Phrase("第 {} 版", "Version {}"),
    "versions": Phrase("版本", "Versions"),
    "compare": Phrase("对比版本", "Compare versions"),
    "compare_with_before": Phrase("与上一版对比", "Compare with the version before"),
    "before": Phrase("旧版", "Before"),
    "after": Phrase("新版", "After"),
    "compare_do": Phrase("对比", "Compare"),
    "same_content": Phrase("两个版本的内容相同。", "The content of the two versions is the same."),
    "same_text": Phrase("正文没有变化。", "The text is the same."),
    "unchanged": Phrase("{} 段没有变化", "Unchanged paragraphs: {}"),
    "body": Phrase("正文", "Text"),
    "old_version": Phrase("这是旧版本。", "This is an earlier version."),
    "to_newest": Phrase("查看最新版", "See the newest version"),
    "images": Phrase("图片", "Images"),
    "not_stored": Phrase("图片未存档", "image not archived"),
    "attachments": Phrase("附件", "Attachments"),
    "videos": Phrase("视频", "Videos"),
    "no_text": Phrase("这篇文章没有文字。", "This article has no text."),
    "fields": Phrase("全部字段", "All fields"),
    "unknown": Phrase("无", "none"),
    "copy_of": Phrase("与此文相同或几乎相同，且存档更早", "Archived earlier with the same or nearly the same text"),
    "copies": Phrase("与此文相同或几乎相同的文章", "Articles with the same or nearly the same text"),
    "alike": Phrase("相似度 {}", "{} alike"),
    "duplicates_note": Phrase("文字相同或几乎相同的文章，按存档先后归在最早的一篇之下。",
                              "Articles with the same or nearly the same text, each under the one archived first."),
    "no_duplicates": Phrase("没有重复稿。", "There are no duplicates."),
    "runs_by_section": Phrase("各栏目每日文章数", "Articles a day by section"),
    "runs_by_section_note": Phrase("按文章地址中的日期，截至 {}，共 {} 天；各图比例相同，满格为 {} 篇。",
                                   "By the day in the address, {1} days up to {0}; all of one scale, full bar: {2}."),
    "runs_news": Phrase("每次采集新增和更新的文章", "New and updated articles of each run"),
    "runs_failed": Phrase("每次采集失败的地址", "Addresses that failed in each run"),
    "runs_coverage": Phrase("字段齐全率", "Field coverage"),
    "runs_coverage_note": Phrase("每次采集写下的记录中有该字段的比例；右侧为最近一次。",
                                 "Share of the records of each run that have the field; on the right, the last run."),
    "runs_table": Phrase("采集列表", "All runs"),
    "no_runs": Phrase("还没有采集记录。", "There is no run yet."),
    "top": Phrase("满格：{}", "Full bar: {}"),
    "run": Phrase("编号", "Run"),
    "started": Phrase("开始（UTC）", "Started (UTC)"),
    "took": Phrase("用时", "Took"),
    "exit_code": Phrase("退出码", "Exit"),
    "outcome": Phrase("结果", "Outcome"),
    "unfinished": Phrase("运行中，或被中断", "running, or killed"),
    "seconds": Phrase("{} 秒", "{} s"),
    "sorry": Phrase("无法显示", "This cannot be shown"),
    "to_home": Phrase("回到首页", "Back to the start"),
    "no_address": Phrase("没有这个页面。", "There is no such page."),
    "no_article": Phrase("档案中没有这篇文章。", "The archive does not hold this article."),
    "no_version": Phrase("这篇文章没有这个版本。", "The article has no such version."),
    "no_page": Phrase("这篇文章没有这一分页。", "The article has no such part."),
    "no_image": Phrase("档案中没有这张图片。", "The archive does not hold this image."),
    "no_section": Phrase("档案中没有这个栏目。", "The archive does not hold this section."),
    "withdrawn": Phrase("这篇文章已应要求撤回，不再显示。", "This article was withdrawn on request and is not shown."),
    "bad_day": Phrase("日期无效，应如 2022-10-09。", "This is no day, such as 2022-10-09."),
    "bad_number": Phrase("地址中的数字无效。", "A number in the address makes no sense."),
    "damaged": Phrase("档案有损坏或暂时读不出。scrapy verify 可以查出详情。",
                      "Something in the archive is damaged or cannot be read now; scrapy verify says more."),
    "event_new": Phrase("首次采集", "new"),
    "event_updated": Phrase("网站改动", "updated"),
    "event_gone": Phrase("网站撤下", "gone"),
    "event_reparsed": Phrase("重新提取", "reparsed"),
}  # fmt: skip
"""By name."""

FIELDS = {
    "schema_version": "格式版本", "id": "编号", "version": "版本", "event": "事件", "url": "网址", "title": "标题",
    "title_raw": "原始标题", "subtitle": "引题或副题", "series": "系列", "sections": "栏目", "breadcrumb": "面包屑",
    "published_at": "发布时间", "published_raw": "原始时间", "source": "来源", "authors": "作者", "editor": "责任编辑",
    "language": "语言", "images": "图片", "attachments": "附件", "videos": "视频", "rights.original": "本站原创",
    "rights.notice": "版权声明", "char_count": "字数", "content_hash": "内容摘要", "previous_hash": "上一版摘要",
    "near_hash": "近似签名", "duplicate_of": "重复于", "similarity": "相似度", "first_seen_at": "首次发现",
    "fetched_at": "采集时间", "snapshot.html": "网页文件", "snapshot.sha256": "网页摘要", "snapshot.warc": "WARC",
    "snapshot.warc.file": "WARC 文件", "snapshot.warc.offset": "WARC 位置", "snapshot.warc.length": "WARC 长度",
    "crawl.run_id": "采集编号", "crawl.list_url": "列表页", "crawl.status": "HTTP 状态", "crawl.encoding": "编码",
    "crawl.etag": "ETag", "crawl.last_modified": "Last-Modified", "crawl.pages": "分页数", "crawl.extractor": "模板",
    "crawl.parser_version": "解析器版本", "text": "正文",
}  # fmt: skip
"""Chinese names of the keys of a record, which are English themselves."""


def phrase(name: str, language: Language, *values: object) -> str:
    """What a page says, with values in their places; raises KeyError."""
    text: str = getattr(PHRASES[name], language)
    return text.format(*values) if values else text


def field_name(key: str, language: Language) -> str:
    """What a key of a record is called; one that is not known goes by itself."""
    if language == "zh":
        return FIELDS.get(key, key)
    words = key.replace(".", " ").replace("_", " ")
    return words[:1].upper() + words[1:]
