from __future__ import annotations

from yinuo.ui.navigation import Link, staff

LINKS = (Link("再看一眼", "staff:toy", menu=staff),)
