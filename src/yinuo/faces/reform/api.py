"""Reports on the reform by machine: what was published for everybody, the steps before it for whoever takes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status

from yinuo.engine.base import forbid
from yinuo.rooms.reform import access, actions, figures, queries
from yinuo.rooms.reform.models import DraftState, Publication, ReportDraft
from yinuo.ui.api import VersionIn, WhyIn, actor_of, key_of
from yinuo.ui.api_shapes import Shape

router = Router(tags=["改革推进情况"])
Period = Literal["quarter", "year"]


class DraftIn(Schema):
    """`kind`: quarter, year; `begins`: its first day."""

    region_id: int
    kind: str
    begins: date


class WordsIn(VersionIn):
    """`comments`: by the key of a hall (h1) or department (d12), of a yearly evaluation."""

    opening: str = ""
    problems: str = ""
    next_steps: str = ""
    comments: dict[str, str] = {}


class SelfReportIn(Schema):
    department_id: int
    text: str


class PublicationOut(Shape):
    """`body`: what the paper shows; `cases_sha256`: of the cases it counts."""

    id: int
    number: str
    body: dict[str, Any]
    sha256: str
    at: datetime
    report: int
    kind: Period
    region_id: int
    begins: date
    cases_sha256: str
    pack_hash: str


class PublicationLineOut(Shape):
    id: int
    number: str
    kind: Period
    region_id: int
    begins: date


class PublicationsOut(Shape):
    items: list[PublicationLineOut]


class DraftedReportOut(Shape):
    id: int
    sha256: str


class ReportDraftOut(Shape):
    """`comments`: by the key of a hall (h1) or department (d12)."""

    id: int
    state: DraftState
    opening: str
    problems: str
    next_steps: str
    comments: dict[str, str]
    submitted_at: datetime | None
    returned_why: str
    version: int


class ReformReportOut(ReportDraftOut):
    """`figures`: fixed when the report was drafted; `self_reports`: by the key of the department."""

    figures: dict[str, Any]
    sha256: str
    self_reports: dict[str, str]


class SelfReportOut(Shape):
    id: int
    round: int
    at: datetime


def published_out(row: Publication) -> dict[str, Any]:
    names = ("id", "number", "body", "sha256", "at")
    return {
        **{name: getattr(row, name) for name in names},
        "report": row.report_id,
        "kind": row.report.kind,
        "region_id": row.report.region_id,
        "begins": row.report.begins,
        "cases_sha256": row.report.cases_sha256,
        "pack_hash": row.report.pack_hash,
    }


def draft_out(draft: ReportDraft) -> dict[str, Any]:
    names = ("state", "opening", "problems", "next_steps", "comments", "submitted_at", "returned_why", "version")
    return {"id": draft.pk, **{name: getattr(draft, name) for name in names}}


@router.get("/reform/published", auth=None, response=PublicationsOut, summary="公布的季度通报和年度评价")
def published(request: HttpRequest) -> dict[str, Any]:
    rows = queries.publications()[:200]
    return {
        "items": [
            {
                "id": row.pk,
                "number": row.number,
                "kind": row.report.kind,
                "region_id": row.report.region_id,
                "begins": row.report.begins,
            }
            for row in rows
        ]
    }


@router.get("/reform/published/{publication_id}", auth=None, response=PublicationOut, summary="一期通报或者评价")
def one(request: HttpRequest, publication_id: int) -> dict[str, Any]:
    return published_out(queries.publication(publication_id))


@router.post("/reform/reports", response={201: DraftedReportOut}, summary="草拟一期通报或者评价：数字从此固定")
def draft(request: HttpRequest, body: DraftIn) -> Status[dict[str, Any]]:
    made = actions.draft_report(actor=actor_of(request), at=timezone.now(), **body.dict())
    return Status(201, {"id": made.pk, "sha256": made.sha256})


@router.get("/reform/reports/{report_id}", response=ReformReportOut, summary="草拟中的数字、文字和部门自评")
def show(request: HttpRequest, report_id: int) -> dict[str, Any]:
    report = queries.report(report_id)
    if not access.can_see(actor_of(request), figures.place_of(report.region_id)):
        raise forbid("只能查看本大厅的通报和评价")
    own = {f"d{row.department_id}": row.text for row in actions.self_reports(report)}
    return {**draft_out(report.draft), "figures": report.figures, "sha256": report.sha256, "self_reports": own}


@router.post("/reform/reports/{report_id}/words", response=ReportDraftOut, summary="修改通报的文字（不是数字）")
def edit(request: HttpRequest, report_id: int, body: WordsIn) -> dict[str, Any]:
    return draft_out(
        actions.edit_report(actor=actor_of(request), report_id=report_id, at=timezone.now(), **body.dict())
    )


@router.post("/reform/reports/{report_id}/submit", response=ReportDraftOut, summary="报主要负责同志审签")
def submit(request: HttpRequest, report_id: int, body: VersionIn) -> dict[str, Any]:
    return draft_out(
        actions.submit_report(actor=actor_of(request), report_id=report_id, at=timezone.now(), **body.dict())
    )


@router.post("/reform/reports/{report_id}/return", response=ReportDraftOut, summary="退回修改")
def give_back(request: HttpRequest, report_id: int, body: WhyIn) -> dict[str, Any]:
    return draft_out(
        actions.return_report(actor=actor_of(request), report_id=report_id, at=timezone.now(), **body.dict())
    )


@router.post("/reform/reports/{report_id}/publish", response={201: PublicationOut}, summary="同意公布")
def publish(request: HttpRequest, report_id: int, body: VersionIn) -> Status[dict[str, Any]]:
    made = actions.publish_report(actor=actor_of(request), report_id=report_id, at=timezone.now(), **body.dict())
    return Status(201, published_out(made))


@router.post("/reform/reports/{report_id}/self-reports", response={201: SelfReportOut}, summary="部门年度自评")
def self_report(request: HttpRequest, report_id: int, body: SelfReportIn) -> Status[dict[str, Any]]:
    made = actions.hand_self_report(
        actor=actor_of(request), report_id=report_id, idempotency_key=key_of(request), at=timezone.now(), **body.dict()
    )
    return Status(201, {"id": made.pk, "round": made.round, "at": made.at})
