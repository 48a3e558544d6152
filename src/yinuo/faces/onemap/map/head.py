"""The figures above the map: landing, the chain that decides it, how much is done, what would be faster."""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.core.grades import named_grade
from yinuo.engine.rules import pack
from yinuo.faces.onemap.map.faces import Face
from yinuo.rooms.onemap.queries import MapView
from yinuo.rooms.projects.models import ProjectKind
from yinuo.ui.components.shapes import Fact
from yinuo.ui.components.text import zh_date

SHOWN_CHAIN = 5
FASTER = {"commitment": "改走承诺制", "regional": "共享区域评估成果"}


def facts(view: MapView, face: Face) -> tuple[Fact, ...]:
    if view.plan is None:
        return ()
    done = Fact("已办结", view.done, unit=f"/ {view.total}", done=view.done, total=view.total)
    if view.landed_at is not None:
        since = "备案" if view.project.kind == ProjectKind.FILING else "立项"
        note = f"{since}后 {(view.landed_at - view.project.filed_at).days} 天"
        return (Fact("已经落地", zh_date(view.landed_at), note=note, main=True), done)
    days = view.plan.working_days
    proof = face.landing(view.project.pk)
    note = f"还需 {days} 个工作日" if days else "今天可以落地"
    return (
        Fact("预计落地", zh_date(view.plan.landing_on), note=note, url=proof, link="怎么算的", main=True),
        _chain(view),
        done,
        *_faster(view, face),
    )


def _chain(view: MapView) -> Fact:
    names = view.critical_names
    hidden = len(names) - SHOWN_CHAIN
    note = f"前面还有 {hidden} 项" if hidden > 0 else "其余事项并行，不影响落地"
    return Fact("决定工期的一串事项", "" if names else "没有", chain=names[-SHOWN_CHAIN:], note=note if names else "")


def _faster(view: MapView, face: Face) -> list[Fact]:
    """The one matter whose other route brings the landing nearest."""
    best = view.plan.faster[0] if view.plan and view.plan.faster else None
    card = next((card for card in view.cards if best and card.item.matter_id == best.id), None)
    if best is None or card is None:
        return []
    note = f"{card.item.name}{FASTER.get(best.route, '换一条路')}"
    return [
        Fact(
            "可以更快",
            f"提前 {best.saves_working_days} 个工作日",
            note=note,
            url=face.routes(card.item),
            link="比较两条路",
        )
    ]


def badge(view: MapView, now: datetime) -> dict[str, str]:
    """The grade in the head, without a query of its own; nothing for the kinds that carry none."""
    project = view.project
    if project.kind != "filing":
        return {}
    credit = getattr(project.unit, "credit", None)
    grade = credit.grade if credit else "unrated"
    answer = named_grade(grade, pack(), now.astimezone(TZ).date())
    score = credit.score if credit else None
    return {
        "letter": grade,
        "name": answer.class_name if answer else "",
        "score": "" if score is None else f"{score.normalize():f}",
    }
