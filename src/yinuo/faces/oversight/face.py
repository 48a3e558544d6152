"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import WATCHING, Link, roles

LINKS = (Link("异常预警", "staff:warnings", menu=roles(*WATCHING)),)
