"""A project whose map holds sixty matters, with every state a card can be in."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.apps.county import Company, County, at
from tests.apps.granted import grant_all
from tests.apps.test_commitments import item_of, promise
from tests.apps.test_onemap import guided, hand_in
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.rooms.onemap import building
from yinuo.rooms.onemap.actions import (
    accept,
    decide,
    handle_problem,
    pause_item,
    report_problem,
    resume_item,
    send_back,
)
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

MOMENT = "2026-11-12 10:20"
TOTAL = 60
MATERIALS = [{"id": "form", "name": "申请表", "main": True, "note": "", "issued_by": ""}]
POINTS = [{"code": "incomplete.signature_missing", "subject": "申请表", "request": "补齐法定代表人签字"}]


def grown(project: Project, total: int) -> None:
    """As many matters on the map as asked for, with the catalogue's own departments, stages,
    limits and prerequisites.
    """
    have = set(MapItem.objects.filter(project=project).values_list("matter_id", flat=True))
    scheme = building.scheme_of(project)
    more = [
        matter
        for matter in pack().matters_at(project.rules_on)
        if matter.id not in have and matter.id != "enterprise_filing"
    ]
    more = building.in_order(more, scheme)[: total - len(have)]
    on_map = have | {matter.id for matter in more}
    offices = {office.key: office for office in Department.objects.filter(hall_id=project.hall_id)}
    MapItem.objects.bulk_create(
        MapItem(
            project=project,
            matter_id=matter.id,
            name=matter.full_name,
            department=offices[matter.department],
            stage=building.stage_of(matter, scheme),
            position=100 + number,
            pre_start=matter.pre_start,
            completion=matter.completion,
            after=building.prerequisites(matter.id, on_map),
            materials=MATERIALS,
            level=matter.level,
            **building.limit_fields(matter.promised_at(project.rules_on), matter.statutory_at(project.rules_on)),
        )
        for number, matter in enumerate(more)
    )


def big_map(county: County, company: Company, total: int = TOTAL) -> Project:
    """Guided, grown and under way: concluded, running, late, paused, sent back, promised, with a problem and one
    handled.
    """
    project = guided(county, company)
    grown(project, total)
    _concluded(project, total // 5, at("2026-11-05 11:30"))
    own = item_of(project)
    promise(company, own, at("2026-11-06 10:00"))
    concluded = set(MapItem.objects.filter(project=project, state="granted").values_list("matter_id", flat=True))
    waiting = (
        MapItem.objects.filter(project=project, state="open", limit_value__gt=0)
        .select_related("department")
        .order_by("position")
    )
    running = [item for item in waiting if item.materials and set(item.after) <= concluded][:9]
    for number, item in enumerate(running):
        hand_in(company, item, at("2026-11-05 15:00") + timedelta(minutes=number))
    _handled(county, running)
    return project


def _handled(county: County, running: list[MapItem]) -> None:
    done, paused, resumed, back, wrong, noted, *rest = running
    officer = {item.pk: county.actor("approver", item.department.key) for item in running}
    for number, item in enumerate([done, paused, resumed, wrong, noted, *rest]):
        accept(actor=officer[item.pk], item_id=item.pk, at=at("2026-11-05 16:00") + timedelta(minutes=number))
    decide(
        actor=officer[done.pk],
        item_id=done.pk,
        granted=True,
        document_number="积批〔2026〕1号",
        text="同意。",
        at=at("2026-11-10 11:00"),
    )
    pause_item(
        actor=officer[paused.pk],
        item_id=paused.pk,
        reason="expert_review",
        note="组织专家评审",
        at=at("2026-11-09 09:00"),
    )
    pause_item(
        actor=officer[resumed.pk],
        item_id=resumed.pk,
        reason="expert_review",
        note="专家评审",
        at=at("2026-11-06 09:00"),
    )
    resume_item(actor=officer[resumed.pk], item_id=resumed.pk, note="评审通过", at=at("2026-11-10 09:00"))
    send_back(
        actor=officer[back.pk],
        item_id=back.pk,
        kind="incomplete",
        points=POINTS,
        reason="材料不全",
        at=at("2026-11-06 09:30"),
    )
    supervisor = county.actor("supervisor")
    report_problem(actor=supervisor, item_id=noted.pk, text="现场踏勘没有按约定时间到场", at=at("2026-11-10 10:00"))
    known = report_problem(actor=supervisor, item_id=wrong.pk, text="没有出具受理通知书", at=at("2026-11-09 10:00"))
    handle_problem(actor=supervisor, problem_id=known.pk, handling="已补发受理通知书", at=at("2026-11-10 15:00"))


def _concluded(project: Project, count: int, when: datetime) -> None:
    """As if these had been decided before; the map only reads their state and moment."""
    rows = MapItem.objects.filter(project=project, state="open", position__gte=100).order_by("position")[:count]
    grant_all(rows, when, "积批〔2026〕2号")
