"""A file as the answer to a request.

That no browser guesses at its type is Django's SecurityMiddleware's doing, here as everywhere.
"""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from yinuo.engine.documents.models import StoredFile

Answer = TypeVar("Answer", bound=HttpResponseBase)
# Of what not everybody may see nothing is held on the way or on a shared computer.
PRIVATE = "private, no-store"


def named(answer: Answer, name: str, *, attached: bool = False, cache: str = "") -> Answer:
    """The answer under its name, shown where the browser can, `attached` = saved; `cache` is its Cache-Control."""
    answer["Content-Disposition"] = content_disposition_header(attached, name) or "inline"
    if cache:
        answer["Cache-Control"] = cache
    return answer


def stored(file: StoredFile, *, attached: bool = False, cache: str = "") -> HttpResponse:
    return named(
        HttpResponse(bytes(file.content), content_type=file.content_type), file.name, attached=attached, cache=cache
    )
