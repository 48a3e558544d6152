"""What people call a business and what they write of a project, brought to the facts the rules read."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from yinuo.core.industries import classes_of
from yinuo.faces.projects.industries import INDUSTRIES

# What is said in the trade → groups of GB/T 4754—2017.
_SAID = """
有机肥 2625 化肥 262 肥料 262 农药 263 饲料 132 面粉 131 榨油 133 屠宰 135 肉 135 果蔬 137 土豆 137 马铃薯 137 粉条 139
酿酒 151 白酒 151 啤酒 151 矿泉水 152 饮料 152 乳品 144 牛奶 144 糕点 141 方便面 143 清真食品 135,143,149
养殖 031,032,041 牛 0311 羊 0314 猪 0313 鸡 0321 鱼 041 蔬菜 014 大棚 014 食用菌 014
花椒 0163 核桃 0161 苗圃 021 造林 022 药材 017 中药 273,274 饮片 273 制药 271,272 口罩 277 医疗器械 358
服装 181 纺织 171,172 羊毛 172 地毯 2437 皮革 191 鞋 195 家具 211 木材 201 板材 202 印刷 231 造纸 222 工艺品 243
刺绣 243 腰刀 243,338
砂石 101 采石 101 石料 101 混凝土 3021 商砼 3021 水泥 301 砖 3031 石材 3032 玻璃 304 陶瓷 307 塑料 292 橡胶 291
钢结构 331 彩钢 331 铝合金 325,331 农机 357 电缆 383 电池 384 汽修 811 汽车维修 811 再生资源 421,422 废品 421,422
光伏 4416 太阳能 4416 风电 4415 风力 4415 水电 4413 生物质 254,4417 火电 4411 供热 443 供暖 443 热力 443 燃气 451
天然气 451 自来水 461 供水 461 污水 462 垃圾 782 充电桩 442 变电站 442 储能 442
住宅 471 房地产 701 商品房 701 小区 701 厂房 471 办公楼 471 体育馆 472,892 公路 481 道路 481 桥 481 水库 482,761
河堤 761 防洪 761 灌溉 051,762 管道 485
冷库 5930 冷链 5930 仓储 595 物流 543,595 粮库 595 超市 521 商场 521 加油站 526 加气站 526 停车 5449 客运站 544
批发 512 市场 512,722
酒店 611 宾馆 611 民宿 6130 旅馆 612 餐饮 621 饭店 611,621 景区 786 旅游 786,611 游乐 902 数据中心 645 软件 650
检测 745 农技 751
幼儿园 831 托儿所 802 学校 839 大学 834 培训 839 医院 841 诊所 842 卫生院 842 养老 851 敬老院 851 图书馆 883
"""
_PAIRS = _SAID.split()
SAID: dict[str, tuple[str, ...]] = {
    word: tuple(codes.split(",")) for word, codes in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
}
MOST = 12
# Too common in names of trades to tell them apart.
_COMMONPLACE = "制造 加工 生产 及其 制品 其他 活动 服务 管理 项目 建设 工程 供应 专用 产品 农业 经营 开发"
_COMMON = frozenset(_COMMONPLACE.split())
_AREA = {
    "亩": Decimal(10000) / 15,
    "平方米": Decimal(1),
    "㎡": Decimal(1),
    "m2": Decimal(1),
    "平米": Decimal(1),
    "平": Decimal(1),
    "公顷": Decimal(10000),
}
_MONEY = {"亿元": Decimal(10000), "亿": Decimal(10000), "万元": Decimal(1), "万": Decimal(1)}
_NUMBER = r"(\d+(?:\.\d+)?)\s*"
_UNITS = "|".join(sorted((*_AREA, *_MONEY), key=len, reverse=True))


def suggest(text: str) -> list[tuple[str, str]]:
    """Classes of industries the words may mean, the most telling first, at most twelve; one where the words tell it
    from the others of its group; nothing where no word is known.
    """
    said = unicodedata.normalize("NFKC", text)
    words = sorted((word for word in SAID if word in said), key=len, reverse=True)
    # A word inside a longer one says nothing of its own: 牛奶 is no cattle.
    telling = [word for n, word in enumerate(words) if not any(word in longer for longer in words[:n])]
    found = [code for word in telling for code in SAID[word]]
    pairs = {said[n : n + 2] for n in range(len(said) - 1)} - _COMMON
    if not found:
        shared = {code: sum(pair in name for pair in pairs) for code, name in INDUSTRIES.items()}
        found = sorted((code for code, count in shared.items() if count), key=lambda code: -shared[code])
    groups = list(dict.fromkeys(found))
    classes = [one for code in groups for one in classes_of(code)]
    fit = {code: sum(pair in name for pair in pairs) for code, name in classes}
    ranked = sorted(classes, key=lambda one: -fit[one[0]])
    if len(groups) == 1 and len(ranked) > 1 and fit[ranked[0][0]] > fit[ranked[1][0]]:
        return ranked[:1]
    return ranked[:MOST]


def guess(text: str) -> dict[str, Any]:
    """What one line says of a project: 有机肥加工 40 亩 3000 万元.

    **Shape**: path → value; `industry` stays in words where unclear.
    """
    said = unicodedata.normalize("NFKC", text.replace("㎡", "平方米"))
    facts: dict[str, Any] = {}
    for number, unit in re.findall(rf"{_NUMBER}({_UNITS})", said):
        if unit in _AREA:
            facts.setdefault(
                "floor_area" if _built(said, number) else "land_area", _whole(Decimal(number) * _AREA[unit])
            )
        else:
            facts.setdefault("total_investment", _whole(Decimal(number) * _MONEY[unit]))
    words = " ".join(re.sub(rf"(投资|占地|用地|建筑面积|面积)?\s*{_NUMBER}(?:{_UNITS})", " ", said).split())
    found = suggest(words) if words else []
    if len(found) == 1 or (found and any(word in words for word in SAID)):
        facts["industry"] = found[0][0] if len(found) == 1 else words
    return facts


def _built(said: str, number: str) -> bool:
    return bool(re.search(rf"(建筑面积|建面)\s*{re.escape(number)}", said))


def _whole(number: Decimal) -> str:
    return str(number.quantize(Decimal(1), ROUND_HALF_UP))
