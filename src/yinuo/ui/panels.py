"""What a face shows on a page of the site. The page names each face it shows; what a panel holds is the face's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Panel:
    """`marks`: words and colour of tags beside the title. `links`: words and address. `notice` stands at the top of the
    page and `section` among its sections: HTML, or "" = nothing to show."""

    marks: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    section: str = ""


def html(template: str, **context: Any) -> str:
    return render_to_string(template, context)
