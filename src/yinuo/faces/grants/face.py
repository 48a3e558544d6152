"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, own, roles

LINKS = (
    Link("法定查询", "staff:grants", menu=roles("principal", "supervisor")),
    Link("信息链节点", "staff:nodes", menu=roles("administrator")),
    Link("数据授权与查询", "unit:grants", menu=own),
)
