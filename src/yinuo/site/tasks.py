"""Long work that a page has put on order."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.site import downloads


@app.task(queue="work", name="web.make_export")
def make_export(export_id: int) -> int:
    return downloads.write(export_id, timezone.now())
