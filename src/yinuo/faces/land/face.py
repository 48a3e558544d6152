"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, own

LINKS = (Link("我的地块", "unit:land", menu=own),)
