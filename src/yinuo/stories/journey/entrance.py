"""What is refused where a project comes in: nothing of it is kept, or the negative list holds it with its row."""

from __future__ import annotations

from typing import Any

from yinuo.stories.journey import acts
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.facts import facts
from yinuo.stories.journey.player import Player

REUSED = "journey-at-the-entrance"


def refused(p: Player) -> None:
    """Nothing of these is filed: secret, incomplete, another's, a code that cannot be; and one is held by the negative
    list.

    All go by one idempotency key: were anything kept of one, the next would be told that its key is used.
    """
    where = acts.region(p)

    def file(
        what: str, refused: str, law: list[str], unit: int = 0, body: dict[str, Any] | None = None, **changes: Any
    ) -> None:
        sent = {"facts": facts(p, **changes), "pledged": True, **(body or {})}
        p.post(p.unit(unit), what, "/projects", sent, refused=refused, law=law, key=REUSED)

    file(
        "申报涉密项目",
        "projects.secret",
        ["filing.secret_refused"],
        name="涉密储备库项目",
        declarations={"secret": True},
    )
    file(
        "没有作保密声明就申报", "projects.secrecy_undeclared", ["filing.secret_refused"], declarations={"secret": None}
    )
    thin = facts(p)
    del thin["site"]["address"]
    file("漏填建设地点", "projects.incomplete", ["filing.required_facts"], body={"facts": thin})
    file("不作备案信用承诺", "projects.pledge", [clause("正文·三(二)")], body={"pledged": False})
    other = p.units[1]["credit_code"]
    file("替另一家单位申报", "access.forbidden", [clause("正文·三(一)")], body={"unit": other})
    wrong = p.units[0]["credit_code"][:-1] + ("0" if p.units[0]["credit_code"][-1] != "0" else "1")
    file("统一社会信用代码错一位", "people.credit_code", [clause("附件2·第六条")], body={"unit": wrong})
    row = {"credit_code": wrong, "name": "代码写错的单位", "score": "80", "on": (p.today - acts.EVALUATED).isoformat()}

    def shown(answer: Any) -> list[str]:
        return [f"{line['outcome']}：{line['message']}" for line in answer]

    body = {"source": "年度企业公共信用综合评价", "rows": [row]}
    answer = p.post(
        p.office("administrator"),
        "导入时统一社会信用代码错一位",
        "/credit/scores",
        body,
        law=[clause("附件2·第六条")],
        shows=shown,
    )
    p.need(answer[0]["outcome"] == "refused", "错误的统一社会信用代码被收下了")
    held_back(p, where)


def held_back(p: Player, where: str) -> None:
    """On the negative list of projects: no code, no certificate, the row that stopped it, and a refusal by hand with
    reasons.
    """
    sent = {
        "facts": facts(p, name="黄河干流水泥熟料项目", declarations={"two_high_or_overcapacity": True}),
        "pledged": True,
    }

    def shown(answer: Any) -> list[str]:
        return [f"转人工办理：{stop['why']}" for stop in answer["decision"]["outcome"]["stops"]]

    answer = p.post(p.unit(1), "申报负面清单上的项目", "/projects", sent, follow=acts.project_filed, shows=shown)
    p.need(answer["project"]["state"] == "manual" and answer["project"]["code"] is None, "负面清单上的项目被当场批复")
    p.later(1, "10:00")
    path = f"/projects/{p.project}"
    p.post(
        p.filing_unit(),
        "还没有备案就想复核",
        f"{path}/confirm-review",
        refused="onemap.not_filed",
        law=["review.limit"],
    )
    body = {"approve": False, "why": "属于产能严重过剩行业，按负面清单不予备案"}
    p.post(p.filing_unit(), "人工办理：不予备案", f"{path}/decide", body, law=["manual_filing.limit"])


def filed_twice(p: Player) -> None:
    """A double click files once; the same name again is asked about."""
    sent: dict[str, Any] = {"facts": facts(p, name="果蔬冷链仓储项目"), "pledged": True}
    first = p.post(p.unit(), "申报（第 1 次点击）", "/projects", sent, key="journey-double-click", shows=_which)
    again = p.post(p.unit(), "申报（第 2 次点击）", "/projects", sent, key="journey-double-click", shows=_which)
    p.need(again["repeated"] and again["project"]["id"] == first["project"]["id"], "双击申报了两个项目")
    other = {**sent, "facts": {**sent["facts"], "land_area": "1"}}
    p.post(
        p.unit(), "同一请求编号换了内容", "/projects", other, key="journey-double-click", refused="idempotency.reused"
    )
    p.post(p.unit(), "再次申报同名项目", "/projects", sent, refused="projects.duplicate", law=["duplicate.window"])


def _which(answer: Any) -> list[str]:
    return [f"Project #{answer['project']['id']}" + ("（已办过，未重复写入）" if answer["repeated"] else "")]


def reviewed_twice(p: Player) -> None:
    """Two reviewers at once: the second one's form is stale, nothing of it is written."""
    seen = p.peek(p.filing_unit(), f"/projects/{p.project}")["version"]
    path, law = f"/projects/{p.project}/confirm-review", ["review.limit"]
    p.post(p.unit(), "企业自己复核", path, refused="access.forbidden", law=law)
    p.later(0, "15:00")
    p.post(p.filing_unit(), "复核确认", path, {"version": seen}, law=law)
    p.post(p.filing_unit(), "另一人用旧页面复核", path, {"version": seen}, refused="stale", law=law)
