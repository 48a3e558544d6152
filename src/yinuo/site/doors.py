"""The home page's three doors, fitted to whoever stands before them:
nobody is led to a page that would turn them away.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Door:
    title: str
    text: str
    url: str


def doors_for(role: str, in_notice: int, soonest: int | None) -> list[Door]:
    """`role` of the hat on; `in_notice` promises in notice, the next of which ends in `soonest` working days."""
    notices = Door("查公示、提异议", _notices(in_notice, soonest), reverse("public:zone"))
    verify = Door("核验备案证", "扫码或输入项目代码，看它现在的状态", reverse("public:verify"))
    filing = Door("备案一个项目", "符合条件当场赋码、当场下载信用备案证", reverse("unit:filing"))
    if role == "public":
        return [filing, verify, notices]
    if role == "unit":
        return [Door("我的项目", "等您办的事、一张图和期限", reverse("unit:projects")), filing, notices]
    return [Door("待办", "等您办理的事，最急的在前", reverse("staff:inbox")), verify, notices]


def _notices(count: int, soonest: int | None) -> str:
    if not count:
        return "现在没有正在公示的承诺，可以查以往的承诺和履约"
    return f"{count} 件承诺公示中，最近一件还剩 {soonest} 个工作日"
