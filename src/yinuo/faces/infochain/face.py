"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, roles

LINKS = (Link("信息链运行", "staff:chain", menu=roles("administrator", "supervisor")),)
