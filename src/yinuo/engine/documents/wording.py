"""How a paper names the law and tells dates: by title and article, as a court reads it, not by the short forms of a
page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.engine.rules import pack

VERSION = re.compile(r"（[^（）]*年[^（）]*）$")


def iso(at: datetime) -> str:
    return at.astimezone(TZ).date().isoformat()


def moment(at: datetime) -> str:
    """The instant with the county's offset, to the second."""
    return at.astimezone(TZ).replace(microsecond=0).isoformat()


def cited(cites: Sequence[str]) -> list[str]:
    """《中华人民共和国行政许可法》第三十二条、第三十八条: one text per source, in the order given."""
    articles: dict[str, list[str]] = {}
    for cite in cites:
        source, _, article = cite.partition("#")
        listed = articles.setdefault(source, [])
        if article and article not in listed:
            listed.append(article)
    return [_named(source) + _spoken(listed) for source, listed in articles.items()]


def _named(source_id: str) -> str:
    source = pack().sources[source_id]
    version = VERSION.search(source.title)
    title = source.title[: version.start()] if version else source.title
    note = version.group() if version else f"（{source.number}）" if "〔" in (source.number or "") else ""
    return f"《{title}》{note}"


def _spoken(articles: Sequence[str]) -> str:
    """正文·三(二) → 正文三（二）."""
    return "、".join(article.replace("·", "").replace("(", "（").replace(")", "）") for article in articles)
