"""Where a page of the staff was opened from: its first breadcrumb leads back there."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

from yinuo.engine.work.queries import OF_A_DEPARTMENT
from yinuo.ui.acting import hat_of
from yinuo.ui.components.shapes import NavItem

# The lists one works through; the address they were left at keeps their filters.
LISTS = {
    "staff:inbox": "待办",
    "staff:hall": "大厅",
    "staff:early": "将要变灯",
    "staff:load": "人员在办",
    "staff:dashboard_cases": "逐件",
}


def back_to(request: HttpRequest, first: NavItem) -> NavItem:
    """The list the page was opened from in place of `first`.

    Where the browser does not say, or a form has just been handed in, a matter leads those of a department back to
    their inbox.
    """
    if not request.path.startswith("/staff/"):
        return first
    came = urlsplit(request.headers.get("Referer", ""))
    name = _name_of(came.path) if came.netloc == request.get_host() else ""
    if name in LISTS:
        return NavItem(LISTS[name], f"{came.path}?{came.query}" if came.query else came.path)
    projects = reverse("staff:projects")
    if first.url == projects and not any(path.startswith(projects) for path in (came.path, request.path)):
        hat = hat_of(request)
        if hat is not None and hat.actor.role in OF_A_DEPARTMENT:
            return NavItem(LISTS["staff:inbox"], reverse("staff:inbox"))
    return first


def _name_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""
