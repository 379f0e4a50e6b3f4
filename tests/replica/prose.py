"""Chinese prose of a local newspaper, all made up: places, people, offices, sentences, titles."""

from __future__ import annotations

from random import Random

FICTION = "本文为测试站点生成的虚构内容"

_SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
_GIVEN = tuple("文博晓艳俊琦海涛立新玉兰建国春梅志远雪松鹏飞丽娟宏伟秀英子轩雨桐明哲佳宁思源浩然静怡永强红霞")
_RARE = tuple("镕喆堃赟")
_PLACE_A = tuple("云青石白松柳杏槐泉龙凤丹沁长清望南东西北安和平河桥岭古新临")
_PLACE_B = tuple("溪山岩川坪沟源台湾庄岗峪阳塘坡城原桥泽店")
_UNITS = ("村", "社区", "镇", "乡", "街道", "开发区", "示范区", "林场", "工业园")
_OFFICES = (
    "农业技术推广站", "文化馆", "水务服务中心", "供热公司", "交通运输站", "林草管护队", "应急救援队", "图书馆",
    "卫生服务中心", "市场监管所", "项目推进办公室", "气象观测站", "志愿者协会", "职业培训学校", "非遗传承工坊",
    "电力抢修班", "粮油加工厂", "蚕桑合作社", "中药材基地", "铸造企业", "光机电产业园", "农产品检测室",
    "公共自行车公司", "养老服务站", "创业孵化园", "环卫中队", "社区食堂", "煤层气集输站", "太行书院",
    "城市规划馆",
)  # fmt: skip
_TIMES = (
    "连日来", "日前", "入秋以来", "今年年初", "上个月底", "本周二上午", "记者近日获悉", "据了解",
    "经过半年筹备", "国庆假期里", "清晨六点", "雨后初晴的午后", "去年冬天", "截至目前", "随着气温下降",
    "前三季度", "为期一周的走访中", "新学期伊始", "在刚刚结束的评比中", "自项目启动起", "夜幕降临时",
    "农历九月", "上半年收官之际", "两年前", "就在昨天",
)  # fmt: skip
_ACTIONS = (
    "完成了{n}公里老旧管网的更换", "把{n}亩撂荒地改成了连片梯田", "为{n}户居民装上了智能水表",
    "新建了{n}座口袋公园", "组织{n}名青年走进车间当学徒", "将{n}件老物件搬进了乡村记忆馆",
    "开出了{n}趟惠民早班车", "试种的{n}亩连翘进入采收期", "为{n}位老人建立了健康档案",
    "接待了来自{n}个县区的观摩团", "培训了{n}名家政服务员", "收到{n}条群众建议并逐条回复", "检修变压器{n}台",
    "修缮古戏台{n}处", "种下了{n}棵油松", "把办事流程压缩了{n}个环节", "举办了{n}场露天电影放映",
    "发放就业补贴{n}万元", "清运积存垃圾{n}吨", "让{n}个家庭用上了清洁能源", "完成{n}份土壤样品的采集",
    "救治野生鸟类{n}只", "上线了{n}项掌上服务", "签下{n}单跨省订单", "整理出版口述史{n}册",
    "对{n}家餐饮门店做了抽检", "点亮了{n}盏太阳能路灯", "改造背街小巷{n}条", "为{n}名学生配备了课后托管老师",
    "孵化了{n}家小微企业",
)  # fmt: skip
_WAYS = (
    "采取“一户一策”的办法", "沿着蜿蜒的山路", "借助无人机巡查", "依托本地的红砂岩资源", "对照问题清单",
    "用方言讲政策", "与高校课题组联手", "把账本贴到村口的公示栏", "参照邻县的经验", "通过微信群接龙",
    "在不打烊的服务窗口前", "按照先急后缓的次序", "发动退休老教师", "顶着六级大风", "以工代赈",
    "从最小的细节入手", "坚持错峰施工", "请来匠人现场示范", "把课堂搬到田间", "引入第三方评估", "利用农闲时节",
    "向技术要产量", "打通最后一百米", "在不增加投入的前提下",
)  # fmt: skip
_RESULTS = (
    "用水高峰不再停水", "村集体账上第一次有了盈余", "平均等候时间缩短到{m}分钟", "亩均增收{m}元左右",
    "投诉量下降了{m}%", "孩子们放学后有了去处", "往日的烂泥塘成了网红打卡地", "外出务工的年轻人陆续返乡",
    "产品摆上了省城超市的货架", "空气里飘着槐花的香味", "老街坊们纷纷竖起大拇指", "订单已经排到了明年春天",
    "合格率提高了{m}个百分点", "游客同比多了{m}%", "老手艺终于有了传人", "车辆通行快了{m}分钟",
    "家门口就能看上专家号", "冬天取暖不用再生煤炉", "荒坡披上了绿装", "产业链条又长了一截", "{m}项难题逐一销号",
    "邻里之间走动得更勤了",
)  # fmt: skip
_VOICES = (
    "算了一笔细账", "说起变化滔滔不绝", "一边擦汗一边介绍", "指着墙上的进度表说", "在电话里告诉记者",
    "翻开随身的笔记本", "笑得合不拢嘴", "坦言压力不小", "掰着指头数了数", "带着记者看了现场",
    "对下一步很有信心", "回忆起当初的情形",
)  # fmt: skip
_SAYINGS = (
    "路修通了，心里也就亮堂了", "再难的事，拆成小块就不怕", "地不骗人，下多少力就有多少收成",
    "做这一行靠的是慢功夫", "以前想都不敢想", "账要算清，话要说透", "只要有人用，我们就一直做下去",
    "数字好看不算数，大伙儿点头才算数", "这才刚开了个头", "手里有活儿，日子就有奔头", "机器再快也快不过人心齐",
    "把小事做扎实就是最大的本事", "年轻人肯回来，比什么都强", "质量过不了关，一件也不出厂",
    "有问题不怕，怕的是装作没有", "等霜降一过，再来尝尝新米",
)  # fmt: skip
_PLANS = (
    "下一步还将在{p}推广这套做法", "二期工程预计在{m}个月后交付", "相关标准正在征求{p}群众的意见",
    "{p}也递交了加入申请", "计划再培养{m}名带头人", "后续维护由{p}与施工方共同承担",
    "有关方案将提交{p}议事会讨论", "更多细节要等{m}天后的评审会", "余下的{m}处点位将在入冬前完成",
    "{p}的试点经验会编成手册",
)  # fmt: skip
_HEADS = (
    "一本账算出新思路", "从“没人管”到“抢着管”", "山沟里的新课堂", "慢下来的匠心", "数字背后的人情味",
    "难题怎么破", "让资源活起来", "把服务送到门口", "老字号的新算盘", "绿色是最厚的家底", "先立规矩再办事",
    "共商共建共享",
)  # fmt: skip
_TITLE_A = ("{p}{u}：", "{p}", "走进{p}{u}", "看{p}", "{o}", "{p}{o}")
_TITLE_B = (
    "{n}亩梯田换新颜", "小窗口办成大民生", "“土办法”里有新学问", "接续奋斗绘就乡村新图景",
    "{n}项清单一抓到底", "老手艺圆了致富梦", "把好事办到群众心坎上", "向绿而行步履不停", "秋粮颗粒归仓正当时",
    "夜经济点亮烟火气", "一条路串起{n}个村", "让古建筑开口说话", "护好一泓清水", "{n}名能手同台比武",
    "暖气提前{m}天送到家", "书香飘进寻常巷陌", "小桑叶托起大产业", "打造{m}分钟便民生活圈", "青年人才扎根山乡",
    "以实干赢得好口碑", "家门口的“共享菜园”", "智慧车间忙生产",
)  # fmt: skip
SERIES = (
    "奋进新征程　建功新时代——牢记嘱托 山西答卷", "新春走基层", "晋城·一线见闻", "记者手记", "行走太行",
    "民生实事追踪", "图解",
)  # fmt: skip
_SUBTITLES = ("——{p}{o}见闻", "{p}探索基层治理的实践", "——写在{o}成立{m}年之际", "{n}户人家的变迁")
_NOISE = ("\u200b", "\ufeff", "\u2060", "\u00ad", "\u00a0", "\u2002", "\u3000", " ", "\u2009 ", " & ")
_FILES = ("申报表", "名单公示", "实施细则", "价格目录", "报名须知", "检测结果")


def person(rng: Random) -> str:
    """A name of two or three characters, now and then with one outside GB2312."""
    given = rng.choice(_GIVEN) + (rng.choice(_GIVEN) if rng.random() < 0.7 else "")
    if rng.random() < 0.03:
        given = rng.choice(_RARE)
    return rng.choice(_SURNAMES) + given


def place(rng: Random) -> str:
    """An invented place, `云溪镇`."""
    return rng.choice(_PLACE_A) + rng.choice(_PLACE_B) + rng.choice(_UNITS)


def office(rng: Random) -> str:
    """An office or firm."""
    return rng.choice(_OFFICES)


def filled(rng: Random, pattern: str) -> str:
    """A pattern with its numbers, places and offices filled in."""
    if "{" not in pattern:
        return pattern
    town = rng.choice(_PLACE_A) + rng.choice(_PLACE_B)
    return pattern.format(
        n=rng.randrange(3, 4000), m=rng.randrange(2, 90), p=town, u=rng.choice(_UNITS), o=rng.choice(_OFFICES)
    )


def sentence(rng: Random) -> str:
    """A sentence of 30 to 80 characters."""
    kind = rng.randrange(4)
    actor = place(rng) + rng.choice(_OFFICES)
    if kind == 0:
        return f"{rng.choice(_TIMES)}，{actor}{rng.choice(_WAYS)}，{filled(rng, rng.choice(_ACTIONS))}。"
    if kind == 1:
        return (
            f"{filled(rng, rng.choice(_ACTIONS))}之后，{rng.choice(_RESULTS).format(m=rng.randrange(2, 90))}，"
            f"{actor}负责人{person(rng)}{rng.choice(_VOICES)}。"
        )
    if kind == 2:
        return f"“{rng.choice(_SAYINGS)}。”{place(rng)}居民{person(rng)}{rng.choice(_VOICES)}。"
    return (
        f"{actor}{filled(rng, rng.choice(_ACTIONS))}，{rng.choice(_RESULTS).format(m=rng.randrange(2, 90))}；"
        f"{filled(rng, rng.choice(_PLANS))}。"
    )


def paragraph(rng: Random) -> str:
    """One to four sentences."""
    return "".join(sentence(rng) for _ in range(rng.randrange(1, 5)))


def noisy(rng: Random, text: str) -> str:
    """The text with an odd blank or zero-width character in one of five: SITE.md §4.2."""
    if rng.random() > 0.2:
        return text
    place_in = rng.randrange(1, len(text))
    return text[:place_in] + rng.choice(_NOISE) + text[place_in:]


def headline(rng: Random) -> str:
    """A title of 10 to 30 characters."""
    return filled(rng, rng.choice(_TITLE_A)) + " " * (rng.random() < 0.3) + filled(rng, rng.choice(_TITLE_B))


def subtitle(rng: Random) -> str:
    """A subtitle."""
    return filled(rng, rng.choice(_SUBTITLES))


def subhead(rng: Random) -> str:
    """A bold line between paragraphs."""
    return rng.choice(_HEADS)


def caption(rng: Random) -> str:
    """A line below a picture."""
    return f"图为{place(rng)}{rng.choice(_OFFICES)}{rng.choice(_WAYS)}，{filled(rng, rng.choice(_ACTIONS))}。"


def file_name(rng: Random) -> str:
    """Name of an attached file, without suffix."""
    return f"{place(rng)}{rng.choice(_FILES)}"


def table(rng: Random) -> list[list[str]]:
    """Rows of a small table."""
    rows = [["序号", "单位", "数量", "负责人"]]
    rows += [
        [str(line), place(rng), f"{rng.randrange(10, 900)}", person(rng)] for line in range(1, rng.randrange(4, 9))
    ]
    return rows
