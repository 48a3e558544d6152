from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

router = Router(tags=["再看一眼"])


@router.get("/toys")
def toys(request: HttpRequest) -> list[str]:
    return []
