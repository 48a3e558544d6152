"""The result in the open, and what keeps it fit for use: replaced, withdrawn, expired (附件3·三(二))."""

from __future__ import annotations

from datetime import datetime

from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import Limits, close, open_of
from yinuo.rooms.onemap.building import with_grade
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.rooms.onemap.regional import decide, ended
from yinuo.rooms.projects.models import ProjectState
from yinuo.rooms.regional import access
from yinuo.rooms.regional.actions.common import ask, body, day_of, name_of, need_text, take
from yinuo.rooms.regional.models import AssessmentState, RegionalAssessment
from yinuo.rooms.regional.papers import result_paper
from yinuo.rooms.regional.room import RegionalPaper, RegionalWork

COPIED = (
    *(
        "zone",
        "matter_id",
        "department",
        "title",
        "institution",
        "institution_code",
        "qualification",
        "report_number",
        "report_on",
    ),
    *("report_file", "scope", "conditions", "obligations", "document_number", "from_on", "to_on"),
)


@action
def publish_assessment(*, actor: Actor, assessment_id: int, at: datetime, version: int | None = None) -> RegionalResult:
    """Publishes the approved result; one it updates is used no longer from this moment.

    Projects that could take it hear of it.
    """
    found = take(actor, assessment_id, access.can_run, [AssessmentState.APPROVED], version)
    assert found.from_on is not None
    assert found.to_on is not None
    day = day_of(at)
    if day < found.from_on:
        raise Refused(
            "regional.from_on", f"结果自{day_words(found.from_on)}起生效，还不能公布", remedy="请在生效当天公布"
        )
    if day >= found.to_on:
        raise Refused("regional.to_on", "结果的有效期已过，不能公布", remedy="请终止这项评估，另行更新")
    old = (
        RegionalResult.objects.select_for_update(no_key=True, of=("self",))
        .filter(zone=found.zone, matter_id=found.matter_id, withdrawn_at__isnull=True, superseded_at__isnull=True)
        .first()
    )
    if old is not None:
        old.superseded_at, old.version = at, old.version + 1
        old.save(update_fields=["superseded_at", "version"])
        _end_upkeep(actor, old, at, "superseded")
    assert found.decided_at is not None
    made = RegionalResult.objects.create(
        hall_id=found.zone.hall_id,
        assessment_id=found.pk,
        approved_at=found.decided_at,
        published_at=at,
        **{name: getattr(found, name) for name in COPIED},
    )
    if old is not None:
        old.superseded_by = made
        old.save(update_fields=["superseded_by"])
    found.state, found.published_at, found.result = AssessmentState.PUBLISHED, at, made
    save(found, "state", "published_at", "result")
    issue(kind=RegionalPaper.REPORT, subject=made, data=result_paper(made, at), at=at, number=made.document_number)
    days = Limits((found.to_on - day).days, "calendar")
    ask(
        actor,
        made,
        found,
        f"到期前更新：{name_of(found)}区域评估",
        days,
        at,
        kind=RegionalWork.UPKEEP,
        department=found.zone.body,
        role="zone",
    )
    record(
        actor,
        "regional.publish_assessment",
        made,
        at=at,
        data={
            "matter": made.matter_id,
            "zone": made.zone.key,
            "document_number": made.document_number,
            "report_sha256": made.report_file.sha256,
            "from_on": made.from_on,
            "to_on": made.to_on,
            "replaces": old.pk if old else None,
        },
        chain="approval.document",
        issuer_id=made.department_id,
    )
    _tell_projects(made, at)
    return made


def _tell_projects(result: RegionalResult, at: datetime) -> None:
    """Whoever in the zone has the matter still before them and could share the result now is told; they choose."""
    waiting = MapItem.objects.filter(
        project__hall_id=result.hall_id,
        project__state=ProjectState.CONFIRMED,
        project__facts__site__zone_id=result.zone.key,
        matter_id=result.matter_id,
        state=ItemState.OPEN,
    ).select_related("project__unit__credit", "project__filed_by")
    for item in waiting.order_by("id"):
        if decide(result, with_grade(item.project), day_of(at)).outcome["fits"] is not False:
            tell(
                "regional_new",
                at=at,
                persons=[item.project.filed_by],
                unit_id=item.project.unit_id,
                project_code=item.project.code or "",
                page=PageRef("unit:item", item_id=item.pk),
                zone=result.zone.name,
                matter=item.name,
                project=item.project.name,
            )


def _end_upkeep(actor: Actor, result: RegionalResult, at: datetime, outcome: str) -> None:
    work = open_of(result, RegionalWork.UPKEEP)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome)


@action
def withdraw_result(
    *, actor: Actor, result_id: int, why: str, at: datetime, version: int | None = None
) -> RegionalResult:
    """The body or the department takes the result out of use, with its reason; what projects have concluded by it
    stands.
    """
    result = (
        RegionalResult.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone__body", "department")
        .get(pk=result_id)
    )
    if not access.can_withdraw(actor, result):
        raise forbid("只有特殊功能区主体单位和批准部门可以撤回区域评估结果")
    check_version(result, version)
    if ended(result):
        raise Refused("regional.ended", f"这份结果{ended(result)}", remedy="请刷新页面查看最新状态")
    result.withdrawn_why = need_text(why, "why", "请写明撤回的理由")
    result.withdrawn_at, result.version = at, result.version + 1
    result.save(update_fields=["withdrawn_why", "withdrawn_at", "version"])
    _end_upkeep(actor, result, at, "withdrawn")
    record(
        actor,
        "regional.withdraw_result",
        result,
        at=at,
        why=result.withdrawn_why,
        data={"document_number": result.document_number},
    )
    tell_ended(result, "已撤回", result.withdrawn_why, at)
    return result


def tell_ended(result: RegionalResult, outcome: str, why: str, at: datetime) -> None:
    """The zone's body hears that a result of its own is out of use."""
    assessment = RegionalAssessment.objects.select_related("zone__body").filter(pk=result.assessment_id).first()
    if assessment is not None:
        tell(
            "regional_ended",
            at=at,
            persons=body(assessment, day_of(at)),
            page=PageRef("public:regional_result", result_id=result.pk),
            zone=result.zone.name,
            matter=name_of(assessment),
            outcome=outcome,
            why=why[:60],
        )
