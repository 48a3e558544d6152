"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import WATCHING, Link, own, roles

LINKS = (
    Link("双随机检查", "staff:inspections", menu=roles(*WATCHING)),
    Link("双随机检查", "unit:inspections", menu=own),
)
