"""用地清单制: surveyed, indicators, design points – one office late – put together, handed over with the land, and
corrected.
"""

from __future__ import annotations

from typing import Any

from yinuo.stories.journey import acts
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import Player, Who

CLAUSE = clause("正文·二(七)")
COMPANY = "绿源有机肥"
SAID: dict[str, tuple[str, str, str]] = {
    "development_reform": ("节能", "单位工业增加值能耗不高于 0.45 吨标准煤/万元", "节能审查办法"),
    "ecology": ("环境准入", "废水纳管，厂界臭气执行 GB 14554 二级标准", "园区规划环评"),
    "water": ("防洪", "建（构）筑物退让排洪渠管理范围线 12 米", "防洪法"),
    "earthquake": ("抗震设防", "设防烈度Ⅷ度，设计基本地震加速度 0.20g", "GB 18306"),
    "housing": ("海绵设施", "年径流总量控制率不低于 75%", ""),
    "transport": ("出入口", "主出入口开向园区二路，距交叉口不小于 70 米", ""),
    "water_supply": ("给水接口", "自红线南侧 DN200 干管接入，水压 0.30 兆帕", ""),
    "power_supply": ("供电", "10 千伏双回路，红线内自建配电室", ""),
    "gas_supply": ("燃气", "调压柜设在红线内，距建筑不小于 4 米", ""),
}
SILENT = "telecom"
NEEDS = (*SAID, SILENT)


def play(p: Player) -> None:
    acts.begun(p, COMPANY)
    acts.score(p, "79")
    parcel = entered(p)
    found = gathered(p, parcel)
    sold(p, parcel, found)
    corrected(p, parcel)


def keeper(p: Player) -> Who:
    return p.approver(str(p.rules.parameter("land.keeper", p.today).value))


def entered(p: Player) -> dict[str, Any]:
    body = {
        "number": f"YDQ-{p.units[0]['credit_code'][-6:]}",
        "name": "工业集中区5号地块",
        "place": "南至纬三路，西至农机厂",
        "area": "18600",
    }
    parcel = p.post(keeper(p), "登记地块", "/parcels", body, law=[CLAUSE], row="Parcel")
    path = f"/parcels/{parcel['id']}"
    p.post(
        keeper(p),
        "登记权属清晰",
        f"{path}/title",
        {"on": p.today.isoformat(), "evidence": "土地储备证书"},
        law=[CLAUSE],
    )
    return dict(parcel)


def gathered(p: Player, parcel: dict[str, Any]) -> dict[str, Any]:
    """The survey, then part by part; an office that lets its term pass is waited for no longer."""
    survey = "场地平整，标高 2316 米，无地上附着物；南侧红线外 6 米有 10 千伏架空线路。"
    body = {"surveyed_on": p.today.isoformat(), "survey": survey}
    made = p.post(
        keeper(p),
        "普查土地现状，征集关键指标要素",
        f"/parcels/{parcel['id']}/list",
        body,
        row="LandChecklist",
        law=["land_list.indicator_departments"],
    )
    p.post(keeper(p), "再次发起", f"/parcels/{parcel['id']}/list", body, refused="land.list_opened")
    p.later(1, "10:00")
    for row in made["inputs"]:
        if row["part"] == "design" and row["department"] == "housing":
            _say(p, row, "技术设计要点（还没有到时候）", refused="land.not_asked")
    for row in made["inputs"]:
        if row["part"] == "indicators":
            _say(p, row, "提出评估关键指标要素", law=["land_list.indicator_limit"])
    p.later(2, "15:00")
    for row in _now(p, parcel)["inputs"]:
        if row["part"] == "design" and row["department"] != SILENT:
            _say(p, row, "提出技术设计要点", law=["land_list.design_limit"])
    early = {"refused": "land.list_state", "law": ["land_list.assembly_limit"]}
    p.post(keeper(p), "汇总：还有一家没有提出", f"/land-lists/{made['id']}/assemble", {}, **early)
    p.later(7, "09:10")
    p.tick()
    found = _now(p, parcel)
    late = [row["office"] for row in found["inputs"] if row["lapsed_at"]]
    p.need(found["state"] == "assembly" and len(late) == 1, "逾期的单位没有注明，清单没有继续")
    done = p.post(
        keeper(p),
        f"汇总形成用地清单（{late[0]}逾期未提出）",
        f"/land-lists/{made['id']}/assemble",
        {},
        law=["land_list.assembly_limit"],
    )
    return dict(done)


def _say(p: Player, row: dict[str, Any], what: str, **options: Any) -> None:
    subject, text, basis = SAID[row["department"]]
    body = {"points": [{"subject": subject, "text": text, "basis": basis}], "version": row["version"]}
    p.post(p.approver(row["department"]), f"{what}：{text}", f"/land-inputs/{row['id']}", body, **options)


def _now(p: Player, parcel: dict[str, Any]) -> dict[str, Any]:
    return dict(p.peek(keeper(p), f"/parcels/{parcel['id']}/lists")["lists"][0])


def sold(p: Player, parcel: dict[str, Any], found: dict[str, Any]) -> None:
    """The contract, and the list with it."""
    path = f"/parcels/{parcel['id']}"
    p.post(keeper(p), "公开出让", f"{path}/offer", {}, law=[CLAUSE])
    wanted = p.post(
        p.unit(), "登记用地意向", f"{path}/interests", {}, row="ParcelInterest", law=[clause("附件2·第二十条(二)")]
    )
    p.later(10, "15:00")
    contract = {
        "unit_id": wanted["unit"],
        "contract_number": f"积自然资让〔{p.today.year}〕{parcel['number']}",
        "contract_on": p.today.isoformat(),
    }
    p.post(keeper(p), "登记土地出让合同，随土地发放用地清单", f"{path}/sale", contract, law=[CLAUSE])

    def shown(answer: Any) -> list[str]:
        first = answer["lists"][0]
        said = sum(len(row["points"]) for row in first["inputs"])
        return [f"第 {first['number']} 版，{said} 条要求，文书 #{first['document']}：可以开展工程方案设计"]

    got = p.get(p.unit(), "受让单位查看用地清单", f"{path}/lists", law=[CLAUSE], shows=shown)
    p.need(got["lists"][0]["id"] == found["id"] and got["lists"][0]["document"], "清单没有随土地发放")


def corrected(p: Player, parcel: dict[str, Any]) -> None:
    p.later(3, "11:00")
    row = next(row for row in _now(p, parcel)["inputs"] if row["department"] == SILENT)
    body = {"points": [{"subject": "通信", "text": "红线内预留 2 孔通信管道", "basis": ""}], "why": "补充通信接入要求"}
    made = p.post(
        p.approver(SILENT),
        "更正清单：补提技术设计要点",
        f"/land-inputs/{row['id']}/correct",
        body,
        row="LandChecklist",
        law=[CLAUSE],
    )
    p.need(made["number"] == 2 and made["document"], "更正没有形成新版并发放")
    got = p.peek(p.unit(), f"/parcels/{parcel['id']}/lists")["lists"]
    p.need([row["number"] for row in got] == [2, 1], "受让单位看不到两个版本")
