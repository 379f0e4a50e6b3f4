"""Notices that share their form and nothing else: what a local newspaper prints every day under another date."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.replica import prose

_WORDS: dict[str, Callable[[Random], str]] = {
    "人名": prose.person,
    "地名": prose.place,
    "单位": prose.office,
    "日期": lambda rng: f"{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日",
    "名单": lambda rng: "、".join(prose.person(rng) for _ in range(rng.randrange(40, 90))),
}
_SLOT = re.compile(r"\[([^\]]+)\]")
_ROWS = re.compile(r"<(.+?)>", re.DOTALL)

FORMS = {
    "weather": """晋城市气象台[日期][6-19]时发布天气预报：预计未来几天我市[晴|晴间多云|多云转阴|阴有小雨|阵雨]。
<[日期]，[晴|多云|小雨转多云|阵雨]，[东南|西北]风[1-3]～[3-5]级，最低气温[-5-14]℃，最高气温[15-32]℃，相对湿度[20-95]%。>
气象台提醒，早晚温差较大，请公众及时增减衣物，注意防范感冒等疾病；空气质量为[优|良]，适宜户外活动，出行请注意交通安全。""",
    "讣告": """中国共产党优秀党员，[地名][单位]原负责人[人名]同志，因病医治无效，于2022年[日期]
[1-23]时[1-59]分逝世，享年[67-97]岁。
[人名]同志19[25-55]年[1-12]月出生，[地名]人，19[45-75]年[1-12]月参加工作，19[50-79]年[1-12]月加入中国共产党。
历任[单位]干事、[单位]主任，[1985-2015]年退休。
根据[人名]同志生前遗愿和家属意见，丧事一切从简，定于[日期]上午[7-10]时在市殡仪馆举行遗体告别仪式。特此讣告。""",
    "list of names": """根据有关规定，经个人申报、单位推荐、专家评审，现将拟表彰的先进个人名单公示如下：
[名单]
公示期为五个工作日。""",
    "power cut": """尊敬的电力客户：为提高供电可靠性，国网晋城供电公司计划对以下线路检修，届时将暂停供电，请做好准备：
<停电时间：[日期][6-9]:[00|30]至[12-19]:00，停电线路：10千伏[地名][500-899]线路，停电范围：[地名]、[地名][单位]一带。>
如遇天气变化等情况，停电时间可能调整，恢复送电不再另行通知。不便之处，敬请谅解。服务热线：95598。""",
    "water cut": """因[地名]供水管网维修，定于[日期][6-9]时至[日期][12-19]时对[地名]、[地名]、[地名][单位]一带停水。
请沿线用户提前做好储水准备，由此带来的不便敬请谅解。咨询电话：0356-2025100。""",
    "epidemic": """[日期]0—24时，山西省新增本土确诊病例[0-59]例、本土无症状感染者[0-59]例；新增境外输入病例[0-59]例，
治愈出院[0-59]例，解除医学观察的密切接触者[0-399]人。
截至[日期]24时，山西省累计报告本土确诊病例[400-459]例，累计治愈出院[300-359]例，现有确诊病例[0-59]例，
尚在医学观察的密切接触者[0-1999]人。
请广大群众坚持戴口罩、勤洗手、常通风、不聚集，保持一米线，做好自身健康的第一责任人。""",
    "tender": """[地名][单位]改造项目（招标编号：SX[1000000-9999999]）已由有关部门批准建设，建设资金来自财政资金，
项目出资比例为100%，招标人为[单位]。项目已具备招标条件，现进行公开招标。
建设地点：[地名]；建设规模：总面积[900-89999]平方米，总投资[200-8999]万元；工期：[60-699]日历天。
投标人须具备独立法人资格和建筑工程施工总承包[一|二|三]级及以上资质。
投标文件递交的截止时间为2022年[日期][8-11]时，逾期送达的不予受理。
联系人：[人名]，电话：0356-[2000000-2999999]。""",
    "appointment": """为进一步扩大民主，接受社会监督，现将拟任职干部的基本情况公示如下：
<[人名]，[男|女]，汉族，[1965-1989]年[1-12]月生，[大学|省委党校研究生]学历，中共党员，现任[地名][单位]负责人，拟任[单位]主任。>
公示期从2022年[日期]至[日期]。如对公示对象有情况反映，请来信、来访或者来电，反映问题要实事求是，提倡署实名。受理电话：0356-12380。""",
    "market prices": """据市发改委价格监测中心监测，[日期]我市主要农副产品零售价格与上周相比稳中有[升|降]。
粮食：特一粉每500克[1-3].[10-99]元，粳米每500克[2-4].[10-99]元。
肉蛋：鲜猪肉每500克[12-29].[10-99]元，鸡蛋每500克[4-6].[10-99]元。
蔬菜：监测的15种蔬菜均价每500克[2-5].[10-99]元，其中芹菜、黄瓜、西红柿[升|降]幅较大，分别为[1-29].[1-9]%、[1-29].[1-9]%、[1-29].[1-9]%。
据分析，受天气和节日因素影响，后期价格仍将小幅波动，但总体供应充足，不会出现大的起伏。""",
}

DAILY = frozenset({"weather", "epidemic", "market prices", "power cut", "water cut"})
"""Forms in which little but the numbers changes from one day to the next."""


def notice(rng: Random, kind: str) -> str:
    """A notice of one of the FORMS, filled anew; what stands in <> is there one to four times."""
    form = _ROWS.sub(lambda found: "\n".join([found[1]] * rng.randrange(1, 5)), FORMS[kind])
    return _SLOT.sub(lambda found: _filled(rng, found[1]), form).replace("\n", "\n\n")


def next_day(rng: Random, text: str) -> str:
    """The notice a day later: two numbers in three are others, all else is the same."""
    return re.sub(
        "[0-9]+", lambda found: str(int(found[0]) + rng.choice((-3, -2, -1, 1, 2, 3)) * (rng.random() < 0.67)), text
    )


def _filled(rng: Random, slot: str) -> str:
    if word := _WORDS.get(slot):
        return word(rng)
    if "|" in slot:
        return rng.choice(slot.split("|"))
    low, _, high = slot.rpartition("-")
    return str(rng.randint(int(low), int(high)))
