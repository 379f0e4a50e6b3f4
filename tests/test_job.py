"""The -a arguments: read, checked, refused with a message that says which."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jcnews_spider.errors import UsageFault
from jcnews_spider.job import Job
from jcnews_spider.sites import site_named
from jcnews_spider.trs.site import Section

SITE = site_named("jcnews")


def test_without_arguments_the_whole_table_is_wanted() -> None:
    job = Job.read({}, SITE)
    assert job.whole_site
    assert "xw/jcxw" in job.paths
    assert job.names == ("牢记嘱托 山西答卷",)


def test_names_paths_and_addresses_are_sections() -> None:
    job = Job.read(
        {"sections": "牢记嘱托　山西答卷， xw/jcxw,http://jcnews.com.cn/lm/cj/index.html,晋城新闻,zt/new"}, SITE
    )
    assert job.paths == ("xw/jcxw", "lm/cj", "zt/new")
    assert job.names == ("牢记嘱托　山西答卷",)
    assert not job.whole_site


def test_sections_that_share_a_name_are_all_wanted() -> None:
    site = replace(
        SITE, sections=(Section("通知公告", "jyj/tzgg"), Section("要闻", "yw"), Section("通知公告", "wjw/tzgg"))
    )
    assert set(Job.read({}, site).paths) == {"jyj/tzgg", "yw", "wjw/tzgg"}
    assert Job.read({"sections": "通知公告"}, site).paths == ("jyj/tzgg", "wjw/tzgg")


def test_days_are_inclusive() -> None:
    job = Job.read({"since": "2022-10-01", "until": "2022-10-31"}, SITE)
    assert [job.includes(date(2022, m, d)) for m, d in ((9, 30), (10, 1), (10, 31), (11, 1))] == [0, 1, 1, 0]


def test_articles_come_from_the_line_or_from_a_file(tmp_path: Path) -> None:
    first, second = (f"http://www.jcnews.com.cn/xw/jcxw/202210/t20221009_{n}.html" for n in (1, 2))
    listed = tmp_path / "links.txt"
    listed.write_text(f"# brought by readers\n{first}\n\n{second}?from=timeline\n", encoding="utf-8")
    by_line = Job.read({"articles": f"{first},{second}"}, SITE)
    by_file = Job.read({"articles": f"@{listed}"}, SITE)
    assert [address.url for address in by_line.articles] == [first, second]
    assert by_file.articles == by_line.articles


def test_articles_alone_need_an_empty_sections() -> None:
    job = Job.read({"sections": "", "articles": "http://www.jcnews.com.cn/xw/202210/t20221009_1.html"}, SITE)
    assert (job.paths, job.names, len(job.articles)) == ((), (), 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"section": "xw"}, "unknown argument -a section"),
        ({"since": "2022-13-01"}, "since='2022-13-01'"),
        ({"until": ""}, "until=''"),
        ({"since": "2022-10-02", "until": "2022-10-01"}, "since=2022-10-02 is after"),
        ({"max_pages": "0"}, "max_pages='0'"),
        ({"max_pages": "many"}, "max_pages='many'"),
        ({"max_pages": ""}, "max_pages=''"),
        ({"max_pages": "9" * 10}, "max_pages='9999999999'"),
        ({"max_pages": "9" * 5000}, "is no number from 1 to 999,999,999"),
        ({"full": "yes"}, "full='yes'"),
        ({"sections": ""}, "nothing to do"),
        ({"sections": "http://example.com/xw/"}, "'http://example.com/xw/'"),
        ({"sections": "../etc/passwd"}, "'../etc/passwd'"),
        ({"articles": "http://www.jcnews.com.cn/xw/"}, "'http://www.jcnews.com.cn/xw/'"),
        ({"articles": "http://example.com/xw/202210/t20221009_1.html"}, "no article's address"),
        ({"articles": "@/nowhere/links.txt"}, "cannot read '/nowhere/links.txt'"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, str], said: str) -> None:
    with pytest.raises(UsageFault, match=re.escape(said)):
        Job.read(arguments, SITE)


def test_a_site_without_sections_says_where_they_belong() -> None:
    bare = replace(SITE, name="paper", sections=())
    with pytest.raises(UsageFault, match=r"^paper has no sections: add them to jcnews_spider/sites/paper\.py"):
        Job.read({}, bare)
    assert Job.read({"sections": "xw/jcxw"}, bare).paths == ("xw/jcxw",)
