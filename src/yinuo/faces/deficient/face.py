"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, staff

LINKS = (Link("容缺受理", "staff:deficient", menu=staff, bar=frozenset({"window"})),)
