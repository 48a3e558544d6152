"""容缺受理: published, applied for at the window, signed, filled in time –
and once not filled, returned by the clock.
"""

from __future__ import annotations

from typing import Any

from yinuo.stories.journey import acts, handling
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import Player

COMPANY = "绿源有机肥"
SOIL, LACKING, DAYS = "soil_conservation_plan", "spoil_agreement", 5
NEEDS = (SOIL,)


def play(p: Player) -> None:
    acts.begun(p, COMPANY)
    acts.score(p, "79")
    publish(p)
    p.later(1, "09:12")
    acts.file(p)
    acts.review(p)
    acts.guide(p)
    p.later(1, "09:00")
    item = soil(p)
    refused(p, item)
    row = accepted(p, item)
    lapsed(p, item, row)
    p.later(1, "09:00")
    filled(p, item, accepted(p, item))


def soil(p: Player) -> dict[str, Any]:
    return dict(next(row for row in p.peek(p.owner, f"/projects/{p.project}/map")["items"] if row["matter_id"] == SOIL))


def publish(p: Player) -> None:
    """The department lists what may come later and how long (附件5·三(二))."""
    body = {
        "matter_id": SOIL,
        "materials": [LACKING],
        "days": 10,
        "from_on": p.today.isoformat(),
        "basis": "局务会议纪要",
    }
    handler = p.handler(SOIL)
    law = ["deficient.published"]
    p.post(handler, "公布容缺材料和时限", "/tolerances", body, row="Tolerance", law=law)
    main = {**body, "materials": ["soil_plan"]}
    p.post(
        handler,
        "想把主要材料列为可以容缺",
        "/tolerances",
        main,
        refused="catalogue.tolerance_main",
        law=["deficient.excluded"],
    )


def said(p: Player, item: dict[str, Any], *lacking: str) -> dict[str, Any]:
    rows = [
        {"id": row["id"], "file": p.upload(p.owner, f"{row['name'][:40]}.pdf")}
        for row in item["materials"]
        if row["id"] not in lacking
    ]
    return {
        "materials": rows,
        "missing": list(lacking),
        "situation": "水土保持方案报告书已编制完成，弃土场协议正在签订。",
        "contact_name": "马晓云",
        "contact_phone": "13900000001",
        "no_secret": True,
    }


def refused(p: Player, item: dict[str, Any]) -> None:
    """On the spot, each with its clause: online, a main material, one nobody has published."""
    path, window = f"/items/{item['id']}/deficient", p.office("window")
    body = said(p, item, LACKING)
    p.post(p.owner, "在网上申请容缺受理", path, body, refused="deficient.window_only", law=["deficient.excluded"])
    p.post(
        window,
        "缺主要材料，到窗口申请",
        path,
        said(p, item, "soil_plan"),
        refused="deficient.main_missing",
        law=["deficient.excluded"],
    )
    law = ["deficient.published"]
    p.post(
        window,
        "缺没有公布的材料，到窗口申请",
        path,
        said(p, item, "site_plan"),
        refused="deficient.not_tolerable",
        law=law,
    )


def accepted(p: Player, item: dict[str, Any]) -> dict[str, Any]:
    """Form 5—1 at the window, the department's opinion, notice 5—2 signed by the applicant."""
    window, handler = p.office("window"), p.handler(SOIL)
    law = [clause("附件5·二(一)")]
    made = p.post(
        window,
        "综合窗口收下容缺受理申请（附件5—1）",
        f"/items/{item['id']}/deficient",
        said(p, item, LACKING),
        law=law,
        row="DeficientAcceptance",
    )
    p.later(0, "10:00")
    path = f"/deficient/{made['id']}"
    late = {"days": 11, "version": made["version"]}
    p.post(handler, "想给 11 个工作日", f"{path}/agree", late, refused="deficient.days", law=["deficient.published"])
    body = {"days": DAYS, "opinion": "报告书内容完整。", "version": made["version"]}
    agreed = p.post(
        handler,
        "部门同意，出具容缺受理通知书（附件5—2）",
        f"{path}/agree",
        body,
        law=["deficient.opinion_limit"],
        shows=_due,
    )
    p.later(0, "11:00")
    scan = p.upload(window, "容缺受理通知书（已签）.pdf")
    body = {"file": scan, "signed_by": "马晓云", "version": agreed["version"]}
    return dict(
        p.post(window, "申请人签署承诺，窗口受理", f"{path}/sign", body, law=[clause("附件5·二(二)")], shows=_due)
    )


def lapsed(p: Player, item: dict[str, Any], row: dict[str, Any]) -> None:
    """Nobody does anything: the clock gives the application back."""
    p.later(DAYS + 1, "09:00")
    rows = [{"id": LACKING, "file": p.upload(p.owner, "协议.pdf")}]
    law = [clause("附件5·二(三)")]
    p.post(
        p.owner,
        "逾期以后才补交",
        f"/deficient/{row['id']}/supply",
        {"materials": rows},
        refused="deficient.lapsed",
        law=law,
    )
    p.tick()
    found = p.get(
        p.owner,
        "查看：视为放弃申请，已退件",
        f"/deficient/{row['id']}",
        law=law,
        shows=lambda answer: [answer["state_label"]],
    )
    p.need(found["state"] == "given_up" and soil(p)["state"] == "open", "逾期没有退件")


def filled(p: Player, item: dict[str, Any], row: dict[str, Any]) -> None:
    """Worked meanwhile; once only the gap is left the clock waits; filled, decided as 容缺通过."""
    handler, path = p.handler(SOIL), f"/deficient/{row['id']}"
    p.later(1, "10:00")
    handling.decide(p, item, refused="onemap.gap_open")
    body = {"note": "审查已毕，只差弃土场协议", "version": row["version"]}
    p.post(handler, "只差容缺材料，暂停计时", f"{path}/only-gap", body, law=[clause("附件5·二(三)")])
    p.later(2, "09:00")
    rows = [{"id": LACKING, "file": p.upload(p.owner, "弃土弃渣存放协议.pdf")}]
    p.post(
        p.owner, "在期限内补齐", f"{path}/supply", {"materials": rows}, row="Submission", law=[clause("附件5·二(三)")]
    )
    p.later(0, "15:00")
    handling.decide(p, item)
    handling.deliver(p, item)
    p.need(soil(p)["state"] == "granted", "补齐以后没有办结")


def _due(answer: dict[str, Any]) -> list[str]:
    return [
        (
            f"{answer['state_label']}，应在 {answer['due_on']} 前补齐："
            f"{'、'.join(one['name'] for one in answer['missing'])}"
        )
    ]
