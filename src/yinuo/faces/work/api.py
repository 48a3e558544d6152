"""What waits for the key's holder, and files handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Router, Status
from ninja.files import UploadedFile

from yinuo.engine.base import Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.work import queries
from yinuo.engine.work.lights import Light
from yinuo.engine.work.models import WorkState
from yinuo.ui.api import actor_of
from yinuo.ui.api_shapes import FileOut, Shape

router = Router(tags=["待办与材料"])


class WorkItemOut(Shape):
    """What waits for somebody; `url`: its page."""

    id: int
    kind: str
    title: str
    subtitle: str
    project_code: str
    light: Light
    state: WorkState
    due_at: datetime | None
    url: str


class InboxOut(Shape):
    items: list[WorkItemOut]
    after: str


@router.get("/inbox", response=InboxOut, summary="待办")
def inbox(request: HttpRequest, box: str = "mine", after: str = "", size: int = 50) -> dict[str, Any]:
    if box not in queries.BOXES:
        raise Refused("api.box", f"没有名为 {box} 的待办箱", field="box", remedy="可选：" + "、".join(queries.BOXES))
    now, actor = timezone.now(), actor_of(request)
    try:
        page = queries.page(actor, box, now, after, min(max(size, 1), 100))
    except ValueError as error:
        raise Refused("api.after", "翻页游标不对", field="after", remedy="请使用上一页答复里的 after") from error
    rows = [
        {
            "id": item.pk,
            "kind": item.kind,
            "title": item.title,
            "subtitle": item.subtitle,
            "project_code": item.project_code,
            "light": item.light_at(now),
            "state": item.state,
            "due_at": item.due_shown(now),
            "url": item.unit_url if actor.role == "unit" else item.url,
        }
        for item in page.items
    ]
    return {"items": rows, "after": page.after}


@router.post("/files", response={201: FileOut}, summary="上传材料")
def upload(request: HttpRequest, file: UploadedFile = File(...)) -> Status[dict[str, Any]]:  # type: ignore[type-arg]
    actor = actor_of(request)
    stored = store_upload(
        actor=actor, name=file.name or "", content=file.read(), unit_id=actor.unit_id, at=timezone.now()
    )
    return Status(201, {"id": stored.pk, "name": stored.name, "sha256": stored.sha256, "size": stored.size})
