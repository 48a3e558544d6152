"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link

LINKS = (Link("模拟审批", "staff:mocks", bar=frozenset({"window"})),)
